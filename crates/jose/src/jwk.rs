//! The members of a JSON Web Key, RFC 7517 §4, RFC 7518 §6 and RFC 8037 §2.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::claim::present;
use crate::public_key::InvalidPublicKey;

/// A member of any of these names is a secret.
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The members that are looked at.
#[derive(Deserialize)]
struct Members {
    kty: String,
    #[serde(default, deserialize_with = "present")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    alg: Option<String>,
    #[serde(default, rename = "use", deserialize_with = "present")]
    public_key_use: Option<String>,
    #[serde(default, deserialize_with = "present")]
    key_ops: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    crv: Option<String>,
    #[serde(default, deserialize_with = "present")]
    x: Option<String>,
    #[serde(default, deserialize_with = "present")]
    y: Option<String>,
    #[serde(default, deserialize_with = "present")]
    n: Option<String>,
    #[serde(default, deserialize_with = "present")]
    e: Option<String>,
}

/// A public key as it is written, of a kind that is accepted.
pub(crate) struct Jwk {
    pub(crate) kid: Option<String>,
    pub(crate) parameters: Parameters,
}

/// What the key is, in bytes of the length that its kind demands.
pub(crate) enum Parameters {
    P256 { x: Vec<u8>, y: Vec<u8> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ed25519 { x: Vec<u8> },
}

impl Jwk {
    /// Reads a key for checking signatures, with its algorithm: `alg`, which has to fit, or the one of its kind.
    pub(crate) fn parse(jwk: &Value) -> Result<Self, InvalidPublicKey> {
        let object = jwk.as_object().ok_or(InvalidPublicKey::Malformed)?;
        if object.get("kty").is_some_and(|kty| kty == "oct") {
            return Err(InvalidPublicKey::Symmetric);
        }
        if PRIVATE.iter().any(|name| object.contains_key(*name)) {
            return Err(InvalidPublicKey::Private);
        }
        let members = Members::deserialize(jwk).map_err(|_| InvalidPublicKey::Malformed)?;
        if !members.is_for_verifying() {
            return Err(InvalidPublicKey::OtherUse);
        }
        let parameters = members.parameters()?;
        if let Some(alg) = &members.alg
            && alg != parameters.algorithm().as_str()
        {
            return Err(InvalidPublicKey::Algorithm);
        }
        Ok(Self {
            kid: members.kid,
            parameters,
        })
    }

    /// `kid`, or the thumbprint of a key that has none.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match &self.kid {
            Some(kid) => Cow::Borrowed(kid),
            None => Cow::Owned(self.parameters.thumbprint()),
        }
    }
}

impl Members {
    /// RFC 7517 §4.2 and §4.3; a bundle of SPIFFE writes `jwt-svid` (SPIFFE Trust Domain and Bundle §4.2.2).
    fn is_for_verifying(&self) -> bool {
        let public_key_use = self.public_key_use.as_deref();
        let operations = self.key_ops.as_ref();
        public_key_use.is_none_or(|purpose| ["sig", "jwt-svid"].contains(&purpose))
            && operations.is_none_or(|all| all.iter().any(|one| one == "verify"))
    }

    fn parameters(&self) -> Result<Parameters, InvalidPublicKey> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("EC", Some("P-256")) => Ok(Parameters::P256 {
                x: exactly_32(self.x.as_deref())?,
                y: exactly_32(self.y.as_deref())?,
            }),
            ("OKP", Some("Ed25519")) => Ok(Parameters::Ed25519 {
                x: exactly_32(self.x.as_deref())?,
            }),
            ("RSA", _) => Ok(Parameters::Rsa {
                n: integer(self.n.as_deref())?,
                e: integer(self.e.as_deref())?,
            }),
            _ => Err(InvalidPublicKey::Algorithm),
        }
    }
}

/// A coordinate in full length, RFC 7518 §6.2.1.2 and RFC 8037 §2.
fn exactly_32(member: Option<&str>) -> Result<Vec<u8>, InvalidPublicKey> {
    let bytes = member.and_then(base64url::decode);
    bytes
        .filter(|bytes| bytes.len() == 32)
        .ok_or(InvalidPublicKey::Malformed)
}

/// A positive number in its shortest form, RFC 7518 §2 `Base64urlUInt`.
fn integer(member: Option<&str>) -> Result<Vec<u8>, InvalidPublicKey> {
    let bytes = member.and_then(base64url::decode);
    bytes
        .filter(|bytes| bytes.first().is_some_and(|first| *first != 0))
        .ok_or(InvalidPublicKey::Malformed)
}

impl Parameters {
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256 { .. } => Algorithm::Es256,
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::Ed25519 { .. } => Algorithm::EdDsa,
        }
    }

    /// The members that make the key, in the order of their names (RFC 7638 §3.2).
    fn required_members(&self) -> Value {
        let encode = |bytes: &[u8]| base64url::encode(bytes);
        match self {
            Self::P256 { x, y } => {
                json!({"crv": "P-256", "kty": "EC", "x": encode(x), "y": encode(y)})
            }
            Self::Rsa { n, e } => json!({"e": encode(e), "kty": "RSA", "n": encode(n)}),
            Self::Ed25519 { x } => json!({"crv": "Ed25519", "kty": "OKP", "x": encode(x)}),
        }
    }

    /// RFC 7638 with SHA-256, in base64url.
    pub(crate) fn thumbprint(&self) -> String {
        // `serde_json` writes members in the order of their names.
        let canonical = self.required_members().to_string();
        base64url::encode(digest(&SHA256, canonical.as_bytes()).as_ref())
    }
}
