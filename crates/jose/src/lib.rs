//! Signed JSON that somebody else wrote, read strictly: compact JWS (RFC 7515), public keys (RFC 7517, 8037),
//! thumbprints (RFC 7638, RFC 8705 §3.1), and the keys that somebody publishes under a URL.
//!
//! No I/O: who fetches is a parameter ([`FetchDocument`]), and so is the time.
//!
//! What the rules are, wherever a token is read:
//! * The algorithm is the key's, never the token's; there are three, each asymmetric ([`Algorithm`]).
//! * Keys come from whom the caller trusts: `jku`, `x5u`, `x5c` are never looked at, `jwk` only by
//!   [`CompactJws::embedded_key`].
//! * There is one way to write a token: canonical base64url without padding, no member twice.

mod algorithm;
mod base64url;
mod claim;
mod compact_jws;
mod dpop;
pub mod error_chain;
mod header;
mod json;
mod jwk;
mod public_key;
mod public_keys;
mod remote;
mod thumbprint;

pub use algorithm::Algorithm;
pub use claim::{NumericDate, OneOrMany, present};
pub use compact_jws::{CompactJws, MalformedJws, NotVerified};
pub use dpop::{DpopProof, InvalidDpopProof};
pub use header::Header;
pub use json::{InvalidJson, parse_object};
pub use public_key::{InvalidPublicKey, PublicKey};
pub use public_keys::{InvalidKeySet, PublicKeys};
pub use remote::{
    COOLDOWN, Document, FetchDocument, FetchFailed, KEEP_LAST_GOOD, KeyNotFound, OpenIdMetadata,
    RemoteDocument, RemoteDocuments, RemoteKeys, Unavailable,
};
pub use thumbprint::certificate_thumbprint;
