//! The compact serialization, RFC 7515 §7.1.

use serde::de::DeserializeOwned;

use crate::base64url;
use crate::header::Header;
use crate::json::{InvalidJson, parse_object};
use crate::public_key::{InvalidPublicKey, PublicKey};

/// A text that is no compact JWS as it is read here. The texts are for the log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedJws {
    /// It is longer than the caller reads.
    #[error("the token is too long")]
    TooLong,
    /// It is not three texts of canonical base64url with dots between them.
    #[error("the token is not three parts of base64url without padding")]
    Parts,
    /// Its header is no JSON object with `alg`, or a member is repeated or of the wrong type.
    #[error("the token's header is malformed")]
    Header,
    /// Its `alg` is none that is accepted.
    #[error("the token's alg must be ES256, RS256 or EdDSA")]
    Algorithm,
    /// It has `crit`.
    #[error("the token's header has crit, of which nothing is understood")]
    Critical,
}

/// Why nothing that a token says may be believed. The texts are for the log only.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// The token says another algorithm than the key's.
    #[error("the token's alg is not the key's")]
    OtherAlgorithm,
    /// The key did not sign this.
    #[error("the token's signature does not hold")]
    Signature,
    /// It was signed, but a claim is missing, repeated or of the wrong type.
    #[error("the token's claims are malformed")]
    Claims(#[from] InvalidJson),
}

/// A token whose form is right; nothing of it is verified.
#[derive(Debug)]
pub struct CompactJws<'a> {
    header: Header,
    payload: Vec<u8>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> CompactJws<'a> {
    /// Reads a token of at most `max_length` bytes.
    ///
    /// # Errors
    /// It is longer, or has another form.
    pub fn parse(unverified: &'a str, max_length: usize) -> Result<Self, MalformedJws> {
        if unverified.len() > max_length {
            return Err(MalformedJws::TooLong);
        }
        let (signed, signature) = unverified.rsplit_once('.').ok_or(MalformedJws::Parts)?;
        let (header, payload) = signed.split_once('.').ok_or(MalformedJws::Parts)?;
        // A fourth part would leave a dot in the payload, which is no base64url.
        let decode = |part| base64url::decode(part).ok_or(MalformedJws::Parts);
        Ok(Self {
            payload: decode(payload)?,
            signature: decode(signature)?,
            header: Header::parse(&decode(header)?)?,
            signed,
        })
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What it claims, if this key signed it: the only way to claims that may be believed.
    ///
    /// # Errors
    /// The key or its algorithm is another, or the claims have another shape.
    pub fn verify<C: DeserializeOwned>(&self, key: &PublicKey) -> Result<C, NotVerified> {
        if self.header.algorithm != key.algorithm() {
            return Err(NotVerified::OtherAlgorithm);
        }
        if !key.verify(self.signed.as_bytes(), &self.signature) {
            return Err(NotVerified::Signature);
        }
        Ok(parse_object(&self.payload)?)
    }

    /// What it claims, whoever wrote it: to find out whose key it has to be verified with.
    ///
    /// # Errors
    /// The claims have another shape.
    pub fn unverified_claims<C: DeserializeOwned>(&self) -> Result<C, InvalidJson> {
        parse_object(&self.payload)
    }

    /// The key in its header, for where a token brings its own key (RFC 9449 §4.2); none: it brings none.
    ///
    /// # Errors
    /// It is no public key that is accepted, or has a private member.
    pub fn embedded_key(&self) -> Result<Option<PublicKey>, InvalidPublicKey> {
        self.header
            .jwk
            .as_ref()
            .map(PublicKey::from_jwk)
            .transpose()
    }
}
