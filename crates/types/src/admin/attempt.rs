//! `/v1/attempts/{correlation_id}`: why a token request was refused.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client_id::ClientId;
use crate::correlation_id::CorrelationId;
use crate::names::{OrganizationId, OwnerId};

/// A refused token request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptView {
    /// Its name, as the refusal said it.
    pub correlation_id: CorrelationId,
    /// When.
    pub at: Timestamp,
    /// Which client; null: no client that exists was named.
    pub client_id: Option<ClientId>,
    /// Whose client it is now.
    pub owner: Option<OwnerId>,
    /// In which organization that is.
    pub organization: Option<OrganizationId>,
    /// How the client wanted to prove who it is, in the words of RFC 8414.
    pub auth_method: String,
    /// The grant; null: it is none that is known.
    pub grant_type: Option<String>,
    /// The code that the answer had.
    pub error: String,
    /// Why.
    pub reason: String,
    /// From where it came.
    pub source: IpAddr,
}
