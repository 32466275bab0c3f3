//! How fast anybody may ask: everything that costs has a limit, by person and by address.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Settings;
use crate::connection::hold;
use crate::error::{AppError, Result, Sentence};
use crate::ids::PersonId;
use crate::lifecycle::Lifecycle;
use crate::page::Visitor;

/// Where a PIN or a token is tried: each try costs a hash, so they are slowed down before they queue for it.
const DOORS: &[&str] = &["/sign-in", "/unlock", "/set-up", "/pin"];
/// Quotes on their way to a browser at once: each is held in memory whole.
const DOWNLOADS: usize = 8;
/// How often keys that rest are forgotten.
const TIDY: Duration = Duration::from_secs(60);

/// One limit: so many a second, and how many seconds' worth may come at once.
#[derive(Debug)]
struct Limit<K: Hash + Eq + Clone> {
    name: &'static str,
    known: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(name: &'static str, per_second: u32, burst: u32) -> Self {
        let at_least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst));
        Self { name, known: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    fn check(&self, key: &K) -> Result<()> {
        let Err(not_until) = self.known.check_key(key) else { return Ok(()) };
        metrics::counter!("http_too_fast_total", "limit" => self.name).increment(1);
        let retry_after = not_until.wait_time_from(self.clock.now()).as_secs() + 1;
        Err(AppError::TooMany { sentence: Sentence::new("error.too_fast"), retry_after })
    }

    fn tidy(&self) {
        self.known.retain_recent();
    }
}

/// The table of limits.
#[derive(Debug)]
pub struct RateLimits {
    /// A quick picker taps twice a second, and each tap may bring a page; 20 a second is no person.
    people: Limit<PersonId>,
    /// A whole company shares one address: everybody's taps and, after a restart, everybody's pages.
    companies: Limit<IpAddr>,
    /// Somebody who is not signed in looks at one page and signs in.
    strangers: Limit<IpAddr>,
    /// Forty people of one address may begin their shift in the same minute.
    doors: Limit<IpAddr>,
    downloads: Arc<Semaphore>,
}

impl RateLimits {
    pub fn start(settings: &Settings, lifecycle: &Lifecycle) -> Arc<Self> {
        let person = settings.person_requests_per_second;
        let address = settings.address_requests_per_second;
        let stranger = settings.stranger_requests_per_second;
        let door = settings.door_requests_per_second;
        let limits = Arc::new(Self {
            people: Limit::new("person", person, person.saturating_mul(5)),
            companies: Limit::new("address", address, address.saturating_mul(10) / 3),
            strangers: Limit::new("stranger", stranger, stranger.saturating_mul(6)),
            doors: Limit::new("door", door, door.saturating_mul(20)),
            downloads: Arc::new(Semaphore::new(DOWNLOADS)),
        });
        let tidied = limits.clone();
        lifecycle.spawn_forever("request limits", move || tidy(tidied.clone()));
        limits
    }

    fn check(&self, visitor: &Visitor, request: &Request) -> Result<()> {
        let address = network(visitor.address);
        match &visitor.person {
            Some(actor) => {
                self.people.check(&actor.person_id)?;
                self.companies.check(&address)?;
            }
            None => self.strangers.check(&address)?,
        }
        if request.method() == Method::POST && DOORS.contains(&request.uri().path()) {
            self.doors.check(&address)?;
        }
        Ok(())
    }

    fn download(&self, request: &Request) -> Result<Option<OwnedSemaphorePermit>> {
        let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        if !route.ends_with(".pdf") {
            return Ok(None);
        }
        let busy = || AppError::TooMany { sentence: Sentence::new("error.busy_downloads"), retry_after: 3 };
        self.downloads.clone().try_acquire_owned().map(Some).map_err(|_| busy())
    }
}

async fn tidy(limits: Arc<RateLimits>) {
    loop {
        tokio::time::sleep(TIDY).await;
        limits.people.tidy();
        for limit in [&limits.companies, &limits.strangers, &limits.doors] {
            limit.tidy();
        }
    }
}

/// Of IPv6 the network: a machine has as many addresses as it likes.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Middleware: refuses whoever asks too fast, and lets so many downloads pass at once.
pub async fn enforce(State(limits): State<Arc<RateLimits>>, request: Request, next: Next) -> Response {
    let Some(visitor) = request.extensions().get::<Visitor>() else { return next.run(request).await };
    let turn = match limits.check(visitor, &request).and_then(|()| limits.download(&request)) {
        Ok(turn) => turn,
        Err(error) => return error.into_response(),
    };
    let response = next.run(request).await;
    match turn {
        Some(turn) => hold(response, turn),
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_it_is_said_when_to_come_back() {
        let limit = Limit::new("test", 1, 3);
        let (one, other) = (PersonId::new(), PersonId::new());
        assert!((0..3).all(|_| limit.check(&one).is_ok()));
        assert!(limit.check(&one).unwrap_err().retry_after() >= Some(1));
        assert!(limit.check(&other).is_ok(), "another person has an allowance of the own");
    }

    #[test]
    fn a_machine_s_many_ipv6_addresses_count_as_one() {
        let (one, other) = ("2001:db8:1:2:3::1".parse().unwrap(), "2001:db8:1:2:4::9".parse().unwrap());
        assert_eq!(network(one), network(other));
    }
}
