//! Changing the document of the signing keys, which Secrets Manager has no conditional write for.

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_sdk_secretsmanager::operation::update_secret_version_stage::UpdateSecretVersionStageError;
use m2m_core::ports::{KeyRecord, KeysRevision, StoreError, WriteOutcome};
use m2m_types::generation::Generation;
use zeroize::Zeroizing;

use super::documents::signing_keys::{raise_generation, replace_keys};
use super::{Secrets, failed};

/// The label of a version that is to become the current one.
pub(super) const NEXT: &str = "M2MNEXT";
/// The label of the version that is read when none is asked for.
pub(super) const CURRENT: &str = "AWSCURRENT";
/// It is tried again this often when others change the keys meanwhile.
const ATTEMPTS: usize = 8;

/// Raises the deployment's generation, which lies with the signing keys.
pub(super) async fn raise(secrets: &Secrets) -> Result<Generation, StoreError> {
    let change = Change::new(secrets, "raise the deployment's generation");
    for _ in 0..ATTEMPTS {
        let read = change.read().await?;
        let (raised, document) = raise_generation(&read.text)?;
        if change.write(&read.version, &document).await? == WriteOutcome::Written {
            return Ok(raised);
        }
    }
    Err(StoreError::new(
        change.what,
        "others changed the signing keys again and again",
    ))
}

/// Writes other signing keys if those are still the ones that the caller knows.
pub(super) async fn replace(
    secrets: &Secrets,
    keys: &[KeyRecord],
    expected: &KeysRevision,
) -> Result<WriteOutcome, StoreError> {
    let change = Change::new(secrets, "replace the signing keys");
    let read = change.read().await?;
    if read.version != expected.0 {
        return Ok(WriteOutcome::ChangedMeanwhile);
    }
    let document = replace_keys(&read.text, keys)?;
    change.write(&read.version, &document).await
}

/// The document as it was read.
struct Read {
    text: Zeroizing<String>,
    version: String,
}

/// One change of the document: what is attempted, and where.
struct Change<'a> {
    secrets: &'a Secrets,
    name: String,
    what: &'static str,
}

impl<'a> Change<'a> {
    fn new(secrets: &'a Secrets, what: &'static str) -> Self {
        let name = secrets.name_of_signing_keys();
        Self {
            secrets,
            name,
            what,
        }
    }

    async fn read(&self) -> Result<Read, StoreError> {
        let client = &self.secrets.client;
        let sent = client.get_secret_value().secret_id(&self.name).send();
        let read = sent
            .await
            .map_err(|error| failed(self.what, "GetSecretValue", &self.name, &error))?;
        Ok(Read {
            version: self.version_of(&read)?,
            text: Zeroizing::new(read.secret_string.unwrap_or_default()),
        })
    }

    /// Secrets Manager has no conditional write, but moves a label only from the version that the caller knows: so
    /// the changed document is written beside the current one, and made current if that is still the one read.
    async fn write(&self, read: &str, document: &str) -> Result<WriteOutcome, StoreError> {
        let next = self.write_beside(document).await?;
        if self.make_current(read, &next).await? {
            return Ok(WriteOutcome::Written);
        }
        // A label that has been moved cannot be moved again: the answer to an earlier attempt may have been lost.
        let current = self.read().await?;
        Ok(if current.version == next {
            WriteOutcome::Written
        } else {
            WriteOutcome::ChangedMeanwhile
        })
    }

    /// The version that was written.
    async fn write_beside(&self, document: &str) -> Result<String, StoreError> {
        let client = &self.secrets.client;
        let written = client
            .put_secret_value()
            .secret_id(&self.name)
            .secret_string(document)
            .version_stages(NEXT)
            .send()
            .await
            .map_err(|error| failed(self.what, "PutSecretValue", &self.name, &error))?;
        self.required(written.version_id)
    }

    /// Whether the version became the current one; not if the current one is another than the one read.
    async fn make_current(&self, read: &str, next: &str) -> Result<bool, StoreError> {
        let client = &self.secrets.client;
        let moved = client
            .update_secret_version_stage()
            .secret_id(&self.name)
            .version_stage(CURRENT)
            .remove_from_version_id(read)
            .move_to_version_id(next)
            .send()
            .await;
        let Err(error) = moved else {
            return Ok(true);
        };
        match error.as_service_error() {
            Some(UpdateSecretVersionStageError::InvalidParameterException(_)) => Ok(false),
            _ => Err(failed(
                self.what,
                "UpdateSecretVersionStage",
                &self.name,
                &error,
            )),
        }
    }

    fn version_of(&self, read: &GetSecretValueOutput) -> Result<String, StoreError> {
        self.required(read.version_id.clone())
    }

    /// The version of an answer, which Secrets Manager always gives.
    fn required(&self, version: Option<String>) -> Result<String, StoreError> {
        version.ok_or_else(|| StoreError::new(self.what, "the answer names no version"))
    }
}
