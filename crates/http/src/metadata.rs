//! What the service publishes about itself: metadata, keys, health.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Method, Response, StatusCode};
use m2m_core::client::GrantType;
use m2m_core::client_auth;
use m2m_core::dpop;
use m2m_core::error_chain::chain;
use m2m_core::keys::{JWKS_MAX_AGE_SECONDS, KeySet};
use m2m_core::resource_servers::KnownServers;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::metadata::{
    AuthorizationServerMetadata, EndpointAliases, ProtectedResourceMetadata, paths,
};
use serde::Serialize;
use tower_http::cors::{Any, CorsLayer};

use crate::problem_answer::Refusal;
use crate::told::Told;
use crate::{Shared, fallback, problem_answer};

/// How long a client may keep what it read. The life of the keys counts on it.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=300");
const _: () = assert!(JWKS_MAX_AGE_SECONDS == 300);

pub(crate) fn routes() -> Router<Shared> {
    // Public and without credentials, so pages of any origin may read it.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD]);
    Router::new()
        .route(
            paths::AUTHORIZATION_SERVER,
            get(authorization_server).fallback(fallback::method_not_allowed),
        )
        .route(
            paths::OPENID_CONFIGURATION,
            get(authorization_server).fallback(fallback::method_not_allowed),
        )
        .route(
            paths::PROTECTED_RESOURCE,
            get(protected_resource).fallback(fallback::method_not_allowed),
        )
        .route(
            paths::JWKS,
            get(jwks).fallback(fallback::method_not_allowed),
        )
        .layer(cors)
        .route(
            paths::HEALTH,
            get(health).fallback(fallback::method_not_allowed),
        )
}

/// Clients find the endpoints also while there are no keys yet or a store fails, but what is left out then nobody
/// keeps: it would be taken for what does not work.
async fn authorization_server(State(state): State<Shared>) -> Response<Body> {
    let (keys, known) = (state.keys.current().await, state.catalog.current().await);
    let is_whole = keys.is_ok() && known.is_ok();
    let document = described(&state, keys.ok().as_deref(), known.ok().as_deref());
    let mut response = published(&state, &document);
    if !is_whole {
        let no_store = HeaderValue::from_static("no-store");
        response.headers_mut().insert(CACHE_CONTROL, no_store);
    }
    response
}

/// The metadata, without what only the keys and the resource servers tell if they are not known.
fn described(
    state: &crate::State,
    keys: Option<&KeySet>,
    known: Option<&KnownServers>,
) -> AuthorizationServerMetadata {
    let issuer = &state.issuer;
    AuthorizationServerMetadata {
        issuer: issuer.clone(),
        token_endpoint: issuer.join(paths::TOKEN),
        jwks_uri: issuer.join(paths::JWKS),
        response_types_supported: vec![],
        grant_types_supported: GrantType::ALL
            .iter()
            .map(|grant| grant.as_str().to_owned())
            .collect(),
        introspection_endpoint: issuer.join(paths::INTROSPECT),
        introspection_endpoint_auth_methods_supported: auth_methods(state),
        introspection_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
        introspection_signing_alg_values_supported: keys
            .iter()
            .map(|keys| keys.active().public().algorithm().as_str().to_owned())
            .collect(),
        revocation_endpoint: issuer.join(paths::REVOKE),
        revocation_endpoint_auth_methods_supported: auth_methods(state),
        revocation_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
        revocations_uri: issuer.join(paths::REVOCATIONS),
        authorization_details_types_supported: known
            .iter()
            .flat_map(|known| known.authorization_details_types())
            .cloned()
            .collect(),
        token_endpoint_auth_methods_supported: auth_methods(state),
        token_endpoint_auth_signing_alg_values_supported: assertion_algorithms(),
        dpop_signing_alg_values_supported: proof_algorithms(),
        tls_client_certificate_bound_access_tokens: state.mutual_tls.is_on(),
        mtls_endpoint_aliases: state.mutual_tls.alias().map(|origin| EndpointAliases {
            token_endpoint: origin.join(paths::TOKEN),
            introspection_endpoint: origin.join(paths::INTROSPECT),
            revocation_endpoint: origin.join(paths::REVOKE),
        }),
        scopes_supported: ManagementScope::all(),
        protected_resources: vec![issuer.join(paths::MANAGEMENT)],
    }
}

/// How a client may authenticate at the protocol endpoints.
fn auth_methods(state: &crate::State) -> Vec<String> {
    let mut methods = vec![
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ];
    if state.mutual_tls.is_on() {
        methods.extend(["tls_client_auth", "self_signed_tls_client_auth"]);
    }
    methods.into_iter().map(str::to_owned).collect()
}

/// What the assertions of clients may be signed with.
fn assertion_algorithms() -> Vec<String> {
    client_auth::assertion_algorithms()
        .map(str::to_owned)
        .collect()
}

/// What DPoP proofs may be signed with.
fn proof_algorithms() -> Vec<String> {
    dpop::algorithms().map(str::to_owned).collect()
}

async fn protected_resource(State(state): State<Shared>) -> Response<Body> {
    published(
        &state,
        &ProtectedResourceMetadata {
            resource: state.issuer.join(paths::MANAGEMENT),
            authorization_servers: vec![state.issuer.clone()],
            scopes_supported: ManagementScope::all(),
            bearer_methods_supported: vec!["header".to_owned()],
            dpop_signing_alg_values_supported: proof_algorithms(),
            tls_client_certificate_bound_access_tokens: state.mutual_tls.is_on(),
        },
    )
}

async fn jwks(State(state): State<Shared>) -> Response<Body> {
    match state.keys.current().await {
        Ok(keys) => json(Bytes::from_owner(keys.jwks()), "application/jwk-set+json"),
        Err(error) => problem_answer::refused(&state, error.into()),
    }
}

/// 200 when the store answers and there are keys to sign with.
async fn health(State(state): State<Shared>) -> Response<Body> {
    let (store, keys) = (state.directory.ping().await, state.keys.current().await);
    match store.and(keys.map(drop)) {
        Ok(()) => Json(serde_json::json!({"status": "ok"})).into_response(),
        Err(error) => {
            let told = Told {
                message: Some("not healthy"),
                reason: Some(chain(&error)),
                ..Told::default()
            };
            let body = Json(serde_json::json!({"status": "unavailable"}));
            told.put((StatusCode::SERVICE_UNAVAILABLE, body).into_response())
        }
    }
}

fn published(state: &crate::State, document: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(document) {
        Ok(body) => json(body.into(), "application/json"),
        Err(_) => {
            problem_answer::refused(state, Refusal::Defect("a document could not be written"))
        }
    }
}

fn json(body: Bytes, media_type: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(CACHE_CONTROL, MAX_AGE);
    response
}
