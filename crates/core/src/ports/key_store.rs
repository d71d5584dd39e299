//! Keeping the keys that sign tokens.

use async_trait::async_trait;
use m2m_types::generation::Generation;
use zeroize::Zeroizing;

use super::{StoreError, WriteOutcome};
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

/// The signing keys and what is kept with them.
#[derive(Debug, Clone)]
pub struct KeptKeys {
    /// The deployment's generation: a token that carries a lower one is dead. It is kept outside the table, so
    /// that it does not go back when the table does.
    pub generation: Generation,
    /// All signing keys.
    pub keys: Vec<KeyRecord>,
    /// Which writing of them this is.
    pub revision: KeysRevision,
}

/// Which writing of the keys was read: the store's own word, told back to it by who changes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysRevision(pub String);

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
    /// All signing keys and the generation; none: there were never any.
    async fn find_signing_keys(&self) -> Result<Option<KeptKeys>, StoreError>;

    /// Writes the first signing keys, with the deployment's first generation.
    async fn insert_signing_keys(
        &self,
        keys: &[KeyRecord],
        generation: Generation,
    ) -> Result<InsertKeysOutcome, StoreError>;

    /// Writes these signing keys in place of those that were read as `expected`, and leaves the generation alone.
    async fn replace_signing_keys(
        &self,
        keys: &[KeyRecord],
        expected: &KeysRevision,
    ) -> Result<WriteOutcome, StoreError>;

    /// Raises the deployment's generation; the new one. Who does it at the same time raises it once more.
    /// For operators: no function may.
    async fn raise_generation(&self) -> Result<Generation, StoreError>;

    /// The 256-bit root of cursors; none: there was never one.
    async fn find_root(&self) -> Result<Option<Zeroizing<[u8; 32]>>, StoreError>;

    /// Writes the first root.
    async fn insert_root(&self, root: &[u8; 32]) -> Result<InsertKeysOutcome, StoreError>;
}
