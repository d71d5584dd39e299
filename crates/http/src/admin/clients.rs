//! `/v1/clients`: M2M OAuth clients.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{get, post};
use http::{Response, StatusCode};
use m2m_core::client::Client;
use m2m_core::clients::{ItsApiTokens, Selection, Whose};
use m2m_types::admin::client::{CreateClient, PatchClient, ReplaceClient, TransferClient};
use m2m_types::metadata::paths;
use m2m_types::names::OwnerId;
use m2m_types::problem::FieldError;
use serde::Deserialize;

use super::answer;
use super::input::{self, JSON, MERGE_PATCH, PathOf};
use super::list::{self, QueryOf};
use super::presented::Presented;
use crate::problem_answer::Refusal;
use crate::{Shared, entity_tag, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route(
            "/v1/clients",
            get(page)
                .post(create)
                .fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}",
            get(read)
                .put(replace)
                .patch(patch)
                .delete(delete)
                .fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/disable",
            post(disable).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/enable",
            post(enable).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/restore",
            post(restore).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/transfer",
            post(transfer).fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/clients/{id}/revoke-tokens",
            post(revoke_tokens).fallback(fallback::method_not_allowed),
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
    /// Which clients.
    #[serde(default)]
    status: ListStatus,
    /// Those of this owner.
    owner: Option<OwnerId>,
    /// Those of the whole organization.
    #[serde(default)]
    all: bool,
}

impl ListQuery {
    fn whose(&self) -> Result<Whose, Refusal> {
        match (&self.owner, self.all) {
            (None, false) => Ok(Whose::Own),
            (None, true) => Ok(Whose::All),
            (Some(owner), false) => Ok(Whose::Owner(owner.clone())),
            (Some(_), true) => {
                let error = FieldError::new("", "owner and all=true exclude each other");
                Err(Refusal::Malformed(error))
            }
        }
    }
}

/// The query of a delete.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteQuery {
    /// Whether the API access tokens that the client made live on.
    #[serde(default)]
    keep_api_tokens: bool,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ListStatus {
    #[default]
    Active,
    Deleted,
}

async fn page(
    State(state): State<Shared>,
    query: QueryOf<ListQuery>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let query = list::query(query)?;
        let selection = Selection {
            whose: query.whose()?,
            deleted: query.status == ListStatus::Deleted,
            limit: list::check_limit(query.limit)?,
            unverified_cursor: query.cursor,
        };
        let page = state.clients.list(&caller, &selection).await?;
        Ok(answer::read(&state, &presented.headers, &page, None))
    })
    .await
}

async fn create(State(state): State<Shared>, presented: Presented, body: Body) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let key = input::idempotency_key(&presented.headers)?;
        let request: CreateClient = input::json(&presented.headers, body, JSON).await?;
        let created = state
            .clients
            .create(&caller, &request, key.as_ref())
            .await?;
        let tag = entity_tag::of_revision(created.revision);
        let location = state.issuer.join(&format!(
            "{}/clients/{}",
            paths::MANAGEMENT,
            created.answer.client.client_id
        ));
        Ok(answer::created(&state, &created.answer, tag, &location))
    })
    .await
}

async fn read(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let client = state.clients.get(&caller, &input::client_id(id)?).await?;
        Ok(answer::read(
            &state,
            &presented.headers,
            &state.clients.view(&client),
            Some(entity_tag::of_revision(client.revision)),
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
        let request: ReplaceClient = input::json(&presented.headers, body, JSON).await?;
        let client = state
            .clients
            .replace(&caller, &input::client_id(id)?, &request, &precondition)
            .await?;
        Ok(changed(&state, &client))
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
        let patch: PatchClient = input::json(&presented.headers, body, MERGE_PATCH).await?;
        let client = state
            .clients
            .patch(&caller, &input::client_id(id)?, &patch, &precondition)
            .await?;
        Ok(changed(&state, &client))
    })
    .await
}

async fn delete(
    State(state): State<Shared>,
    id: PathOf<String>,
    query: QueryOf<DeleteQuery>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let precondition = input::precondition(&presented.headers)?;
        let id = input::client_id(id)?;
        let its_api_tokens = match list::query(query)?.keep_api_tokens {
            true => ItsApiTokens::Stay,
            false => ItsApiTokens::Die,
        };
        let clients = &state.clients;
        clients
            .delete(&caller, &id, &precondition, its_api_tokens)
            .await?;
        Ok(answer::gone())
    })
    .await
}

async fn disable(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let conditions = input::conditions(&presented.headers)?;
        let id = input::client_id(id)?;
        let disabled = state.clients.disable(&caller, &id, &conditions).await?;
        Ok(answer::answered(&state, &disabled))
    })
    .await
}

async fn enable(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let conditions = input::conditions(&presented.headers)?;
        let id = input::client_id(id)?;
        let enabled = state.clients.enable(&caller, &id, &conditions).await?;
        Ok(answer::answered(&state, &enabled))
    })
    .await
}

async fn restore(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let conditions = input::conditions(&presented.headers)?;
        let id = input::client_id(id)?;
        let restored = state.clients.restore(&caller, &id, &conditions).await?;
        Ok(answer::answered(&state, &restored))
    })
    .await
}

async fn transfer(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
    body: Body,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let conditions = input::conditions(&presented.headers)?;
        let request: TransferClient = input::json(&presented.headers, body, JSON).await?;
        let id = input::client_id(id)?;
        let given = state
            .clients
            .transfer(&caller, &id, &request, &conditions)
            .await?;
        Ok(answer::answered(&state, &given))
    })
    .await
}

async fn revoke_tokens(
    State(state): State<Shared>,
    id: PathOf<String>,
    presented: Presented,
) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        let conditions = input::conditions(&presented.headers)?;
        let id = input::client_id(id)?;
        let stopped = state
            .clients
            .revoke_tokens(&caller, &id, &conditions)
            .await?;
        Ok(answer::answered(&state, &stopped))
    })
    .await
}

fn changed(state: &crate::State, client: &Client) -> Response<Body> {
    let tag = entity_tag::of_revision(client.revision);
    answer::tagged(
        state,
        StatusCode::OK,
        &state.clients.view(client),
        Some(tag),
    )
}
