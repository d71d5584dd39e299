//! The revocation snapshot: what was stopped, signed, for whoever verifies tokens offline.
//!
//! docs/revocations.md describes the format and the algorithm for verifiers in other languages.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::claims::AccessTokenClaims;
use crate::client_id::ClientId;
use crate::generation::{Generation, Generations};
use crate::handle::Handle;

/// The `typ` header of a snapshot.
pub const REVOCATIONS_TYP: &str = "revocations+jwt";
/// The media type of a snapshot.
pub const REVOCATIONS_MEDIA_TYPE: &str = "application/revocations+jwt";

/// What is stopped, at one moment of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// The lowest generation of a client whose tokens live.
    pub clients: BTreeMap<ClientId, Generation>,
    /// The lowest generation of an owner or an organization whose tokens live, by its handle.
    pub handles: BTreeMap<Handle, Generation>,
    /// The tokens that are dead by themselves.
    pub jtis: BTreeSet<String>,
    /// The keys that sign nothing any more, whatever the published keys say.
    pub kids: BTreeSet<String>,
}

/// The claims of a snapshot. Times are whole seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationsClaims {
    /// Who issued it: the issuer of the tokens that it speaks of.
    pub iss: String,
    /// When it was made.
    pub iat: i64,
    /// When nobody may use it any more.
    pub exp: i64,
    /// Raised by every stop. Among snapshots of the same [`RevocationsClaims::generation`] a lower one is older.
    pub seq: u64,
    /// The lowest generation of the deployment whose tokens live. It is raised when the table went back in
    /// time, and `seq` with it: a snapshot of a lower one is older whatever its `seq`.
    #[serde(rename = "gen")]
    pub generation: Generation,
    /// What is stopped.
    #[serde(flatten)]
    pub revoked: Revoked,
}

impl RevocationsClaims {
    /// Whether whoever has `held` must refuse this one.
    pub fn is_older_than(&self, held: &Self) -> bool {
        (self.generation, self.seq) < (held.generation, held.seq)
    }

    /// What stops a token that this key signed: the token itself, or one that it was exchanged from; none: it
    /// lives.
    pub fn stops(&self, claims: &AccessTokenClaims, kid: &str) -> Option<Stop> {
        let own = Named {
            client_id: &claims.client_id,
            jti: &claims.jti,
            generations: &claims.generations,
            kid,
        };
        let ancestors = claims.ancestors.iter().map(|ancestor| Named {
            client_id: &ancestor.client_id,
            jti: &ancestor.jti,
            generations: &ancestor.generations,
            kid: &ancestor.kid,
        });
        std::iter::once(own)
            .chain(ancestors)
            .find_map(|token| self.stop_of(&token))
    }

    fn stop_of(&self, token: &Named<'_>) -> Option<Stop> {
        let (revoked, generations) = (&self.revoked, token.generations);
        let is_below = |generation, handle| {
            let lowest = revoked.handles.get(handle);
            lowest.is_some_and(|lowest| generation < *lowest)
        };
        let lowest = revoked.clients.get(token.client_id);
        let stops = [
            (Stop::Key, revoked.kids.contains(token.kid)),
            (Stop::Deployment, generations.deployment < self.generation),
            (
                Stop::Client,
                lowest.is_some_and(|lowest| generations.client < *lowest),
            ),
            (
                Stop::Owner,
                is_below(generations.owner, &generations.owner_handle),
            ),
            (
                Stop::Organization,
                is_below(generations.organization, &generations.organization_handle),
            ),
            (Stop::Token, revoked.jtis.contains(token.jti)),
        ];
        let stop = stops.into_iter().find(|(_, stops)| *stops);
        stop.map(|(stop, _)| stop)
    }
}

/// A token, or one that it was exchanged from.
struct Named<'a> {
    client_id: &'a ClientId,
    jti: &'a str,
    generations: &'a Generations,
    kid: &'a str,
}

/// What stops a token. For the log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The key that signed it was removed.
    Key,
    /// The table was restored from a backup.
    Deployment,
    /// Its client was stopped.
    Client,
    /// Its owner was switched off.
    Owner,
    /// Its organization was switched off.
    Organization,
    /// It was revoked by itself.
    Token,
}

impl Stop {
    /// One word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Deployment => "deployment",
            Self::Client => "client",
            Self::Owner => "owner",
            Self::Organization => "organization",
            Self::Token => "token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(generation: Generation, seq: u64) -> RevocationsClaims {
        RevocationsClaims {
            iss: "https://auth.example".to_owned(),
            iat: 1_700_000_000,
            exp: 1_700_086_400,
            seq,
            generation,
            revoked: Revoked::default(),
        }
    }

    #[test]
    fn a_snapshot_is_written_as_documented() {
        let mut claims = snapshot(Generation::default(), 7);
        let client = ClientId::parse("m2m_1").unwrap();
        let raised = Generation::default().raised();
        claims.revoked.clients.insert(client, raised);
        let handle = Handle::from_random_bytes([0; 12]);
        claims.revoked.handles.insert(handle, raised);
        claims.revoked.jtis.insert("0a".to_owned());
        claims.revoked.kids.insert("key".to_owned());
        let json = serde_json::json!({
            "iss": "https://auth.example", "iat": 1_700_000_000, "exp": 1_700_086_400, "seq": 7, "gen": 0,
            "clients": {"m2m_1": 1}, "handles": {"AAAAAAAAAAAAAAAA": 1}, "jtis": ["0a"], "kids": ["key"],
        });
        assert_eq!(serde_json::to_value(&claims).unwrap(), json);
        assert_eq!(
            serde_json::from_value::<RevocationsClaims>(json).unwrap(),
            claims
        );
    }

    #[test]
    fn a_table_that_went_back_does_not_make_its_snapshots_old() {
        let first = Generation::default();
        let held = snapshot(first, 7);
        assert!(snapshot(first, 6).is_older_than(&held));
        assert!(!snapshot(first, 7).is_older_than(&held));
        assert!(!snapshot(first.raised(), 2).is_older_than(&held));
        assert!(held.is_older_than(&snapshot(first.raised(), 2)));
    }
}
