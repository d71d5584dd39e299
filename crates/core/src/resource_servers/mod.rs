//! The APIs that tokens are for.

mod catalog;
mod change;
mod create;
mod error;
mod known;
mod read;
mod record;
mod settings;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

use m2m_types::InvalidText;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;
use m2m_types::metadata::paths;

pub use catalog::Catalog;
pub use error::ResourceServersError;
pub use known::KnownServers;
pub use read::Selection;
pub use record::{KeptCatalog, ResourceServerRecord};

use crate::clock::Clock;
use crate::cursors::Cursors;
use crate::idempotency::KeptAnswers;
use crate::random::Random;

/// The management API's rules for resource servers and what they need.
pub struct Registry {
    /// All of them.
    pub catalog: Arc<Catalog>,
    /// The answers that are kept for repetitions.
    pub answers: KeptAnswers,
    /// Paging.
    pub cursors: Cursors,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub random: Arc<dyn Random>,
}

/// An API that accepts tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceServer {
    /// The management API, kept as a symbol so that a changed issuer changes it too.
    Management,
    /// The organisation's own APIs, by identifier.
    Api(Audience),
}

/// The APIs of this deployment.
#[derive(Debug, Clone)]
pub struct ResourceServers {
    management: Audience,
    default: Audience,
}

impl ResourceServers {
    /// The management API at `{issuer}/v1` and the one that tokens are for unless they say otherwise.
    ///
    /// # Errors
    /// The identifier of the management API would be too long, or is the default.
    pub fn new(issuer: &Issuer, default: Audience) -> Result<Self, InvalidText> {
        let management = Audience::parse(issuer.join(paths::MANAGEMENT))?;
        if management == default {
            return Err(InvalidText {
                what: "the default audience",
                rule: "another than the management API at {issuer}/v1",
            });
        }
        Ok(Self {
            management,
            default,
        })
    }

    /// What a new client's tokens are for.
    pub fn default_for_clients(&self) -> ResourceServer {
        ResourceServer::Api(self.default.clone())
    }

    /// The API with that identifier, compared to the byte.
    pub fn find(&self, unverified_resource: &str) -> Option<ResourceServer> {
        if unverified_resource == self.management.as_str() {
            Some(ResourceServer::Management)
        } else if unverified_resource == self.default.as_str() {
            Some(self.default_for_clients())
        } else {
            None
        }
    }

    /// The `aud` of tokens for that API.
    pub fn audience_of<'a>(&'a self, server: &'a ResourceServer) -> &'a Audience {
        match server {
            ResourceServer::Management => &self.management,
            ResourceServer::Api(audience) => audience,
        }
    }
}
