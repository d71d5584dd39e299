//! What the token will allow.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::scope::{Scope, ScopeSet};
use m2m_types::token_request::TokenRequest;

use super::TokenError;
use super::audience::Target;
use crate::active_client::ActiveClient;
use crate::client::scopes_at;
use crate::resource_servers::{KnownServers, ResourceServer};

/// The requested scopes, all or nothing; else the client's default ones, else all it may have.
///
/// RFC 6749 §3.3. Never more than the owner may do at this moment.
pub(super) fn choose(
    request: &TokenRequest,
    active: &ActiveClient,
    known: &KnownServers,
    target: &Target<'_>,
) -> Result<ScopeSet, TokenError> {
    let allowance = Allowance {
        known,
        target,
        allowed: active.allowed_scopes(),
    };
    let unverified = request.unverified_scope.as_deref();
    allowance.choose(unverified, active.client.default_scopes.as_ref())
}

/// What bounds the scopes of a token.
struct Allowance<'a> {
    known: &'a KnownServers,
    target: &'a Target<'a>,
    /// The client's, as far as they are among the owner's present ones.
    allowed: ScopeSet,
}

impl Allowance<'_> {
    fn choose(
        &self,
        unverified: Option<&str>,
        default: Option<&ScopeSet>,
    ) -> Result<ScopeSet, TokenError> {
        let granted = match unverified {
            Some(unverified) => {
                let requested =
                    ScopeSet::parse(unverified).map_err(|_| TokenError::ScopeMalformed)?;
                requested.iter().try_for_each(|scope| self.check(scope))?;
                requested
            }
            None => self.unrequested(default),
        };
        if granted.is_empty() {
            Err(TokenError::NoScope)
        } else {
            Ok(granted)
        }
    }

    fn check(&self, scope: &Scope) -> Result<(), TokenError> {
        if !self.allowed.contains(scope) {
            return Err(TokenError::ScopeNotAllowed(scope.clone()));
        }
        if !self.known.owns(&self.target.server, scope) {
            return Err(TokenError::ScopeOfAnotherResource(scope.clone()));
        }
        match self.target.grant {
            Some(grant) if !grant.scopes.contains(scope) => {
                Err(TokenError::ScopeNotInGrant(scope.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Management scopes are granted only by name: in the request or in the client's default scopes.
    fn unrequested(&self, default: Option<&ScopeSet>) -> ScopeSet {
        let wanted = self.allowed.iter().filter(|scope| match default {
            Some(default) => default.contains(scope),
            None => !ManagementScope::includes(scope),
        });
        wanted
            .filter(|scope| self.check(scope).is_ok())
            .cloned()
            .collect()
    }
}

/// All that the client may have of that API at this moment.
pub(super) fn allowed(
    active: &ActiveClient,
    known: &KnownServers,
    server: &ResourceServer,
) -> ScopeSet {
    let grants = active.client.audience_grants.as_deref();
    scopes_at(known, server, &active.allowed_scopes(), grants)
}

#[cfg(test)]
mod tests {
    use m2m_types::audience::Audience;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::client::AudienceGrant;
    use crate::resource_servers::testing::known;

    const SOME: &str = "(a|b|c|d|e|clients:read)( (a|b|c|d|e|clients:read)){0,4}";
    const SERVERS: [&str; 3] = ["https://auth.example/v1", "urn:default", "urn:a"];

    fn set(text: &str) -> ScopeSet {
        ScopeSet::parse(text).unwrap()
    }

    fn server(identifier: &str) -> ResourceServer {
        match identifier {
            "https://auth.example/v1" => ResourceServer::Management,
            other => ResourceServer::Api(Audience::parse(other).unwrap()),
        }
    }

    proptest! {
        /// Whatever is asked for, a token has no scope that its client, the owner, the resource server or the grant
        /// for it lacks; and what is asked for by name is granted whole or not at all.
        #[test]
        fn a_token_never_has_a_scope_that_one_of_its_bounds_lacks(
            own in option::of(SOME), owners in SOME, granted in option::of(SOME), default in option::of(SOME),
            recorded in "[a-c]", asked in option::of(SOME), chosen in 0..3_usize,
        ) {
            let known = known(&[("urn:a", recorded.as_str())]);
            let server = server(SERVERS[chosen]);
            let grant = granted.as_deref().map(|scopes| AudienceGrant {
                audience: server.clone(),
                scopes: set(scopes),
            });
            let owners = set(&owners);
            let allowed = own.as_deref().map_or(owners.clone(), |own| set(own).intersection(&owners));
            let target = Target { server, grant: grant.as_ref() };
            let allowance = Allowance { known: &known, target: &target, allowed: allowed.clone() };
            let default = default.as_deref().map(set);
            let Ok(scopes) = allowance.choose(asked.as_deref(), default.as_ref()) else {
                return Ok(());
            };
            for scope in scopes.iter() {
                prop_assert!(allowed.contains(scope) && owners.contains(scope));
                prop_assert!(known.owns(&target.server, scope));
                prop_assert!(grant.as_ref().is_none_or(|grant| grant.scopes.contains(scope)));
                let by_name = asked.is_some() || default.is_some();
                prop_assert!(by_name || !ManagementScope::includes(scope));
            }
            match asked.as_deref() {
                Some(asked) => prop_assert_eq!(scopes, set(asked)),
                None => prop_assert!(default.is_none_or(|default| scopes.first_missing_from(&default).is_none())),
            }
        }
    }
}
