//! `POST /v1/simulate`: what a client would get.

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::{Response, StatusCode};
use m2m_types::admin::simulation::Simulate;

use super::call::Call;
use super::input::JSON;

use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(
        "/v1/simulate",
        post(simulate).fallback(fallback::method_not_allowed),
    )
}

async fn simulate(call: Call, body: Body) -> Response<Body> {
    call.answer(async |caller| {
        // Nothing is changed, so a repetition needs no answer kept: a key is only checked.
        call.idempotency_key()?;
        let wanted: Simulate = call.json(body, JSON).await?;
        let simulated = call.state.simulation.try_out(&caller, &wanted).await?;
        Ok(call.tagged(StatusCode::OK, &simulated, None))
    })
    .await
}
