//! Whether a client's secret is there: what other calls' refusals do not tell.

use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretError;
use m2m_core::ports::StoreError;
use m2m_types::client_id::ClientId;

use super::{Secrets, failed};

/// How far a secret has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It is there.
    Live,
    /// It waits for its removal.
    Leaving,
    /// It does not exist.
    Gone,
}

impl Secrets {
    /// Asks for the one secret, since lists lag behind.
    pub(super) async fn presence_of(&self, client: &ClientId) -> Result<Presence, StoreError> {
        let name = self.name_of_client(client);
        let described = self.client.describe_secret().secret_id(&name).send().await;
        match described {
            Ok(found) if found.deleted_date().is_some() => Ok(Presence::Leaving),
            Ok(_) => Ok(Presence::Live),
            Err(error) => match error.as_service_error() {
                Some(DescribeSecretError::ResourceNotFoundException(_)) => Ok(Presence::Gone),
                _ => Err(failed(
                    "look at a client's secret",
                    "DescribeSecret",
                    &name,
                    &error,
                )),
            },
        }
    }

    /// Whether a call was denied only because there is no such secret: AWS denies what does not exist to whom a
    /// policy allows secrets by their ARNs. Who may describe any secret, as an operator may, can tell.
    pub(super) async fn is_denied_as_gone<E>(&self, client: &ClientId, error: &SdkError<E>) -> bool
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        error.code() == Some("AccessDeniedException")
            && matches!(self.presence_of(client).await, Ok(Presence::Gone))
    }
}
