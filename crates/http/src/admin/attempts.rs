//! `/v1/attempts/{correlation_id}`: why a token request was refused.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use http::Response;
use m2m_core::attempts::{AttemptsError, ShownAttempt};
use m2m_types::admin::attempt::AttemptView;
use m2m_types::correlation_id::CorrelationId;

use super::call::Call;
use super::input::PathOf;
use crate::problem_answer::Refusal;
use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route(
        "/v1/attempts/{correlation_id}",
        get(read).fallback(fallback::method_not_allowed),
    )
}

async fn read(call: Call, id: PathOf<String>) -> Response<Body> {
    call.answer(async |caller| {
        let id = id.ok().and_then(|Path(id)| CorrelationId::parse(id).ok());
        let id = id.ok_or(Refusal::Attempts(AttemptsError::NotFound))?;
        let shown = call.state.attempts.find(&caller, &id).await;
        let shown = shown.map_err(Refusal::Attempts)?;
        Ok(call.read(&view(shown)))
    })
    .await
}

fn view(shown: ShownAttempt) -> AttemptView {
    let ShownAttempt { attempt, client } = shown;
    AttemptView {
        correlation_id: attempt.correlation_id,
        at: attempt.at,
        client_id: attempt.client_id,
        owner: client.as_ref().map(|client| client.owner.clone()),
        organization: client.map(|client| client.organization),
        auth_method: attempt.auth_method,
        grant_type: attempt.grant_type,
        error: attempt.error,
        reason: attempt.reason,
        source: attempt.source,
    }
}
