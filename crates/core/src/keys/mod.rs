//! The keys that sign tokens, and checking what they signed.

mod algorithm;
mod key_ring;
mod key_set;
mod period;
mod rotation;
mod schedule;
mod signing_key;

pub use algorithm::SigningAlgorithm;
pub use key_ring::KeyRing;
pub use key_set::{InvalidToken, KeySet};
pub use period::{InvalidRotationPeriod, RotationPeriod};
pub use rotation::{Rotation, RotationError};
pub use schedule::{JWKS_MAX_AGE_SECONDS, NotPublishedLongEnough, PUBLISH_LEAD, RETIREMENT};
pub use signing_key::{InvalidKey, SigningKey};

use jiff::Timestamp;
use m2m_types::generation::Generation;
use tracing::info;

use crate::clock::Clock;
use crate::ports::{InsertKeysOutcome, KeyRecord, KeyStore, StoreError};

/// What a key is going through: pending → active → retiring → gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, does not sign yet.
    Pending {
        /// Since when it is published.
        since: Timestamp,
    },
    /// Signs.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// Published until the last token it signed has expired.
    Retiring {
        /// When that will be.
        until: Timestamp,
    },
}

/// Makes the first signing keys of a deployment, one active and one pending, unless there are some: of
/// many that try, the store lets one win.
///
/// # Errors
/// The store failed, or a key could not be made.
pub async fn provision(
    store: &dyn KeyStore,
    algorithm: SigningAlgorithm,
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    let since = clock.now();
    let generate = |state| {
        KeyRecord::generate(algorithm, state)
            .map_err(|error| StoreError::new("make a signing key", error))
    };
    let keys = [
        generate(KeyState::Active { since })?,
        generate(KeyState::Pending { since })?,
    ];
    // Keys that were taken away to make all of them anew had a generation, which verifiers still hold.
    let generation = Generation::of_deployment_made_at(since);
    match store.insert_signing_keys(&keys, generation).await? {
        InsertKeysOutcome::Inserted => info!(%algorithm, "the first signing keys were made"),
        InsertKeysOutcome::Exist => {}
    }
    Ok(())
}

impl KeyRecord {
    /// Makes a key.
    ///
    /// # Errors
    /// The cryptographic library refused.
    pub fn generate(algorithm: SigningAlgorithm, state: KeyState) -> Result<Self, InvalidKey> {
        Ok(Self {
            algorithm,
            state,
            pkcs8: algorithm.generate()?,
        })
    }
}
