//! What the provider serves, and how it becomes ready.

use async_trait::async_trait;
use tfplugin::{Call, Configured, Diagnostics, Provider, Registry};

use crate::access_token::AccessToken;
use crate::client::OauthClient;
use crate::client_data::OauthClientData;
use crate::client_secret::OauthClientSecret;
use crate::session::Session;
use crate::settings::{ProviderConfig, Settings};

/// The provider `m2m`.
#[derive(Default)]
pub struct M2mProvider {
    session: Configured<Session>,
}

impl M2mProvider {
    /// The address under which configurations name the provider.
    pub const ADDRESS: &'static str = "registry.terraform.io/m2m-oauth/m2m";
}

#[async_trait]
impl Provider for M2mProvider {
    type Config = ProviderConfig;

    fn register(&self, registry: &mut Registry) {
        let session = || self.session.clone();
        registry.resource("m2m_oauth_client", OauthClient::new(session()));
        registry.data_source("m2m_oauth_client", OauthClientData::new(session()));
        registry.ephemeral("m2m_oauth_client_secret", OauthClientSecret::new(session()));
        registry.ephemeral("m2m_access_token", AccessToken::new(session()));
    }

    async fn validate(&self, _call: &Call, config: ProviderConfig) -> Diagnostics {
        config.problems()
    }

    async fn configure(
        &self,
        call: &Call,
        config: ProviderConfig,
    ) -> Result<Diagnostics, Diagnostics> {
        let settings = Settings::resolve(config, |name| std::env::var(name).ok())?;
        self.session
            .set(Session::new(settings, call.terraform_version()));
        Ok(Diagnostics::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_token::TokenModel;
    use crate::client::ClientModel;
    use crate::client_data::ClientDataModel;
    use crate::client_secret::SecretModel;
    use tfplugin::Schema;

    #[test]
    fn terraform_accepts_every_schema() {
        for schema in [
            Schema::of::<ProviderConfig>(),
            Schema::of::<ClientModel>(),
            Schema::of::<ClientDataModel>(),
            Schema::of::<SecretModel>(),
            Schema::of::<TokenModel>(),
        ] {
            assert_eq!(schema.problems(), Vec::<String>::new());
        }
    }
}
