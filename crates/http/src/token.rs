//! `POST /oauth/token`, RFC 6749 §4.4.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::any;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Method, Request, Response};
use m2m_core::client_auth::Presentation;
use m2m_types::metadata::paths;
use m2m_types::token_request::TokenRequest;
use tower_http::catch_panic::CatchPanicLayer;

use crate::oauth_answer::{self, NotATokenRequest};
use crate::{ClientAddress, Shared, body};

/// The header of a proof of possession, RFC 9449 §4.1.
const DPOP: HeaderName = HeaderName::from_static("dpop");

pub(crate) fn routes(state: &Shared) -> Router<Shared> {
    let state = Arc::clone(state);
    let answer_panic =
        move |_: Box<dyn Any + Send>| oauth_answer::defect(&state, "a handler panicked");
    Router::new()
        .route(paths::TOKEN, any(token))
        .layer(CatchPanicLayer::custom(answer_panic))
}

async fn token(State(state): State<Shared>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let request = match read(&parts, body).await {
        Ok(request) => request,
        Err(reason) => return oauth_answer::malformed(&state, &reason),
    };
    let authorization = values(&parts.headers, &AUTHORIZATION);
    let dpop = values(&parts.headers, &DPOP);
    let presentation = Presentation {
        authorization: &authorization,
        dpop: &dpop,
        certificate: parts.extensions.get(),
        source: ClientAddress::of(&parts.extensions),
    };
    match state.token.token(&presentation, &request).await {
        Ok(issued) => oauth_answer::granted(&state, issued),
        Err(refused) => oauth_answer::refused(&state, refused),
    }
}

/// All values of a header, in their order.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a [u8]> {
    headers.get_all(name).iter().map(AsRef::as_ref).collect()
}

async fn read(parts: &http::request::Parts, body: Body) -> Result<TokenRequest, NotATokenRequest> {
    if parts.method != Method::POST {
        return Err(NotATokenRequest::Method);
    }
    if parts.uri.query().is_some_and(|query| !query.is_empty()) {
        return Err(NotATokenRequest::Query);
    }
    if !is_form(&parts.headers) {
        return Err(NotATokenRequest::MediaType);
    }
    let body = body::read(body).await.map_err(NotATokenRequest::Body)?;
    TokenRequest::parse(&body).map_err(|invalid| NotATokenRequest::Form(invalid.description()))
}

/// Exactly one `Content-Type`, a form, in UTF-8 if it says anything of the charset.
fn is_form(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Ok(value) = value.to_str() else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && parts
            .filter_map(|parameter| parameter.split_once('='))
            .all(|(name, value)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
}
