//! Who asks about a token, and what it may know.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::claims::AccessTokenClaims;
use m2m_types::client_id::ClientId;
use m2m_types::metadata::paths;
use m2m_types::names::OrganizationId;
use m2m_types::token_request::TokenRequest;
use m2m_types::token_response::TokenType;

use super::{Introspection, IntrospectionError};
use crate::caller::{Actor, Caller, CallerError};
use crate::client_auth::{ClientAuthError, InvalidCredentials, Presentation};
use crate::dpop::ShownToken;
use crate::protocol_error::Refused;

/// A client that asks about a token.
pub(super) struct Asker {
    /// Which.
    pub(super) client_id: ClientId,
    /// The tenant whose tokens alone it may know: its own, if it asks by a token.
    within: Option<OrganizationId>,
}

impl Asker {
    /// Whether more than "inactive" may be said of a token: to the client that got it, and to those that its
    /// audience lists.
    pub(super) fn may_know(&self, claims: &AccessTokenClaims, is_listed: bool) -> bool {
        self.is_within(&claims.org) && (claims.client_id == self.client_id || is_listed)
    }

    /// Whether anything may be said of tokens of that tenant.
    pub(super) fn is_within(&self, organization: &OrganizationId) -> bool {
        self.within.as_ref().is_none_or(|it| it == organization)
    }
}

impl Introspection {
    /// Finds out who asks. A request that has both a token and credentials has two methods.
    pub(super) async fn asker(
        &self,
        presentation: &Presentation<'_>,
        request: &TokenRequest,
    ) -> Result<Asker, Refused<IntrospectionError>> {
        let Some((scheme, unverified_token)) = access_token(presentation.authorization) else {
            let now = self.clock.now();
            let authentication = &self.authentication;
            let authenticated = authentication
                .authenticate(presentation, request, now)
                .await;
            let authenticated = authenticated.map_err(Refused::into_error_of)?;
            return Ok(Asker {
                client_id: authenticated.client().id.clone(),
                within: None,
            });
        };
        if request.unverified_client_secret.is_some()
            || request.unverified_client_assertion.is_some()
        {
            let two = ClientAuthError::Credentials(InvalidCredentials::TwoMethods);
            return Err(Refused::nobody(two.into()));
        }
        let shown = ShownToken {
            scheme,
            unverified_token,
            dpop: presentation.dpop,
            certificate: presentation.certificate,
            method: "POST",
            path: paths::INTROSPECT,
        };
        let caller = self.callers.authenticate(&shown).await;
        by_token(caller.map_err(|error| Refused::nobody(error.into()))?)
    }
}

fn by_token(caller: Caller) -> Result<Asker, Refused<IntrospectionError>> {
    let client_id = match caller.actor() {
        Actor::Client(id) => id.clone(),
        Actor::Iam { .. } | Actor::Login { .. } => {
            return Err(Refused::nobody(CallerError::Subject.into()));
        }
    };
    match caller.require(ManagementScope::Introspect) {
        Ok(()) => Ok(Asker {
            client_id,
            within: Some(caller.organization().id.clone()),
        }),
        Err(missing) => Err(Refused {
            client_id: Some(client_id),
            error: missing.into(),
        }),
    }
}

/// The token of the one `Authorization` header, if its scheme is `Bearer` or `DPoP` (in any case, RFC 9110 §11.1).
fn access_token<'a>(authorization: &[&'a [u8]]) -> Option<(TokenType, &'a str)> {
    let [header] = authorization else {
        return None;
    };
    let (scheme, token) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    let scheme = TokenType::of_scheme(scheme)?;
    Some((scheme, token.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_header_of_that_scheme_is_a_token() {
        let token = |header| access_token(&[header]);
        assert_eq!(token(b"bEaReR a.b.c"), Some((TokenType::Bearer, "a.b.c")));
        assert_eq!(token(b"dpop a.b.c"), Some((TokenType::Dpop, "a.b.c")));
        for headers in [
            &[][..],
            &[b"Basic YTpi".as_slice()],
            &[b"Bearer"],
            &[b"Bearer a", b"DPoP a"],
            &[b"Bearer \xff"],
        ] {
            assert_eq!(access_token(headers), None);
        }
    }
}
