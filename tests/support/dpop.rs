//! DPoP proofs, RFC 9449.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use m2m_core::random::{Random, SystemRandom as OurRandom};
use serde_json::{Value, json};

use crate::service::TestService;

/// A key whose possession a client proves.
pub struct ProofKey(EcdsaKeyPair);

impl Default for ProofKey {
    fn default() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }
}

impl ProofKey {
    /// Its public half.
    pub fn jwk(&self) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"crv": "P-256", "kty": "EC", "x": encode(x), "y": encode(y)})
    }

    /// RFC 7638.
    pub fn thumbprint(&self) -> String {
        // The members are in the order of their names already.
        hash(&self.jwk().to_string())
    }

    /// A proof with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()});
        self.sign_with(&header, claims)
    }

    /// A token with this header and these claims.
    pub fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap()))
    }
}

/// The claims of a new proof for a request to a path of the service at its present moment.
pub fn claims(service: &TestService, method: &str, path: &str) -> Value {
    json!({
        "jti": URL_SAFE_NO_PAD.encode(rand_bytes()),
        "htm": method,
        "htu": service.issuer.join(path),
        "iat": service.now().as_second(),
    })
}

/// The same beside an access token.
pub fn claims_with(service: &TestService, method: &str, path: &str, token: &str) -> Value {
    let mut claims = claims(service, method, path);
    claims["ath"] = json!(hash(token));
    claims
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

fn rand_bytes() -> [u8; 16] {
    let random: &dyn Random = &OurRandom;
    random.bytes()
}
