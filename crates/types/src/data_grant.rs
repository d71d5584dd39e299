//! Data that an API access token opens.

use serde::{Deserialize, Serialize};

use crate::text::{is_plain_text, text_type};

/// The `type` of a data grant where it is told as an authorization detail (RFC 9396 §2).
pub const DATA_GRANT_TYPE: &str = "urn:m2m-oauth:data-grant";

/// A source of data behind a connection, both in the words of the API that has them: this service compares and
/// understands neither.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataGrant {
    /// The API's name of the connection.
    pub connection: ConnectionName,
    /// What behind it.
    pub source: DataSource,
}

/// What a data grant opens: one of `{"table": …}`, `{"query": …}`, `{"tileset": …}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataSource {
    /// A table or a view by its full name.
    Table(SourceName),
    /// Exactly this query.
    Query(SourceQuery),
    /// A tileset by its full name.
    Tileset(SourceName),
}

/// A data grant as an authorization detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataGrantDetail {
    /// [`DATA_GRANT_TYPE`].
    #[serde(rename = "type")]
    pub kind: String,
    /// What it opens.
    #[serde(flatten)]
    pub grant: DataGrant,
}

impl From<DataGrant> for DataGrantDetail {
    fn from(grant: DataGrant) -> Self {
        Self {
            kind: DATA_GRANT_TYPE.to_owned(),
            grant,
        }
    }
}

text_type!(
    /// What an API calls a connection.
    ConnectionName,
    "connection",
    "1 to 128 characters without controls, zero-width or bidirectional characters, in Unicode NFC, \
     not starting or ending with a space",
    |text| !text.is_empty() && text.trim() == text && is_plain_text(text, 128)
);

text_type!(
    /// The full name of a table or a tileset.
    SourceName,
    "a table or tileset",
    "its name in 1 to 512 characters without controls, zero-width or bidirectional characters, in Unicode NFC, \
     not starting or ending with a space",
    |text| !text.is_empty() && text.trim() == text && is_plain_text(text, 512)
);

text_type!(
    /// A query, compared to the byte.
    SourceQuery,
    "a query",
    "1 to 4096 characters on any number of lines, without other controls, zero-width or bidirectional characters, \
     in Unicode NFC",
    |text| !text.trim().is_empty()
        && text.chars().count() <= 4096
        && text
            .split(['\n', '\r', '\t'])
            .all(|line| is_plain_text(line, 4096))
);

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<DataGrant, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_grant_is_a_connection_and_one_source() {
        for source in [
            r#"{"table":"sales.public.orders"}"#,
            r#"{"query":"SELECT *\n\tFROM orders\r\n"}"#,
            r#"{"tileset":"maps.rivers"}"#,
        ] {
            let json = format!(r#"{{"connection":"warehouse","source":{source}}}"#);
            assert_eq!(serde_json::to_string(&parse(&json).unwrap()).unwrap(), json);
        }
        for json in [
            r#"{"connection":"w"}"#,
            r#"{"source":{"table":"t"}}"#,
            r#"{"connection":"","source":{"table":"t"}}"#,
            r#"{"connection":"w","source":"t"}"#,
            r#"{"connection":"w","source":{}}"#,
            r#"{"connection":"w","source":{"table":"t","query":"q"}}"#,
            r#"{"connection":"w","source":{"view":"t"}}"#,
            r#"{"connection":"w","source":{"table":" t"}}"#,
            r#"{"connection":"w","source":{"table":"a\nb"}}"#,
            r#"{"connection":"w","source":{"query":"\n"}}"#,
            r#"{"connection":"w","source":{"query":"a\u0000"}}"#,
            r#"{"connection":"w","source":{"query":"a\u202e"}}"#,
            r#"{"connection":"w","source":{"table":"t"},"mode":"write"}"#,
        ] {
            assert!(parse(json).is_err(), "{json}");
        }
    }
}
