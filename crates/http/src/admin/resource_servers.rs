//! `/v1/resource-servers`: the APIs that tokens are for.
//!
//! Their identifiers are URIs, whose encoded slashes a gateway decodes: so a path names them by an id of ours.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use http::{Response, StatusCode};
use m2m_core::resource_servers::{ResourceServerRecord, Selection};
use m2m_types::admin::resource_server::{
    CreateResourceServer, PatchResourceServer, ReplaceResourceServer,
};
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

async fn page(
    State(state): State<Shared>,
    query: QueryOf<ListQuery>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let query = list::query(query)?;
        let selection = Selection {
            unverified_identifier: query.identifier,
            limit: list::check_limit(query.limit)?,
            unverified_cursor: query.cursor,
        };
        let page = state.resource_servers.list(&caller, &selection).await?;
        Ok(answer::read(&state, &presented.headers, &page, None))
    })
    .await
}

async fn create(State(state): State<Shared>, presented: Presented, body: Body) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let key = input::idempotency_key(&presented.headers)?;
        let request: CreateResourceServer = input::json(&presented.headers, body, JSON).await?;
        let servers = &state.resource_servers;
        let made = servers.create(&caller, &request, key.as_ref()).await?;
        let location = state.issuer.join(&format!(
            "{}/resource-servers/{}",
            paths::MANAGEMENT,
            made.answer.resource_server_id
        ));
        let tag = entity_tag::of_revision(made.revision);
        Ok(answer::created(&state, &made.answer, tag, &location))
    })
    .await
}

async fn read(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let id = input::resource_server_id(id)?;
        let server = state.resource_servers.get(&caller, &id).await?;
        Ok(answer::read(
            &state,
            &presented.headers,
            &state.resource_servers.view(&server),
            Some(entity_tag::of_revision(server.revision)),
        ))
    })
    .await
}

async fn replace(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
    body: Body,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let precondition = input::precondition(&presented.headers)?;
        let request: ReplaceResourceServer = input::json(&presented.headers, body, JSON).await?;
        let id = input::resource_server_id(id)?;
        let servers = &state.resource_servers;
        let server = servers
            .replace(&caller, &id, &request, &precondition)
            .await?;
        Ok(changed(&state, &server))
    })
    .await
}

async fn patch(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
    body: Body,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let precondition = input::precondition(&presented.headers)?;
        let patch: PatchResourceServer = input::json(&presented.headers, body, MERGE_PATCH).await?;
        let id = input::resource_server_id(id)?;
        let servers = &state.resource_servers;
        let server = servers.patch(&caller, &id, &patch, &precondition).await?;
        Ok(changed(&state, &server))
    })
    .await
}

async fn delete(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let precondition = input::precondition(&presented.headers)?;
        let id = input::resource_server_id(id)?;
        state
            .resource_servers
            .delete(&caller, &id, &precondition)
            .await?;
        Ok(answer::gone())
    })
    .await
}

fn changed(state: &crate::State, server: &ResourceServerRecord) -> Response<Body> {
    let tag = entity_tag::of_revision(server.revision);
    answer::tagged(
        state,
        StatusCode::OK,
        &state.resource_servers.view(server),
        Some(tag),
    )
}
