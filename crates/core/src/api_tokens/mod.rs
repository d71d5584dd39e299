//! API access tokens: narrow, named and lasting, for where no secret can be kept.
//!
//! A token is looked up by the digest of its value, so whoever checks one asks: introspection. It carries the
//! generations of those who stand behind it, like any token, and no stop of theirs brings it back.

mod backing;
mod create;
mod delete;
mod error;
mod live;
mod of_client;
mod patch;
mod read;
mod record;
mod settings;

use std::sync::Arc;

pub use error::ApiTokensError;
pub use live::{DeadApiToken, LiveApiToken, LiveApiTokens};
pub(crate) use of_client::{detach_from, remove_of};
pub use read::Selection;
pub use record::ApiToken;

use crate::clock::Clock;
use crate::cursors::Cursors;
use crate::idempotency::KeptAnswers;
use crate::keys::KeyRing;
use crate::ports::{ApiTokens, Directory};
use crate::random::Random;
use crate::resource_servers::Catalog;

/// How many an owner may have.
pub const MAX_PER_OWNER: usize = 100;

/// The management API's rules for API access tokens and what they need. They are private to their owner.
pub struct ManagedApiTokens {
    /// Where they are kept.
    pub store: Arc<dyn ApiTokens>,
    /// The answers that are kept for repetitions.
    pub answers: KeptAnswers,
    /// Who stands behind them.
    pub directory: Arc<dyn Directory>,
    /// What they may be for.
    pub catalog: Arc<Catalog>,
    /// The deployment's generation.
    pub keys: Arc<KeyRing>,
    /// Paging.
    pub cursors: Cursors,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers and values.
    pub random: Arc<dyn Random>,
}
