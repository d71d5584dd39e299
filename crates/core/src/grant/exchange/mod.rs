//! The grant of RFC 8693: a token for a narrower one, which dies with it.

mod attenuation;
mod error;

use jiff::Timestamp;
use m2m_types::audience::Audience;
use m2m_types::claims::AccessTokenClaims;
use m2m_types::confirmation::Confirmation;
use m2m_types::scope::ScopeSet;
use m2m_types::token_request::TokenRequest;

pub use self::attenuation::Descent;
use self::attenuation::{Exchanger, Parent, Wanted, attenuate};
pub use self::error::ExchangeError;
use super::decision::require_grant;
use super::{Decision, TokenError, details, scopes};
use crate::active_client::ActiveClient;
use crate::client::GrantType;
use crate::live_token::{LiveToken, LiveTokens, NotLive};
use crate::resource_servers::{KnownServers, ResourceServer};

/// The `subject_token_type` of what this service issues.
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// The subject token, if it lives and the client may exchange it: its own, or one whose audience lists it, of the
/// same organization.
pub(super) async fn find_subject(
    tokens: &LiveTokens,
    known: &KnownServers,
    active: &ActiveClient,
    request: &TokenRequest,
) -> Result<LiveToken, TokenError> {
    let unverified_token = unverified_subject_token(request)?;
    let verified = tokens.verify(unverified_token).await.map_err(not_live)?;
    may_exchange(verified.claims(), known, active)?;
    tokens.check(verified).await.map_err(not_live)
}

fn not_live(reason: NotLive) -> TokenError {
    match reason {
        NotLive::Store(error) => TokenError::Store(error),
        reason => ExchangeError::NotLive(reason).into(),
    }
}

/// The text that is said to be the subject token; what is not supported is refused, never overlooked.
fn unverified_subject_token(request: &TokenRequest) -> Result<&str, ExchangeError> {
    if request.unverified_actor_token.is_some() {
        return Err(ExchangeError::ActorToken);
    }
    let requested = request.unverified_requested_token_type.as_deref();
    if requested.is_some_and(|kind| kind != ACCESS_TOKEN) {
        return Err(ExchangeError::RequestedTokenType);
    }
    let token = request.unverified_subject_token.as_ref();
    match (token, request.unverified_subject_token_type.as_deref()) {
        (Some(token), Some(ACCESS_TOKEN | JWT)) => Ok(token.expose()),
        (Some(_), Some(_)) => Err(ExchangeError::SubjectTokenType),
        (None, _) | (_, None) => Err(ExchangeError::SubjectTokenMissing),
    }
}

fn may_exchange(
    claims: &AccessTokenClaims,
    known: &KnownServers,
    active: &ActiveClient,
) -> Result<(), ExchangeError> {
    let client = &active.client;
    let id = || claims.client_id.clone();
    if claims.org != client.organization {
        return Err(ExchangeError::OtherOrganization(id()));
    }
    if claims.client_id != client.id && !known.lists(&claims.aud, &client.id) {
        return Err(ExchangeError::NotForClient(id()));
    }
    Ok(())
}

/// What is exchanged.
pub(super) struct Subject<'a> {
    /// The subject token.
    pub(super) token: &'a LiveToken,
    /// The key or certificate whose possession the request proves.
    pub(super) proved: Option<&'a Confirmation>,
}

/// What a client would get for the subject token of a request that proves what the token is bound to, which the new one
/// is then bound to as well.
///
/// # Errors
/// Why it would get nothing.
pub(crate) async fn try_out(
    tokens: &LiveTokens,
    known: &KnownServers,
    active: &ActiveClient,
    request: &TokenRequest,
    now: Timestamp,
) -> Result<(Decision, Option<Confirmation>), TokenError> {
    require_grant(&active.client, GrantType::TokenExchange)?;
    let token = find_subject(tokens, known, active, request).await?;
    let proved = token.claims().cnf.as_ref();
    let subject = Subject {
        token: &token,
        proved,
    };
    let decision = decide(known, active, &subject, request, now)?;
    Ok((decision, proved.cloned()))
}

/// Decides what a client gets for a subject token.
///
/// The audience is the subject token's, and never another.
pub(super) fn decide(
    known: &KnownServers,
    active: &ActiveClient,
    subject: &Subject<'_>,
    request: &TokenRequest,
    now: Timestamp,
) -> Result<Decision, TokenError> {
    let claims = subject.token.claims();
    let server = known.find(claims.aud.as_str());
    let server = server.filter(|_| targets_are(request, &claims.aud));
    let server = server.ok_or(ExchangeError::Target)?;
    let allowed = allowed_to_all(active, subject, known, &server);
    let child = attenuate(
        &Parent {
            claims,
            kid: subject.token.kid(),
        },
        &Exchanger {
            id: &active.client.id,
            allowed: &allowed,
            detail_types: &active.client.authorization_details_types,
            lifetime_seconds: known
                .lifetime(&server, active.client.access_token_ttl)
                .seconds(),
            proved: subject.proved,
        },
        Wanted {
            scopes: requested_scopes(request)?,
            details: details::requested(request)?,
        },
        now.as_second(),
    )?;
    Ok(Decision {
        algorithm: known.record_of(&server).and_then(|server| server.algorithm),
        server,
        scopes: child.scopes,
        details: child.details,
        lifetime_seconds: child.lifetime_seconds,
        descent: Some(child.descent),
    })
}

/// What the client and all those that the subject token went through may ask for.
fn allowed_to_all(
    active: &ActiveClient,
    subject: &Subject<'_>,
    known: &KnownServers,
    server: &ResourceServer,
) -> ScopeSet {
    let allowed = scopes::allowed(active, known, server);
    let clients = subject.token.clients();
    clients.fold(allowed, |allowed, client| {
        allowed.intersection(&scopes::allowed(client, known, server))
    })
}

/// Whether `resource` and `audience`, as often as they come, name that audience alone.
fn targets_are(request: &TokenRequest, audience: &Audience) -> bool {
    let resources = request.unverified_resources.iter();
    let mut targets = resources.chain(&request.unverified_audiences);
    targets.all(|target| target == audience.as_str())
}

fn requested_scopes(request: &TokenRequest) -> Result<Option<ScopeSet>, TokenError> {
    let unverified = request.unverified_scope.as_deref();
    let scopes = unverified.map(ScopeSet::parse).transpose();
    scopes.map_err(|_| TokenError::ScopeMalformed)
}
