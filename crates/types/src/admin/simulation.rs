//! `POST /v1/simulate`: what a client would get, without getting it.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::limits::TokenQuota;
use crate::audience::Audience;
use crate::client_id::ClientId;
use crate::token_request::UnverifiedSecret;

/// A token request to be tried. What is left out is as it would be in the request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulate {
    /// Which client.
    pub client_id: ClientId,
    /// `grant_type`; `client_credentials` by default.
    pub grant_type: Option<String>,
    /// `subject_token`, which a token exchange has to have (RFC 8693 §2.1): what it gives depends on the token. What that is
    /// bound to counts as proved.
    pub subject_token: Option<UnverifiedSecret>,
    /// `subject_token_type`; an access token by default.
    pub subject_token_type: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `resource`.
    pub resource: Option<String>,
    /// `audience`.
    pub audience: Option<String>,
    /// `authorization_details`.
    pub authorization_details: Option<Value>,
    /// From where it would come; left out: from where the client may.
    pub source_ip: Option<IpAddr>,
}

/// What would come of it: one of the two.
#[derive(Debug, Clone, Serialize)]
pub struct Simulated {
    /// The token; null: there would be none.
    pub granted: Option<SimulatedToken>,
    /// Why there would be none; null: there would be one.
    pub refused: Option<SimulatedRefusal>,
    /// How far the quotas are used, none of which was touched.
    pub quotas: Vec<SimulatedQuota>,
}

/// A token that would be issued.
#[derive(Debug, Clone, Serialize)]
pub struct SimulatedToken {
    /// `Bearer` or `DPoP`.
    pub token_type: &'static str,
    /// What it would be for.
    pub audience: Audience,
    /// What it would allow: scopes with spaces between them.
    pub scope: String,
    /// How long it would live, in seconds.
    pub expires_in: u32,
    /// What it would be signed with.
    pub alg: String,
    /// Its claims but for those that differ from one token to the next.
    pub claims: Map<String, Value>,
}

/// Why there would be none.
#[derive(Debug, Clone, Serialize)]
pub struct SimulatedRefusal {
    /// The code that the client would see.
    pub error: &'static str,
    /// The reason, which the client would not see.
    pub reason: String,
}

/// How far a quota is used.
#[derive(Debug, Clone, Serialize)]
pub struct SimulatedQuota {
    /// `client` or `organization`.
    pub of: &'static str,
    /// What it says.
    #[serde(flatten)]
    pub quota: TokenQuota,
    /// How many tokens were issued in the present time.
    pub used: u64,
    /// When the next begins.
    pub ends_at: Timestamp,
}
