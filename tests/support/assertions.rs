//! Client assertions, RFC 7523.

use m2m_core::client::Client;
use m2m_core::client_auth::{AuthMethod, ClientKeys, RegisteredAuth};
use m2m_core::random::{Random, SystemRandom};
use m2m_types::admin::credentials::{AssertionAudience, Jwks};
use serde_json::{Map, Value, json};

use crate::call::Answer;
use crate::dpop::ProofKey;
use crate::service::TestService;
use crate::world::{ada, client_of};

/// `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// `payments`, which authenticates like that.
pub fn registered(method: AuthMethod) -> Client {
    Client {
        auth: RegisteredAuth {
            method,
            retiring: None,
        },
        ..client_of(&ada(), "payments")
    }
}

/// These keys and no others, registered with the client.
pub fn inline(keys: &[Value]) -> ClientKeys {
    let set = Map::from_iter([("keys".to_owned(), json!(keys))]);
    ClientKeys::Inline(Jwks::try_from(set).unwrap())
}

/// `private_key_jwt` by that key.
pub fn by_key(key: &ProofKey) -> AuthMethod {
    AuthMethod::PrivateKeyJwt {
        keys: inline(&[key.jwk()]),
        audience: AssertionAudience::Issuer,
    }
}

/// The claims of a new assertion of `payments` for the service at its present moment.
pub fn claims(service: &TestService) -> Value {
    let now = service.now().as_second();
    let jti: [u8; 16] = (&SystemRandom as &dyn Random).bytes();
    json!({
        "iss": "m2m_payments",
        "sub": "m2m_payments",
        "aud": service.issuer.as_str(),
        "jti": format!("{:032x}", u128::from_be_bytes(jti)),
        "iat": now,
        "exp": now + 60,
    })
}

/// The claims with one changed.
pub fn with(mut claims: Value, name: &str, value: impl Into<Value>) -> Value {
    claims[name] = value.into();
    claims
}

/// The claims without one.
pub fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Signs as libraries do.
pub fn sign(key: &ProofKey, claims: &Value) -> String {
    key.sign_with(&json!({"alg": "ES256"}), claims)
}

/// Asks for a token with nothing but an assertion.
pub async fn ask(service: &TestService, assertion: &str) -> Answer {
    ask_with(service, assertion, &[]).await
}

/// Asks with an assertion and further parameters.
pub async fn ask_with(service: &TestService, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    form.extend_from_slice(more);
    service.post("/oauth/token").form(&form).send().await
}
