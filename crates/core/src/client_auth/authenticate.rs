//! Checking what was presented, with the same work whatever comes out.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use m2m_jose::RemoteKeys;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::token_request::{TokenRequest, UnverifiedSecret};

use super::{
    Assertions, AuthMethod, AuthenticatedClient, AuthenticationFailure, ClientAuthError,
    Presentation, PresentedCredentials, Proof,
};
use crate::active_client::{ActiveClient, NotActive};
use crate::client::Client;
use crate::ports::{Directory, Lookup};
use crate::protocol_error::Refused;
use crate::secret::{SecretDigest, find_matching};
use crate::throttle::FailureThrottle;

/// Finds out which client sends a request to a protocol endpoint, and slows down who fails.
pub struct ClientAuthentication {
    /// Who asks.
    pub directory: Arc<dyn Directory>,
    /// The keys that clients publish.
    pub remote_keys: Arc<RemoteKeys>,
    /// How assertions are checked.
    pub assertions: Assertions,
    /// Who failed too often.
    pub throttle: FailureThrottle,
}

impl ClientAuthentication {
    /// Authenticates the client of a request by the one method that it uses.
    ///
    /// # Errors
    /// Why not, and whom it met.
    pub async fn authenticate(
        &self,
        presentation: &Presentation<'_>,
        request: &TokenRequest,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Refused<ClientAuthError>> {
        let presented = PresentedCredentials::find(presentation, request)
            .map_err(|invalid| Refused::nobody(ClientAuthError::Credentials(invalid)))?;
        self.check(&presented, now)
            .await
            .and_then(|authenticated| from_allowed_network(authenticated, presentation.source))
            .map_err(|failure| self.count_failure(failure, &presented, presentation))
    }

    async fn check(
        &self,
        presented: &PresentedCredentials,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, AuthenticationFailure> {
        match presented {
            PresentedCredentials::Secret {
                unverified_client_id,
                unverified_secret,
                ..
            } => {
                self.by_secret(unverified_client_id, unverified_secret, now)
                    .await
            }
            PresentedCredentials::Assertion {
                unverified_client_id,
                unverified_assertion,
            } => {
                self.by_assertion(unverified_client_id, unverified_assertion, now)
                    .await
            }
            PresentedCredentials::Certificate {
                unverified_client_id,
                certificate,
            } => {
                self.by_certificate(unverified_client_id, certificate, now)
                    .await
            }
        }
    }

    /// Whatever is wrong with a well-formed pair, one read and one round of comparisons are made; a pair that
    /// cannot be ours costs nothing. The principals of a client that is not remembered are read only after its
    /// secret held.
    async fn by_secret(
        &self,
        unverified_client_id: &str,
        unverified_secret: &UnverifiedSecret,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, AuthenticationFailure> {
        let id = ClientId::parse(unverified_client_id)
            .map_err(|_| AuthenticationFailure::MalformedClientId)?;
        let secret = ClientSecret::parse(unverified_secret.expose())
            .map_err(|_| AuthenticationFailure::MalformedSecret)?;
        let digest = SecretDigest::of(&secret);

        let found = self.directory.find_client(&id).await?;
        let client = found.client.as_ref();
        let secrets = client.map_or(&[][..], |client| &client.secrets);
        let matching = find_matching(secrets, &digest, now).map(|secret| secret.id.clone());
        let client = client.ok_or(AuthenticationFailure::UnknownClient)?;
        let secret = matching.ok_or_else(|| AuthenticationFailure::WrongSecret(id.clone()))?;
        if !is_registered_for_secrets(client, now) {
            return Err(AuthenticationFailure::WrongMethod(id));
        }
        self.active(id, found, Proof::Secret(secret)).await
    }

    /// The client whose credentials held, if it and all who stand behind it are active.
    pub(super) async fn active(
        &self,
        id: ClientId,
        found: Lookup,
        proof: Proof,
    ) -> Result<AuthenticatedClient, AuthenticationFailure> {
        let active = ActiveClient::of(&*self.directory, found).await;
        Ok(AuthenticatedClient {
            active: active.map_err(|reason| not_active(id, reason))?,
            proof,
        })
    }

    fn count_failure(
        &self,
        failure: AuthenticationFailure,
        presented: &PresentedCredentials,
        presentation: &Presentation<'_>,
    ) -> Refused<ClientAuthError> {
        let client_id = failure.client_id().cloned();
        let unverified_client_id = presented.unverified_client_id();
        let error = match failure {
            AuthenticationFailure::Store(error) => ClientAuthError::Store(error),
            // No fault of whoever asks, so it is not counted.
            AuthenticationFailure::KeysUnavailable(_, unavailable) => {
                ClientAuthError::KeysUnavailable(unavailable)
            }
            failure => match self
                .throttle
                .count(presentation.source, unverified_client_id)
            {
                Ok(()) => ClientAuthError::NotAuthenticated(failure),
                Err(wait) => ClientAuthError::Throttled { failure, wait },
            },
        };
        Refused { client_id, error }
    }
}

fn is_registered_for_secrets(client: &Client, now: Timestamp) -> bool {
    let mut methods = client.auth.methods(now);
    methods.any(|method| *method == AuthMethod::ClientSecret)
}

/// Last of all, so that whoever asks from elsewhere learns nothing from the work either.
fn from_allowed_network(
    authenticated: AuthenticatedClient,
    source: IpAddr,
) -> Result<AuthenticatedClient, AuthenticationFailure> {
    let client = authenticated.client();
    if client.may_ask_from(source) {
        Ok(authenticated)
    } else {
        Err(AuthenticationFailure::WrongNetwork(client.id.clone()))
    }
}

fn not_active(id: ClientId, reason: NotActive) -> AuthenticationFailure {
    match reason {
        NotActive::Store(error) => AuthenticationFailure::Store(error),
        reason => AuthenticationFailure::NotActive(id, reason),
    }
}
