//! What the rules stand on.

use std::sync::Arc;

use crate::clock::Clock;
use crate::ports::{
    Answers, ApiTokens, Attempts, ClientStore, Directory, FetchDocument, KeyStore, Quotas,
    ResourceServerStore, Revocations, SecretValues, SpentOnce,
};
use crate::random::Random;

/// Everything the rules need from the outside.
#[derive(Clone)]
pub struct Ports {
    /// Reading clients, owners and organizations.
    pub directory: Arc<dyn Directory>,
    /// Writing clients.
    pub clients: Arc<dyn ClientStore>,
    /// The answers that are kept for repetitions.
    pub answers: Arc<dyn Answers>,
    /// The values of secrets.
    pub values: Arc<dyn SecretValues>,
    /// API access tokens.
    pub api_tokens: Arc<dyn ApiTokens>,
    /// The deployment's own secrets.
    pub keys: Arc<dyn KeyStore>,
    /// What was stopped.
    pub revocations: Arc<dyn Revocations>,
    /// What may be used once.
    pub spent: Arc<dyn SpentOnce>,
    /// How many tokens were issued, where there is a quota.
    pub quotas: Arc<dyn Quotas>,
    /// Why token requests were refused.
    pub attempts: Arc<dyn Attempts>,
    /// What others publish.
    pub fetch: Arc<dyn FetchDocument>,
    /// Resource servers.
    pub resource_servers: Arc<dyn ResourceServerStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}
