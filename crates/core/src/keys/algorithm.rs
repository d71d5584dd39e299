//! The algorithms that tokens are signed with.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair,
};
use jsonwebtoken::Algorithm;
use zeroize::Zeroizing;

use super::InvalidKey;

/// How tokens are signed, RFC 7518 §3.1 and RFC 8037 §3.1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[default]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 and 2048 bits.
    Rs256,
    /// Ed25519.
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Es256, Self::Rs256, Self::EdDsa];

    /// The value of `alg`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Makes a private key, PKCS #8.
    ///
    /// # Errors
    /// The cryptographic library refused.
    pub fn generate(self) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
        let random = SystemRandom::new();
        let pkcs8 = match self {
            Self::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                .map_err(|_| InvalidKey)?
                .as_ref()
                .to_vec(),
            Self::EdDsa => Ed25519KeyPair::generate_pkcs8(&random)
                .map_err(|_| InvalidKey)?
                .as_ref()
                .to_vec(),
            Self::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| InvalidKey)?;
                AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
                    .map_err(|_| InvalidKey)?
                    .as_ref()
                    .to_vec()
            }
        };
        Ok(Zeroizing::new(pkcs8))
    }
}

impl From<SigningAlgorithm> for Algorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Es256 => Self::ES256,
            SigningAlgorithm::Rs256 => Self::RS256,
            SigningAlgorithm::EdDsa => Self::EdDSA,
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SigningAlgorithm {
    type Err = UnknownAlgorithm;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|algorithm| algorithm.as_str() == text)
            .ok_or(UnknownAlgorithm)
    }
}

/// It is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing algorithm must be ES256, RS256 or EdDSA")]
pub struct UnknownAlgorithm;
