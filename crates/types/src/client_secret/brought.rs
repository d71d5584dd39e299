//! A secret that a user brings: taken only if it cannot be guessed.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{ClientSecret, has_our_prefix};
use crate::InvalidText;

/// How hard to guess it has to be.
const MIN_BITS: f64 = 128.0;

const INVALID: InvalidText = InvalidText {
    what: "client_secret",
    rule: "43 to 128 characters of A-Z, a-z, 0-9, '_' and '-', not starting with 'm2ms_', and random: \
           repetitions, sequences and few different characters make it too easy to guess",
};

/// A `client_secret` that somebody else than this service made: `[A-Za-z0-9_-]{43,128}`, not starting like one of
/// ours, of at least 128 bits by [an estimate](estimated_bits).
///
/// `Debug` shows nothing, as of any secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BroughtSecret(ClientSecret);

impl BroughtSecret {
    /// Takes a secret that a user chose.
    ///
    /// # Errors
    /// It has another form, or is too easy to guess.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = Zeroizing::new(text.into());
        if has_form(&text) && estimated_bits(&text) >= MIN_BITS {
            Ok(Self(ClientSecret(text)))
        } else {
            Err(INVALID)
        }
    }

    /// The secret as any other.
    pub fn secret(&self) -> &ClientSecret {
        &self.0
    }
}

impl TryFrom<String> for BroughtSecret {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

impl From<BroughtSecret> for String {
    fn from(secret: BroughtSecret) -> Self {
        secret.0.into()
    }
}

/// Whether a text could be a secret that a user brought, however easy to guess.
pub(super) fn has_form(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && !has_our_prefix(text)
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

/// How many bits whoever guesses has to find, as far as the text alone tells: a character counts the logarithm of how
/// many different ones there are, and nothing if the text foretells it. That is when the same two characters stood
/// there before (`abcabc`), or when it goes on by the step before it (`aaaa`, `3456`, `zyxw`).
///
/// An estimate from above: it refuses what is plainly weak and cannot know a dictionary.
pub fn estimated_bits(text: &str) -> f64 {
    let bytes = text.as_bytes();
    let different: HashSet<u8> = bytes.iter().copied().collect();
    let mut pairs = HashSet::new();
    let step = |at: usize| i16::from(bytes[at]) - i16::from(bytes[at - 1]);
    let mut is_foretold = |at: usize| {
        let repeats = at >= 1 && !pairs.insert((bytes[at - 1], bytes[at]));
        repeats || at >= 2 && step(at) == step(at - 1)
    };
    let counted = (0..bytes.len()).filter(|at| !is_foretold(*at)).count();
    let counted = u32::try_from(counted).unwrap_or(u32::MAX);
    let different = u32::try_from(different.len()).unwrap_or(u32::MAX);
    f64::from(counted) * f64::from(different.max(1)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, is_taken: bool) {
        let bits = estimated_bits(text);
        assert_eq!(BroughtSecret::parse(text).is_ok(), is_taken, "{bits} bits");
    }

    #[test]
    fn what_a_generator_makes_is_taken() {
        check("pT3rYw9_kQ0xLz7-vBn2HcM5sJd8fGa1eRuX4iWoKtE", true);
        check(
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            true,
        );
        check("5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b4", true);
    }

    #[test]
    fn what_can_be_guessed_is_refused() {
        check(&"a".repeat(128), false);
        check(&"abc".repeat(40), false);
        check(&"password-".repeat(10), false);
        check(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            false,
        );
        check("0123456789012345678901234567890123456789012345", false);
    }

    #[test]
    fn another_form_is_refused() {
        let good = "pT3rYw9_kQ0xLz7-vBn2HcM5sJd8fGa1eRuX4iWoKtE";
        check(&good[..42], false);
        check(&format!("{good}{good}{good}"), false);
        check(&format!("m2ms_{good}"), false);
        check(&format!("M2MS_{good}"), false);
        check(&format!("{}é", &good[..42]), false);
        check(&format!("{good} "), false);
        check(&format!("{good}\0"), false);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_estimate(text in ".{0,200}") {
            let bits = estimated_bits(&text);
            proptest::prop_assert!(bits >= 0.0 && bits <= 8.0 * text.len() as f64);
        }
    }
}
