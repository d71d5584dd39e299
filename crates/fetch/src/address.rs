//! Which addresses may be reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where a fetch may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    #[default]
    Public,
    /// Private networks and this machine, too, and the latter without TLS: for an issuer inside one's own network,
    /// and for tests. Never link-local addresses, where clouds hand out credentials.
    Private,
}

/// What is neither public nor a private network: IANA's registry of special-purpose IPv4 addresses, RFC 6890.
const SPECIAL_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// RFC 1918, RFC 6598 (carrier-grade NAT) and this machine.
const PRIVATE_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

/// The only IPv6 addresses that are global unicast, RFC 4291 §2.4 and IANA's registry. So mapped and compatible IPv4
/// addresses, NAT64, link-local, multicast and all that is not assigned yet are out.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Of these: protocol assignments with Teredo, documentation, and 6to4, which hides an IPv4 address.
const SPECIAL_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// RFC 4193 and this machine.
const PRIVATE_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::LOCALHOST, 128),
];

impl Reach {
    /// Whether a connection to this address may be made.
    pub(crate) fn admits(self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => {
                let is_private = PRIVATE_V4.iter().any(|net| is_in_v4(address, *net));
                let is_special = SPECIAL_V4.iter().any(|net| is_in_v4(address, *net));
                !is_special && (!is_private || self == Self::Private)
            }
            IpAddr::V6(address) => {
                let is_private = PRIVATE_V6.iter().any(|net| is_in_v6(address, *net));
                let is_special = SPECIAL_V6.iter().any(|net| is_in_v6(address, *net));
                let is_public = is_in_v6(address, GLOBAL_V6) && !is_special;
                is_public || (is_private && self == Self::Private)
            }
        }
    }
}

fn is_in_v4(address: Ipv4Addr, (net, length): (Ipv4Addr, u32)) -> bool {
    (address.to_bits() ^ net.to_bits()).leading_zeros() >= length
}

fn is_in_v6(address: Ipv6Addr, (net, length): (Ipv6Addr, u32)) -> bool {
    (address.to_bits() ^ net.to_bits()).leading_zeros() >= length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(addresses: &[&str], public: bool, private: bool) {
        for address in addresses {
            let parsed = address.parse().unwrap();
            assert_eq!(Reach::Public.admits(parsed), public, "{address}");
            assert_eq!(Reach::Private.admits(parsed), private, "{address}");
        }
    }

    #[test]
    fn w02_public_addresses_are_reached() {
        check(
            &[
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.0.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.0.1.1",
                "192.167.0.1",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450::1",
                "2001:4860:4860::8888",
                "2001:200::1",
                "2003::1",
            ],
            true,
            true,
        );
    }

    #[test]
    fn w02_private_addresses_are_reached_only_where_the_operator_allows_it() {
        check(
            &[
                "10.0.0.1",
                "127.0.0.1",
                "127.255.255.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "100.127.255.255",
                "::1",
                "fc00::1",
                "fd12:3456::1",
            ],
            false,
            true,
        );
    }

    #[test]
    fn w02_link_local_and_special_addresses_are_never_reached() {
        check(
            &[
                "0.0.0.0",
                "0.1.2.3",
                "169.254.169.254",
                "169.254.170.2",
                "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::ffff:10.0.0.1",
                "::ffff:8.8.8.8",
                "::8.8.8.8",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "100::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "2001::1",
                "2001:2::1",
                "2001:10::1",
                "2001:db8::1",
                "2002:a00:1::1",
                "3fff::1",
                "4000::1",
                "5f00::1",
            ],
            false,
            false,
        );
    }
}
