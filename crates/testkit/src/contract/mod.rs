//! What every adapter of the ports must do, as named facts.
//!
//! A fact is an async function that takes the [`Ports`] of a fresh and empty deployment and panics
//! if it does not hold. An adapter's tests turn all facts of a port into tests of their own:
//!
//! ```text
//! m2m_testkit::client_store_contract!(ports_in_memory);
//! ```
//!
//! where `ports_in_memory` is an `async fn() -> Ports`.

pub mod answers;
pub mod api_tokens;
pub mod attempts;
pub mod client_store;
pub mod directory;
pub mod key_store;
pub mod quotas;
pub mod resource_server_store;
pub mod revocations;
pub mod secret_values;
pub mod spent_once;
pub mod survey;

use std::any::Any;
use std::sync::Arc;

use jiff::Timestamp;
use m2m_core::client::{Client, ClientState};
use m2m_core::ports::{
    Answers, ApiTokens, Attempts, ClientStore, Directory, InsertOutcome, KeptAnswer, KeyStore,
    ListedBy, PendingClient, Quotas, ResourceServerStore, Revocations, SecretValues, SpentOnce,
    Survey, WriteOutcome,
};
use m2m_types::client_id::ClientId;

use crate::builders::{self, NOW};

/// The ports of one deployment.
#[derive(Clone)]
pub struct Ports {
    /// Reads what a request is decided by.
    pub directory: Arc<dyn Directory>,
    /// Writes clients.
    pub clients: Arc<dyn ClientStore>,
    /// Keeps answers.
    pub answers: Arc<dyn Answers>,
    /// Keeps the values of secrets.
    pub values: Arc<dyn SecretValues>,
    /// Keeps the signing keys.
    pub keys: Arc<dyn KeyStore>,
    /// Keeps what was stopped.
    pub revocations: Arc<dyn Revocations>,
    /// Remembers what may be used once.
    pub spent: Arc<dyn SpentOnce>,
    /// Keeps the resource servers.
    pub resource_servers: Arc<dyn ResourceServerStore>,
    /// Counts tokens.
    pub quotas: Arc<dyn Quotas>,
    /// Remembers refused token requests.
    pub attempts: Arc<dyn Attempts>,
    /// Keeps API access tokens.
    pub api_tokens: Arc<dyn ApiTokens>,
    /// Sees everything at once.
    pub survey: Arc<dyn Survey>,
    /// What must outlive the ports, such as a directory that is removed when it is dropped.
    pub guard: Option<Arc<dyn Any + Send + Sync>>,
}

impl Ports {
    /// The client as it is kept.
    async fn client(&self, id: &ClientId) -> Option<Client> {
        self.directory.find_client(id).await.unwrap().client
    }

    /// Takes the first step of a create.
    async fn insert(
        &self,
        client: &Client,
        max_clients: Option<u32>,
        answer: Option<&KeptAnswer>,
        now: Timestamp,
    ) -> InsertOutcome {
        let pending = PendingClient {
            client,
            max_clients,
            max_made_a_day: u32::MAX,
            answer,
            now,
        };
        self.clients.insert_pending(pending).await.unwrap()
    }

    /// Makes an active client in both steps of a create.
    async fn create(&self, pending: &Client) -> Client {
        let inserted = self.insert(pending, None, None, NOW).await;
        assert_eq!(inserted, InsertOutcome::Inserted);
        let active = builders::next(pending, ClientState::Active);
        let activated = self
            .clients
            .activate(&active, pending.revision, None)
            .await
            .unwrap();
        assert_eq!(activated, WriteOutcome::Written);
        active
    }

    /// Deletes an active client.
    async fn delete(&self, client: &Client) -> Client {
        let restorable_until = NOW + jiff::SignedDuration::from_hours(24 * 29);
        let deleted = builders::next(
            client,
            ClientState::Deleted {
                restorable_until,
                was_disabled: false,
            },
        );
        let written = self.clients.delete(&deleted, client.revision, NOW).await;
        assert_eq!(written.unwrap(), WriteOutcome::Written);
        deleted
    }

    /// The ids of the notes of unfinished changes.
    async fn unfinished(&self) -> Vec<ClientId> {
        let notes = self.clients.unfinished(None, 1_000).await.unwrap();
        notes.into_iter().map(|note| note.client).collect()
    }

    /// The ids in a list of the owner of [`builders::owner`].
    async fn listed(&self, deleted: bool) -> Vec<ClientId> {
        let of = ListedBy::Owner(builders::owner().id);
        let clients = self.clients.list(&of, deleted, None, 1_000);
        clients
            .await
            .unwrap()
            .into_iter()
            .map(|client| client.id)
            .collect()
    }
}

/// Makes a test of each fact; used by the macro of each port.
#[doc(hidden)]
#[macro_export]
macro_rules! facts {
    ($port:ident, $make:path, [$($fact:ident),+ $(,)?]) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $fact() {
                $crate::contract::$port::$fact($make().await).await;
            }
        )+
    };
}
