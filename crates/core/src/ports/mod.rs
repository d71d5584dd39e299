//! What the rules need from the outside, each method one atomic step.
//!
//! Expected outcomes are return values; everything else is a [`StoreError`], on which nothing is
//! granted.

mod answers;
mod api_tokens;
mod attempts;
mod client_store;
mod directory;
mod fetch;
mod key_store;
mod quotas;
mod resource_server_store;
mod revocations;
mod secret_values;
mod spent_once;
mod survey;

pub use answers::{Answers, KeptAnswer};
pub use api_tokens::{ApiTokens, OwnedApiTokens};
pub use attempts::{Attempt, Attempts};
pub use client_store::{
    ClientStore, InsertOutcome, ListedBy, PendingClient, RestoreOutcome, RestoredClient,
    Unfinished, WriteOutcome,
};
pub use directory::{Directory, Lookup, Principals};
pub use fetch::{FetchDocument, NothingFetched, OwnDocument};
pub use key_store::{InsertKeysOutcome, KeptKeys, KeyRecord, KeyStore, KeysRevision};
pub use quotas::{Counted, Counter, Counting, Quotas};
pub use resource_server_store::ResourceServerStore;
pub use revocations::{Denial, DenyOutcome, Revocations, RevokedAt, TokenName, kept_until};
pub use secret_values::{KeptValue, SecretValues};
pub use spent_once::{Spending, SpentName, SpentOnce};
pub use survey::{ListEntry, Survey, SurveyedClient, SurveyedValue, TableSurvey};

/// A store gave no usable answer. What happened is for the log only.
#[derive(Debug, thiserror::Error)]
#[error("{attempt}")]
pub struct StoreError {
    attempt: String,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl StoreError {
    /// Says what was attempted and why it failed.
    pub fn new(
        attempt: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            attempt: attempt.into(),
            source: source.into(),
        }
    }
}
