//! Who a caller is.

use std::fmt;

use m2m_types::client_id::ClientId;
use m2m_types::iam_principal::IamPrincipal;

/// Who calls: a client by its token, or a principal of AWS IAM. Printed as the log and a record of what was
/// done name it: the client's id, or the ARN of the role's session or the user.
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
}

impl Actor {
    /// What stays the same from one token or session to the next, for what a caller may repeat. No
    /// client's is a principal's: an ARN has colons, which a client id has not.
    pub(crate) fn lasting_name(&self) -> String {
        match self {
            Self::Client(id) => id.to_string(),
            Self::Iam { principal, .. } => principal.to_string(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(id) => id.fmt(f),
            Self::Iam { arn, .. } => f.write_str(arn),
        }
    }
}
