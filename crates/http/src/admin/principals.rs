//! `/v1/owners` and `/v1/organizations`.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use http::{Response, StatusCode};
use m2m_core::principals::{Expectation, PrincipalsError, tag_of};
use m2m_types::admin::principals::{PutOrganization, PutOwner};
use m2m_types::names::{OrganizationId, OwnerId};

use super::call::Call;
use super::input::{JSON, PathOf};
use crate::problem_answer::Refusal;
use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    // An owner's id may have slashes, which a gateway decodes.
    Router::new()
        .route(
            "/v1/owners/{*id}",
            get(owner)
                .put(put_owner)
                .fallback(fallback::method_not_allowed),
        )
        .route(
            "/v1/organizations/{id}",
            get(organization)
                .put(put_organization)
                .fallback(fallback::method_not_allowed),
        )
}

fn owner_id(path: PathOf<String>) -> Result<OwnerId, Refusal> {
    let Path(unverified) = path.map_err(|_| PrincipalsError::NotFound)?;
    OwnerId::parse(unverified).map_err(|_| PrincipalsError::NotFound.into())
}

fn organization_id(path: PathOf<String>) -> Result<OrganizationId, Refusal> {
    let Path(unverified) = path.map_err(|_| PrincipalsError::NotFound)?;
    OrganizationId::parse(unverified).map_err(|_| PrincipalsError::NotFound.into())
}

async fn owner(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let view = call.state.principals.owner(&caller, &owner_id(id)?).await?;
        let tag = Some(tag_of(&view));
        let answer = call.tagged(StatusCode::OK, &view, tag);
        Ok(call.unless_known(answer))
    })
    .await
}

async fn put_owner(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let expected = call.expectation()?;
        let request: PutOwner = call.json(body, JSON).await?;
        let id = owner_id(id)?;
        let principals = &call.state.principals;
        let view = principals
            .put_owner(&caller, &id, &request, &expected)
            .await?;
        let tag = Some(tag_of(&view));
        Ok(call.tagged(status(&expected), &view, tag))
    })
    .await
}

async fn organization(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let id = organization_id(id)?;
        let view = call.state.principals.organization(&caller, &id).await?;
        let tag = Some(tag_of(&view));
        let answer = call.tagged(StatusCode::OK, &view, tag);
        Ok(call.unless_known(answer))
    })
    .await
}

async fn put_organization(call: Call, id: PathOf<String>, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        let expected = call.expectation()?;
        let request: PutOrganization = call.json(body, JSON).await?;
        let id = organization_id(id)?;
        let principals = &call.state.principals;
        let view = principals
            .put_organization(&caller, &id, &request, &expected)
            .await?;
        let tag = Some(tag_of(&view));
        Ok(call.tagged(status(&expected), &view, tag))
    })
    .await
}

/// RFC 9110 §9.3.4: 201 for what was made.
fn status(expected: &Expectation) -> StatusCode {
    match expected {
        Expectation::Absent => StatusCode::CREATED,
        Expectation::Nothing | Expectation::Present | Expectation::Tagged(_) => StatusCode::OK,
    }
}
