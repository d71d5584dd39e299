//! Encryption at rest: AES-256-GCM, bound to the place of what is sealed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::error::SecretsError;
use crate::stand_in::ambient::Random;
use crate::stand_in::data_dir::Key;

/// The first byte of everything sealed.
const FORMAT: u8 = 1;

/// What only this key opens. `FORMAT`, a random nonce, the ciphertext and its tag.
pub(super) struct Sealer {
    key: LessSafeKey,
    random: Random,
}

/// Where a sealed value belongs; it opens nowhere else.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) arn: &'a str,
    pub(super) version_id: &'a str,
}

impl Place<'_> {
    /// Neither part can hold a NUL, so no two places have the same bytes.
    fn aad(self) -> Aad<Vec<u8>> {
        Aad::from([self.arn.as_bytes(), b"\0", self.version_id.as_bytes()].concat())
    }
}

impl Sealer {
    pub(super) fn new(key: &Key, random: Random) -> Result<Self, SecretsError> {
        let key = UnboundKey::new(&AES_256_GCM, key.as_slice())
            .map_err(|_| SecretsError::Internal("the key was refused"))?;
        Ok(Self {
            key: LessSafeKey::new(key),
            random,
        })
    }

    /// Seals `plain` for `place`, under a nonce of its own.
    pub(super) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let mut nonce = [0; NONCE_LEN];
        (self.random)(&mut nonce)?;
        // Room for the tag too: growing would leave a copy of the value behind.
        let mut body = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
        body.extend_from_slice(plain);
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), place.aad(), &mut body)
            .map_err(|_| SecretsError::Internal("a value could not be sealed"))?;
        Ok([&[FORMAT], nonce.as_slice(), &body].concat())
    }

    /// Opens what was sealed for `place`.
    pub(super) fn open(
        &self,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretsError> {
        let (nonce, body) = sealed
            .strip_prefix(&[FORMAT])
            .and_then(|rest| rest.split_at_checked(NONCE_LEN))
            .ok_or(SecretsError::Decryption)?;
        let nonce =
            Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretsError::Decryption)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .key
            .open_in_place(nonce, place.aad(), &mut body)
            .map_err(|_| SecretsError::Decryption)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::stand_in::Ambient;

    const HERE: Place<'static> = Place {
        arn: "arn:one",
        version_id: "v1",
    };

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&Zeroizing::new([byte; 32]), Ambient::system().random).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_only() {
        let sealed = sealer(1).seal(HERE, b"value").unwrap();
        assert_eq!(sealer(1).open(HERE, &sealed).unwrap().as_slice(), b"value");
        let other_secret = Place {
            arn: "arn:two",
            ..HERE
        };
        let other_version = Place {
            version_id: "v2",
            ..HERE
        };
        for place in [other_secret, other_version] {
            assert!(matches!(
                sealer(1).open(place, &sealed),
                Err(SecretsError::Decryption)
            ));
        }
    }

    #[test]
    fn another_key_does_not_open() {
        let sealed = sealer(1).seal(HERE, b"value").unwrap();
        assert!(matches!(
            sealer(2).open(HERE, &sealed),
            Err(SecretsError::Decryption)
        ));
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed() {
        let sealed = sealer(1).seal(HERE, b"value").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer(1).open(HERE, &changed).is_err(), "byte {at}");
        }
        assert!(sealer(1).open(HERE, &sealed[..5]).is_err());
    }

    #[test]
    fn equal_values_are_sealed_differently() {
        let one = sealer(1).seal(HERE, b"value").unwrap();
        assert_ne!(one, sealer(1).seal(HERE, b"value").unwrap());
    }

    #[test]
    fn without_randomness_nothing_is_sealed() {
        let broken: Random = Arc::new(|_| Err(crate::stand_in::RandomError));
        let sealer = Sealer::new(&Zeroizing::new([1; 32]), broken).unwrap();
        assert!(matches!(
            sealer.seal(HERE, b"value"),
            Err(SecretsError::Random(_))
        ));
    }
}
