//! The values of clients' secrets.

mod current;

use async_trait::async_trait;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_sdk_secretsmanager::operation::delete_secret::DeleteSecretError;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError;
use aws_sdk_secretsmanager::operation::restore_secret::RestoreSecretError;
use aws_sdk_secretsmanager::types::Tag;
use m2m_core::ports::{KeptValue, SecretValues, StoreError, WriteOutcome};
use m2m_core::secret::SecretDigest;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::issuer::Issuer;
use m2m_types::names::SecretId;

use super::change::NEXT;
use super::documents::client_secret::{read_client_secret, write_client_secret};
use super::presence::Presence;
use super::{CLIENT_TAG, Secrets};
use crate::deadline::within_deadline;
use crate::failure::Store;

/// How long a removed secret can be restored: the longest that Secrets Manager offers, a day more
/// than a client can be.
const RECOVERY_DAYS: i64 = 30;

/// The values of secrets, one secret of Secrets Manager for each client.
pub(crate) struct SecretsManagerValues {
    secrets: Secrets,
    issuer: Issuer,
}

impl SecretsManagerValues {
    pub(crate) fn new(secrets: Secrets, issuer: Issuer) -> Self {
        Self { secrets, issuer }
    }
}

#[async_trait]
impl SecretValues for SecretsManagerValues {
    async fn insert(
        &self,
        client: &ClientId,
        secret: &SecretId,
        value: &ClientSecret,
    ) -> Result<String, StoreError> {
        within_deadline(
            "keep the value of a secret",
            Store::Secret(&self.secrets.name_of_client(client)),
            self.keep(client, secret, value),
        )
        .await
    }

    async fn add(
        &self,
        client: &ClientId,
        secret: &SecretId,
        value: &ClientSecret,
    ) -> Result<String, StoreError> {
        within_deadline(
            "keep the value of a secret",
            Store::Secret(&self.secrets.name_of_client(client)),
            self.keep_beside(client, secret, value),
        )
        .await
    }

    async fn find_current(&self, client: &ClientId) -> Result<Option<SecretId>, StoreError> {
        within_deadline(
            "find the current value of a client's secret",
            Store::Secret(&self.secrets.name_of_client(client)),
            self.labelled(client),
        )
        .await
    }

    async fn make_current(
        &self,
        client: &ClientId,
        from: &SecretId,
        to: &SecretId,
    ) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "make another value of a client's secret the current one",
            Store::Secret(&self.secrets.name_of_client(client)),
            self.move_label(client, from, to),
        )
        .await
    }

    async fn find(
        &self,
        client: &ClientId,
        secret: &SecretId,
    ) -> Result<Option<KeptValue>, StoreError> {
        within_deadline(
            "read the value of a secret",
            Store::Secret(&self.secrets.name_of_client(client)),
            self.look_up(client, secret),
        )
        .await
    }

    async fn schedule_removal(&self, client: &ClientId) -> Result<(), StoreError> {
        within_deadline(
            "schedule the removal of a client's secret",
            Store::Secret(&self.secrets.name_of_client(client)),
            self.schedule(client),
        )
        .await
    }

    async fn restore(&self, client: &ClientId) -> Result<bool, StoreError> {
        within_deadline(
            "restore a client's secret",
            Store::Secret(&self.secrets.name_of_client(client)),
            self.restore_removed(client),
        )
        .await
    }

    async fn remove(&self, client: &ClientId) -> Result<(), StoreError> {
        within_deadline(
            "remove a client's secret",
            Store::Secret(&self.secrets.name_of_client(client)),
            self.remove_at_once(client),
        )
        .await
    }
}

impl SecretsManagerValues {
    fn failed<E>(
        &self,
        attempt: &str,
        operation: &str,
        client: &ClientId,
        error: &SdkError<E>,
    ) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let name = self.secrets.name_of_client(client);
        super::failed(attempt, operation, &name, error)
    }

    async fn keep(
        &self,
        client: &ClientId,
        secret: &SecretId,
        value: &ClientSecret,
    ) -> Result<String, StoreError> {
        let what = "keep the value of a secret";
        let document = write_client_secret(client, secret, value, &self.issuer)?;
        let result = self
            .secrets
            .create(self.secrets.name_of_client(client))
            .client_request_token(secret.as_str())
            .secret_string(document)
            .tags(
                Tag::builder()
                    .key(CLIENT_TAG)
                    .value(client.as_str())
                    .build(),
            )
            .send()
            .await;
        let error = match result {
            Ok(created) => return arn_of(created.arn),
            Err(error) => error,
        };
        if !matches!(
            error.as_service_error(),
            Some(CreateSecretError::ResourceExistsException(_))
        ) {
            return Err(self.failed(what, "CreateSecret", client, &error));
        }
        match self.look_up(client, secret).await? {
            Some(kept) if SecretDigest::of(&kept.value).matches(&SecretDigest::of(value)) => {
                Ok(kept.arn)
            }
            _ => Err(self.failed(what, "CreateSecret", client, &error)),
        }
    }

    /// A version beside the others, with a label that nobody asks for: without one, Secrets Manager might drop it. A
    /// client that had no secret so far gets its first.
    async fn keep_beside(
        &self,
        client: &ClientId,
        secret: &SecretId,
        value: &ClientSecret,
    ) -> Result<String, StoreError> {
        let document = write_client_secret(client, secret, value, &self.issuer)?;
        let result = self
            .secrets
            .client
            .put_secret_value()
            .secret_id(self.secrets.name_of_client(client))
            .client_request_token(secret.as_str())
            .secret_string(document)
            .version_stages(NEXT)
            .send()
            .await;
        let error = match result {
            Ok(put) => return arn_of(put.arn),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PutSecretValueError::ResourceNotFoundException(_)) => {
                self.keep(client, secret, value).await
            }
            _ if self.secrets.is_denied_as_gone(client, &error).await => {
                self.keep(client, secret, value).await
            }
            _ => {
                let what = "keep the value of a secret";
                Err(self.failed(what, "PutSecretValue", client, &error))
            }
        }
    }

    async fn look_up(
        &self,
        client: &ClientId,
        secret: &SecretId,
    ) -> Result<Option<KeptValue>, StoreError> {
        let result = self
            .secrets
            .client
            .get_secret_value()
            .secret_id(self.secrets.name_of_client(client))
            .version_id(secret.as_str())
            .send()
            .await;
        match result {
            Ok(output) => Ok(Some(KeptValue {
                arn: arn_of(output.arn)?,
                value: read_client_secret(output.secret_string)?,
            })),
            Err(error) => match error.as_service_error() {
                Some(GetSecretValueError::ResourceNotFoundException(_)) => Ok(None),
                Some(GetSecretValueError::InvalidRequestException(_))
                    if self.is_scheduled_for_removal(client).await? =>
                {
                    Ok(None)
                }
                _ if self.secrets.is_denied_as_gone(client, &error).await => Ok(None),
                _ => Err(self.failed(
                    "read the value of a secret",
                    "GetSecretValue",
                    client,
                    &error,
                )),
            },
        }
    }

    async fn schedule(&self, client: &ClientId) -> Result<(), StoreError> {
        let result = self
            .secrets
            .client
            .delete_secret()
            .secret_id(self.secrets.name_of_client(client))
            .recovery_window_in_days(RECOVERY_DAYS)
            .send()
            .await;
        let Err(error) = result else {
            return Ok(());
        };
        match error.as_service_error() {
            Some(DeleteSecretError::ResourceNotFoundException(_)) => Ok(()),
            Some(DeleteSecretError::InvalidRequestException(_))
                if self.is_scheduled_for_removal(client).await? =>
            {
                Ok(())
            }
            _ if self.secrets.is_denied_as_gone(client, &error).await => Ok(()),
            _ => Err(self.failed(
                "schedule the removal of a client's secret",
                "DeleteSecret",
                client,
                &error,
            )),
        }
    }

    async fn restore_removed(&self, client: &ClientId) -> Result<bool, StoreError> {
        let result = self
            .secrets
            .client
            .restore_secret()
            .secret_id(self.secrets.name_of_client(client))
            .send()
            .await;
        let Err(error) = result else {
            return Ok(true);
        };
        match error.as_service_error() {
            Some(RestoreSecretError::ResourceNotFoundException(_)) => Ok(false),
            _ if self.secrets.is_denied_as_gone(client, &error).await => Ok(false),
            _ => Err(self.failed("restore a client's secret", "RestoreSecret", client, &error)),
        }
    }

    async fn remove_at_once(&self, client: &ClientId) -> Result<(), StoreError> {
        let result = self
            .secrets
            .client
            .delete_secret()
            .secret_id(self.secrets.name_of_client(client))
            .force_delete_without_recovery(true)
            .send()
            .await;
        match result {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteSecretError::ResourceNotFoundException(_)) => Ok(()),
                _ if self.secrets.is_denied_as_gone(client, &error).await => Ok(()),
                _ => Err(self.failed("remove a client's secret", "DeleteSecret", client, &error)),
            },
        }
    }

    /// Whether the secret waits for its removal. The error alone does not tell: a secret with
    /// replicas, for one, is refused the same way.
    async fn is_scheduled_for_removal(&self, client: &ClientId) -> Result<bool, StoreError> {
        Ok(self.secrets.presence_of(client).await? == Presence::Leaving)
    }
}

/// The ARN of an answer, which Secrets Manager always gives.
fn arn_of(arn: Option<String>) -> Result<String, StoreError> {
    arn.ok_or_else(|| StoreError::new("read the ARN of a client's secret", "the answer has none"))
}
