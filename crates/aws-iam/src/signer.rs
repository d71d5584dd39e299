//! Signs the requests of a client.

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use m2m_client::{Signer, SigningError};
use m2m_types::issuer::Issuer;
use reqwest::Request;
use tokio::sync::OnceCell;

use crate::credentials::CredentialsCache;
use crate::{region, signature};

/// What is said of the principal beside what the environment says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IamSettings {
    /// The region of the service's gateway; absent: the one that the endpoint's name tells, else the
    /// environment's or the profile's.
    pub region: Option<String>,
    /// Whose credentials: a profile of the files `~/.aws/config` and `~/.aws/credentials`; absent: as
    /// `AWS_PROFILE` and the other variables say.
    pub profile: Option<String>,
}

/// Signs requests with the credentials that the settings and the environment name. Nothing is looked for
/// before the first request.
#[derive(Debug)]
pub struct IamSigner {
    settings: IamSettings,
    found: OnceCell<Found>,
}

/// What the first request found.
#[derive(Debug)]
struct Found {
    region: Region,
    credentials: CredentialsCache,
}

impl IamSigner {
    /// A signer for the gateway at that endpoint.
    pub fn new(mut settings: IamSettings, endpoint: &Issuer) -> Self {
        if settings.region.is_none() {
            settings.region = region::of_endpoint(endpoint.as_str()).map(str::to_owned);
        }
        Self {
            settings,
            found: OnceCell::new(),
        }
    }

    async fn found(&self) -> Result<&Found, SigningError> {
        self.found
            .get_or_try_init(|| async {
                let config = self.load().await;
                Ok(Found {
                    region: config.region().cloned().ok_or_else(region::missing)?,
                    credentials: CredentialsCache::new(&config, self.settings.profile.as_deref())?,
                })
            })
            .await
    }

    async fn load(&self) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = self.settings.region.clone() {
            loader = loader.region(Region::new(region));
        }
        if let Some(profile) = &self.settings.profile {
            loader = loader.profile_name(profile);
        }
        loader.load().await
    }
}

#[async_trait]
impl Signer for IamSigner {
    async fn sign(&self, request: &mut Request) -> Result<(), SigningError> {
        let found = self.found().await?;
        let credentials = found.credentials.current().await?;
        signature::add(request, credentials, found.region.as_ref())
    }
}
