//! Generations: how tokens die without clocks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::handle::Handle;

/// Counts how often a client, an owner, an organization or the whole deployment was stopped.
///
/// Every stop raises it; a token that carries a lower value is dead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(u64);

impl Generation {
    /// The first one of a deployment: above those that it had if it began once before, since no stop takes less
    /// than a second.
    pub fn of_deployment_made_at(now: Timestamp) -> Self {
        Self(now.as_second().unsigned_abs())
    }

    /// The generation after a stop.
    #[must_use]
    pub fn raised(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The `gen` claim: the generations as they were read when the token was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generations {
    /// Of the client.
    pub client: Generation,
    /// Of its owner.
    pub owner: Generation,
    /// Of its organization.
    pub organization: Generation,
    /// Of the deployment, raised when its table was restored from a backup.
    pub deployment: Generation,
    /// Names the owner in the revocation snapshot.
    pub owner_handle: Handle,
    /// Names the organization in the revocation snapshot.
    pub organization_handle: Handle,
}

impl Generations {
    /// Whether a token that carries these outlives a stop that led to `now`.
    pub fn survive(&self, now: &Self) -> bool {
        self.client >= now.client
            && self.owner >= now.owner
            && self.organization >= now.organization
            && self.deployment >= now.deployment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_raised_generation_kills_the_token() {
        let token = Generations {
            client: Generation::default(),
            owner: Generation::default(),
            organization: Generation::default(),
            deployment: Generation::default(),
            owner_handle: Handle::from_random_bytes([1; 12]),
            organization_handle: Handle::from_random_bytes([2; 12]),
        };
        assert!(token.survive(&token));
        for stopped in [
            Generations {
                client: token.client.raised(),
                ..token
            },
            Generations {
                owner: token.owner.raised(),
                ..token
            },
            Generations {
                organization: token.organization.raised(),
                ..token
            },
            Generations {
                deployment: token.deployment.raised(),
                ..token
            },
        ] {
            assert!(!token.survive(&stopped));
        }
    }
}
