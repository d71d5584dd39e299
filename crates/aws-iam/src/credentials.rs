//! The credentials, kept until shortly before they end.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_types::SdkConfig;
use m2m_client::SigningError;
use tokio::sync::Mutex;

/// Credentials that end sooner are replaced first: a request and the gateway's clock take their time.
const MARGIN: Duration = Duration::from_secs(60);

/// Where the credentials come from, and those in use. Whoever asks while they are fetched waits for the
/// same ones.
#[derive(Debug)]
pub(crate) struct CredentialsCache {
    provider: SharedCredentialsProvider,
    profile: Option<String>,
    current: Mutex<Option<Credentials>>,
}

impl CredentialsCache {
    /// Those of the configuration.
    pub(crate) fn new(config: &SdkConfig, profile: Option<&str>) -> Result<Self, SigningError> {
        let profile = profile.map(str::to_owned);
        let provider = config
            .credentials_provider()
            .ok_or_else(|| not_found(profile.as_deref()))?;
        Ok(Self {
            provider,
            profile,
            current: Mutex::new(None),
        })
    }

    /// The credentials in use, or new ones when they are about to end.
    pub(crate) async fn current(&self) -> Result<Credentials, SigningError> {
        let mut current = self.current.lock().await;
        if let Some(credentials) = current.as_ref().filter(|held| is_good(held, now())) {
            return Ok(credentials.clone());
        }
        let fresh = self.provider.provide_credentials().await;
        let fresh = fresh.map_err(|error| self.explain(&error))?;
        Ok(current.insert(fresh).clone())
    }

    fn explain(&self, error: &CredentialsError) -> SigningError {
        let reason = match error {
            CredentialsError::CredentialsNotLoaded(_) => return not_found(self.profile.as_deref()),
            CredentialsError::ProviderTimedOut(_) => {
                "whoever gives them out did not answer in time"
            }
            CredentialsError::InvalidConfiguration(_) => {
                "the AWS configuration files or variables are wrong; `aws sts get-caller-identity` tells how"
            }
            _ => {
                "whoever gives them out refused; they may have ended (`aws sso login` renews those of single \
                 sign-on), and `aws sts get-caller-identity` tells why"
            }
        };
        SigningError(format!("the AWS credentials cannot be had: {reason}"))
    }
}

/// What was looked for, in the order of the standard chain.
fn not_found(profile: Option<&str>) -> SigningError {
    let place = match profile {
        Some(profile) => format!("the profile {profile:?} of ~/.aws/config and ~/.aws/credentials has none"),
        None => "none in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the profile that AWS_PROFILE names \
                 or the default one (~/.aws/config, ~/.aws/credentials), by AWS_WEB_IDENTITY_TOKEN_FILE, or \
                 from the container's or the instance's metadata"
            .to_owned(),
    };
    SigningError(format!("no AWS credentials were found: {place}"))
}

fn is_good(credentials: &Credentials, now: SystemTime) -> bool {
    credentials.expiry().is_none_or(|end| end > now + MARGIN)
}

#[expect(
    clippy::disallowed_methods,
    reason = "when real credentials end is on the real clock"
)]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::provider::future;

    use super::*;

    /// Gives out credentials that live so long, and counts.
    #[derive(Debug, Clone)]
    struct Counting {
        life: Option<Duration>,
        given: Arc<AtomicUsize>,
    }

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let number = self.given.fetch_add(1, Ordering::SeqCst);
            let end = self.life.map(|life| now() + life);
            let id = format!("AKID{number}");
            future::ProvideCredentials::ready(Ok(Credentials::new(id, "canary", None, end, "test")))
        }
    }

    /// How many were given out for three requests.
    async fn given(life: Option<Duration>) -> usize {
        let given = Arc::new(AtomicUsize::new(0));
        let provider = Counting {
            life,
            given: Arc::clone(&given),
        };
        let provider = SharedCredentialsProvider::new(provider);
        let config = SdkConfig::builder().credentials_provider(provider).build();
        let cache = CredentialsCache::new(&config, None).unwrap();
        for _ in 0..3 {
            cache.current().await.unwrap();
        }
        assert!(!format!("{cache:?}").contains("canary"));
        given.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn credentials_are_replaced_before_they_end_and_not_sooner() {
        assert_eq!(given(None).await, 1);
        assert_eq!(given(Some(Duration::from_secs(3600))).await, 1);
        assert_eq!(given(Some(Duration::from_secs(30))).await, 3);
    }

    #[test]
    fn what_was_looked_for_is_said() {
        let everywhere = not_found(None).to_string();
        for place in [
            "AWS_ACCESS_KEY_ID",
            "AWS_PROFILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "metadata",
        ] {
            assert!(everywhere.contains(place), "{everywhere}");
        }
        assert!(not_found(Some("ops")).to_string().contains("\"ops\""));
    }
}
