//! The signing keys.

use jiff::Timestamp;
use m2m_core::keys::{KeyState, SigningAlgorithm};
use m2m_core::ports::{KeyRecord, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Base64, SCHEMA_VERSION, check_version};

const WHAT: &str = "the signing keys";

#[derive(Serialize, Deserialize)]
struct KeysDocument {
    schema_version: u32,
    keys: Vec<KeyDocument>,
}

#[derive(Serialize, Deserialize)]
struct KeyDocument {
    algorithm: String,
    #[serde(flatten)]
    state: StateDocument,
    pkcs8: Base64,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum StateDocument {
    Pending { since: Timestamp },
    Active { since: Timestamp },
    Retiring { until: Timestamp },
}

pub(in crate::secrets_manager) fn write_signing_keys(
    keys: &[KeyRecord],
) -> Result<Zeroizing<String>, StoreError> {
    let keys = keys.iter().map(|key| KeyDocument {
        algorithm: key.algorithm.as_str().to_owned(),
        state: key.state.into(),
        pkcs8: Base64(key.pkcs8.clone()),
    });
    let document = KeysDocument {
        schema_version: SCHEMA_VERSION,
        keys: keys.collect(),
    };
    super::write(WHAT, &document)
}

pub(in crate::secrets_manager) fn read_signing_keys(
    text: &str,
) -> Result<Vec<KeyRecord>, StoreError> {
    let document: KeysDocument = super::read(WHAT, text)?;
    check_version(WHAT, document.schema_version)?;
    let keys = document.keys.into_iter().map(|key| {
        let algorithm: SigningAlgorithm = key
            .algorithm
            .parse()
            .map_err(|error| StoreError::new(format!("understand {WHAT}"), error))?;
        Ok(KeyRecord {
            algorithm,
            state: key.state.into(),
            pkcs8: key.pkcs8.0,
        })
    });
    keys.collect()
}

impl From<KeyState> for StateDocument {
    fn from(state: KeyState) -> Self {
        match state {
            KeyState::Pending { since } => Self::Pending { since },
            KeyState::Active { since } => Self::Active { since },
            KeyState::Retiring { until } => Self::Retiring { until },
        }
    }
}

impl From<StateDocument> for KeyState {
    fn from(state: StateDocument) -> Self {
        match state {
            StateDocument::Pending { since } => Self::Pending { since },
            StateDocument::Active { since } => Self::Active { since },
            StateDocument::Retiring { until } => Self::Retiring { until },
        }
    }
}
