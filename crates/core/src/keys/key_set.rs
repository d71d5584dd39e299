//! All keys of a deployment at one moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use m2m_jose::CompactJws;
use m2m_types::claims::{ACCESS_TOKEN_TYP, AccessTokenClaims};
use m2m_types::generation::Generation;

use super::schedule::{PUBLISH_LEAD, is_past};
use super::{InvalidKey, KeyState, SigningAlgorithm, SigningKey};
use crate::ports::KeptKeys;

/// A longer token is refused unread; gateways take no header of this size.
const MAX_TOKEN_LENGTH: usize = 16 * 1024;

/// A token that these keys did not sign as an access token. The texts are for the log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// It is no JWT, or has a header that this service never writes.
    #[error("the token is malformed")]
    Malformed,
    /// RFC 9068 §4: `typ` must be `at+jwt`.
    #[error("the token is no access token")]
    NotAnAccessToken,
    /// Its `kid` is none of ours.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// The signature, its algorithm or a claim's type is wrong.
    #[error("the token's signature or claims do not hold")]
    NotOurs,
}

/// The keys that are published, one of each algorithm signing.
pub struct KeySet {
    keys: Vec<SigningKey>,
    /// Which of the keys signs unless another algorithm is asked for.
    own: usize,
    jwks: Arc<[u8]>,
    generation: Generation,
}

impl KeySet {
    /// Parses the kept keys as they are at that moment: one whose time is over is none, even if it has not been
    /// removed, or has come back with an old copy. `own` is the deployment's algorithm; until it has a key
    /// that signs, another does.
    ///
    /// # Errors
    /// A key is damaged, none signs, or two of one algorithm do.
    pub fn parse(
        kept: &KeptKeys,
        own: SigningAlgorithm,
        now: Timestamp,
    ) -> Result<Self, InvalidKey> {
        let keys = kept
            .keys
            .iter()
            .filter(|key| !is_past(key.state, now))
            .map(SigningKey::parse)
            .collect::<Result<Vec<_>, _>>()?;
        let own = position_of_own(&keys, own.into())?;
        let published: Vec<Jwk> = keys.iter().map(|key| key.jwk().clone()).collect();
        let jwks = serde_json::to_vec(&JwkSet { keys: published })
            .map_err(|_| InvalidKey)?
            .into();
        Ok(Self {
            keys,
            own,
            jwks,
            generation: kept.generation,
        })
    }

    /// The key that signs with the deployment's own algorithm.
    pub fn active(&self) -> &SigningKey {
        &self.keys[self.own]
    }

    /// The key that signs with that algorithm, or the deployment's own until there is one.
    pub fn active_for(&self, algorithm: SigningAlgorithm) -> &SigningKey {
        let algorithm = algorithm.into();
        let signs = |key: &&SigningKey| key.is_active() && key.algorithm() == algorithm;
        self.keys.iter().find(signs).unwrap_or(self.active())
    }

    /// The key that signs what everybody has to be able to check although these keys were removed: the active one,
    /// or another while that may be published since a moment only; none: all of them were removed.
    pub fn well_known(&self, removed: &BTreeSet<String>, now: Timestamp) -> Option<&SigningKey> {
        let is_left = |key: &&SigningKey| !removed.contains(key.kid());
        let is_old = |key: &SigningKey| match key.state() {
            KeyState::Pending { since } | KeyState::Active { since } => since + PUBLISH_LEAD <= now,
            KeyState::Retiring { .. } => true,
        };
        let active_first = || std::iter::once(self.active()).chain(&self.keys);
        let mut old = active_first().filter(is_left).filter(|key| is_old(key));
        old.next().or_else(|| active_first().find(is_left))
    }

    /// The deployment's generation, which is kept beside the keys.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// The public keys as JSON, RFC 7517 §5.
    pub fn jwks(&self) -> Arc<[u8]> {
        Arc::clone(&self.jwks)
    }

    /// Whether the key is one of these.
    pub fn publishes(&self, kid: &str) -> bool {
        self.find(kid).is_some()
    }

    fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.kid() == kid)
    }

    /// Checks that one of these keys signed the text as an access token, and which.
    ///
    /// The algorithm is the key's, never the token's; a key in the token is ignored. Neither time,
    /// audience nor generations are looked at here.
    ///
    /// # Errors
    /// It is anything else.
    pub fn verify(
        &self,
        unverified_token: &str,
    ) -> Result<(AccessTokenClaims, &str), InvalidToken> {
        let token = CompactJws::parse(unverified_token, MAX_TOKEN_LENGTH)
            .map_err(|_| InvalidToken::Malformed)?;
        let header = token.header();
        if header.typ.as_deref() != Some(ACCESS_TOKEN_TYP) {
            return Err(InvalidToken::NotAnAccessToken);
        }
        let key = header.kid.as_deref().and_then(|kid| self.find(kid));
        let key = key.ok_or(InvalidToken::UnknownKey)?;
        token
            .verify(key.public())
            .map(|claims| (claims, key.kid()))
            .map_err(|_| InvalidToken::NotOurs)
    }
}

/// The key that signs with that algorithm, or the first that signs at all.
fn position_of_own(keys: &[SigningKey], own: Algorithm) -> Result<usize, InvalidKey> {
    let active: Vec<(usize, Algorithm)> = keys
        .iter()
        .enumerate()
        .filter(|(_, key)| key.is_active())
        .map(|(position, key)| (position, key.algorithm()))
        .collect();
    let is_twin = |(position, algorithm): &(usize, Algorithm)| {
        active
            .iter()
            .any(|(other, same)| other != position && same == algorithm)
    };
    if active.iter().any(is_twin) {
        return Err(InvalidKey);
    }
    let of_own = active.iter().find(|(_, algorithm)| *algorithm == own);
    let chosen = of_own.or(active.first()).ok_or(InvalidKey)?;
    Ok(chosen.0)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::ports::{KeyRecord, KeysRevision};

    const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0);

    fn keys(states: [KeyState; 3]) -> KeySet {
        let algorithm = SigningAlgorithm::EdDsa;
        let record = |state| KeyRecord {
            algorithm,
            state,
            pkcs8: algorithm.generate().unwrap(),
        };
        let kept = KeptKeys {
            generation: Generation::default(),
            keys: states.map(record).into(),
            revision: KeysRevision(String::new()),
        };
        KeySet::parse(&kept, algorithm, NOW).unwrap()
    }

    #[track_caller]
    fn check(active_since: Timestamp, removed: &[usize], expected: Option<usize>) {
        let until = NOW + SignedDuration::from_hours(1);
        let set = keys([
            KeyState::Active {
                since: active_since,
            },
            KeyState::Pending { since: NOW },
            KeyState::Retiring { until },
        ]);
        let removed = removed.iter().map(|key| set.keys[*key].kid().to_owned());
        let found = set.well_known(&removed.collect(), NOW);
        let expected = expected.map(|key| set.keys[key].kid());
        assert_eq!(found.map(SigningKey::kid), expected);
    }

    #[test]
    fn a_key_that_was_just_published_signs_for_everybody_only_if_there_is_no_other() {
        check(NOW - PUBLISH_LEAD, &[], Some(0));
        check(NOW, &[], Some(2));
        check(NOW - PUBLISH_LEAD, &[0], Some(2));
        check(NOW, &[2], Some(0));
        check(NOW, &[0, 2], Some(1));
        check(NOW, &[0, 1, 2], None);
    }
}
