//! From which web pages an API access token may be used.

use url::{Host, Url};

use crate::text::text_type;

text_type!(
    /// An origin that a token may be used from, RFC 6454 §6.2: `https://maps.example`, `http://localhost:3000`, or all
    /// subdomains of a host: `https://*.example.com`. It has no path, since browsers tell other origins none.
    Referer,
    "a referer",
    "an origin in its normal form, such as 'https://maps.example.com' or 'https://*.example.com': http or https, a \
     host in lower case, no default port, no path, '*' for all subdomains of a name with a dot",
    |text| text.len() <= 300 && is_origin(text)
);

/// Whether the text is an origin as a browser would write it, but for the `*.`.
fn is_origin(text: &str) -> bool {
    let Some((scheme @ ("http" | "https"), rest)) = text.split_once("://") else {
        return false;
    };
    let (is_wildcard, host) = rest
        .strip_prefix("*.")
        .map_or((false, rest), |host| (true, host));
    let origin = format!("{scheme}://{host}");
    let Ok(url) = Url::parse(&origin) else {
        return false;
    };
    let has_subdomains =
        matches!(url.host(), Some(Host::Domain(name)) if name.contains('.') && !name.contains('*'));
    url.origin().ascii_serialization() == origin
        && (has_subdomains || (!is_wildcard && !host.contains('*')))
}

#[cfg(test)]
mod tests {
    use super::Referer;

    #[test]
    fn an_origin_is_taken_in_its_normal_form_alone() {
        for origin in [
            "https://maps.example.com",
            "https://maps.example.com:8443",
            "https://*.example.com",
            "https://xn--kln-sna.example",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "http://[::1]",
        ] {
            assert!(Referer::parse(origin).is_ok(), "{origin}");
        }
        for other in [
            "",
            "*",
            "https://",
            "https://*",
            "https://*.com",
            "https://*.127.0.0.1",
            "https://a.*.example.com",
            "https://ma*ps.example.com",
            "https://maps.example.com/",
            "https://maps.example.com/map",
            "https://maps.example.com?x",
            "https://Maps.example.com",
            "https://köln.example",
            "https://maps.example.com:443",
            "https://user@maps.example.com",
            "ftp://maps.example.com",
            "maps.example.com",
            "null",
            &format!("https://{}.example", "a".repeat(300)),
        ] {
            assert!(Referer::parse(other).is_err(), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let _ = Referer::parse(format!("https://{text}"));
            let _ = Referer::parse(text);
        }
    }
}
