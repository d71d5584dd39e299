//! `/v1/clients/{id}/secrets`: the secrets of a client.

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use http::Response;
use m2m_core::clients::Retirement;
use m2m_types::admin::page::Page;
use m2m_types::admin::secret::{NewSecret, PatchSecret};
use serde::Deserialize;

use super::answer;
use super::call::Call;
use super::input::{self, JSON, MERGE_PATCH, PathOf};
use super::list::{self, QueryOf};
use crate::{Shared, fallback};

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

async fn list(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let items = call
            .state
            .clients
            .secrets(&caller, &input::client_id(id)?)
            .await?;
        Ok(call.read(&Page {
            items,
            next_cursor: None,
        }))
    })
    .await
}

async fn add(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let conditions = call.conditions()?;
        let id = input::client_id(id)?;
        let request: NewSecret = call.json(body, JSON).await?;
        let added = call
            .state
            .clients
            .add_secret(&caller, &id, &request, &conditions)
            .await?;
        let secret_id = &added.answer.secret.secret_id;
        let path = format!("/clients/{id}/secrets/{secret_id}");
        Ok(call.created(&added, &path))
    })
    .await
}

async fn read(call: Call, path: PathOf<(String, String)>) -> Response<Body> {
    call.answer(async |caller| {
        let (id, secret_id) = input::secret_path(path)?;
        let shown = call.state.clients.secret(&caller, &id, &secret_id).await?;
        Ok(call.record(&shown.answer, shown.revision))
    })
    .await
}

async fn patch(call: Call, path: PathOf<(String, String)>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let (id, secret_id) = input::secret_path(path)?;
        let patch: PatchSecret = call.json(body, MERGE_PATCH).await?;
        let clients = &call.state.clients;
        let patched = clients.patch_secret(&caller, &id, &secret_id, &patch, &precondition);
        Ok(call.answered(&patched.await?))
    })
    .await
}

async fn retire(
    call: Call,
    path: PathOf<(String, String)>,
    query: QueryOf<RetireQuery>,
) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let (id, secret_id) = input::secret_path(path)?;
        let query = list::query(query)?;
        let retirement = Retirement {
            force: query.force,
            overlap_seconds: query.overlap_seconds,
        };
        let clients = &call.state.clients;
        let retired = clients.retire_secret(&caller, &id, &secret_id, retirement, &precondition);
        retired.await?;
        Ok(answer::gone())
    })
    .await
}

async fn cancel(call: Call, path: PathOf<(String, String)>) -> Response<Body> {
    call.answer(async |caller| {
        let conditions = call.conditions()?;
        let (id, secret_id) = input::secret_path(path)?;
        let clients = &call.state.clients;
        let kept = clients.cancel_secret(&caller, &id, &secret_id, &conditions);
        Ok(call.answered(&kept.await?))
    })
    .await
}

async fn rotation(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let id = input::client_id(id)?;
        let rotation = call.state.clients.rotation(&caller, &id).await?;
        Ok(call.read(&rotation))
    })
    .await
}

async fn reveal(call: Call, path: PathOf<(String, String)>) -> Response<Body> {
    call.answer(async |caller| {
        let (id, secret_id) = input::secret_path(path)?;
        let revealed = call.state.clients.reveal(&caller, &id, &secret_id).await?;
        Ok(call.read(&revealed))
    })
    .await
}
