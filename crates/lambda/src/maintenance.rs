//! What a schedule makes a function do.

use lambda_http::lambda_runtime::{self, service_fn};
use lambda_http::{Error, LambdaEvent};
use m2m_core::clients::{Clients, LEFT_BEHIND};
use m2m_core::deployment::Deployment;
use m2m_core::ports::StoreError;
use serde_json::{Value, json};

/// Some notes could not be followed; the log has a line for each.
#[derive(Debug, thiserror::Error)]
#[error("{0} creates or deletes could not be repaired; the next run tries again")]
struct NotRepaired(u32);

/// Does the work at each event until the runtime stops. What the event says does not matter: the work may be done at
/// any time, and twice at once.
pub(crate) async fn answer_events(deployment: Deployment) -> Result<(), Error> {
    let clients = &deployment.clients();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let trace = event.context.xray_trace_id;
        m2m_aws::passing_trace_on(trace, once(clients)).await
    }))
    .await
}

/// The answer says what was done; a schedule does not read it, but people who invoke the function do.
async fn once(clients: &Clients) -> Result<Value, Error> {
    let repaired = clients.repair(LEFT_BEHIND).await.map_err(failed)?;
    if repaired.failed > 0 {
        return Err(NotRepaired(repaired.failed).into());
    }
    Ok(json!({ "finished": repaired.finished, "undone": repaired.undone }))
}

/// Lambda is told too, but only the first line of it.
fn failed(error: StoreError) -> Error {
    tracing::error!(
        reason = &error as &dyn std::error::Error,
        "maintenance failed"
    );
    error.into()
}
