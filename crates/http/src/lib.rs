//! HTTP request → use case → HTTP response.
//!
//! The routers here run unchanged behind API Gateway and in the local server. Which status and which
//! headers an outcome gets is decided in `oauth_answer.rs` and `problem_answer.rs` and nowhere else.

mod admin;
mod body;
mod client_address;
mod correlation;
mod entity_tag;
mod fallback;
mod headers;
mod introspect;
mod metadata;
mod oauth_answer;
mod problem_answer;
mod protocol_request;
mod request_log;
mod revocations;
mod revoke;
mod token;
mod told;
mod trace;

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use m2m_core::api_tokens::ManagedApiTokens;
use m2m_core::attempts::AttemptLog;
use m2m_core::caller::{CallerAuthentication, IamAuthentication, LoginAuthentication};
use m2m_core::clients::Clients;
use m2m_core::deployment::Deployment;
use m2m_core::grant::TokenEndpoint;
use m2m_core::introspection::Introspection;
use m2m_core::keys::{KeyRing, Rotation};
use m2m_core::mutual_tls::MutualTls;
use m2m_core::ports::Directory;
use m2m_core::principals::ManagedPrincipals;
use m2m_core::random::Random;
use m2m_core::resource_servers::{Catalog, Registry};
use m2m_core::revocation::{Revocation, Snapshots};
use m2m_core::simulation::Simulation;
use m2m_types::issuer::Issuer;
use tower_http::catch_panic::CatchPanicLayer;

pub use client_address::ClientAddress;
pub use m2m_core::caller::GatewayContext;
pub use m2m_core::client_auth::ClientCertificate;
pub use request_log::Invocation;
pub use told::Outcome;

use crate::problem_answer::Refusal;

/// What the handlers share.
struct State {
    issuer: Issuer,
    mutual_tls: MutualTls,
    token: TokenEndpoint,
    introspection: Introspection,
    callers: CallerAuthentication,
    iam_callers: IamAuthentication,
    logins: LoginAuthentication,
    clients: Clients,
    api_tokens: ManagedApiTokens,
    principals: ManagedPrincipals,
    resource_servers: Registry,
    keys: Arc<KeyRing>,
    catalog: Arc<Catalog>,
    rotation: Rotation,
    attempts: AttemptLog,
    simulation: Simulation,
    revocation: Revocation,
    snapshots: Snapshots,
    directory: Arc<dyn Directory>,
    random: Arc<dyn Random>,
}

type Shared = Arc<State>;

impl State {
    fn new(deployment: &Deployment) -> Shared {
        Arc::new(Self {
            issuer: deployment.settings().issuer.clone(),
            mutual_tls: deployment.settings().mutual_tls.clone(),
            token: deployment.token_endpoint(),
            introspection: deployment.introspection(),
            callers: deployment.caller_authentication(),
            iam_callers: deployment.iam_authentication(),
            logins: deployment.login_authentication(),
            clients: deployment.clients(),
            api_tokens: deployment.api_tokens(),
            principals: deployment.principals(),
            resource_servers: deployment.resource_servers(),
            keys: deployment.keys(),
            catalog: deployment.catalog(),
            rotation: deployment.rotation(),
            attempts: deployment.attempts(),
            simulation: deployment.simulation(),
            revocation: deployment.revocation(),
            snapshots: deployment.snapshots(),
            directory: Arc::clone(&deployment.ports().directory),
            random: Arc::clone(&deployment.ports().random),
        })
    }
}

/// The protocol endpoints: what the function `token` serves.
pub fn protocol(deployment: &Deployment) -> Router {
    let state = State::new(deployment);
    finish(protocol_routes(&state), state)
}

/// The management API: what the function `clients` serves.
pub fn management(deployment: &Deployment) -> Router {
    finish(admin::routes(), State::new(deployment))
}

/// Both, for a server that is the whole service.
pub fn whole(deployment: &Deployment) -> Router {
    let state = State::new(deployment);
    finish(protocol_routes(&state).merge(admin::routes()), state)
}

fn protocol_routes(state: &Shared) -> Router<Shared> {
    token::routes(state)
        .merge(introspect::routes(state))
        .merge(revoke::routes(state))
        .merge(metadata::routes())
        .merge(revocations::routes())
}

/// Answers of our own for unknown paths and for a handler that panicked, and a line in the log for each.
fn finish(routes: Router<Shared>, state: Shared) -> Router {
    let log = from_fn_with_state(Arc::clone(&state), request_log::log);
    let for_panics = Arc::clone(&state);
    let answer_panic = move |_: Box<dyn Any + Send>| {
        problem_answer::refused(&for_panics, Refusal::Defect("a handler panicked"))
    };
    routes
        .fallback(fallback::not_found)
        .with_state(state)
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(log)
}
