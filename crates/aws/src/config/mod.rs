//! Configuration from the environment, checked as a whole at start.

mod iam;
mod logins;
mod service;
mod stores;
mod variables;

pub use logins::parse_trusted_issuers;
pub use service::ServiceConfig;
pub use stores::StoresConfig;
pub use variables::{ConfigError, Variables};

/// Everything that the functions and the local server are told.
#[derive(Debug, Clone)]
pub struct Config {
    /// How the service behaves.
    pub service: ServiceConfig,
    /// Where it keeps what it knows.
    pub stores: StoresConfig,
}

impl Config {
    /// Reads all variables through `lookup`, which is [`std::env::var`] outside tests. An empty
    /// value counts as absent. Variables of other programs may start with `M2M_` too (the provider's
    /// and the command line's do), so unknown ones are left alone.
    ///
    /// # Errors
    /// Names every variable that is missing and every value that is refused, in one line.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut variables = Variables::new(&lookup);
        let service = ServiceConfig::from_env(&mut variables);
        let stores = StoresConfig::from_env(&mut variables);
        match (service, stores) {
            (Some(service), Some(stores)) => Ok(Self { service, stores }),
            _ => Err(variables.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use m2m_core::dpop::DpopNonces;
    use m2m_core::keys::SigningAlgorithm;
    use m2m_core::mutual_tls::MutualTls;
    use m2m_types::admin::client::SecretStorage;
    use m2m_types::issuer::Issuer;

    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Config, String> {
        let lookup = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Config::from_env(lookup).map_err(|error| error.to_string())
    }

    const NEEDED: [(&str, &str); 3] = [
        ("M2M_ISSUER", "https://auth.example"),
        ("M2M_TABLE", "m2m-prod"),
        ("M2M_SECRET_PREFIX", "m2m/prod"),
    ];

    #[test]
    fn what_is_left_out_has_a_default() {
        let config = read(&NEEDED).unwrap();
        assert_eq!(config.service.issuer.as_str(), "https://auth.example");
        assert_eq!(config.service.signing_algorithm, SigningAlgorithm::Es256);
        assert_eq!(
            config.service.default_audience.as_str(),
            "urn:m2m-oauth:api"
        );
        assert_eq!(config.service.secret_storage, SecretStorage::SecretsManager);
        assert_eq!(config.service.mutual_tls, MutualTls::Off);
        assert_eq!(config.service.dpop_nonces, DpopNonces::Off);
        assert_eq!(config.stores.table, "m2m-prod");
        assert_eq!(config.stores.secret_prefix, "m2m/prod");
        assert_eq!(config.stores.secret_kms_key, None);
    }

    #[test]
    fn everything_missing_is_named_in_one_line() {
        assert_eq!(
            read(&[("M2M_TABLE", "")]).unwrap_err(),
            "these variables are missing: M2M_ISSUER, M2M_TABLE, M2M_SECRET_PREFIX"
        );
    }

    #[test]
    fn everything_refused_is_named_with_what_it_should_be() {
        let mut set = NEEDED.to_vec();
        set[0].1 = "http://auth.example";
        set.extend([
            ("M2M_SIGNING_ALG", "HS256"),
            ("M2M_DEFAULT_AUDIENCE", "orders"),
            ("M2M_SECRET_STORAGE", "floppy"),
            ("M2M_DPOP_NONCE", "maybe"),
        ]);
        let error = read(&set).unwrap_err();
        assert!(!error.contains('\n'));
        for part in [
            "M2M_ISSUER: ",
            "M2M_SIGNING_ALG: a signing algorithm must be ES256, RS256 or EdDSA",
            "M2M_DEFAULT_AUDIENCE: ",
            "M2M_SECRET_STORAGE: a secret storage must be secrets_manager or none",
            "M2M_DPOP_NONCE: nonces of DPoP proofs must be required or off",
        ] {
            assert!(error.contains(part), "{part:?} in {error:?}");
        }
    }

    #[test]
    fn a_kms_key_is_named_by_its_arn() {
        let arn = "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let with = |key| read(&[&NEEDED[..], &[("M2M_SECRET_KMS_KEY", key)]].concat());
        assert_eq!(
            with(arn).unwrap().stores.secret_kms_key.as_deref(),
            Some(arn)
        );
        for refused in [
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "alias/m2m",
            "arn:aws:kms:eu-central-1:111122223333:alias/m2m",
            "arn:aws:s3:eu-central-1:111122223333:key/1",
        ] {
            let error = with(refused).unwrap_err();
            assert!(
                error.starts_with("M2M_SECRET_KMS_KEY: a KMS key"),
                "{error}"
            );
        }
    }

    #[test]
    fn mutual_tls_is_at_an_https_origin_of_its_own() {
        let with = |origin| read(&[&NEEDED[..], &[("M2M_MTLS_ENDPOINT", origin)]].concat());
        let origin = "https://mtls.auth.example";
        let config = with(origin).unwrap();
        let alias = config.service.mutual_tls.alias().map(Issuer::as_str);
        assert_eq!(alias, Some(origin));
        for refused in [
            "http://127.0.0.1:1",
            "https://mtls.auth.example/oauth",
            "mtls.auth.example",
            "https://auth.example",
        ] {
            let error = with(refused).unwrap_err();
            assert!(error.starts_with("M2M_MTLS_ENDPOINT: "), "{error}");
        }
    }

    #[test]
    fn assertions_and_fetches_are_strict_unless_said_otherwise() {
        let config = read(&NEEDED).unwrap().service;
        assert_eq!(config.assertion_leeway.as_secs(), 10);
        assert!(!config.allow_private_fetch);
        let with = |name, value| read(&[&NEEDED[..], &[(name, value)]].concat());
        let config = with("M2M_ASSERTION_LEEWAY_SECONDS", "60").unwrap();
        assert_eq!(config.service.assertion_leeway.as_secs(), 60);
        let config = with("M2M_ALLOW_PRIVATE_FETCH", "true").unwrap();
        assert!(config.service.allow_private_fetch);
        for (name, value) in [
            ("M2M_ASSERTION_LEEWAY_SECONDS", "61"),
            ("M2M_ASSERTION_LEEWAY_SECONDS", "-1"),
            ("M2M_ALLOW_PRIVATE_FETCH", "yes"),
        ] {
            assert!(with(name, value).unwrap_err().starts_with(name), "{value}");
        }
    }

    #[test]
    fn names_that_aws_would_refuse_are_refused_at_start() {
        for (name, value) in [
            ("M2M_TABLE", "ab"),
            ("M2M_TABLE", "a b c"),
            ("M2M_SECRET_PREFIX", "/m2m"),
            ("M2M_SECRET_PREFIX", "m2m/"),
            ("M2M_SECRET_PREFIX", "m2m prod"),
        ] {
            let mut set = NEEDED.to_vec();
            set.retain(|(known, _)| *known != name);
            set.push((name, value));
            assert!(read(&set).unwrap_err().starts_with(name), "{value}");
        }
    }
}
