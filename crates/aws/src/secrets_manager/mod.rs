//! The ports on Secrets Manager.
//!
//! | secret | name | content |
//! |---|---|---|
//! | a client's | `{prefix}/clients/{client_id}` | `client_id`, `secret_id`, `client_secret`, `issuer`, `token_endpoint`; a version is named by its `secret_id` |
//! | the signing keys | `{prefix}/signing-keys` | `schema_version`, `keys` |
//! | the root of cursors | `{prefix}/root` | `schema_version`, `root` |

mod documents;
mod key_store;
mod values;

pub(crate) use key_store::SecretsManagerKeyStore;
pub(crate) use values::SecretsManagerValues;

use aws_sdk_secretsmanager::Client;
use m2m_types::client_id::ClientId;

/// The secrets of this deployment. Clones share the SDK's client and its connections.
#[derive(Clone)]
pub(crate) struct Secrets {
    client: Client,
    prefix: String,
}

impl Secrets {
    pub(crate) fn new(client: Client, prefix: String) -> Self {
        Self { client, prefix }
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
