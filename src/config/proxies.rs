//! Which proxies are trusted to name a client's address.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use super::Settings;

/// Where Railway's edge connects from: the shared address space, and the project's private network.
const RAILWAY: [&str; 2] = ["100.64.0.0/10", "fd00::/8"];
/// A proxy on the same machine.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// A network, as `address/bits`; an address alone is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// What stands in TRUSTED_PROXIES is no network.
#[derive(Debug, thiserror::Error)]
#[error("write a network as address/bits, such as 10.0.0.0/8")]
pub struct NetworkInvalid;

impl FromStr for Network {
    type Err = NetworkInvalid;

    fn from_str(text: &str) -> Result<Self, NetworkInvalid> {
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| NetworkInvalid)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= most).ok_or(NetworkInvalid)?,
            None => most,
        };
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl Network {
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// The address in a proxy's header. Some write the client's port behind it: `203.0.113.9:5678`, `[2001:db8::1]:443`.
pub(crate) fn read_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

impl Settings {
    /// The networks that are believed, for the operator.
    pub fn proxies_told(&self) -> String {
        match (self.trusted_proxies.is_empty(), self.is_on_railway()) {
            (false, _) => self.trusted_proxies.iter().map(Network::to_string).collect::<Vec<_>>().join(", "),
            (true, true) => RAILWAY.join(", "),
            (true, false) => LOOPBACK.join(", "),
        }
    }

    /// Whether this peer is a proxy that may say where a request comes from.
    pub fn is_proxy(&self, peer: IpAddr) -> bool {
        self.client_address_header.is_some() && self.is_trusted(peer)
    }

    /// Whether this peer is believed when it says how a request came to it.
    pub fn is_trusted(&self, peer: IpAddr) -> bool {
        if !self.trusted_proxies.is_empty() {
            return self.trusted_proxies.iter().any(|network| network.contains(peer));
        }
        let default = if self.is_on_railway() { RAILWAY } else { LOOPBACK };
        default.iter().filter_map(|text| text.parse().ok()).any(|network: Network| network.contains(peer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_own_addresses_and_no_others() {
        assert!(contains("100.64.0.0/10", "100.64.0.1") && contains("100.64.0.0/10", "100.127.255.255"));
        assert!(!contains("100.64.0.0/10", "100.128.0.0") && !contains("100.64.0.0/10", "100.63.255.255"));
        assert!(contains("10.0.0.7", "10.0.0.7") && !contains("10.0.0.7", "10.0.0.8"));
        assert!(contains("0.0.0.0/0", "203.0.113.9") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("fd00::/8", "fd12:3456::1") && !contains("fd00::/8", "2001:db8::1"));
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"), "IPv4 on a socket of both kinds");
    }

    #[test]
    fn an_address_is_read_with_a_port_behind_it_and_without() {
        for (text, address) in [
            ("203.0.113.9", "203.0.113.9"),
            (" 203.0.113.9:5678 ", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
        ] {
            assert_eq!(read_address(text), Some(address.parse().unwrap()), "{text}");
        }
        for text in
            ["", "unknown", "[]", "203.0.113.9:", "203.0.113.9:99999", "[2001:db8::1", "app.example:443"]
        {
            assert_eq!(read_address(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "::/129", "railway", "10.0.0/8", "10.0.0.0/x", "10.0.0.0/8/8"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
