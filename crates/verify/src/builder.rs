//! How a verifier is made.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use m2m_types::InvalidText;
use m2m_types::audience::Audience;
use m2m_types::issuer::{Issuer, is_loopback};
use m2m_types::scope::Scope;
use url::Url;

use crate::clock::Clock;
use crate::fetch::Fetch;
use crate::keys::Places;
use crate::replay::CAPACITY;
use crate::snapshot::{FRESH, WhenStale};
use crate::verifier::{Rules, Verifier};

/// The most that `exp` and `nbf` may be stretched by.
const MAX_LEEWAY: Duration = Duration::from_secs(60);

/// Why a verifier cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSettings {
    /// The issuer, the audience or a scope is not of the form that it has to have.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// The leeway is too long.
    #[error("the leeway must be at most 60 seconds")]
    Leeway,
    /// Refusing would begin while a snapshot still counts as fresh.
    #[error("a stale snapshot must be refused after 10 seconds or later")]
    WhenStale,
    /// A URL that keys or snapshot are to be read from is none, or has no TLS.
    #[error("{0} must be an https URL; http only for this machine")]
    Url(String),
    /// No client for HTTPS could be made.
    #[cfg(feature = "reqwest")]
    #[error("no HTTPS client can be made")]
    Http(#[from] reqwest::Error),
    /// Without the feature `reqwest` there is nothing that reads keys and snapshot.
    #[cfg(not(feature = "reqwest"))]
    #[error("there is nothing to fetch with: give a Fetch")]
    Fetch,
}

/// Settings of a [`Verifier`]; [`Verifier::builder`] starts one.
#[must_use]
pub struct VerifierBuilder {
    issuer: String,
    audience: String,
    scopes: Vec<String>,
    leeway: Duration,
    when_stale: WhenStale,
    jwks_url: Option<String>,
    snapshot_url: Option<String>,
    remembered_proofs: usize,
    clock: Clock,
    fetch: Option<Arc<dyn Fetch>>,
}

impl VerifierBuilder {
    pub(crate) fn new(issuer: &str, audience: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            scopes: Vec::new(),
            leeway: Duration::from_secs(10),
            when_stale: WhenStale::default(),
            jwks_url: None,
            snapshot_url: None,
            remembered_proofs: CAPACITY,
            clock: Clock::system(),
            fetch: None,
        }
    }

    /// Scopes that every token must have. None by default.
    pub fn required_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// How much later than `exp` and earlier than `nbf` a token is still taken: at most 60 seconds, 10 by default.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// What happens to good tokens while no fresh revocation snapshot can be had.
    pub fn when_stale(mut self, when_stale: WhenStale) -> Self {
        self.when_stale = when_stale;
        self
    }

    /// Where the keys are, instead of where the issuer's metadata say. The metadata are not read then.
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.jwks_url = Some(url.into());
        self
    }

    /// Where the revocation snapshot is, instead of where the issuer's metadata say.
    pub fn snapshot_url(mut self, url: impl Into<String>) -> Self {
        self.snapshot_url = Some(url.into());
        self
    }

    /// How many DPoP proofs are remembered for the minute that they live, 70,000 by default: about 80 bytes each. When
    /// there is no room, further requests with DPoP are refused for the moment.
    pub fn remembered_proofs(mut self, count: usize) -> Self {
        self.remembered_proofs = count;
        self
    }

    /// The time, instead of the system's: for tests.
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// What reads keys and snapshot, instead of HTTPS by `reqwest`.
    pub fn fetch(mut self, fetch: impl Fetch + 'static) -> Self {
        self.fetch = Some(Arc::new(fetch));
        self
    }

    /// The verifier. Nothing is fetched yet: [`Verifier::warm_up`] does.
    ///
    /// # Errors
    /// The settings do not hold.
    pub fn build(self) -> Result<Verifier, InvalidSettings> {
        let issuer = Issuer::parse(self.issuer)?;
        if self.leeway > MAX_LEEWAY {
            return Err(InvalidSettings::Leeway);
        }
        if matches!(self.when_stale, WhenStale::RefuseAfter(limit) if limit < FRESH) {
            return Err(InvalidSettings::WhenStale);
        }
        let scopes = self.scopes.into_iter().map(Scope::parse);
        let rules = Rules {
            audience: Audience::parse(self.audience)?,
            scopes: scopes.collect::<Result<BTreeSet<_>, _>>()?,
            // At most a minute.
            leeway_seconds: i64::try_from(self.leeway.as_secs()).unwrap_or_default(),
        };
        let places = Places {
            metadata: parse_url(&issuer.join("/.well-known/oauth-authorization-server"))?,
            jwks: self.jwks_url.as_deref().map(parse_url).transpose()?,
            snapshot: self.snapshot_url.as_deref().map(parse_url).transpose()?,
            issuer,
        };
        let fetch = match self.fetch {
            Some(fetch) => fetch,
            None => default_fetch()?,
        };
        Ok(Verifier::new(
            rules,
            places,
            &fetch,
            self.when_stale,
            self.remembered_proofs,
            self.clock,
        ))
    }
}

fn parse_url(text: &str) -> Result<Url, InvalidSettings> {
    let url = Url::parse(text).ok();
    url.filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
        .ok_or_else(|| InvalidSettings::Url(text.to_owned()))
}

#[cfg(feature = "reqwest")]
fn default_fetch() -> Result<Arc<dyn Fetch>, InvalidSettings> {
    Ok(Arc::new(crate::http_fetch::HttpFetch::new()?))
}

#[cfg(not(feature = "reqwest"))]
fn default_fetch() -> Result<Arc<dyn Fetch>, InvalidSettings> {
    Err(InvalidSettings::Fetch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> VerifierBuilder {
        Verifier::builder("https://auth.example", "https://api.example")
    }

    #[track_caller]
    fn refused(builder: VerifierBuilder, expected: &str) {
        let error = builder.build().err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn settings_that_do_not_hold_are_refused() {
        assert!(builder().build().is_ok());
        let seconds = Duration::from_secs;
        refused(Verifier::builder("http://auth.example", "urn:a"), "issuer");
        refused(Verifier::builder("https://auth.example", "api"), "resource");
        refused(builder().leeway(seconds(61)), "60 seconds");
        let stale = WhenStale::RefuseAfter(seconds(9));
        refused(builder().when_stale(stale), "10 seconds");
        refused(builder().required_scopes(["a b"]), "scope");
        refused(builder().jwks_url("http://auth.example/jwks"), "https URL");
        refused(builder().snapshot_url("snapshot"), "https URL");
        assert!(
            builder()
                .jwks_url("http://127.0.0.1:1/jwks")
                .build()
                .is_ok()
        );
    }
}
