//! Keeping the keys that sign tokens.

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::StoreError;
use crate::keys::{KeyState, SigningAlgorithm};

/// A signing key as it is kept.
#[derive(Clone)]
pub struct KeyRecord {
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// What it is going through.
    pub state: KeyState,
    /// The private key, PKCS #8.
    pub pkcs8: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRecord")
            .field("algorithm", &self.algorithm)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What became of the first write of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InsertKeysOutcome {
    /// They are written.
    Inserted,
    /// There are keys already: nothing was written.
    Exist,
}

/// The deployment's own secrets: its signing keys and the root of its cursors.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// All signing keys; none: there were never any.
    async fn find_signing_keys(&self) -> Result<Option<Vec<KeyRecord>>, StoreError>;

    /// Writes the first signing keys.
    async fn insert_signing_keys(
        &self,
        keys: &[KeyRecord],
    ) -> Result<InsertKeysOutcome, StoreError>;

    /// The 256-bit root of cursors; none: there was never one.
    async fn find_root(&self) -> Result<Option<Zeroizing<[u8; 32]>>, StoreError>;

    /// Writes the first root.
    async fn insert_root(&self, root: &[u8; 32]) -> Result<InsertKeysOutcome, StoreError>;
}
