//! Which URLs are fetched at all.

use std::net::IpAddr;

use url::{Host, Url};

use crate::address::Reach;

/// Why a URL is not fetched. The texts are for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("only https is fetched")]
    NotHttps,
    #[error("a URL with a user or a password in it is not fetched")]
    Credentials,
    #[error("the address is not public: M2M_ALLOW_PRIVATE_FETCH=true admits private ones")]
    Address,
}

/// Checks what can be told from the URL alone: addresses that stand in it never pass the resolver.
pub(crate) fn check(url: &Url, reach: Reach) -> Result<(), Refused> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Credentials);
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err(Refused::NotHttps),
    };
    let is_loopback = address.is_some_and(|address| address.is_loopback());
    let plain_is_fine = reach == Reach::Private && is_loopback;
    match url.scheme() {
        "https" => {}
        "http" if plain_is_fine => {}
        _ => return Err(Refused::NotHttps),
    }
    if address.is_some_and(|address| !reach.admits(address)) {
        return Err(Refused::Address);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(url: &str, reach: Reach, expected: Refused) {
        let url = Url::parse(url).unwrap();
        assert_eq!(check(&url, reach), Err(expected), "{url}");
    }

    #[test]
    fn w02_only_https_is_fetched() {
        let http = "http://issuer.example/keys";
        refused(http, Reach::Public, Refused::NotHttps);
        refused(http, Reach::Private, Refused::NotHttps);
        refused("http://10.0.0.1/", Reach::Private, Refused::NotHttps);
        refused("http://127.0.0.1/", Reach::Public, Refused::NotHttps);
        refused("file:///etc/passwd", Reach::Private, Refused::NotHttps);
        refused("ftp://issuer.example/", Reach::Private, Refused::NotHttps);
        refused("data:text/plain,x", Reach::Private, Refused::NotHttps);
        let local = Url::parse("http://127.0.0.1:1/").unwrap();
        assert_eq!(check(&local, Reach::Private), Ok(()));
        let public = Url::parse("https://issuer.example/keys").unwrap();
        assert_eq!(check(&public, Reach::Public), Ok(()));
    }

    #[test]
    fn w02_addresses_in_every_spelling_are_checked() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[fd00::1]",
            "[64:ff9b::7f00:1]",
            "0",
            "127.0.0.1.",
            "１２７.0.0.1",
        ] {
            refused(&format!("https://{host}/"), Reach::Public, Refused::Address);
        }
    }

    #[test]
    fn a_url_with_credentials_is_not_fetched() {
        for url in ["https://a@issuer.example/", "https://:b@issuer.example/"] {
            refused(url, Reach::Private, Refused::Credentials);
        }
    }
}
