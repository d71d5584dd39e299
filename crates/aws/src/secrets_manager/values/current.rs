//! Which version of a client's secret is the current one.

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretError;
use aws_sdk_secretsmanager::operation::update_secret_version_stage::UpdateSecretVersionStageError;
use m2m_core::ports::{StoreError, WriteOutcome};
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;

use super::SecretsManagerValues;
use crate::failure::failed;
use crate::secrets_manager::change::CURRENT;

const FIND: &str = "find the current value of a client's secret";
const MOVE: &str = "make another value of a client's secret the current one";

impl SecretsManagerValues {
    /// The version with the label; none if the secret is gone or going.
    pub(super) async fn labelled(&self, client: &ClientId) -> Result<Option<SecretId>, StoreError> {
        let name = self.secrets.name_of_client(client);
        let described = self.secrets.client.describe_secret().secret_id(name);
        let found = match described.send().await {
            Ok(found) if found.deleted_date().is_some() => return Ok(None),
            Ok(found) => found,
            Err(error) => match error.as_service_error() {
                Some(DescribeSecretError::ResourceNotFoundException(_)) => return Ok(None),
                _ => return Err(self.failed(FIND, "DescribeSecret", client, &error)),
            },
        };
        let versions = found.version_ids_to_stages.unwrap_or_default();
        let is_current = |labels: &Vec<String>| labels.iter().any(|label| label == CURRENT);
        let current = versions.into_iter().find(|(_, labels)| is_current(labels));
        let current = current.map(|(version, _)| SecretId::parse(version));
        current.transpose().map_err(|error| failed(FIND, &error))
    }

    /// Secrets Manager moves a label only from the version that the caller knows.
    pub(super) async fn move_label(
        &self,
        client: &ClientId,
        from: &SecretId,
        to: &SecretId,
    ) -> Result<WriteOutcome, StoreError> {
        let moved = self
            .secrets
            .client
            .update_secret_version_stage()
            .secret_id(self.secrets.name_of_client(client))
            .version_stage(CURRENT)
            .remove_from_version_id(from.as_str())
            .move_to_version_id(to.as_str())
            .send()
            .await;
        let Err(error) = moved else {
            return Ok(WriteOutcome::Written);
        };
        match error.as_service_error() {
            Some(UpdateSecretVersionStageError::InvalidParameterException(_)) => {
                Ok(WriteOutcome::ChangedMeanwhile)
            }
            _ => Err(self.failed(MOVE, "UpdateSecretVersionStage", client, &error)),
        }
    }
}
