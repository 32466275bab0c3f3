//! Limits on open sockets per person, wall, address and replica, and on waiting polls per person.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::viewer::Viewer;
use crate::error::{AppError, Result, Sentence};

const PER_PERSON: usize = 10;
/// A whole company shares one address.
const PER_ADDRESS: usize = 1_000;

#[derive(Debug)]
pub struct Limits {
    most: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    viewers: HashMap<Uuid, usize>,
    polls: HashMap<Uuid, usize>,
    addresses: HashMap<IpAddr, usize>,
}

/// A socket's place; given back when dropped.
#[derive(Debug)]
pub struct SocketPermit {
    limits: Arc<Limits>,
    viewer: Uuid,
    address: IpAddr,
}

/// A waiting poll's place; given back when dropped.
#[derive(Debug)]
pub struct PollPermit {
    limits: Arc<Limits>,
    viewer: Uuid,
}

impl Limits {
    /// `most`: sockets of the whole replica.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn admit(self: &Arc<Self>, viewer: Viewer, address: IpAddr) -> Result<SocketPermit> {
        let viewer = viewer.key();
        let mut open = self.open();
        let free = open.all < self.most
            && count(&open.viewers, &viewer) < PER_PERSON
            && count(&open.addresses, &address) < PER_ADDRESS;
        if !free {
            return Err(too_many_screens());
        }
        open.all += 1;
        *open.viewers.entry(viewer).or_default() += 1;
        *open.addresses.entry(address).or_default() += 1;
        Ok(SocketPermit { limits: self.clone(), viewer, address })
    }

    pub fn admit_poll(self: &Arc<Self>, viewer: Viewer) -> Result<PollPermit> {
        let viewer = viewer.key();
        let mut open = self.open();
        if count(&open.polls, &viewer) >= PER_PERSON {
            return Err(too_many_screens());
        }
        *open.polls.entry(viewer).or_default() += 1;
        Ok(PollPermit { limits: self.clone(), viewer })
    }
}

impl Drop for SocketPermit {
    fn drop(&mut self) {
        let mut open = self.limits.open();
        open.all -= 1;
        lower(&mut open.viewers, &self.viewer);
        lower(&mut open.addresses, &self.address);
    }
}

impl Drop for PollPermit {
    fn drop(&mut self) {
        lower(&mut self.limits.open().polls, &self.viewer);
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
    use super::*;
    use crate::ids::WallId;

    #[test]
    fn the_eleventh_screen_of_a_person_waits_until_one_is_closed() {
        let limits = Limits::new(100);
        let (person, address) = (Viewer::Wall(WallId::new()), IpAddr::from([127, 0, 0, 1]));
        let mut permits: Vec<_> = (0..PER_PERSON).map(|_| limits.admit(person, address).unwrap()).collect();
        assert!(limits.admit(person, address).is_err());
        permits.pop();
        assert!(limits.admit(person, address).is_ok());
    }
}
