//! What a schedule makes a function do.

use lambda_http::lambda_runtime::{self, service_fn};
use lambda_http::{Error, LambdaEvent};
use m2m_core::deployment::Deployment;
use m2m_core::maintenance::Maintenance;
use serde_json::{Value, json};

/// Does the work at each event until the runtime stops. What the event says does not matter: the work may be done at
/// any time, and twice at once.
pub(crate) async fn answer_events(deployment: Deployment) -> Result<(), Error> {
    let maintenance = &deployment.maintenance();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let trace = event.context.xray_trace_id;
        m2m_aws::passing_trace_on(trace, once(maintenance)).await
    }))
    .await
}

/// The answer says what was done; a schedule does not read it, but people who invoke the function do. Lambda is told
/// of a failure, too, but only the first line of it: the log has the rest.
async fn once(maintenance: &Maintenance) -> Result<Value, Error> {
    let repaired = maintenance.run().await?;
    Ok(json!({ "finished": repaired.finished, "undone": repaired.undone }))
}
