//! The identifier of an M2M OAuth client.

use crate::text::{all_bytes, text_type};

text_type!(
    /// The `client_id` of RFC 6749 §2.2: `m2m_` and 26 lower-case ULID characters when it is ours,
    /// any `[A-Za-z0-9._-]{1,128}` when an operator brought it from elsewhere.
    ClientId,
    "client_id",
    "1 to 128 characters of A-Z, a-z, 0-9, '.', '_' and '-', neither '.' nor '..'",
    |text| {
        // A dot segment disappears from a URL (RFC 3986 §5.2.4).
        text != "." && text != ".." && all_bytes(text, 1, 128, |b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    }
);

impl ClientId {
    /// What every identifier made by this service starts with.
    pub const PREFIX: &'static str = "m2m_";
}

#[cfg(test)]
mod tests {
    use super::ClientId;

    #[test]
    fn look_alike_and_foreign_characters_are_refused() {
        for id in [
            "",
            "a b",
            "m2m_é",
            "ｍ2m_x",
            "a#b",
            "a/b",
            "a\u{200b}",
            "a\0",
            ".",
            "..",
            &"x".repeat(129),
        ] {
            assert!(ClientId::parse(id).is_err(), "{id:?}");
        }
        assert!(ClientId::parse("legacy.App-1_x").is_ok());
    }
}
