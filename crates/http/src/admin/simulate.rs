//! `POST /v1/simulate`: what a client would get.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use http::{Response, StatusCode};
use m2m_types::admin::simulation::Simulate;

use super::presented::Presented;
use super::{answer, input};
use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(
        "/v1/simulate",
        post(simulate).fallback(fallback::method_not_allowed),
    )
}

async fn simulate(State(state): State<Shared>, presented: Presented, body: Body) -> Response<Body> {
    answer::to_caller(&state, &presented, async |caller| {
        // Nothing is changed, so a repetition needs no answer kept: a key is only checked.
        input::idempotency_key(&presented.headers)?;
        let wanted: Simulate = input::json(&presented.headers, body, &["application/json"]).await?;
        let simulated = state.simulation.try_out(&caller, &wanted).await?;
        Ok(answer::tagged(&state, StatusCode::OK, &simulated, None))
    })
    .await
}
