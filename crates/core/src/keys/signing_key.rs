//! One signing key, parsed once.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::JwtSigner;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters,
    EllipticCurveKeyType, Jwk, OctetKeyPairParameters, OctetKeyPairType, PublicKeyUse,
    RSAKeyParameters, RSAKeyType, ThumbprintHash,
};
use jsonwebtoken::signature::{Error as SignatureError, Signer};
use jsonwebtoken::{Algorithm, Header};
use m2m_jose::PublicKey;
use m2m_types::claims::{ACCESS_TOKEN_TYP, AccessTokenClaims};
use serde::Serialize;

use super::{KeyState, SigningAlgorithm};
use crate::ports::KeyRecord;

/// A key that is not what it says, or cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key is damaged or of another kind than it says")]
pub struct InvalidKey;

/// A private key and all that can be made of it beforehand.
///
/// `jsonwebtoken::encode` parses the private key at every call, which costs as much as the signature;
/// here its signer trait sits on a key pair that is parsed once, and the header is encoded once.
pub struct SigningKey {
    kid: String,
    state: KeyState,
    signer: Box<dyn JwtSigner + Send + Sync>,
    encoded_header: String,
    jwk: Jwk,
    public: PublicKey,
}

impl SigningKey {
    /// Parses a kept key.
    ///
    /// # Errors
    /// The bytes are no private key of the stated algorithm.
    pub fn parse(record: &KeyRecord) -> Result<Self, InvalidKey> {
        let (signer, parameters) = parse_pair(record.algorithm, &record.pkcs8)?;
        let algorithm = Algorithm::from(record.algorithm);
        let mut jwk = Jwk {
            common: CommonParameters {
                public_key_use: Some(PublicKeyUse::Signature),
                key_algorithm: Some(algorithm.into()),
                ..CommonParameters::default()
            },
            algorithm: parameters,
        };
        let kid = jwk
            .thumbprint(ThumbprintHash::SHA256)
            .map_err(|_| InvalidKey)?;
        jwk.common.key_id = Some(kid.clone());
        let encoded_header = encode_header(ACCESS_TOKEN_TYP, &kid, algorithm)?;
        let published = serde_json::to_value(&jwk).map_err(|_| InvalidKey)?;
        let public = PublicKey::from_jwk(&published).map_err(|_| InvalidKey)?;
        Ok(Self {
            kid,
            state: record.state,
            signer,
            encoded_header,
            jwk,
            public,
        })
    }

    /// The RFC 7638 thumbprint of the public key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What the key is going through.
    pub fn state(&self) -> KeyState {
        self.state
    }

    /// Whether it signs.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.state, KeyState::Active { .. })
    }

    /// The public key.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The algorithm, pinned to the key.
    pub fn algorithm(&self) -> Algorithm {
        self.signer.algorithm()
    }

    /// The public key, for checking.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs an access token.
    ///
    /// # Errors
    /// The key refused to sign.
    pub fn sign(&self, claims: &AccessTokenClaims) -> Result<String, InvalidKey> {
        self.sign_under(&self.encoded_header, claims)
    }

    /// Signs claims of another kind, which its `typ` tells from access tokens (RFC 8725 §3.11).
    ///
    /// # Errors
    /// The key refused to sign.
    pub fn sign_as(&self, typ: &str, claims: &impl Serialize) -> Result<String, InvalidKey> {
        let header = encode_header(typ, &self.kid, self.algorithm())?;
        self.sign_under(&header, claims)
    }

    fn sign_under(&self, header: &str, claims: &impl Serialize) -> Result<String, InvalidKey> {
        let payload = serde_json::to_vec(claims).map_err(|_| InvalidKey)?;
        let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 350);
        token.push_str(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self
            .signer
            .try_sign(token.as_bytes())
            .map_err(|_| InvalidKey)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

fn encode_header(typ: &str, kid: &str, algorithm: Algorithm) -> Result<String, InvalidKey> {
    let header = Header {
        typ: Some(typ.to_owned()),
        kid: Some(kid.to_owned()),
        ..Header::new(algorithm)
    };
    let json = serde_json::to_vec(&header).map_err(|_| InvalidKey)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

type ParsedPair = (Box<dyn JwtSigner + Send + Sync>, AlgorithmParameters);

fn parse_pair(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<ParsedPair, InvalidKey> {
    match algorithm {
        SigningAlgorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                .map_err(|_| InvalidKey)?;
            let parameters = p256_parameters(pair.public_key().as_ref())?;
            Ok((Box::new(Es256(pair)), parameters))
        }
        SigningAlgorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| InvalidKey)?;
            let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
            let parameters = AlgorithmParameters::RSA(RSAKeyParameters {
                key_type: RSAKeyType::RSA,
                n: URL_SAFE_NO_PAD.encode(public.n),
                e: URL_SAFE_NO_PAD.encode(public.e),
            });
            Ok((Box::new(Rs256(pair)), parameters))
        }
        SigningAlgorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| InvalidKey)?;
            let parameters = AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
                key_type: OctetKeyPairType::OctetKeyPair,
                curve: EllipticCurve::Ed25519,
                x: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
            });
            Ok((Box::new(EdDsa(pair)), parameters))
        }
    }
}

/// The coordinates of an uncompressed point (SEC 1 §2.3.3), each full length (RFC 7518 §6.2.1.2).
fn p256_parameters(point: &[u8]) -> Result<AlgorithmParameters, InvalidKey> {
    let coordinates = point
        .strip_prefix(&[4])
        .filter(|rest| rest.len() == 64)
        .ok_or(InvalidKey)?;
    let (x, y) = coordinates.split_at(32);
    Ok(AlgorithmParameters::EllipticCurve(
        EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve: EllipticCurve::P256,
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        },
    ))
}

struct Es256(EcdsaKeyPair);
struct Rs256(RsaKeyPair);
struct EdDsa(Ed25519KeyPair);

impl Signer<Vec<u8>> for Es256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let signature = self
            .0
            .sign(&SystemRandom::new(), message)
            .map_err(SignatureError::from_source)?;
        Ok(signature.as_ref().to_vec())
    }
}

impl JwtSigner for Es256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

impl Signer<Vec<u8>> for Rs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(SignatureError::from_source)?;
        Ok(signature)
    }
}

impl JwtSigner for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

impl Signer<Vec<u8>> for EdDsa {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for EdDsa {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use m2m_types::generation::Generation;

    use super::*;
    use crate::keys::{InvalidToken, KeySet};
    use crate::ports::{KeptKeys, KeysRevision};

    #[test]
    fn what_is_signed_as_something_else_is_no_access_token() {
        let record = KeyRecord {
            algorithm: SigningAlgorithm::EdDsa,
            state: KeyState::Active {
                since: Timestamp::UNIX_EPOCH,
            },
            pkcs8: SigningAlgorithm::EdDsa.generate().unwrap(),
        };
        let kept = KeptKeys {
            keys: vec![record],
            generation: Generation::default(),
            revision: KeysRevision(String::new()),
        };
        let keys = KeySet::parse(&kept, SigningAlgorithm::EdDsa, Timestamp::UNIX_EPOCH).unwrap();
        let claims = BTreeMap::from([("iss", "https://auth.example")]);
        let text = keys.active().sign_as("other+jwt", &claims).unwrap();
        let header = jsonwebtoken::decode_header(&text).unwrap();
        assert_eq!(header.typ.as_deref(), Some("other+jwt"));
        assert_eq!(header.kid.as_deref(), Some(keys.active().kid()));
        assert_eq!(keys.verify(&text), Err(InvalidToken::NotAnAccessToken));
    }
}
