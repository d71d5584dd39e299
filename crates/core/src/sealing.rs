//! Sealing small texts under derived keys: AES-256-GCM, HKDF-SHA-256.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

use crate::ports::StoreError;

struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

/// Derives 256 bits for one purpose from a secret with enough entropy, RFC 5869.
pub(crate) fn derive(secret: &[u8], purpose: &[&[u8]]) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut derived = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, b"m2m-oauth")
        .extract(secret)
        .expand(purpose, KeyLength)
        .and_then(|okm| okm.fill(&mut derived[..]))
        .map_err(|Unspecified| StoreError::new("derive a key", "the derivation refused"))?;
    Ok(derived)
}

/// Seals and opens under one key; what was sealed is bound to a text that both sides know.
pub(crate) struct Sealer(RandomizedNonceKey);

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Result<Self, StoreError> {
        RandomizedNonceKey::new(&AES_256_GCM, key)
            .map(Self)
            .map_err(|Unspecified| StoreError::new("make a sealing key", "the cipher refused"))
    }

    /// A random nonce and the ciphertext behind it.
    pub(crate) fn seal(&self, bound_to: &[u8], mut plain: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(bound_to), &mut plain)
            .map_err(|Unspecified| StoreError::new("seal a text", "the cipher refused"))?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut plain);
        Ok(sealed)
    }

    /// What was sealed; none: not under this key, not for this text, or changed since.
    pub(crate) fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = Zeroizing::new(ciphertext.to_vec());
        let length = self
            .0
            .open_in_place(nonce, Aad::from(bound_to), &mut plain)
            .ok()?
            .len();
        plain.truncate(length);
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_and_binding_open() {
        let key = derive(b"secret", &[b"purpose"]).unwrap();
        let sealer = Sealer::new(&key).unwrap();
        let mut sealed = sealer.seal(b"mine", b"text".to_vec()).unwrap();
        assert_eq!(sealer.open(b"mine", &sealed).unwrap().as_slice(), b"text");
        assert!(sealer.open(b"yours", &sealed).is_none());
        let other = Sealer::new(&derive(b"secret", &[b"another"]).unwrap()).unwrap();
        assert!(other.open(b"mine", &sealed).is_none());
        assert!(sealer.open(b"mine", &sealed[..8]).is_none());
        sealed[20] ^= 1;
        assert!(sealer.open(b"mine", &sealed).is_none());
    }
}
