//! Managing M2M OAuth clients.

mod create;
mod credentials_change;
mod delete;
mod error;
mod list;
mod read;
mod repair;
mod restore;
mod secrets;
mod settings;
mod stop;
mod transfer;
mod update;
mod view;

use std::sync::Arc;

use m2m_types::admin::client::SecretStorage;

pub use delete::ItsApiTokens;
pub use error::ClientsError;
pub use list::{Selection, Whose};
pub use repair::{LEFT_BEHIND, Repaired};
pub use secrets::{InUsePeriod, Retirement};
pub(crate) use settings::ClientSettings;

use crate::clock::Clock;
use crate::cursors::Cursors;
use crate::idempotency::KeptAnswers;
use crate::ports::{ApiTokens, ClientStore, Directory, Revocations, SecretValues};
use crate::random::Random;
use crate::resource_servers::{Catalog, ResourceServers};

/// The management API's rules for clients and what they need.
pub struct Clients {
    /// Reading clients.
    pub directory: Arc<dyn Directory>,
    /// Writing clients.
    pub store: Arc<dyn ClientStore>,
    /// The answers that are kept for repetitions.
    pub answers: KeptAnswers,
    /// Keeping the values of their secrets.
    pub values: Arc<dyn SecretValues>,
    /// The API access tokens that clients made.
    pub api_tokens: Arc<dyn ApiTokens>,
    /// The tokens that were denied one by one, which a stop of their client makes needless.
    pub revocations: Arc<dyn Revocations>,
    /// What tokens are for.
    pub resource_servers: ResourceServers,
    /// All APIs there are.
    pub catalog: Arc<Catalog>,
    /// Where the values of secrets are kept unless a client says otherwise.
    pub secret_storage: SecretStorage,
    /// How long a secret has to be unused before it is retired without further ado.
    pub in_use: InUsePeriod,
    /// Paging.
    pub cursors: Cursors,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers and secrets.
    pub random: Arc<dyn Random>,
}
