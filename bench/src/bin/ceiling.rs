//! The ceiling: the service's own HTTP stack with nothing but a raw signature in the handler.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Parser;
use m2m_core::keys::SigningAlgorithm;
use m2m_local::serve::Listener;

/// Serve signatures over 420 bytes, as JSON of the size of a token answer.
#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value = "ES256")]
    signing_alg: SigningAlgorithm,
}

enum Key {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Key {
    fn generate(algorithm: SigningAlgorithm) -> Result<Self, Box<dyn Error>> {
        let pkcs8 = algorithm.generate()?;
        Ok(match algorithm {
            SigningAlgorithm::Es256 => Self::Es256(EcdsaKeyPair::from_pkcs8(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                &pkcs8,
            )?),
            SigningAlgorithm::Rs256 => Self::Rs256(RsaKeyPair::from_pkcs8(&pkcs8)?),
            SigningAlgorithm::EdDsa => Self::EdDsa(Ed25519KeyPair::from_pkcs8(&pkcs8)?),
        })
    }

    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Es256(key) => Some(
                key.sign(&SystemRandom::new(), message)
                    .ok()?
                    .as_ref()
                    .to_vec(),
            ),
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .ok()?;
                Some(signature)
            }
            Self::EdDsa(key) => Some(key.sign(message).as_ref().to_vec()),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = Arc::new(Key::generate(Arguments::parse().signing_alg)?);
    let message = Arc::new("e".repeat(420));
    let handler = move || {
        let (key, message) = (Arc::clone(&key), Arc::clone(&message));
        async move {
            let signature =
                URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()).unwrap_or_default());
            let body =
                format!("{{\"access_token\":\"{message}.{signature}\",\"token_type\":\"Bearer\"}}");
            ([(CONTENT_TYPE, "application/json")], body)
        }
    };
    let listener = Listener::bind(([127, 0, 0, 1], 0).into(), false)?;
    writeln!(
        std::io::stdout(),
        "the ceiling serves http://{}",
        listener.address()
    )?;
    listener
        .serve(
            Router::new().route("/oauth/token", post(handler)),
            std::future::pending(),
        )
        .await?;
    Ok(())
}
