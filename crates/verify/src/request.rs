//! What of a request matters to a token.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};

use crate::error::Refusal;

/// The header of a DPoP proof, RFC 9449 §4.1.
const DPOP: HeaderName = HeaderName::from_static("dpop");

/// How the token came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Bearer,
    Dpop,
}

/// What of a request matters to its token: the scheme, the client's certificate, and for DPoP method, URL and proofs.
///
/// ```
/// use m2m_verify::RequestContext;
///
/// let bearer = RequestContext::bearer();
/// let bound = RequestContext::dpop("GET", "https://api.example.com/orders", ["eyJ…"]);
/// ```
#[derive(Debug, Clone)]
pub struct RequestContext<'a> {
    pub(crate) scheme: Scheme,
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) proofs: Vec<&'a str>,
    pub(crate) certificate: Option<&'a [u8]>,
}

impl<'a> RequestContext<'a> {
    /// The token came as `Authorization: Bearer`.
    pub fn bearer() -> Self {
        Self {
            scheme: Scheme::Bearer,
            method: "",
            url: "",
            proofs: Vec::new(),
            certificate: None,
        }
    }

    /// The token came as `Authorization: DPoP`, with the values of every header `DPoP`, in a request with that method to that
    /// absolute URL as the client wrote it.
    pub fn dpop(method: &'a str, url: &'a str, proofs: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            scheme: Scheme::Dpop,
            method,
            url,
            proofs: proofs.into_iter().collect(),
            certificate: None,
        }
    }

    /// The client showed that certificate, in DER, when the connection was made. Take it from your TLS or from your gateway's
    /// own context, never from a header that a client could send.
    #[must_use]
    pub fn with_certificate(self, der: &'a [u8]) -> Self {
        Self {
            certificate: Some(der),
            ..self
        }
    }

    /// The token and its context, from the headers of a request with that method to that absolute URL. A token counts in the
    /// header `Authorization` alone, once (RFC 6750 §2.1), with the scheme in any case.
    ///
    /// # Errors
    /// There is no token, or more than one.
    pub fn from_headers(
        headers: &'a HeaderMap,
        method: &'a str,
        url: &'a str,
    ) -> Result<(&'a str, Self), Refusal> {
        let (scheme, token) = authorization(headers)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Ok((token, Self::bearer()));
        }
        if !scheme.eq_ignore_ascii_case("dpop") {
            return Err(Refusal::NoCredentials);
        }
        let proofs = headers.get_all(DPOP).iter().map(|proof| proof.to_str());
        let proofs: Result<Vec<_>, _> = proofs.collect();
        let proofs = proofs.map_err(|_| Refusal::Malformed("a DPoP header is no text"))?;
        Ok((token, Self::dpop(method, url, proofs)))
    }
}

fn authorization(headers: &HeaderMap) -> Result<(&str, &str), Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(Refusal::NoCredentials);
    };
    if values.next().is_some() {
        return Err(Refusal::Malformed("there are two Authorization headers"));
    }
    let value = value
        .to_str()
        .map_err(|_| Refusal::Malformed("the Authorization header is no text"))?;
    let (scheme, token) = value.split_once(' ').ok_or(Refusal::NoCredentials)?;
    Ok((scheme, token.trim_start_matches(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in all {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn read(all: &[(&'static str, &str)]) -> Result<(String, Scheme, usize), Refusal> {
        let headers = headers(all);
        let (token, context) = RequestContext::from_headers(&headers, "GET", "https://a.example/")?;
        Ok((token.to_owned(), context.scheme, context.proofs.len()))
    }

    #[test]
    fn the_scheme_is_written_in_any_case() {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let read = read(&[("authorization", &format!("{scheme} t"))]).unwrap();
            assert_eq!(read, ("t".to_owned(), Scheme::Bearer, 0));
        }
        let read = read(&[("authorization", "dpop t"), ("dpop", "a"), ("dpop", "b")]).unwrap();
        assert_eq!(read, ("t".to_owned(), Scheme::Dpop, 2));
    }

    #[test]
    fn other_schemes_are_no_credentials() {
        for value in ["Basic dTpw", "Bearer", "", "t"] {
            let refusal = read(&[("authorization", value)]).unwrap_err();
            assert!(matches!(refusal, Refusal::NoCredentials), "{value}");
        }
        assert!(matches!(read(&[]), Err(Refusal::NoCredentials)));
    }

    #[test]
    fn two_headers_are_malformed() {
        let refusal = read(&[("authorization", "Bearer a"), ("authorization", "Bearer a")]);
        assert!(matches!(refusal, Err(Refusal::Malformed(_))));
    }
}
