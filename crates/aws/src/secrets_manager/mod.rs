//! The ports on Secrets Manager.
//!
//! | secret | name | content |
//! |---|---|---|
//! | a client's | `{prefix}/clients/{client_id}` | `client_id`, `secret_id`, `client_secret`, `issuer`, `token_endpoint`; a version is named by its `secret_id` |
//! | the signing keys | `{prefix}/signing-keys` | `schema_version`, `generation`, `keys` |
//! | the root of cursors | `{prefix}/root` | `schema_version`, `root` |

mod change;
mod documents;
mod key_store;
mod presence;
mod survey;
mod values;

pub(crate) use key_store::SecretsManagerKeyStore;
pub(crate) use values::SecretsManagerValues;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::create_secret::builders::CreateSecretFluentBuilder;
use m2m_core::ports::StoreError;
use m2m_types::client_id::ClientId;

use crate::config::StoresConfig;
use crate::failure::{Store, call_failed};

/// The tag that a policy can allow the reading of a client's secret by.
const CLIENT_TAG: &str = "m2m:client_id";

/// The secrets of this deployment. Clones share the SDK's client and its connections.
#[derive(Clone)]
pub(crate) struct Secrets {
    client: Client,
    prefix: String,
    kms_key: Option<String>,
}

impl Secrets {
    pub(crate) fn new(client: Client, config: &StoresConfig) -> Self {
        Self {
            client,
            prefix: config.secret_prefix.clone(),
            kms_key: config.secret_kms_key.clone(),
        }
    }

    /// The begin of every request for a new secret.
    fn create(&self, name: String) -> CreateSecretFluentBuilder {
        self.client
            .create_secret()
            .name(name)
            .set_kms_key_id(self.kms_key.clone())
    }

    fn name_of_client(&self, client: &ClientId) -> String {
        format!("{}/clients/{client}", self.prefix)
    }

    fn name_of_signing_keys(&self) -> String {
        format!("{}/signing-keys", self.prefix)
    }

    fn name_of_root(&self) -> String {
        format!("{}/root", self.prefix)
    }
}

/// A call of Secrets Manager on that secret that failed.
fn failed<E>(attempt: &str, operation: &str, name: &str, error: &SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let action = format!("secretsmanager:{operation}");
    call_failed(attempt, &action, Store::Secret(name), error)
}
