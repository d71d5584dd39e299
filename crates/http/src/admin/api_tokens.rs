//! `/v1/api-tokens`: API access tokens.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use http::{Response, StatusCode};
use m2m_core::api_tokens::Selection;
use m2m_types::admin::api_token::{CreateApiToken, PatchApiToken};
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
            "/v1/api-tokens",
            get(page)
                .post(create)
                .fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/api-tokens/{id}",
            get(read)
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
}

async fn page(
    State(state): State<Shared>,
    query: QueryOf<ListQuery>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let query = list::query(query)?;
        let selection = Selection {
            limit: list::check_limit(query.limit)?,
            unverified_cursor: query.cursor,
        };
        let page = state.api_tokens.list(&caller, &selection).await?;
        Ok(answer::read(&state, &presented.headers, &page, None))
    })
    .await
}

async fn create(State(state): State<Shared>, presented: Presented, body: Body) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let key = input::idempotency_key(&presented.headers)?;
        let request: CreateApiToken = input::json(&presented.headers, body, JSON).await?;
        let tokens = &state.api_tokens;
        let made = tokens.create(&caller, &request, key.as_ref()).await?;
        let location = state.issuer.join(&format!(
            "{}/api-tokens/{}",
            paths::MANAGEMENT,
            made.answer.token.api_token_id
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
        let id = input::api_token_id(id)?;
        let token = state.api_tokens.get(&caller, &id).await?;
        let view = state.api_tokens.view(&token).await?;
        let tag = entity_tag::of_revision(token.revision);
        Ok(answer::read(&state, &presented.headers, &view, Some(tag)))
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
        let patch: PatchApiToken = input::json(&presented.headers, body, MERGE_PATCH).await?;
        let id = input::api_token_id(id)?;
        let tokens = &state.api_tokens;
        let token = tokens.patch(&caller, &id, &patch, &precondition).await?;
        let view = tokens.view(&token).await?;
        let tag = entity_tag::of_revision(token.revision);
        Ok(answer::tagged(&state, StatusCode::OK, &view, Some(tag)))
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
        let id = input::api_token_id(id)?;
        state.api_tokens.delete(&caller, &id, &precondition).await?;
        Ok(answer::gone())
    })
    .await
}
