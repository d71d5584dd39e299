//! `/v1/resource-servers`: the APIs that tokens are for.
//!
//! Their identifiers are URIs, whose encoded slashes a gateway decodes: so a path names them by an id of ours.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Response;
use m2m_core::resource_servers::Selection;
use m2m_types::admin::resource_server::{
    CreateResourceServer, PatchResourceServer, ReplaceResourceServer,
};
use serde::Deserialize;

use super::answer;
use super::call::Call;
use super::input::{self, JSON, MERGE_PATCH, PathOf};
use super::list::{self, QueryOf};
use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(
            "/v1/resource-servers",
            get(page)
                .post(create)
                .fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/resource-servers/{id}",
            get(read)
                .put(replace)
                .patch(patch)
                .delete(delete)
                .fallback(fallback::method_not_allowed),
        )
}

/// The query of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// 1 to 200, 50 by default.
    #[serde(default = "list::default_limit")]
    limit: u32,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only the one with this identifier.
    identifier: Option<String>,
}

async fn page(call: Call, query: QueryOf<ListQuery>) -> Response<Body> {
    call.answer(async |caller| {
        let query = list::query(query)?;
        let selection = Selection {
            unverified_identifier: query.identifier,
            limit: list::check_limit(query.limit)?,
            unverified_cursor: query.cursor,
        };
        let page = call
            .state
            .resource_servers
            .list(&caller, &selection)
            .await?;
        Ok(call.read(&page))
    })
    .await
}

async fn create(call: Call, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let key = call.idempotency_key()?;
        let request: CreateResourceServer = call.json(body, JSON).await?;
        let servers = &call.state.resource_servers;
        let made = servers.create(&caller, &request, key.as_ref()).await?;
        let path = format!("/resource-servers/{}", made.answer.resource_server_id);
        Ok(call.created(&made, &path))
    })
    .await
}

async fn read(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let id = input::resource_server_id(id)?;
        let server = call.state.resource_servers.get(&caller, &id).await?;
        let view = call.state.resource_servers.view(&server);
        Ok(call.record(&view, server.revision))
    })
    .await
}

async fn replace(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let request: ReplaceResourceServer = call.json(body, JSON).await?;
        let id = input::resource_server_id(id)?;
        let servers = &call.state.resource_servers;
        let server = servers
            .replace(&caller, &id, &request, &precondition)
            .await?;
        Ok(call.changed(&servers.view(&server), server.revision))
    })
    .await
}

async fn patch(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let patch: PatchResourceServer = call.json(body, MERGE_PATCH).await?;
        let id = input::resource_server_id(id)?;
        let servers = &call.state.resource_servers;
        let server = servers.patch(&caller, &id, &patch, &precondition).await?;
        Ok(call.changed(&servers.view(&server), server.revision))
    })
    .await
}

async fn delete(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let id = input::resource_server_id(id)?;
        call.state
            .resource_servers
            .delete(&caller, &id, &precondition)
            .await?;
        Ok(answer::gone())
    })
    .await
}
