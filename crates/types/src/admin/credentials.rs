//! How a client proves who it is, as the management API takes and shows it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::InvalidText;

/// The `token_endpoint_auth_method` of a client, RFC 7591 §2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// A secret in the header or, as `client_secret_post`, in the body.
    #[default]
    ClientSecretBasic,
    /// A signed assertion: by a key of the client's, or by an issuer that it trusts.
    PrivateKeyJwt,
    /// A certificate of a trusted authority, RFC 8705 §2.1.
    TlsClientAuth,
    /// A certificate whose key is registered, RFC 8705 §2.2.
    SelfSignedTlsClientAuth,
}

/// What `aud` has to be in a client's assertions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionAudience {
    /// The issuer identifier alone.
    #[default]
    Issuer,
    /// The URL of the token endpoint is accepted too, for libraries that know nothing else.
    TokenEndpoint,
}

/// A set of public keys, RFC 7517 §5, of at most 16,384 bytes; what is in it is checked by whoever uses the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Jwks(Map<String, Value>);

impl Jwks {
    /// The keys, as they are written.
    pub fn keys(&self) -> impl Iterator<Item = &Value> {
        self.0
            .get("keys")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }

    /// The set as JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap_or_default()
    }
}

impl TryFrom<Map<String, Value>> for Jwks {
    type Error = InvalidText;
    fn try_from(set: Map<String, Value>) -> Result<Self, Self::Error> {
        let length = serde_json::to_vec(&set).map_or(usize::MAX, |json| json.len());
        if set.get("keys").is_some_and(Value::is_array) && length <= 16_384 {
            Ok(Self(set))
        } else {
            Err(InvalidText {
                what: "jwks",
                rule: "an object with the member keys, an array, of at most 16384 bytes",
            })
        }
    }
}

impl From<Jwks> for Map<String, Value> {
    fn from(set: Jwks) -> Self {
        set.0
    }
}

/// An outside issuer whose tokens prove that a client is itself (RFC 7523 §3): workload identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// The `iss` of the tokens, an https URL or, for SPIFFE, `spiffe://…`; compared to the byte.
    pub issuer: String,
    /// The `sub` of the tokens.
    pub subject: String,
    /// Whether `*` in `subject` stands for any text within one part of it: never for a `:` or a `/`. Something has to
    /// stand before the first.
    #[serde(default)]
    pub subject_is_pattern: bool,
    /// The `aud` of the tokens, the only one they may have.
    pub audience: String,
    /// Further claims that the tokens must have, each equal to this text; a name that begins with `/` is a JSON
    /// pointer into claims within claims, such as `/kubernetes.io/namespace`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, String>,
    /// How old a token may be by its `iat`: 1 to 86,400 seconds, a day by default. One without `iat` may not live longer
    /// than that.
    #[serde(default = "a_day")]
    pub max_age_seconds: u32,
    /// Where the issuer's keys are; null: where its metadata says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
}

fn a_day() -> u32 {
    86_400
}

/// The one identifier that a certificate must have, RFC 8705 §2.1.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateSubject {
    /// The subject's distinguished name, RFC 4514.
    SubjectDn(String),
    /// A DNS name in the certificate's subject alternative names.
    SanDns(String),
    /// A URI there.
    SanUri(String),
    /// An IP address there.
    SanIp(String),
    /// A mail address there.
    SanEmail(String),
}

impl CertificateSubject {
    /// What RFC 8705 §2.1.2 calls the member of a client's metadata.
    pub fn member(&self) -> &'static str {
        match self {
            Self::SubjectDn(_) => "tls_client_auth_subject_dn",
            Self::SanDns(_) => "tls_client_auth_san_dns",
            Self::SanUri(_) => "tls_client_auth_san_uri",
            Self::SanIp(_) => "tls_client_auth_san_ip",
            Self::SanEmail(_) => "tls_client_auth_san_email",
        }
    }
}

/// How a client authenticates, in the members of its representation: at most one of the keys, the trusts and the
/// identifiers of a certificate is there, as the method asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The method.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// Its public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Jwks>,
    /// Where it publishes its public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Whose tokens prove who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Vec<Trust>>,
    /// The distinguished name of its certificate's subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// What `aud` may be in its assertions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion_audience: Option<AssertionAudience>,
}
