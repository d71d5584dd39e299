//! The signing keys.

use std::collections::BTreeMap;

use jiff::Timestamp;
use m2m_core::keys::{KeyState, SigningAlgorithm};
use m2m_core::ports::{KeptKeys, KeyRecord, KeysRevision, StoreError};
use m2m_types::generation::Generation;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{Base64, SCHEMA_VERSION, check_version};

const WHAT: &str = "the signing keys";

#[derive(Serialize, Deserialize)]
struct KeysDocument {
    schema_version: u32,
    /// Absent in what programs wrote that did not know it.
    #[serde(default)]
    generation: Generation,
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
    generation: Generation,
) -> Result<Zeroizing<String>, StoreError> {
    let document = KeysDocument {
        schema_version: SCHEMA_VERSION,
        generation,
        keys: keys.iter().map(KeyDocument::from).collect(),
    };
    super::write(WHAT, &document)
}

pub(in crate::secrets_manager) fn read_signing_keys(
    text: &str,
    revision: KeysRevision,
) -> Result<KeptKeys, StoreError> {
    let document = read_document(text)?;
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
    Ok(KeptKeys {
        generation: document.generation,
        keys: keys.collect::<Result<_, StoreError>>()?,
        revision,
    })
}

fn read_document(text: &str) -> Result<KeysDocument, StoreError> {
    let document: KeysDocument = super::read(WHAT, text)?;
    check_version(WHAT, document.schema_version)?;
    Ok(document)
}

/// The document with the generation raised, and whatever else a later program put into it unchanged.
pub(in crate::secrets_manager) fn raise_generation(
    text: &str,
) -> Result<(Generation, Zeroizing<String>), StoreError> {
    let raised = read_document(text)?.generation.raised();
    Ok((raised, with_member(text, "generation", &raised)?))
}

/// The document with other keys, and everything else unchanged.
pub(in crate::secrets_manager) fn replace_keys(
    text: &str,
    keys: &[KeyRecord],
) -> Result<Zeroizing<String>, StoreError> {
    read_document(text)?;
    let keys: Vec<_> = keys.iter().map(KeyDocument::from).collect();
    with_member(text, "keys", &keys)
}

/// The members of the document as they stand there, but for one. What is not changed is never parsed further.
fn with_member(
    text: &str,
    name: &str,
    value: &impl Serialize,
) -> Result<Zeroizing<String>, StoreError> {
    let value = super::write(WHAT, value)?;
    let value: &RawValue = super::read(WHAT, &value)?;
    let mut document: BTreeMap<String, &RawValue> = super::read(WHAT, text)?;
    document.insert(name.to_owned(), value);
    super::write(WHAT, &document)
}

impl From<&KeyRecord> for KeyDocument {
    fn from(key: &KeyRecord) -> Self {
        Self {
            algorithm: key.algorithm.as_str().to_owned(),
            state: key.state.into(),
            pkcs8: Base64(key.pkcs8.clone()),
        }
    }
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
