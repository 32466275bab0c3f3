//! Limits connections before a byte of them is read: in all, and from one
//! address. Each costs memory and a descriptor, and is not authenticated yet.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Open connections, by where they come from.
#[derive(Debug)]
pub struct Admission {
    most: usize,
    per_address: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    addresses: HashMap<IpAddr, usize>,
}

/// A connection's permit; given back when dropped.
#[derive(Debug)]
pub struct ConnectionPermit {
    admission: Arc<Admission>,
    /// None: a proxy of our own, whose connections are everybody's.
    address: Option<IpAddr>,
}

impl Admission {
    pub fn new(most: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self { most, per_address, open: Mutex::default() })
    }

    /// None: there are too many, and this one is closed. `is_proxy` is not counted by address.
    pub fn admit(self: &Arc<Self>, peer: IpAddr, is_proxy: bool) -> Option<ConnectionPermit> {
        let address = (!is_proxy).then(|| network(peer));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = if open.all >= self.most {
            Some("all")
        } else {
            let from_there = address.and_then(|address| open.addresses.get(&address).copied());
            (from_there.unwrap_or(0) >= self.per_address).then_some("address")
        };
        if let Some(limit) = refused {
            metrics::counter!("connections_refused_total", "limit" => limit).increment(1);
            return None;
        }
        open.all += 1;
        if let Some(address) = address {
            *open.addresses.entry(address).or_default() += 1;
        }
        Some(ConnectionPermit { admission: self.clone(), address })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.admission.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        let Some(address) = self.address else { return };
        if let Some(n) = open.addresses.get_mut(&address) {
            *n -= 1;
            if *n == 0 {
                open.addresses.remove(&address);
            }
        }
    }
}

/// The key that limits are counted by: the address, or for IPv6 the network, since a machine has many addresses.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_connections_and_all_have_so_many() {
        let admission = Admission::new(4, 2);
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        let mut places: Vec<_> = (0..2).map(|_| admission.admit(one, false).unwrap()).collect();
        assert!(admission.admit(one, false).is_none());
        places.extend((0..2).map(|_| admission.admit(other, false).unwrap()));
        assert!(admission.admit(address("192.0.2.3"), false).is_none(), "all are taken");
        places.remove(0);
        assert!(admission.admit(one, false).is_some());
        drop(places);
        let open = admission.open.lock().unwrap();
        assert_eq!((open.all, open.addresses.len()), (0, 0), "nothing is kept of those who left");
    }

    #[test]
    fn a_proxy_s_connections_are_everybody_s() {
        let admission = Admission::new(4, 1);
        let places: Vec<_> = (0..4).filter_map(|_| admission.admit(address("10.0.0.1"), true)).collect();
        assert_eq!(places.len(), 4);
    }

    #[test]
    fn a_machine_s_many_ipv6_addresses_count_as_one() {
        assert_eq!(network(address("2001:db8:1:2:3::1")), network(address("2001:db8:1:2:4::9")));
        assert_ne!(network(address("2001:db8:1:2::1")), network(address("2001:db8:1:3::1")));
        assert_eq!(network(address("::ffff:192.0.2.7")), address("192.0.2.7"));
    }
}
