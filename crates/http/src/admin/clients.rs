//! `/v1/clients`: M2M OAuth clients.

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use http::Response;
use m2m_core::caller::Caller;
use m2m_core::clients::{Clients, ClientsError, ItsApiTokens, Selection, Whose};
use m2m_core::idempotency::{Answered, Conditions};
use m2m_types::admin::client::{
    ClientView, CreateClient, PatchClient, ReplaceClient, TransferClient,
};
use m2m_types::client_id::ClientId;
use m2m_types::names::OwnerId;
use m2m_types::problem::FieldError;
use serde::Deserialize;

use super::answer;
use super::call::Call;
use super::input::{self, JSON, MERGE_PATCH, PathOf};
use super::list::{self, QueryOf};
use crate::problem_answer::Refusal;
use crate::{Shared, fallback};

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

async fn page(call: Call, query: QueryOf<ListQuery>) -> Response<Body> {
    call.answer(async |caller| {
        let query = list::query(query)?;
        let selection = Selection {
            whose: query.whose()?,
            deleted: query.status == ListStatus::Deleted,
            limit: list::check_limit(query.limit)?,
            unverified_cursor: query.cursor,
        };
        let page = call.state.clients.list(&caller, &selection).await?;
        Ok(call.read(&page))
    })
    .await
}

async fn create(call: Call, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let key = call.idempotency_key()?;
        let request: CreateClient = call.json(body, JSON).await?;
        let clients = &call.state.clients;
        let created = clients.create(&caller, &request, key.as_ref()).await?;
        let path = format!("/clients/{}", created.answer.client.client_id);
        Ok(call.created(&created, &path))
    })
    .await
}

async fn read(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let clients = &call.state.clients;
        let client = clients.get(&caller, &input::client_id(id)?).await?;
        Ok(call.record(&clients.view(&client), client.revision))
    })
    .await
}

async fn replace(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let request: ReplaceClient = call.json(body, JSON).await?;
        let (clients, id) = (&call.state.clients, input::client_id(id)?);
        let client = clients
            .replace(&caller, &id, &request, &precondition)
            .await?;
        Ok(call.changed(&clients.view(&client), client.revision))
    })
    .await
}

async fn patch(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let patch: PatchClient = call.json(body, MERGE_PATCH).await?;
        let (clients, id) = (&call.state.clients, input::client_id(id)?);
        let client = clients.patch(&caller, &id, &patch, &precondition).await?;
        Ok(call.changed(&clients.view(&client), client.revision))
    })
    .await
}

async fn delete(call: Call, id: PathOf<String>, query: QueryOf<DeleteQuery>) -> Response<Body> {
    call.answer(async |caller| {
        let precondition = call.precondition()?;
        let id = input::client_id(id)?;
        let its_api_tokens = match list::query(query)?.keep_api_tokens {
            true => ItsApiTokens::Stay,
            false => ItsApiTokens::Die,
        };
        let clients = &call.state.clients;
        clients
            .delete(&caller, &id, &precondition, its_api_tokens)
            .await?;
        Ok(answer::gone())
    })
    .await
}

async fn disable(call: Call, id: PathOf<String>) -> Response<Body> {
    post_to(call, id, Clients::disable).await
}

async fn enable(call: Call, id: PathOf<String>) -> Response<Body> {
    post_to(call, id, Clients::enable).await
}

async fn restore(call: Call, id: PathOf<String>) -> Response<Body> {
    post_to(call, id, Clients::restore).await
}

async fn transfer(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let conditions = call.conditions()?;
        let request: TransferClient = call.json(body, JSON).await?;
        let id = input::client_id(id)?;
        let clients = &call.state.clients;
        let given = clients
            .transfer(&caller, &id, &request, &conditions)
            .await?;
        Ok(call.answered(&given))
    })
    .await
}

async fn revoke_tokens(call: Call, id: PathOf<String>) -> Response<Body> {
    post_to(call, id, Clients::revoke_tokens).await
}

/// A `POST` without a body that changes a client.
async fn post_to(
    call: Call,
    id: PathOf<String>,
    change: impl AsyncFnOnce(
        &Clients,
        &Caller,
        &ClientId,
        &Conditions,
    ) -> Result<Answered<ClientView>, ClientsError>,
) -> Response<Body> {
    call.answer(async |caller| {
        let conditions = call.conditions()?;
        let id = input::client_id(id)?;
        let changed = change(&call.state.clients, &caller, &id, &conditions).await?;
        Ok(call.answered(&changed))
    })
    .await
}
