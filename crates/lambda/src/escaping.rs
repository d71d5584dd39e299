//! Paths and queries as a URL may have them, from gateways that say them in another way.

use std::fmt::Write;

/// What stands in no path and no query.
const NEVER: &[u8] = b"\"#<>\\^`{|}";

/// A query with what no query may have escaped; what is escaped already stays as it is.
pub(crate) fn query(said: &str) -> String {
    escaped(said, b"")
}

/// A path likewise: where it was decoded, what would begin a query or a fragment is a part of it.
pub(crate) fn path(said: &str) -> String {
    escaped(said, b"?")
}

/// A path that was decoded, once, as it may have been written before: every `%` is one that was escaped. Which slashes were
/// escaped is lost.
pub(crate) fn decoded_path(decoded: &str) -> String {
    escaped(decoded, b"?%")
}

fn escaped(text: &str, also: &[u8]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !NEVER.contains(&byte) && !also.contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_url_cannot_have_is_escaped() {
        assert_eq!(query("a=b c<\"ü&d=%20?"), "a=b%20c%3C%22%C3%BC&d=%20?");
        assert_eq!(path("/a?b#c|d%20\\@:"), "/a%3Fb%23c%7Cd%20%5C@:");
        assert_eq!(decoded_path("/a?b%20/50%"), "/a%3Fb%2520/50%25");
    }
}
