//! All keys of a deployment at one moment.

use std::sync::Arc;

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use m2m_jose::CompactJws;
use m2m_types::claims::{ACCESS_TOKEN_TYP, AccessTokenClaims};
use m2m_types::generation::Generation;

use super::schedule::is_past;
use super::{InvalidKey, SigningAlgorithm, SigningKey};
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
