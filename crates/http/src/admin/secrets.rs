//! `/v1/clients/{id}/secrets`: the secrets of a client.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use http::Response;
use m2m_types::admin::page::Page;

use super::answer;
use super::input::{self, PathOf};
use super::presented::Presented;
use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(
            "/v1/clients/{id}/secrets",
            get(list).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/secrets/{secret_id}/value",
            get(reveal).fallback(fallback::method_not_allowed),
        )
}

async fn list(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let items = state
            .clients
            .secrets(&caller, &input::client_id(id)?)
            .await?;
        Ok(answer::read(
            &state,
            &presented.headers,
            &Page {
                items,
                next_cursor: None,
            },
            None,
        ))
    })
    .await
}

async fn reveal(
    State(state): State<Shared>,
    path: PathOf<(String, String)>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let (id, secret_id) = input::secret_path(path)?;
        let revealed = state.clients.reveal(&caller, &id, &secret_id).await?;
        Ok(answer::read(&state, &presented.headers, &revealed, None))
    })
    .await
}
