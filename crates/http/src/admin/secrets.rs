//! `/v1/clients/{id}/secrets`: the secrets of a client.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{get, post};
use http::Response;
use m2m_core::clients::Retirement;
use m2m_types::admin::page::Page;
use m2m_types::admin::secret::{NewSecret, PatchSecret};
use m2m_types::metadata::paths;
use serde::Deserialize;

use super::answer;
use super::input::{self, JSON, MERGE_PATCH, PathOf};
use super::list::{self, QueryOf};
use super::presented::Presented;
use crate::{Shared, entity_tag, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(
            "/v1/clients/{id}/secrets",
            get(list).post(add).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/secrets/rotation",
            get(rotation).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/secrets/{secret_id}",
            get(read)
                .patch(patch)
                .delete(retire)
                .fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/secrets/{secret_id}/cancel",
            post(cancel).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/secrets/{secret_id}/value",
            get(reveal).fallback(fallback::method_not_allowed),
        )
}

/// The query of a `DELETE`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetireQuery {
    /// At once, also if it is in use.
    #[serde(default)]
    force: bool,
    /// After so many seconds.
    overlap_seconds: Option<u32>,
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

async fn add(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
    body: Body,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let conditions = input::conditions(&presented.headers)?;
        let id = input::client_id(id)?;
        let request: NewSecret = input::json(&presented.headers, body, JSON).await?;
        let added = state
            .clients
            .add_secret(&caller, &id, &request, &conditions)
            .await?;
        let location = state.issuer.join(&format!(
            "{}/clients/{id}/secrets/{}",
            paths::MANAGEMENT,
            added.answer.secret.secret_id
        ));
        let tag = entity_tag::of_revision(added.revision);
        Ok(answer::created(&state, &added.answer, tag, &location))
    })
    .await
}

async fn read(
    State(state): State<Shared>,
    path: PathOf<(String, String)>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let (id, secret_id) = input::secret_path(path)?;
        let shown = state.clients.secret(&caller, &id, &secret_id).await?;
        let tag = entity_tag::of_revision(shown.revision);
        Ok(answer::read(
            &state,
            &presented.headers,
            &shown.answer,
            Some(tag),
        ))
    })
    .await
}

async fn patch(
    State(state): State<Shared>,
    path: PathOf<(String, String)>,
    presented: Presented,
    body: Body,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let precondition = input::precondition(&presented.headers)?;
        let (id, secret_id) = input::secret_path(path)?;
        let patch: PatchSecret = input::json(&presented.headers, body, MERGE_PATCH).await?;
        let clients = &state.clients;
        let patched = clients.patch_secret(&caller, &id, &secret_id, &patch, &precondition);
        Ok(answer::answered(&state, &patched.await?))
    })
    .await
}

async fn retire(
    State(state): State<Shared>,
    path: PathOf<(String, String)>,
    query: QueryOf<RetireQuery>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let precondition = input::precondition(&presented.headers)?;
        let (id, secret_id) = input::secret_path(path)?;
        let query = list::query(query)?;
        let retirement = Retirement {
            force: query.force,
            overlap_seconds: query.overlap_seconds,
        };
        let clients = &state.clients;
        let retired = clients.retire_secret(&caller, &id, &secret_id, retirement, &precondition);
        retired.await?;
        Ok(answer::gone())
    })
    .await
}

async fn cancel(
    State(state): State<Shared>,
    path: PathOf<(String, String)>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let conditions = input::conditions(&presented.headers)?;
        let (id, secret_id) = input::secret_path(path)?;
        let clients = &state.clients;
        let kept = clients.cancel_secret(&caller, &id, &secret_id, &conditions);
        Ok(answer::answered(&state, &kept.await?))
    })
    .await
}

async fn rotation(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let id = input::client_id(id)?;
        let rotation = state.clients.rotation(&caller, &id).await?;
        Ok(answer::read(&state, &presented.headers, &rotation, None))
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
