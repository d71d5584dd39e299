//! What a token is bound to: the `cnf` claim, RFC 7800.

use serde::{Deserialize, Serialize};

/// The key or certificate whose holder alone may use the token; both have to be shown if both are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The RFC 7638 thumbprint of the DPoP key (RFC 9449 §6.1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jkt: Option<String>,
    /// The SHA-256 of the DER certificate in base64url (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none", default)]
    pub x5t_s256: Option<String>,
}
