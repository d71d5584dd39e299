//! Secrets of clients: what is kept of them, how one is checked and how one takes another's place.

pub(crate) mod rotation;

use aws_lc_rs::constant_time;
use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use m2m_types::api_token::ApiTokenValue;
use m2m_types::client_secret::ClientSecret;
use m2m_types::names::SecretId;

use crate::random::Random;

/// The SHA-256 of a secret, which has 256 random bits, or at least 128 if its user brought it.
///
/// No slow hash: nothing here can be guessed, so nothing is gained by paying for one at every token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// A digest that no secret has, so that an unknown client costs the same comparison.
    pub const OF_NOTHING: Self = Self([0; 32]);

    /// The digest of a secret.
    pub fn of(secret: &ClientSecret) -> Self {
        Self::of_text(secret.expose())
    }

    /// The digest of an API access token's value, which has as many random bits.
    pub fn of_api_token(value: &ApiTokenValue) -> Self {
        Self::of_text(value.expose())
    }

    fn of_text(text: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }

    /// Takes a kept digest.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to keep.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl std::fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

/// The live secret that the presented value is, if any.
///
/// Every live one is compared, in constant time; where there is none, one comparison is made all the same,
/// so that an unknown client and one whose secrets have expired cost what others cost.
pub fn find_matching<'a>(
    secrets: &'a [Secret],
    presented: &SecretDigest,
    now: Timestamp,
) -> Option<&'a Secret> {
    let mut matching = None;
    let mut compared = false;
    for secret in secrets.iter().filter(|secret| secret.is_live(now)) {
        compared = true;
        if secret.digest.matches(presented) {
            matching = Some(secret);
        }
    }
    if !compared {
        SecretDigest::OF_NOTHING.matches(presented);
    }
    matching
}

/// A secret of a client, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its name.
    pub id: SecretId,
    /// Its last characters before the checksum.
    pub hint: String,
    /// What a presented value is compared with.
    pub digest: SecretDigest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; none: never.
    pub expires_at: Option<Timestamp>,
    /// Where AWS Secrets Manager keeps the value; none: it is kept nowhere.
    pub arn: Option<String>,
    /// Whether it is on its way out while it still works.
    pub outgoing: Option<Outgoing>,
}

/// Why a secret is on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// Another takes its place.
    Replaced {
        /// Which.
        by: SecretId,
        /// When it would have stopped working; none: never. It does again if the rotation is taken back.
        former_end: Option<Timestamp>,
    },
    /// It was retired and works until its end.
    Retired,
}

impl Secret {
    /// Makes a secret and its value.
    pub fn generate(random: &dyn Random, now: Timestamp) -> (Self, ClientSecret) {
        let value = ClientSecret::from_random_bytes(&random.bytes());
        (Self::of(&value, random, now), value)
    }

    /// A secret with that value.
    pub fn of(value: &ClientSecret, random: &dyn Random, now: Timestamp) -> Self {
        Self {
            id: new_secret_id(random),
            hint: value.hint(),
            digest: SecretDigest::of(value),
            created_at: now,
            expires_at: None,
            arn: None,
            outgoing: None,
        }
    }

    /// Whether it works at that moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// A random UUID (RFC 9562 §5.4): Secrets Manager takes it as the version's name.
#[expect(
    clippy::expect_used,
    reason = "a UUID written here has the form of a secret_id"
)]
fn new_secret_id(random: &dyn Random) -> SecretId {
    let mut bytes: [u8; 16] = random.bytes();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    );
    // Unwrap safety: 36 characters, all hexadecimal digits or hyphens.
    SecretId::parse(format!("{a}-{b}-{c}-{d}-{e}")).expect("a UUID")
}
