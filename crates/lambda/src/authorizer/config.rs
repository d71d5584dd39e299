//! What the authorizer is told by its environment.

use std::time::Duration;

use m2m_aws::config::{ConfigError, Variables};
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;
use m2m_types::scope::ScopeSet;
use m2m_verify::{InvalidSettings, Verifier, WhenStale};

/// What the authorizer is told by its environment.
#[derive(Debug, Clone)]
pub struct AuthorizerConfig {
    /// `M2M_ISSUER`: whose tokens. Required.
    pub issuer: Issuer,
    /// `M2M_AUDIENCE`: the API that it stands in front of, as it is in `aud`. Required.
    pub audience: Audience,
    /// `M2M_REQUIRED_SCOPES`: scopes that every token must have, separated by spaces. None by default. A stage of the API may
    /// demand more in its variable `m2m_required_scopes`.
    pub required_scopes: ScopeSet,
    /// `M2M_SNAPSHOT_STALE`: after how many seconds without a fresh revocation snapshot everything is refused, at least 10,
    /// or `accept-until-expiry`. 60 by default.
    pub when_stale: WhenStale,
    /// `M2M_JWKS_URL`: where the keys are, if not where the issuer's metadata say.
    pub jwks_url: Option<String>,
    /// `M2M_SNAPSHOT_URL`: where the revocation snapshot is, if not where the issuer's metadata say.
    pub snapshot_url: Option<String>,
}

impl AuthorizerConfig {
    /// Reads all variables through `lookup`, which is [`std::env::var`] outside tests. An empty value counts as absent.
    ///
    /// # Errors
    /// Names every variable that is missing and every value that is refused, in one line.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut variables = Variables::new(&lookup);
        let issuer = variables.required("M2M_ISSUER", Issuer::parse);
        let audience = variables.required("M2M_AUDIENCE", Audience::parse);
        let scopes = variables.optional("M2M_REQUIRED_SCOPES", "", parse_scopes);
        let when_stale = variables.optional("M2M_SNAPSHOT_STALE", "60", parse_when_stale);
        let jwks_url = variables.optional("M2M_JWKS_URL", "", parse_text);
        let snapshot_url = variables.optional("M2M_SNAPSHOT_URL", "", parse_text);
        let read = (|| {
            Some(Self {
                issuer: issuer?,
                audience: audience?,
                required_scopes: scopes?,
                when_stale: when_stale?,
                jwks_url: jwks_url?,
                snapshot_url: snapshot_url?,
            })
        })();
        read.ok_or_else(|| variables.into_error())
    }

    /// What checks the tokens.
    ///
    /// # Errors
    /// A URL is none that keys or snapshot can be read from.
    pub fn verifier(&self) -> Result<Verifier, InvalidSettings> {
        let mut builder = Verifier::builder(self.issuer.as_str(), self.audience.as_str())
            .required_scopes(self.required_scopes.iter().map(ToString::to_string))
            .when_stale(self.when_stale);
        if let Some(url) = &self.jwks_url {
            builder = builder.jwks_url(url);
        }
        if let Some(url) = &self.snapshot_url {
            builder = builder.snapshot_url(url);
        }
        builder.build()
    }
}

fn parse_scopes(text: String) -> Result<ScopeSet, m2m_types::InvalidText> {
    if text.is_empty() {
        return Ok(ScopeSet::default());
    }
    ScopeSet::parse(&text)
}

fn parse_when_stale(text: String) -> Result<WhenStale, &'static str> {
    if text == "accept-until-expiry" {
        return Ok(WhenStale::AcceptUntilExpiry);
    }
    match text.parse() {
        Ok(seconds @ 10..=99_999) => Ok(WhenStale::RefuseAfter(Duration::from_secs(seconds))),
        _ => Err("it must be 10 to 99999 seconds, or accept-until-expiry"),
    }
}

/// What is wrong with a URL, the verifier says.
fn parse_text(text: String) -> Result<Option<String>, &'static str> {
    Ok(Some(text).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<AuthorizerConfig, String> {
        let lookup = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        AuthorizerConfig::from_env(lookup).map_err(|error| error.to_string())
    }

    const NEEDED: [(&str, &str); 2] = [
        ("M2M_ISSUER", "https://auth.example"),
        ("M2M_AUDIENCE", "https://api.example"),
    ];

    #[test]
    fn what_is_left_out_has_a_default() {
        let config = read(&NEEDED).unwrap();
        assert!(config.required_scopes.is_empty());
        assert_eq!(config.when_stale, WhenStale::default());
        assert!(config.verifier().is_ok());
    }

    #[test]
    fn everything_wrong_is_named_in_one_line() {
        let missing = "these variables are missing: M2M_ISSUER, M2M_AUDIENCE";
        assert_eq!(read(&[]).unwrap_err(), missing);
        let more = [("M2M_REQUIRED_SCOPES", "a  b"), ("M2M_SNAPSHOT_STALE", "7")];
        let error = read(&[&NEEDED[..], &more[..]].concat()).unwrap_err();
        for (name, value) in more {
            assert!(error.contains(&format!("{name}: ")), "{error}");
            assert!(!error.contains(value), "{error}");
        }
    }

    #[test]
    fn a_deployment_may_prefer_to_accept() {
        let stale = [("M2M_SNAPSHOT_STALE", "accept-until-expiry")];
        let config = read(&[&NEEDED[..], &stale[..]].concat()).unwrap();
        assert_eq!(config.when_stale, WhenStale::AcceptUntilExpiry);
    }

    #[test]
    fn a_url_without_tls_starts_nothing() {
        for name in ["M2M_JWKS_URL", "M2M_SNAPSHOT_URL"] {
            let config = read(&[&NEEDED[..], &[(name, "http://auth.example/a")]].concat());
            assert!(config.unwrap().verifier().is_err(), "{name}");
        }
    }
}
