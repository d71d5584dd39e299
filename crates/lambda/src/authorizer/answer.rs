//! What the gateway is told.

use m2m_verify::Verified;
use serde_json::{Value, json};

use super::event::AuthorizerEvent;

/// Lets the request in. What the integration gets as context is texts only, as REST APIs want it.
pub(super) fn allow(event: &AuthorizerEvent, verified: &Verified) -> Value {
    let claims = verified.claims();
    let context = json!({
        "client_id": claims.client_id,
        "sub": claims.sub,
        "org": claims.org,
        "scope": claims.scope.to_string(),
        "jti": claims.jti,
    });
    match event.policy_resource() {
        None => json!({ "isAuthorized": true, "context": context }),
        Some(resource) => policy("Allow", resource, claims.client_id.as_str(), &context),
    }
}

/// Keeps it out. The gateway answers 403 whatever the reason, which is in the log.
pub(super) fn deny(event: &AuthorizerEvent) -> Value {
    match event.policy_resource() {
        None => json!({ "isAuthorized": false }),
        Some(resource) => policy("Deny", resource, "nobody", &json!({})),
    }
}

fn policy(effect: &str, resource: &str, principal: &str, context: &Value) -> Value {
    json!({
        "principalId": principal,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}],
        },
        "context": context,
    })
}
