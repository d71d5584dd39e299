//! A client that proved who it is.

use m2m_types::names::SecretId;

use crate::active_client::ActiveClient;
use crate::client::Client;
use crate::organization::Organization;
use crate::owner::Owner;

/// A client whose credentials held, with the owner and the organization behind it, all of them active.
///
/// Only [`ClientAuthentication`](super::ClientAuthentication) makes one, and a token is issued to nothing else.
#[derive(Debug)]
pub struct AuthenticatedClient {
    pub(super) active: ActiveClient,
    pub(super) proof: Proof,
}

/// How a client proved who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// By this of its secrets.
    Secret(SecretId),
    /// By an assertion that it signed itself.
    Assertion,
    /// By a token of an outside issuer that it trusts.
    WorkloadToken,
    /// By the certificate with this thumbprint, RFC 8705 §3.1.
    Certificate(String),
}

impl AuthenticatedClient {
    /// The client and who stands behind it.
    pub fn active(&self) -> &ActiveClient {
        &self.active
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.active.client
    }

    /// On whose behalf it acts.
    pub fn owner(&self) -> &Owner {
        &self.active.owner
    }

    /// Its tenant.
    pub fn organization(&self) -> &Organization {
        &self.active.organization
    }

    /// How it proved who it is.
    pub fn proof(&self) -> &Proof {
        &self.proof
    }
}
