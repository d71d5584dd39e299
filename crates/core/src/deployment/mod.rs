//! Putting rules and ports together.

mod ports;
mod settings;

use std::sync::Arc;

pub use ports::Ports;
pub use settings::DeploymentSettings;

use m2m_jose::{RemoteDocuments, RemoteKeys};

use crate::api_tokens::{LiveApiTokens, ManagedApiTokens};
use crate::attempts::{AttemptLog, Sampling};
use crate::caller::{CallerAuthentication, IamAuthentication, LoginAuthentication};
use crate::client_auth::{Assertions, ClientAuthentication};
use crate::clients::Clients;
use crate::cursors::Cursors;
use crate::dpop::DpopProofs;
use crate::grant::{NotedUses, TokenEndpoint};
use crate::idempotency::KeptAnswers;
use crate::introspection::Introspection;
use crate::issuer_keys::IssuerKeys;
use crate::keys::{self, KeyRing, Rotation};
use crate::live_token::LiveTokens;
use crate::maintenance::Maintenance;
use crate::ports::{FetchDocument, StoreError};
use crate::principals::ManagedPrincipals;
use crate::quotas::TokenQuotas;
use crate::resource_servers::{Catalog, Registry};
use crate::revocation::{Revocation, Snapshots};
use crate::simulation::Simulation;
use crate::throttle::FailureThrottle;

/// A deployment: its settings on its ports.
pub struct Deployment {
    settings: DeploymentSettings,
    ports: Ports,
    keys: Arc<KeyRing>,
    client_authentication: Arc<ClientAuthentication>,
    tokens: Arc<LiveTokens>,
    catalog: Arc<Catalog>,
    dpop: Arc<DpopProofs>,
}

impl Deployment {
    /// Puts settings on ports.
    pub fn new(settings: DeploymentSettings, ports: Ports) -> Self {
        let keys = Arc::new(KeyRing::new(
            Arc::clone(&ports.keys),
            settings.signing_algorithm,
            Arc::clone(&ports.clock),
        ));
        let client_authentication = authenticating_with(&settings, &ports);
        let tokens = Arc::new(LiveTokens {
            issuer: settings.issuer.clone(),
            directory: Arc::clone(&ports.directory),
            revocations: Arc::clone(&ports.revocations),
            keys: Arc::clone(&keys),
            clock: Arc::clone(&ports.clock),
        });
        let catalog = Arc::new(Catalog::new(
            settings.resource_servers.clone(),
            Arc::clone(&ports.resource_servers),
            Arc::clone(&ports.clock),
        ));
        let dpop = Arc::new(DpopProofs::new(
            settings.issuer.clone(),
            settings.mutual_tls.clone(),
            settings.dpop_nonces,
            Arc::clone(&ports.keys),
            Arc::clone(&ports.spent),
        ));
        Self {
            settings,
            ports,
            keys,
            client_authentication,
            tokens,
            catalog,
            dpop,
        }
    }

    /// The same with somebody who fetches the keys of clients and of outside issuers.
    #[must_use]
    pub fn fetching(self, fetch: Arc<dyn FetchDocument>) -> Self {
        let ports = Ports {
            fetch,
            ..self.ports
        };
        Self {
            client_authentication: authenticating_with(&self.settings, &ports),
            ports,
            ..self
        }
    }

    /// The settings.
    pub fn settings(&self) -> &DeploymentSettings {
        &self.settings
    }

    /// The ports.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The signing keys, shared by everything of this deployment.
    pub fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.keys)
    }

    /// The resource servers, shared by everything of this deployment.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    /// Makes the deployment's own secrets unless they exist, and reads the signing keys.
    ///
    /// The root comes first, so that wherever there are signing keys there is a root, and one read tells.
    /// Whatever the reason that no keys could be read, the store decides whether there are some: AWS denies
    /// the reading of what does not exist to whoever may not read everything.
    ///
    /// # Errors
    /// The store failed, or a key could not be made.
    pub async fn provision_keys(&self) -> Result<(), StoreError> {
        if self.keys.current().await.is_ok() {
            return Ok(());
        }
        let ports = &self.ports;
        Cursors::provision(&*ports.keys, &*ports.random).await?;
        let algorithm = self.settings.signing_algorithm;
        keys::provision(&*ports.keys, algorithm, &*ports.clock).await?;
        self.keys.current().await.map(drop)
    }

    /// Who asks at the protocol endpoints.
    fn client_authentication(&self) -> Arc<ClientAuthentication> {
        Arc::clone(&self.client_authentication)
    }

    /// The life of the signing keys.
    pub fn rotation(&self) -> Rotation {
        Rotation {
            store: Arc::clone(&self.ports.keys),
            ring: self.keys(),
            revocations: Arc::clone(&self.ports.revocations),
            answers: self.answers(),
            period: self.settings.key_rotation,
            clock: Arc::clone(&self.ports.clock),
        }
    }

    /// What is to be done again and again, every five minutes: see [`Maintenance::run`].
    pub fn maintenance(&self) -> Maintenance {
        Maintenance {
            clients: self.clients(),
            rotation: self.rotation(),
            signing_algorithm: self.settings.signing_algorithm,
            catalog: self.catalog(),
        }
    }

    /// The rules of the token endpoint.
    pub fn token_endpoint(&self) -> TokenEndpoint {
        TokenEndpoint {
            issuer: self.settings.issuer.clone(),
            catalog: self.catalog(),
            authentication: self.client_authentication(),
            dpop: Arc::clone(&self.dpop),
            clients: Arc::clone(&self.ports.clients),
            tokens: Arc::clone(&self.tokens),
            quotas: self.quotas(),
            keys: self.keys(),
            noted_uses: NotedUses::default(),
            clock: Arc::clone(&self.ports.clock),
            random: Arc::clone(&self.ports.random),
        }
    }

    /// Who may have how many tokens.
    fn quotas(&self) -> TokenQuotas {
        TokenQuotas {
            store: Arc::clone(&self.ports.quotas),
        }
    }

    /// Why token requests are refused.
    pub fn attempts(&self) -> AttemptLog {
        AttemptLog {
            store: Arc::clone(&self.ports.attempts),
            directory: Arc::clone(&self.ports.directory),
            clock: Arc::clone(&self.ports.clock),
            sampling: Sampling::default(),
        }
    }

    /// What a client would get.
    pub fn simulation(&self) -> Simulation {
        Simulation {
            issuer: self.settings.issuer.clone(),
            clients: self.clients(),
            directory: Arc::clone(&self.ports.directory),
            catalog: self.catalog(),
            tokens: Arc::clone(&self.tokens),
            quotas: self.quotas(),
            keys: self.keys(),
            clock: Arc::clone(&self.ports.clock),
        }
    }

    /// The rules of the introspection endpoint.
    pub fn introspection(&self) -> Introspection {
        Introspection {
            issuer: self.settings.issuer.clone(),
            authentication: self.client_authentication(),
            callers: self.caller_authentication(),
            tokens: Arc::clone(&self.tokens),
            api_tokens: self.live_api_tokens(),
            catalog: self.catalog(),
            keys: self.keys(),
            clock: Arc::clone(&self.ports.clock),
        }
    }

    /// Which API access tokens live.
    fn live_api_tokens(&self) -> LiveApiTokens {
        LiveApiTokens {
            issuer: self.settings.issuer.clone(),
            store: Arc::clone(&self.ports.api_tokens),
            directory: Arc::clone(&self.ports.directory),
            keys: self.keys(),
            clock: Arc::clone(&self.ports.clock),
        }
    }

    /// The rules of managing API access tokens.
    pub fn api_tokens(&self) -> ManagedApiTokens {
        ManagedApiTokens {
            store: Arc::clone(&self.ports.api_tokens),
            answers: self.answers(),
            directory: Arc::clone(&self.ports.directory),
            catalog: self.catalog(),
            keys: self.keys(),
            cursors: self.cursors(),
            clock: Arc::clone(&self.ports.clock),
            random: Arc::clone(&self.ports.random),
        }
    }

    /// Who may call the management API.
    pub fn caller_authentication(&self) -> CallerAuthentication {
        CallerAuthentication {
            resource_servers: self.settings.resource_servers.clone(),
            tokens: Arc::clone(&self.tokens),
            dpop: Arc::clone(&self.dpop),
            clock: Arc::clone(&self.ports.clock),
        }
    }

    /// Who may call the management API by AWS IAM.
    pub fn iam_authentication(&self) -> IamAuthentication {
        IamAuthentication {
            callers: self.settings.iam_callers.clone(),
            directory: Arc::clone(&self.ports.directory),
            random: Arc::clone(&self.ports.random),
        }
    }

    /// Who may call the management API by a login.
    pub fn login_authentication(&self) -> LoginAuthentication {
        LoginAuthentication {
            issuers: self.settings.trusted_issuers.clone(),
            keys: Arc::clone(&self.client_authentication.assertions.issuer_keys),
            leeway: self.settings.assertion_leeway,
            directory: Arc::clone(&self.ports.directory),
            random: Arc::clone(&self.ports.random),
            clock: Arc::clone(&self.ports.clock),
        }
    }

    /// The rules of the revocation endpoint.
    pub fn revocation(&self) -> Revocation {
        Revocation {
            authentication: self.client_authentication(),
            tokens: Arc::clone(&self.tokens),
            api_tokens: self.live_api_tokens(),
            revocations: Arc::clone(&self.ports.revocations),
            clients: Arc::clone(&self.ports.clients),
            clock: Arc::clone(&self.ports.clock),
        }
    }

    /// What was stopped, signed.
    pub fn snapshots(&self) -> Snapshots {
        Snapshots::new(
            self.settings.issuer.clone(),
            Arc::clone(&self.ports.revocations),
            self.keys(),
            Arc::clone(&self.ports.clock),
        )
    }

    /// The rules of managing clients.
    pub fn clients(&self) -> Clients {
        Clients {
            directory: Arc::clone(&self.ports.directory),
            store: Arc::clone(&self.ports.clients),
            answers: self.answers(),
            values: Arc::clone(&self.ports.values),
            api_tokens: Arc::clone(&self.ports.api_tokens),
            revocations: Arc::clone(&self.ports.revocations),
            resource_servers: self.settings.resource_servers.clone(),
            catalog: self.catalog(),
            secret_storage: self.settings.secret_storage,
            in_use: self.settings.secret_in_use,
            cursors: self.cursors(),
            clock: Arc::clone(&self.ports.clock),
            random: Arc::clone(&self.ports.random),
        }
    }

    /// The rules of managing resource servers.
    pub fn resource_servers(&self) -> Registry {
        Registry {
            catalog: self.catalog(),
            answers: self.answers(),
            cursors: self.cursors(),
            clock: Arc::clone(&self.ports.clock),
            random: Arc::clone(&self.ports.random),
        }
    }

    /// The rules of managing owners and organizations.
    pub fn principals(&self) -> ManagedPrincipals {
        ManagedPrincipals {
            directory: Arc::clone(&self.ports.directory),
            trusted_issuers: self.settings.trusted_issuers.clone(),
            clock: Arc::clone(&self.ports.clock),
            random: Arc::clone(&self.ports.random),
        }
    }

    fn answers(&self) -> KeptAnswers {
        KeptAnswers {
            store: Arc::clone(&self.ports.answers),
            clock: Arc::clone(&self.ports.clock),
        }
    }

    fn cursors(&self) -> Cursors {
        Cursors::new(Arc::clone(&self.ports.keys), Arc::clone(&self.ports.clock))
    }
}

fn authenticating_with(settings: &DeploymentSettings, ports: &Ports) -> Arc<ClientAuthentication> {
    let remote_keys = Arc::new(RemoteKeys::new(Arc::clone(&ports.fetch)));
    Arc::new(ClientAuthentication {
        directory: Arc::clone(&ports.directory),
        assertions: Assertions {
            issuer: settings.issuer.clone(),
            leeway: settings.assertion_leeway,
            spent: Arc::clone(&ports.spent),
            remote_keys: Arc::clone(&remote_keys),
            issuer_keys: Arc::new(IssuerKeys {
                metadata: RemoteDocuments::new(Arc::clone(&ports.fetch)),
                remote_keys: Arc::clone(&remote_keys),
            }),
        },
        remote_keys,
        throttle: FailureThrottle::new(Arc::clone(&ports.clock)),
    })
}
