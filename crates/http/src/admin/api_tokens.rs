//! `/v1/api-tokens`: API access tokens.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Response;
use m2m_core::api_tokens::Selection;
use m2m_types::admin::api_token::{CreateApiToken, PatchApiToken};
use serde::Deserialize;

use super::answer;
use super::call::Call;
use super::input::{self, JSON, MERGE_PATCH, PathOf};
use super::list::{self, QueryOf};
use crate::{Shared, fallback};

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

async fn page(call: Call, query: QueryOf<ListQuery>) -> Response<Body> {
    call.answer(async |caller| {
        let query = list::query(query)?;
        let selection = Selection {
            limit: list::check_limit(query.limit)?,
            unverified_cursor: query.cursor,
        };
        let page = call.state.api_tokens.list(&caller, &selection).await?;
        Ok(call.read(&page))
    })
    .await
}

async fn create(call: Call, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let key = call.idempotency_key()?;
        let request: CreateApiToken = call.json(body, JSON).await?;
        let tokens = &call.state.api_tokens;
        let made = tokens.create(&caller, &request, key.as_ref()).await?;
        let path = format!("/api-tokens/{}", made.answer.token.api_token_id);
        Ok(call.created(&made, &path))
    })
    .await
}

async fn read(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let id = input::api_token_id(id)?;
        let token = call.state.api_tokens.get(&caller, &id).await?;
        let view = call.state.api_tokens.view(&token).await?;
        Ok(call.record(&view, token.revision))
    })
    .await
}

async fn patch(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let patch: PatchApiToken = call.json(body, MERGE_PATCH).await?;
        let id = input::api_token_id(id)?;
        let tokens = &call.state.api_tokens;
        let token = tokens.patch(&caller, &id, &patch, &precondition).await?;
        let view = tokens.view(&token).await?;
        Ok(call.changed(&view, token.revision))
    })
    .await
}

async fn delete(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let id = input::api_token_id(id)?;
        call.state
            .api_tokens
            .delete(&caller, &id, &precondition)
            .await?;
        Ok(answer::gone())
    })
    .await
}
