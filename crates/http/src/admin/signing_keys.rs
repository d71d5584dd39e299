//! `/v1/signing-keys`: the keys that sign tokens, for operators.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::{delete, get, post};
use http::{Response, StatusCode};
use m2m_core::keys::RotationError;
use m2m_types::admin::page::Page;
use m2m_types::admin::signing_key::SigningKeyView;

use super::answer;
use super::call::Call;
use super::input::PathOf;
use crate::problem_answer::Refusal;
use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(
            "/v1/signing-keys",
            get(list).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/signing-keys/rotate",
            post(rotate).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/signing-keys/{kid}",
            delete(remove).fallback(fallback::method_not_allowed),
        )
}

async fn list(call: Call) -> Response<Body> {
    call.answer(async |caller| {
        let keys = call
            .state
            .rotation
            .list(&caller)
            .await
            .map_err(Refusal::Keys)?;
        Ok(call.read(&page(keys)))
    })
    .await
}

async fn rotate(call: Call) -> Response<Body> {
    call.answer(async |caller| {
        let key = call.idempotency_key()?;
        let rotated = call.state.rotation.rotate(&caller, key.as_ref()).await;
        let keys = rotated.map_err(Refusal::Keys)?;
        Ok(call.tagged(StatusCode::OK, &page(keys), None))
    })
    .await
}

async fn remove(call: Call, kid: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let Path(unverified_kid) = kid.map_err(|_| Refusal::Keys(RotationError::NoSuchKey))?;
        let removed = call.state.rotation.remove(&caller, &unverified_kid).await;
        removed.map_err(Refusal::Keys)?;
        Ok(answer::gone())
    })
    .await
}

fn page(items: Vec<SigningKeyView>) -> Page<SigningKeyView> {
    Page {
        items,
        next_cursor: None,
    }
}
