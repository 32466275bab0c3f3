//! Rate limits per person and per address.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use crate::config::Settings;
use crate::connection::admission::network;
use crate::error::{AppError, Result, Sentence};
use crate::ids::PersonId;
use crate::lifecycle::Lifecycle;
use crate::page::Visitor;

/// Paths at which a PIN or a token is tried: each try costs a hash, so they are limited before they queue for it.
const SIGN_IN_PATHS: &[&str] = &["/sign-in", "/unlock", "/set-up", "/pin", "/wall/code"];
/// Quotes on their way to a browser at once: each is held in memory whole.
const DOWNLOADS: usize = 8;
/// Of those, one person's: nobody takes all turns from the others.
const DOWNLOADS_OF_ONE: usize = 2;
/// How often idle entries are dropped.
const TIDY: Duration = Duration::from_secs(60);

/// One limit: requests a second, with a burst of some seconds' worth.
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
    /// A wall is counted like a person.
    people: Limit<Uuid>,
    /// Checked before the session is read. A whole company shares one address: everybody's taps and, after a restart,
    /// everybody's pages.
    addresses: Limit<IpAddr>,
    /// Somebody who is not signed in looks at one page and signs in. When all sessions have ended, everybody at one
    /// address does so in the same minute.
    strangers: Limit<IpAddr>,
    /// Three hundred people of one address may begin their shift in the same minute.
    sign_ins: Limit<IpAddr>,
    downloads: Arc<Downloads>,
}

/// Quotes on their way to browsers.
#[derive(Debug, Default)]
struct Downloads(Mutex<HashMap<PersonId, usize>>);

/// The turn of one of them; given back when dropped.
#[derive(Debug)]
pub struct Download {
    all: Arc<Downloads>,
    person_id: PersonId,
}

impl Downloads {
    fn begin(self: &Arc<Self>, person_id: PersonId) -> Result<Download> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = under_way.get(&person_id).copied().unwrap_or(0);
        if under_way.values().sum::<usize>() >= DOWNLOADS {
            return Err(busy("error.busy_downloads"));
        }
        if own >= DOWNLOADS_OF_ONE {
            return Err(busy("error.own_downloads"));
        }
        under_way.insert(person_id, own + 1);
        Ok(Download { all: self.clone(), person_id })
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        let mut under_way = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = under_way.get_mut(&self.person_id) {
            *own -= 1;
        }
        under_way.retain(|_, own| *own > 0);
    }
}

fn busy(sentence: &'static str) -> AppError {
    AppError::TooMany { sentence: Sentence::new(sentence), retry_after: 3 }
}

impl RateLimits {
    pub fn start(settings: &Settings, lifecycle: &Lifecycle) -> Arc<Self> {
        let person = settings.person_requests_per_second;
        let address = settings.address_requests_per_second;
        let stranger = settings.stranger_requests_per_second;
        let sign_in = settings.sign_in_requests_per_second;
        let limits = Arc::new(Self {
            people: Limit::new("person", person, person.saturating_mul(5)),
            addresses: Limit::new("address", address, address.saturating_mul(10) / 3),
            strangers: Limit::new("stranger", stranger, stranger.saturating_mul(20)),
            sign_ins: Limit::new("sign_in", sign_in, sign_in.saturating_mul(20)),
            downloads: Arc::default(),
        });
        let tidied = limits.clone();
        lifecycle.spawn_forever("request limits", move || tidy(tidied.clone()));
        limits
    }

    /// Refuses an address that is over its limit. Called before the session is read, so that it costs no query.
    pub fn check_address(&self, address: IpAddr) -> Result<()> {
        self.addresses.check(&network(address))
    }

    /// Enforces the limits of people and strangers, and of concurrent downloads. What is answered is held until the answer
    /// has been sent.
    pub fn enter(&self, visitor: &Visitor, request: &Request) -> Result<Option<Download>> {
        self.check(visitor, request)?;
        self.download(visitor, request)
    }

    fn check(&self, visitor: &Visitor, request: &Request) -> Result<()> {
        let address = network(visitor.address);
        match (&visitor.person, &visitor.wall) {
            (Some(actor), _) => self.people.check(&actor.person_id.0)?,
            (None, Some(wall)) => self.people.check(&wall.id.0)?,
            (None, None) => self.strangers.check(&address)?,
        }
        if request.method() == Method::POST && SIGN_IN_PATHS.contains(&request.uri().path()) {
            self.sign_ins.check(&address)?;
        }
        Ok(())
    }

    fn download(&self, visitor: &Visitor, request: &Request) -> Result<Option<Download>> {
        let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        match &visitor.person {
            Some(actor) if route.ends_with(".pdf") => self.downloads.begin(actor.person_id).map(Some),
            _ => Ok(None),
        }
    }
}

async fn tidy(limits: Arc<RateLimits>) {
    loop {
        tokio::time::sleep(TIDY).await;
        limits.people.tidy();
        for limit in [&limits.addresses, &limits.strangers, &limits.sign_ins] {
            limit.tidy();
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Defaults {
        #[command(flatten)]
        settings: Settings,
    }

    #[test]
    fn a_burst_passes_and_then_it_is_said_when_to_come_back() {
        let limit = Limit::new("test", 1, 3);
        let (one, other) = (PersonId::new(), PersonId::new());
        assert!((0..3).all(|_| limit.check(&one).is_ok()));
        assert!(limit.check(&one).unwrap_err().retry_after() >= Some(1));
        assert!(limit.check(&other).is_ok(), "another person has an allowance of the own");
    }

    #[tokio::test]
    async fn three_hundred_people_behind_one_address_begin_their_shift_in_the_same_minute() {
        let Defaults { settings } = Defaults::parse_from(["test"]);
        let limits = RateLimits::start(&settings, &Lifecycle::default());
        let address = IpAddr::from([203, 0, 113, 9]);
        // At once: everybody's page after a restart, of those who are signed in and of those who are not any more.
        assert!((0..900).all(|_| limits.addresses.check(&address).is_ok()));
        assert!((0..300).all(|_| limits.strangers.check(&address).is_ok()));
        // PINs are typed: a third of them at once, and the others as the minute goes on.
        assert!((0..100).all(|_| limits.sign_ins.check(&address).is_ok()));
        assert!(settings.sign_in_requests_per_second * 60 >= 300 - 100);
    }

    #[test]
    fn a_person_opens_two_quotes_at_once_and_all_together_eight() {
        let downloads = Arc::new(Downloads::default());
        let person = PersonId::new();
        let own = [downloads.begin(person).unwrap(), downloads.begin(person).unwrap()];
        assert_eq!(downloads.begin(person).unwrap_err().sentence().key, "error.own_downloads");
        let others: Vec<_> = (0..6).map(|_| downloads.begin(PersonId::new()).unwrap()).collect();
        let refused = downloads.begin(PersonId::new()).unwrap_err();
        assert_eq!(refused.sentence().key, "error.busy_downloads");
        drop((own, others));
        assert!(downloads.0.lock().unwrap().is_empty());
    }
}
