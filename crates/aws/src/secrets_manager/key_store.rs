//! The deployment's own secrets.

use async_trait::async_trait;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use m2m_core::ports::{
    InsertKeysOutcome, KeptKeys, KeyRecord, KeyStore, KeysRevision, StoreError, WriteOutcome,
};
use m2m_types::generation::Generation;
use zeroize::Zeroizing;

use super::documents::root::{read_root, write_root};
use super::documents::signing_keys::{read_signing_keys, write_signing_keys};
use super::{Secrets, change, failed};
use crate::deadline::within_deadline;
use crate::failure::Store;

/// AWS resolves a name before it looks at policies that name ARNs, so to a function it denies what does not
/// exist.
const ABSENT_OR_DENIED: &str = "AWS denies it, also where it does not exist yet: has the management API been \
     called once, or `m2m admin bootstrap` been run?";

/// The operation that reads a secret.
const READ: &str = "GetSecretValue";

/// The signing keys and the root of cursors, each in a secret of its own.
pub(crate) struct SecretsManagerKeyStore {
    secrets: Secrets,
}

/// A document and the version it is in.
struct Found {
    text: Zeroizing<String>,
    version: String,
}

impl SecretsManagerKeyStore {
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }

    async fn find(&self, what: &str, name: String) -> Result<Option<Found>, StoreError> {
        let result = self
            .secrets
            .client
            .get_secret_value()
            .secret_id(&name)
            .send()
            .await;
        match result {
            Ok(output) => {
                let text = output
                    .secret_string
                    .ok_or_else(|| StoreError::new(what, "it is no text"))?;
                Ok(Some(Found {
                    text: Zeroizing::new(text),
                    version: output.version_id.unwrap_or_default(),
                }))
            }
            Err(error) => match error.as_service_error() {
                Some(GetSecretValueError::ResourceNotFoundException(_)) => Ok(None),
                Some(other) if other.code() == Some("AccessDeniedException") => Err(failed(
                    &format!("{what} ({ABSENT_OR_DENIED})"),
                    READ,
                    &name,
                    &error,
                )),
                _ => Err(failed(what, READ, &name, &error)),
            },
        }
    }

    async fn insert(
        &self,
        what: &str,
        name: String,
        document: Zeroizing<String>,
    ) -> Result<InsertKeysOutcome, StoreError> {
        let result = self
            .secrets
            .create(name.clone())
            .secret_string(document.as_str())
            .send()
            .await;
        match result {
            Ok(_) => Ok(InsertKeysOutcome::Inserted),
            Err(error) => match error.as_service_error() {
                Some(CreateSecretError::ResourceExistsException(_)) => Ok(InsertKeysOutcome::Exist),
                _ => Err(failed(what, "CreateSecret", &name, &error)),
            },
        }
    }
}

#[async_trait]
impl KeyStore for SecretsManagerKeyStore {
    async fn find_signing_keys(&self) -> Result<Option<KeptKeys>, StoreError> {
        let name = self.secrets.name_of_signing_keys();
        let found = self.find("read the signing keys", name).await?;
        let read = |found: Found| read_signing_keys(&found.text, KeysRevision(found.version));
        found.map(read).transpose()
    }

    async fn insert_signing_keys(
        &self,
        keys: &[KeyRecord],
        generation: Generation,
    ) -> Result<InsertKeysOutcome, StoreError> {
        let name = self.secrets.name_of_signing_keys();
        let document = write_signing_keys(keys, generation)?;
        self.insert("write the signing keys", name, document).await
    }

    async fn raise_generation(&self) -> Result<Generation, StoreError> {
        change::raise(&self.secrets).await
    }

    async fn replace_signing_keys(
        &self,
        keys: &[KeyRecord],
        expected: &KeysRevision,
    ) -> Result<WriteOutcome, StoreError> {
        let name = self.secrets.name_of_signing_keys();
        within_deadline(
            "replace the signing keys",
            Store::Secret(&name),
            change::replace(&self.secrets, keys, expected),
        )
        .await
    }

    async fn find_root(&self) -> Result<Option<Zeroizing<[u8; 32]>>, StoreError> {
        let name = self.secrets.name_of_root();
        let found = self.find("read the root of cursors", name).await?;
        found.map(|found| read_root(&found.text)).transpose()
    }

    async fn insert_root(&self, root: &[u8; 32]) -> Result<InsertKeysOutcome, StoreError> {
        let name = self.secrets.name_of_root();
        let document = write_root(root)?;
        self.insert("write the root of cursors", name, document)
            .await
    }
}
