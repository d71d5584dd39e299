//! The secrets inside a client.

use jiff::Timestamp;
use m2m_core::secret::{Outgoing, Secret, SecretDigest};
use m2m_types::names::SecretId;
use serde::{Deserialize, Serialize};

/// A member that is not known is refused: the list of secrets is written as a whole, so what this program
/// does not know would be lost with the next change. A further member is a new version of the client.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretItem {
    secret_id: SecretId,
    hint: String,
    #[serde(with = "serde_bytes")]
    sha256: [u8; 32],
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    arn: Option<String>,
    outgoing: Option<OutgoingItem>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum OutgoingItem {
    Replaced {
        by: SecretId,
        former_end: Option<Timestamp>,
    },
    Retired,
}

impl From<&Outgoing> for OutgoingItem {
    fn from(outgoing: &Outgoing) -> Self {
        match outgoing {
            Outgoing::Replaced { by, former_end } => Self::Replaced {
                by: by.clone(),
                former_end: *former_end,
            },
            Outgoing::Retired => Self::Retired,
        }
    }
}

impl From<OutgoingItem> for Outgoing {
    fn from(item: OutgoingItem) -> Self {
        match item {
            OutgoingItem::Replaced { by, former_end } => Self::Replaced { by, former_end },
            OutgoingItem::Retired => Self::Retired,
        }
    }
}

impl From<&Secret> for SecretItem {
    fn from(secret: &Secret) -> Self {
        Self {
            secret_id: secret.id.clone(),
            hint: secret.hint.clone(),
            sha256: *secret.digest.as_bytes(),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
            arn: secret.arn.clone(),
            outgoing: secret.outgoing.as_ref().map(OutgoingItem::from),
        }
    }
}

impl From<SecretItem> for Secret {
    fn from(item: SecretItem) -> Self {
        Self {
            id: item.secret_id,
            hint: item.hint,
            digest: SecretDigest::from_bytes(item.sha256),
            created_at: item.created_at,
            expires_at: item.expires_at,
            arn: item.arn,
            outgoing: item.outgoing.map(Outgoing::from),
        }
    }
}
