//! `/v1/signing-keys`: the keys that sign tokens, for operators.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::{delete, get, post};
use http::{Response, StatusCode};
use m2m_core::keys::RotationError;
use m2m_types::admin::page::Page;
use m2m_types::admin::signing_key::SigningKeyView;

use super::answer;
use super::input::{self, PathOf};
use super::presented::Presented;
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

async fn list(State(state): State<Shared>, presented: Presented) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let keys = state.rotation.list(&caller).await.map_err(Refusal::Keys)?;
        Ok(answer::read(&state, &presented.headers, &page(keys), None))
    })
    .await
}

async fn rotate(State(state): State<Shared>, presented: Presented) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let key = input::idempotency_key(&presented.headers)?;
        let rotated = state.rotation.rotate(&caller, key.as_ref()).await;
        let keys = rotated.map_err(Refusal::Keys)?;
        Ok(answer::tagged(&state, StatusCode::OK, &page(keys), None))
    })
    .await
}

async fn remove(
    State(state): State<Shared>,
    kid: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let Path(unverified_kid) = kid.map_err(|_| Refusal::Keys(RotationError::NoSuchKey))?;
        let removed = state.rotation.remove(&caller, &unverified_kid).await;
        removed.map_err(Refusal::Keys)?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        Ok(response)
    })
    .await
}

fn page(items: Vec<SigningKeyView>) -> Page<SigningKeyView> {
    Page {
        items,
        next_cursor: None,
    }
}
