//! The scopes of the management API: a fixed list, no wildcards.

use crate::scope::{Scope, ScopeSet};

macro_rules! management_scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A scope of the management API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ManagementScope { $($(#[$doc])* $name),+ }

        impl ManagementScope {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// As it stands in a token.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

management_scopes! {
    /// See clients.
    ClientsRead = "clients:read",
    /// Make, change and delete clients.
    ClientsWrite = "clients:write",
    /// See the value of a client's secret.
    ClientsReveal = "clients:reveal",
    /// Make clients stronger than the own token, within the owner's permissions.
    ClientsDelegate = "clients:delegate",
    /// See API access tokens.
    TokensRead = "tokens:read",
    /// Make, change and delete API access tokens.
    TokensWrite = "tokens:write",
    /// Ask about tokens of the own organization, where the client may: `POST /oauth/introspect`.
    Introspect = "m2m:introspect",
    /// Manage the owners of the own organization.
    Admin = "admin",
    /// Manage what all organizations share: organizations, resource servers, signing keys.
    Operator = "operator",
}

impl ManagementScope {
    /// Whether the set has it.
    pub fn is_in(self, scopes: &ScopeSet) -> bool {
        scopes.iter().any(|scope| scope.as_str() == self.as_str())
    }

    /// All of them as a set.
    pub fn all() -> ScopeSet {
        Self::ALL
            .iter()
            .filter_map(|scope| Scope::parse(scope.as_str()).ok())
            .collect()
    }

    /// Whether the scope belongs to the management API.
    pub fn includes(scope: &Scope) -> bool {
        Self::ALL
            .iter()
            .any(|known| known.as_str() == scope.as_str())
    }
}
