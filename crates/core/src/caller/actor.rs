//! Who a caller is.

use std::fmt;

use m2m_types::client_id::ClientId;
use m2m_types::iam_principal::IamPrincipal;
use m2m_types::names::OwnerId;

/// Who calls: a client by its token, a principal of AWS IAM, or somebody who is logged in. Printed as the log and a
/// record of what was done name it: the client's id, the ARN of the role's session or the user, or the person's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The client that the token was issued to.
    Client(ClientId),
    /// A role or a user that the gateway authenticated.
    Iam {
        /// Which.
        principal: IamPrincipal,
        /// As the gateway names it, which for a role tells the session.
        arn: String,
    },
    /// A person whom a login provider authenticated.
    Login {
        /// Who, which is the owner itself.
        owner: OwnerId,
        /// The provider's `iss`.
        issuer: String,
    },
}

impl Actor {
    /// The client, if it is one.
    pub fn client_id(&self) -> Option<&ClientId> {
        match self {
            Self::Client(id) => Some(id),
            Self::Iam { .. } | Self::Login { .. } => None,
        }
    }

    /// What stays the same from one token or session to the next, for what a caller may repeat. Nobody's is
    /// another's: an ARN begins with `arn:` and has no `|`, an owner has one, and a client id has neither colons nor `|`.
    pub(crate) fn lasting_name(&self) -> String {
        match self {
            Self::Client(id) => id.to_string(),
            Self::Iam { principal, .. } => principal.to_string(),
            Self::Login { owner, .. } => owner.to_string(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(id) => id.fmt(f),
            Self::Iam { arn, .. } => f.write_str(arn),
            Self::Login { owner, .. } => owner.fmt(f),
        }
    }
}
