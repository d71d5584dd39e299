//! Ranges of addresses.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::InvalidText;

/// A range of IPv4 or IPv6 addresses, RFC 4632 §3.1 and RFC 4291 §2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

impl Cidr {
    /// Reads a range.
    ///
    /// # Errors
    /// It is none, has bits behind its prefix, or is one of IPv4 addresses within IPv6: nobody ever asks from there.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let range: Option<IpNet> = text.parse().ok();
        if range.is_some_and(|range| is_mapped(&range)) {
            return Err(InvalidText {
                what: "an address range",
                rule: "of IPv4 addresses as such: 192.0.2.0/24 instead of ::ffff:192.0.2.0/120",
            });
        }
        range
            .filter(|range| range.trunc() == *range)
            .map(Self)
            .ok_or(InvalidText {
                what: "an address range",
                rule: "in CIDR notation without bits behind the prefix, as 192.0.2.0/24 or 2001:db8::/32",
            })
    }

    /// Whether the address is in it; an IPv4 address within IPv6 is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// Within `::ffff:0:0/96`, RFC 4291 §2.5.5.2.
fn is_mapped(range: &IpNet) -> bool {
    match range {
        IpNet::V4(_) => false,
        IpNet::V6(range) => range.prefix_len() >= 96 && range.addr().to_ipv4_mapped().is_some(),
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Cidr {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Cidr> for String {
    fn from(range: Cidr) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    #[test]
    fn an_address_is_in_its_range() {
        let range = Cidr::parse("192.0.2.0/24").unwrap();
        for inside in ["192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7"] {
            assert!(range.contains(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["192.0.3.0", "::1"] {
            assert!(!range.contains(outside.parse().unwrap()), "{outside}");
        }
        let range = Cidr::parse("2001:db8::/32").unwrap();
        assert!(range.contains("2001:db8:1::1".parse().unwrap()));
        assert!(!range.contains("2001:db9::1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "192.0.2.0", "192.0.2.1/24", "192.0.2.0/33", "example"] {
            assert!(Cidr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ipv4_within_ipv6_is_written_as_ipv4() {
        let refused = Cidr::parse("::ffff:192.0.2.0/120").unwrap_err();
        assert!(refused.to_string().contains("192.0.2.0/24 instead"));
        assert!(Cidr::parse("::/0").is_ok());
    }
}
