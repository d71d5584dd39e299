//! The shape that every textual newtype of this crate shares.

/// Why a text was refused: what it should have been, never what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {rule}")]
pub struct InvalidText {
    /// The name of the value, as the wire calls it.
    pub what: &'static str,
    /// The grammar that it did not meet.
    pub rule: &'static str,
}

/// Declares a text with a grammar: parsed on the way in, plain on the way out.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $holds:expr) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the grammar and takes the text.
            ///
            /// # Errors
            /// The text does not meet the grammar.
            pub fn parse(text: impl Into<String>) -> Result<Self, $crate::InvalidText> {
                let text = text.into();
                let holds: fn(&str) -> bool = $holds;
                if holds(&text) {
                    Ok(Self(text))
                } else {
                    Err($crate::InvalidText { what: $what, rule: $rule })
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::InvalidText;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}
pub(crate) use text_type;

/// Whether the text has `min` to `max` bytes, each accepted by `byte`.
pub(crate) fn all_bytes(text: &str, min: usize, max: usize, byte: fn(u8) -> bool) -> bool {
    (min..=max).contains(&text.len()) && text.bytes().all(byte)
}

/// Whether a person can read the text as it is written: no controls, no bidirectional overrides,
/// no zero-width characters, at most `max` characters, in Unicode normalization form C.
pub(crate) fn is_plain_text(text: &str, max: usize) -> bool {
    text.chars().count() <= max
        && !text.chars().any(|c| c.is_control() || is_invisible(c))
        && icu_normalizer::ComposingNormalizerBorrowed::new_nfc().is_normalized(text)
}

/// Line and paragraph separators, bidirectional marks, zero-width characters and tags.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
    )
}
