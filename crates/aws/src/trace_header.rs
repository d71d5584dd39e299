//! Passing the trace of a request on to AWS.
//!
//! The SDK does so by itself where the runtime sets a variable of the process, which it cannot do when an
//! instance answers several events at once.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// The header of AWS.
const AMAZON_TRACE_ID: &str = "x-amzn-trace-id";

tokio::task_local! {
    static TRACE: Option<String>;
}

/// Does the work of one request; what it calls of AWS belongs to the trace that the runtime named for it in
/// the form of `X-Amzn-Trace-Id`, if it named one.
pub async fn passing_trace_on<F: Future>(trace: Option<String>, work: F) -> F::Output {
    TRACE.scope(trace, work).await
}

/// Adds the trace to every call.
#[derive(Debug)]
pub(crate) struct TraceHeader;

impl Intercept for TraceHeader {
    fn name(&self) -> &'static str {
        "TraceHeader"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let trace = TRACE.try_with(Clone::clone).ok().flatten();
        if let Some(trace) = trace {
            // What cannot be a header is no trace; the call is worth more than its trace.
            let _ = context
                .request_mut()
                .headers_mut()
                .try_insert(AMAZON_TRACE_ID, trace);
        }
        Ok(())
    }
}
