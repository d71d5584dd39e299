//! A Lambda authorizer of API Gateway: REQUEST, for HTTP APIs by payload 2.0 with simple responses, for REST APIs and
//! payload 1.0 with policies.

mod answer;
mod config;
mod event;

use lambda_http::lambda_runtime::{self, service_fn};
use lambda_http::{Error, LambdaEvent};
use m2m_verify::{Refusal, RequestContext, Verified, Verifier};
use serde_json::Value;

pub use config::AuthorizerConfig;

use event::AuthorizerEvent;

/// Decides events until the runtime stops. What can be fetched is, while nobody waits.
pub(crate) async fn answer_events(verifier: Verifier) -> Result<(), Error> {
    if let Err(unavailable) = verifier.warm_up().await {
        tracing::warn!(
            reason = &unavailable as &dyn std::error::Error,
            "started without keys or snapshot"
        );
    }
    let decide = service_fn(move |event: LambdaEvent<AuthorizerEvent>| {
        let verifier = verifier.clone();
        async move { decide(&verifier, &event.payload).await }
    });
    lambda_runtime::run_concurrent(decide).await
}

/// A request that nobody can judge now is a failed invocation, of which the gateway makes a 500: not the caller is to
/// blame.
async fn decide(verifier: &Verifier, event: &AuthorizerEvent) -> Result<Value, Error> {
    match verify(verifier, event).await {
        Ok(verified) => {
            let claims = verified.claims();
            tracing::debug!(client_id = %claims.client_id, jti = claims.jti, "authorized");
            Ok(answer::allow(event, &verified))
        }
        Err(Refusal::Unavailable(unavailable)) => {
            let reason = &unavailable as &dyn std::error::Error;
            tracing::error!(reason, "nothing can be authorized");
            Err(unavailable.into())
        }
        Err(refusal) => {
            let reason = &refusal as &dyn std::error::Error;
            tracing::info!(reason, "not authorized");
            Ok(answer::deny(event))
        }
    }
}

async fn verify(verifier: &Verifier, event: &AuthorizerEvent) -> Result<Verified, Refusal> {
    let headers = event.headers()?;
    let url = event.url();
    let (token, mut context) = RequestContext::from_headers(&headers, event.method(), &url)?;
    let certificate = event.certificate();
    if let Some(der) = &certificate {
        context = context.with_certificate(der);
    }
    let verified = verifier.verify(token, &context).await?;
    for scope in event.required_scopes() {
        verified.require(scope)?;
    }
    Ok(verified)
}
