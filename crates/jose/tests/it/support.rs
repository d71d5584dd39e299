//! Keys to sign with and tokens made by hand.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use m2m_jose::{CompactJws, MalformedJws, PublicKey};
use serde_json::{Value, json};

pub(crate) const MAX: usize = 16 * 1024;

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn parse(token: &str) -> Result<CompactJws<'_>, MalformedJws> {
    CompactJws::parse(token, MAX)
}

/// A key pair on P-256.
pub(crate) struct Signer(EcdsaKeyPair);

impl Signer {
    pub(crate) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(crate) fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({"kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..])})
    }

    pub(crate) fn key(&self) -> PublicKey {
        PublicKey::from_jwk(&self.jwk()).unwrap()
    }

    pub(crate) fn signature(&self, signed: &str) -> Vec<u8> {
        let random = SystemRandom::new();
        self.0
            .sign(&random, signed.as_bytes())
            .unwrap()
            .as_ref()
            .to_vec()
    }

    /// A token of exactly these texts.
    pub(crate) fn token(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = encode(self.signature(&signed));
        format!("{signed}.{signature}")
    }
}
