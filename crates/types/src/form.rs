//! `application/x-www-form-urlencoded`, read strictly.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// Why a form could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.description())]
pub enum InvalidForm {
    /// A `%` without two hexadecimal digits.
    PercentEncoding,
    /// Bytes that are not UTF-8 after decoding.
    Utf8,
}

impl InvalidForm {
    /// One sentence for the caller; it echoes nothing of the input.
    pub fn description(self) -> &'static str {
        match self {
            Self::PercentEncoding => "a percent-encoding is incomplete",
            Self::Utf8 => "a name or value is not UTF-8",
        }
    }
}

/// The pairs of a form in their order.
///
/// # Errors
/// A percent-encoding is incomplete, or a name or value is not UTF-8.
pub fn parse(
    form: &[u8],
) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), InvalidForm>> {
    form.split(|b| *b == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let equals = pair.iter().position(|b| *b == b'=');
            let (name, value) = equals.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
            Ok((decode(name)?, decode(value)?))
        })
}

/// Decodes one name or value: `+` is a space, `%XX` a byte, the whole UTF-8.
///
/// Also what RFC 6749 §2.3.1 asks of the id and the secret inside HTTP Basic.
///
/// # Errors
/// A percent-encoding is incomplete, or the bytes are not UTF-8.
pub fn decode(text: &[u8]) -> Result<Cow<'_, str>, InvalidForm> {
    if !text.iter().any(|b| matches!(b, b'%' | b'+')) {
        return std::str::from_utf8(text)
            .map(Cow::Borrowed)
            .map_err(|_| InvalidForm::Utf8);
    }
    if !percent_encodings_are_whole(text) {
        return Err(InvalidForm::PercentEncoding);
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|b| if *b == b'+' { b' ' } else { *b })
        .collect();
    let decoded: Vec<u8> = percent_decode(&spaced).collect();
    String::from_utf8(decoded)
        .map(Cow::Owned)
        .map_err(|_| InvalidForm::Utf8)
}

fn percent_encodings_are_whole(text: &[u8]) -> bool {
    text.iter()
        .enumerate()
        .filter(|(_, b)| **b == b'%')
        .all(|(at, _)| {
            text.get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_rfc_6749_appendix_b() {
        assert_eq!(decode(b"+%25%26%2B%C2%A3%E2%82%AC").unwrap(), " %&+£€");
        assert_eq!(decode(b"an%3Aidentifier").unwrap(), "an:identifier");
    }

    #[test]
    fn half_an_encoding_and_foreign_bytes_are_refused() {
        assert_eq!(decode(b"a%2"), Err(InvalidForm::PercentEncoding));
        assert_eq!(decode(b"a%zz"), Err(InvalidForm::PercentEncoding));
        assert_eq!(decode(b"%ff"), Err(InvalidForm::Utf8));
        assert_eq!(decode(b"\xff"), Err(InvalidForm::Utf8));
    }

    #[test]
    fn pairs_come_in_their_order() {
        let pairs: Vec<_> = parse(b"a=1&&b&c=x=y").map(Result::unwrap).collect();
        assert_eq!(
            pairs,
            [
                ("a".into(), "1".into()),
                ("b".into(), "".into()),
                ("c".into(), "x=y".into())
            ]
        );
    }
}
