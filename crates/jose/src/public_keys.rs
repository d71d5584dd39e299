//! A set of public keys, RFC 7517 §5.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::header::Header;
use crate::json::parse_object;
use crate::jwk::Jwk;
use crate::public_key::{InvalidPublicKey, PublicKey};

/// A longer set is refused unread.
const MAX_SET_LENGTH: usize = 64 * 1024;
/// A set of more keys is refused.
const MAX_KEYS: usize = 100;

/// Why a set of keys is not accepted. The texts are for whoever registers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeySet {
    /// It is too large.
    #[error("a key set must not have more than 100 keys or 65536 bytes")]
    TooLarge,
    /// It is no key set.
    #[error("a key set must be an object with the member keys, an array, and no member twice")]
    Malformed,
    /// One of its keys is not accepted.
    #[error("keys/{0}: {1}")]
    Key(usize, #[source] InvalidPublicKey),
    /// No key is left to verify with.
    #[error("the key set has no key for ES256, RS256 or EdDSA")]
    Empty,
}

/// Keys of one party, to find the one that a token names.
#[derive(Debug, Clone)]
pub struct PublicKeys(Vec<Arc<PublicKey>>);

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl PublicKeys {
    /// Reads a set that somebody registers: each of its keys has to be one that can be used.
    ///
    /// # Errors
    /// Which key is not accepted, and why; or the set is no set, too large or empty.
    pub fn registered(json: &[u8]) -> Result<Self, InvalidKeySet> {
        let keys = parse_set(json)?.into_iter().enumerate();
        let keys = keys
            .map(|(at, jwk)| match PublicKey::from_jwk(&jwk) {
                Ok(key) => Ok(Arc::new(key)),
                Err(invalid) => Err(InvalidKeySet::Key(at, invalid)),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(InvalidKeySet::Empty);
        }
        Ok(Self(keys))
    }

    /// Reads a set that somebody publishes: keys of other kinds and uses are left out (RFC 7517 §5), and so are
    /// those whose private half was published with them.
    ///
    /// # Errors
    /// It is no set or too large.
    pub fn published(json: &[u8]) -> Result<Self, InvalidKeySet> {
        let keys = parse_set(json)?.into_iter();
        let usable = keys.filter_map(|jwk| PublicKey::from_jwk(&jwk).ok());
        Ok(Self(usable.map(Arc::new).collect()))
    }

    /// The key for a token with this header among keys that were [`PublicKeys::registered`], as [`PublicKeys::find`]
    /// finds it. It alone is made ready, however many there are: whoever names somebody's set has proved nothing yet.
    pub fn find_in<'a>(
        registered: impl IntoIterator<Item = &'a Value>,
        header: &Header,
    ) -> Option<PublicKey> {
        let possible = registered.into_iter().filter(|jwk| may_be(jwk, header));
        let mut fitting = possible
            .filter_map(|jwk| Jwk::parse(jwk).ok())
            .filter(|jwk| header.kid.as_deref().is_none_or(|kid| kid == jwk.name()));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => PublicKey::of(only).ok(),
            _ => None,
        }
    }

    /// Whether one of the keys has that thumbprint (RFC 7638). None of them is made ready.
    pub fn has_thumbprint<'a>(
        registered: impl IntoIterator<Item = &'a Value>,
        thumbprint: &str,
    ) -> bool {
        let mut keys = registered.into_iter().flat_map(Jwk::parse);
        keys.any(|jwk| jwk.parameters.thumbprint() == thumbprint)
    }

    /// The key for a token with this header: the one that `kid` names, or without `kid` the only one of its
    /// algorithm. The algorithm has to be the key's.
    pub fn find(&self, header: &Header) -> Option<&Arc<PublicKey>> {
        let mut fitting = self.0.iter().filter(|key| {
            let is_named = header.kid.as_deref().is_none_or(|kid| kid == key.kid());
            is_named && key.algorithm() == header.algorithm
        });
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<PublicKey>> {
        self.0.iter()
    }
}

/// Whether the kind fits and the name, where the key has one.
fn may_be(jwk: &Value, header: &Header) -> bool {
    let kind = match header.algorithm {
        Algorithm::Es256 => "EC",
        Algorithm::Rs256 => "RSA",
        Algorithm::EdDsa => "OKP",
    };
    let is_named = match (&header.kid, jwk.get("kid")) {
        (Some(wanted), Some(kid)) => kid == wanted,
        _ => true,
    };
    is_named && jwk.get("kty").is_some_and(|kty| kty == kind)
}

fn parse_set(json: &[u8]) -> Result<Vec<Value>, InvalidKeySet> {
    if json.len() > MAX_SET_LENGTH {
        return Err(InvalidKeySet::TooLarge);
    }
    let set: KeySet = parse_object(json).map_err(|_| InvalidKeySet::Malformed)?;
    if set.keys.len() > MAX_KEYS {
        return Err(InvalidKeySet::TooLarge);
    }
    Ok(set.keys)
}
