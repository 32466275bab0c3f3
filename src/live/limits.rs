//! Limits on open sockets and on waiting polls, each per person or wall, per address and per replica. A poll costs a
//! connection and a timer, as a socket does, and stands in for one where a proxy lets none through.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::viewer::Viewer;
use crate::connection::admission::network;
use crate::error::{AppError, Result, Sentence};

const PER_PERSON: usize = 10;
/// A whole company shares one address.
const PER_ADDRESS: usize = 1_000;

/// How a screen is told of changes. Each is counted by itself: a page that falls from one to the other has both for a moment.
#[derive(Clone, Copy, Debug)]
enum Way {
    Socket,
    Poll,
}

#[derive(Debug)]
pub struct Limits {
    /// Of each way, on the whole replica.
    most: usize,
    sockets: Mutex<Open>,
    polls: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    viewers: HashMap<Uuid, usize>,
    addresses: HashMap<IpAddr, usize>,
}

/// The place of a socket, or of a waiting poll; given back when dropped.
#[derive(Debug)]
pub struct ScreenPermit {
    limits: Arc<Limits>,
    way: Way,
    viewer: Uuid,
    address: IpAddr,
}

impl Limits {
    /// `most`: sockets of the whole replica, and as many polls.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, sockets: Mutex::default(), polls: Mutex::default() })
    }

    fn open(&self, way: Way) -> MutexGuard<'_, Open> {
        let open = match way {
            Way::Socket => &self.sockets,
            Way::Poll => &self.polls,
        };
        open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn admit_socket(self: &Arc<Self>, viewer: Viewer, address: IpAddr) -> Result<ScreenPermit> {
        self.admit(Way::Socket, viewer, address)
    }

    pub fn admit_poll(self: &Arc<Self>, viewer: Viewer, address: IpAddr) -> Result<ScreenPermit> {
        self.admit(Way::Poll, viewer, address)
    }

    fn admit(self: &Arc<Self>, way: Way, viewer: Viewer, address: IpAddr) -> Result<ScreenPermit> {
        let (viewer, address) = (viewer.key(), network(address));
        let mut open = self.open(way);
        let free = open.all < self.most
            && count(&open.viewers, &viewer) < PER_PERSON
            && count(&open.addresses, &address) < PER_ADDRESS;
        if !free {
            return Err(too_many_screens());
        }
        open.all += 1;
        *open.viewers.entry(viewer).or_default() += 1;
        *open.addresses.entry(address).or_default() += 1;
        Ok(ScreenPermit { limits: self.clone(), way, viewer, address })
    }
}

impl Drop for ScreenPermit {
    fn drop(&mut self) {
        let mut open = self.limits.open(self.way);
        open.all -= 1;
        lower(&mut open.viewers, &self.viewer);
        lower(&mut open.addresses, &self.address);
    }
}

fn too_many_screens() -> AppError {
    AppError::TooMany { sentence: Sentence::new("error.too_many_screens"), retry_after: 30 }
}

fn count<K: Eq + Hash>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

fn lower<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(n) = counts.get_mut(key) {
        *n -= 1;
        if *n == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::ids::WallId;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn somebody() -> Viewer {
        Viewer::Wall(WallId::new())
    }

    #[test]
    fn the_eleventh_screen_of_a_person_waits_until_one_is_closed() {
        for way in [Way::Socket, Way::Poll] {
            let (limits, person) = (Limits::new(100), somebody());
            let mut permits: Vec<_> =
                (0..PER_PERSON).map(|_| limits.admit(way, person, HERE).unwrap()).collect();
            assert!(limits.admit(way, person, HERE).is_err());
            assert!(limits.admit(way, somebody(), HERE).is_ok());
            permits.pop();
            assert!(limits.admit(way, person, HERE).is_ok());
        }
    }

    #[test]
    fn the_screens_of_an_address_are_counted_whoever_asks_and_of_ipv6_those_of_a_network() {
        for way in [Way::Socket, Way::Poll] {
            let limits = Limits::new(2 * PER_ADDRESS);
            let at = |host: usize| -> IpAddr { format!("2001:db8:1:2::{host:x}").parse().unwrap() };
            let permits: Vec<_> =
                (0..PER_ADDRESS).map(|host| limits.admit(way, somebody(), at(host)).unwrap()).collect();
            assert!(limits.admit(way, somebody(), at(PER_ADDRESS)).is_err(), "{way:?}");
            assert!(limits.admit(way, somebody(), HERE).is_ok(), "{way:?}");
            drop(permits);
            let open = limits.open(way);
            assert_eq!((open.all, open.viewers.len(), open.addresses.len()), (0, 0, 0), "{way:?}");
        }
    }

    #[test]
    fn sockets_and_polls_take_no_places_from_each_other() {
        let limits = Limits::new(1);
        let socket = limits.admit_socket(somebody(), HERE).unwrap();
        let poll = limits.admit_poll(somebody(), HERE).unwrap();
        assert!(
            limits.admit_socket(somebody(), HERE).is_err() && limits.admit_poll(somebody(), HERE).is_err()
        );
        drop((socket, poll));
    }
}
