//! K2 and K3: keys come and go, and nobody who keeps to the rules notices.

mod failures;
mod removal;
mod schedule;

use m2m_tests::call::Answer;
use m2m_tests::service::{Setup, TestService};
use m2m_tests::world::secret_of;
use m2m_tests::{jwt, service};
use serde_json::Value;

/// Another instance of the same deployment.
async fn beside(service: &TestService) -> TestService {
    let setup = Setup {
        after: Some(service.left()),
        ..Setup::default()
    };
    service::start_with(setup).await
}

async fn maintain(service: &TestService) {
    service.deployment.maintenance().run().await.unwrap();
}

async fn jwks(service: &TestService) -> Value {
    service.get("/.well-known/jwks.json").send().await.json()
}

/// The `kid` of every key in that state, as an operator sees them.
async fn in_state(service: &TestService, operator: &str, state: &str) -> Vec<String> {
    let answer = service
        .get("/v1/signing-keys")
        .bearer(operator)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let keys = answer.json()["items"].as_array().unwrap().clone();
    keys.iter()
        .filter(|key| key["state"] == state)
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

async fn rotate(service: &TestService, operator: &str) -> Answer {
    let call = service.post("/v1/signing-keys/rotate").bearer(operator);
    call.send().await
}

async fn remove(service: &TestService, operator: &str, kid: &str) -> Answer {
    let path = format!("/v1/signing-keys/{kid}");
    let call = service.call(http::Method::DELETE, &path).bearer(operator);
    call.send().await
}

async fn token(service: &TestService) -> String {
    let answer = service.ask("m2m_payments", &secret_of("payments")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.member("access_token")
}

fn kid(token: &str) -> String {
    jwt::header(token)["kid"].as_str().unwrap().to_owned()
}

/// The token, if it has not expired.
async fn in_time(service: &TestService, token: &str) -> Option<String> {
    let answer = service.get("/v1/me").bearer(token).send().await;
    (answer.status == 200).then(|| token.to_owned())
}
