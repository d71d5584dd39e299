//! One public key, parsed once.

use std::fmt;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::jwk::{Jwk, Parameters};

/// Why a JSON Web Key is not one to check signatures with. The texts are for whoever registers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicKey {
    /// It is no object, or a member is missing, of the wrong type or length, or not canonical base64url.
    #[error("the key is malformed")]
    Malformed,
    /// It has a private member.
    #[error(
        "the key has private members: register its public half, and take another, since this one was shown"
    )]
    Private,
    /// It is a secret, not a public key.
    #[error("the key is symmetric: only public keys are accepted")]
    Symmetric,
    /// Its `use` or `key_ops` say that it is for something else.
    #[error("the key is not for signatures: use must be sig and key_ops, if there, have verify")]
    OtherUse,
    /// It is of another kind or for another algorithm.
    #[error(
        "the key must be EC on P-256 for ES256, RSA for RS256 or OKP on Ed25519 for EdDSA, and alg, if there, the one that fits"
    )]
    Algorithm,
    /// The numbers are no key of its kind, or it is an RSA key of a size that is not accepted.
    #[error("the key is no point of its curve, or an RSA key that has not 2048 to 8192 bits")]
    Rejected,
}

/// A public key with the one algorithm that it is for.
pub struct PublicKey {
    kid: Option<String>,
    thumbprint: String,
    algorithm: Algorithm,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Reads a JSON Web Key; one with private members is refused.
    ///
    /// # Errors
    /// Why it is not accepted.
    pub fn from_jwk(jwk: &Value) -> Result<Self, InvalidPublicKey> {
        Self::of(Jwk::parse(jwk)?)
    }

    /// Makes a key ready to check signatures with, which is most of the work.
    pub(crate) fn of(jwk: Jwk) -> Result<Self, InvalidPublicKey> {
        let Jwk { kid, parameters } = jwk;
        Ok(Self {
            kid,
            thumbprint: parameters.thumbprint(),
            algorithm: parameters.algorithm(),
            parsed: parse(&parameters).ok_or(InvalidPublicKey::Rejected)?,
        })
    }

    /// Its name: `kid`, or its thumbprint when it has none.
    pub fn kid(&self) -> &str {
        self.kid.as_deref().unwrap_or(&self.thumbprint)
    }

    /// The RFC 7638 thumbprint with SHA-256, in base64url.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// What it is for.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("kid", &self.kid())
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

fn parse(parameters: &Parameters) -> Option<ParsedPublicKey> {
    let algorithm = parameters.algorithm().verification();
    match parameters {
        Parameters::P256 { x, y } => {
            // SEC 1 §2.3.3: an uncompressed point.
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            ParsedPublicKey::new(algorithm, point).ok()
        }
        Parameters::Ed25519 { x } => ParsedPublicKey::new(algorithm, x).ok(),
        // The library looks at the size only when it verifies.
        Parameters::Rsa { n, .. } if !(2048..=8192).contains(&bits(n)) => None,
        Parameters::Rsa { n, e } => PublicKeyComponents { n, e }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .ok(),
    }
}

/// How many bits a number has that does not begin with a zero byte.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    number.len() * 8 - unused as usize
}
