//! The identifiers of people, tenants and secrets, and the texts that people write.

use crate::client_id::ClientId;
use crate::text::{all_bytes, is_plain_text, text_type};

/// A part of a key in the store: printable ASCII without `#`, which separates such parts.
fn is_key_byte(b: u8) -> bool {
    b.is_ascii_graphic() && b != b'#'
}

text_type!(
    /// The owner of clients: `{issuer_alias}|{sub}`, `iam|{name}` or `local|{name}`.
    ///
    /// It never starts like a client id, so a token's `sub` cannot be taken for a client
    /// (RFC 9068 §5).
    OwnerId,
    "owner",
    "'{source}|{name}' in 3 to 255 printable ASCII characters without '#', not starting with 'm2m_'",
    |text| {
        all_bytes(text, 3, 255, is_key_byte)
            && !text.starts_with(ClientId::PREFIX)
            && text.split_once('|').is_some_and(|(source, name)| !source.is_empty() && !name.is_empty())
    }
);

text_type!(
    /// The tenant that owners and clients belong to.
    OrganizationId,
    "organization",
    "1 to 128 characters of a-z, 0-9, '_' and '-'",
    |text| all_bytes(text, 1, 128, |b| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b)
    })
);

text_type!(
    /// What the identifiers of owners from a login provider start with, before `|`.
    IssuerAlias,
    "the alias of an issuer",
    "1 to 32 characters of a-z, 0-9 and '-', starting with a letter",
    |text| all_bytes(text, 1, 32, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.starts_with(|first: char| first.is_ascii_lowercase())
);

text_type!(
    /// Names one of a client's secrets, without being secret itself.
    SecretId,
    "secret_id",
    "a UUID in lower case",
    |text| {
        text.len() == 36
            && text.bytes().enumerate().all(|(at, b)| match at {
                8 | 13 | 18 | 23 => b == b'-',
                _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
            })
    }
);

text_type!(
    /// Names a resource server in a path, where its identifier, a URI, would not survive every gateway.
    ResourceServerId,
    "resource_server_id",
    "'rs_' and 26 characters of a ULID in lower case",
    |text| text.strip_prefix("rs_").is_some_and(|ulid| {
        all_bytes(ulid, 26, 26, |b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
);

text_type!(
    /// What people call a resource server.
    ResourceServerName,
    "name",
    "1 to 128 characters without controls, zero-width or bidirectional characters, in Unicode NFC, \
     not starting or ending with a space",
    |text| !text.is_empty() && text.trim() == text && is_plain_text(text, 128)
);

text_type!(
    /// Names an API access token, without being secret itself.
    ApiTokenId,
    "api_token_id",
    "'at_' and 26 characters of a ULID in lower case",
    |text| text.strip_prefix("at_").is_some_and(|ulid| {
        all_bytes(ulid, 26, 26, |b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
);

text_type!(
    /// What people call an API access token.
    ApiTokenName,
    "name",
    "1 to 128 characters without controls, zero-width or bidirectional characters, in Unicode NFC, \
     not starting or ending with a space",
    |text| !text.is_empty() && text.trim() == text && is_plain_text(text, 128)
);

text_type!(
    /// What people call an organization.
    OrganizationName,
    "name",
    "1 to 128 characters without controls, zero-width or bidirectional characters, in Unicode NFC, \
     not starting or ending with a space",
    |text| !text.is_empty() && text.trim() == text && is_plain_text(text, 128)
);

text_type!(
    /// The plan that an organization is on, in the operator's words.
    PlanName,
    "plan",
    "1 to 64 characters without controls, zero-width or bidirectional characters, in Unicode NFC, \
     not starting or ending with a space",
    |text| !text.is_empty() && text.trim() == text && is_plain_text(text, 64)
);

text_type!(
    /// What people call a client.
    ClientName,
    "name",
    "1 to 128 characters without controls, zero-width or bidirectional characters, in Unicode NFC, \
     not starting or ending with a space",
    |text| !text.is_empty() && text.trim() == text && is_plain_text(text, 128)
);

text_type!(
    /// What a client is for, in its owner's words.
    Description,
    "description",
    "at most 1024 characters without controls, zero-width or bidirectional characters, in Unicode NFC",
    |text| is_plain_text(text, 1024)
);

text_type!(
    /// The key of a tag.
    TagKey,
    "tag key",
    "1 to 128 characters of A-Z, a-z, 0-9 and '_.:/=+-@'",
    |text| all_bytes(text, 1, 128, |b| b.is_ascii_alphanumeric() || b"_.:/=+-@".contains(&b))
);

text_type!(
    /// The value of a tag.
    TagValue,
    "tag value",
    "at most 256 characters without controls, zero-width or bidirectional characters, in Unicode NFC",
    |text| is_plain_text(text, 256)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_never_looks_like_a_client() {
        assert!(OwnerId::parse("local|admin").is_ok());
        assert!(OwnerId::parse("m2m_|x").is_err());
        assert!(OwnerId::parse("no-separator").is_err());
        assert!(OwnerId::parse("idp|a#b").is_err());
    }

    #[test]
    fn a_secret_id_is_a_uuid_in_lower_case() {
        assert!(SecretId::parse("0e725387-69e8-456e-a857-5d641e85f7ec").is_ok());
        for id in [
            "0E725387-69e8-456e-a857-5d641e85f7ec",
            &"-".repeat(36),
            "0e725387",
        ] {
            assert!(SecretId::parse(id).is_err(), "{id}");
        }
    }

    #[test]
    fn the_id_of_a_resource_server_has_its_prefix() {
        assert!(ResourceServerId::parse("rs_01j00000000000000000000000").is_ok());
        for id in [
            "rs_",
            "01j00000000000000000000000",
            "rs_01J00000000000000000000000",
        ] {
            assert!(ResourceServerId::parse(id).is_err(), "{id}");
        }
    }

    #[test]
    fn names_that_deceive_are_refused() {
        for name in [
            "",
            " x",
            "x ",
            "a\nb",
            "pay\u{202e}lla",
            "a\u{200b}b",
            "e\u{301}",
            &"x".repeat(129),
        ] {
            assert!(ClientName::parse(name).is_err(), "{name:?}");
        }
        assert!(ClientName::parse("Zahlungen – Köln 日本").is_ok());
    }
}
