//! How long after a `DELETE` a token of the client is still taken: at this service not at all, at a resource server with
//! `m2m-verify` for ten seconds at most.

use std::sync::Arc;

use http::Method;
use jiff::SignedDuration;
use m2m_core::clock::Clock;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{DEFAULT_AUDIENCE, MANAGEMENT, ada, client_of, secret_of};
use m2m_types::claims::AccessTokenClaims;
use m2m_types::revocations::Stop;
use m2m_verify::{InvalidToken, Refusal, RequestContext, Verified, Verifier};

const ID: &str = "m2m_payments";

/// A resource server that lives by the clock of the service.
fn verifier(service: &TestService) -> Verifier {
    let clock = Arc::clone(&service.clock);
    Verifier::builder(service.issuer.as_str(), DEFAULT_AUDIENCE)
        .clock(move || clock.now())
        .build()
        .unwrap()
}

async fn check(verifier: &Verifier, token: &str) -> Result<Verified, Refusal> {
    verifier.verify(token, &RequestContext::bearer()).await
}

fn is_stopped(result: &Result<Verified, Refusal>) -> bool {
    let stopped = InvalidToken::Stopped(Stop::Client);
    matches!(result, Err(Refusal::Token(why)) if *why == stopped)
}

/// A service with `payments`, a token of it, and one of a manager.
async fn with_token() -> (TestService, String, String) {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let manager = service.manager(MANAGEMENT).await;
    let call = service
        .post("/oauth/token")
        .basic(ID, &secret_of("payments"));
    let answer = call.form(&[
        ("grant_type", "client_credentials"),
        ("scope", "orders:read"),
    ]);
    let token = answer.send().await.member("access_token");
    (service, token, manager)
}

async fn delete(service: &TestService, manager: &str) -> Answer {
    let path = format!("/v1/clients/{ID}");
    service
        .call(Method::DELETE, &path)
        .bearer(manager)
        .send()
        .await
}

#[tokio::test]
async fn a_resource_server_refuses_within_ten_seconds_of_a_delete() {
    let (service, token, manager) = with_token().await;
    let verifier = verifier(&service);
    let mut worst = 0;
    // Whenever within its ten seconds the resource server last looked.
    check(&verifier, &token).await.unwrap();
    assert_eq!(delete(&service, &manager).await.status, 204);
    while !is_stopped(&check(&verifier, &token).await) {
        worst += 1;
        service.clock.advance(SignedDuration::from_secs(1));
        assert!(worst <= 10, "taken {worst} seconds after the delete");
    }
    // One that has not looked before does so at once.
    assert!(is_stopped(&check(&self::verifier(&service), &token).await));
}

#[tokio::test]
async fn a_delete_is_seen_at_once_by_whoever_looks_at_once() {
    let (service, token, manager) = with_token().await;
    assert_eq!(delete(&service, &manager).await.status, 204);
    assert!(is_stopped(&check(&verifier(&service), &token).await));
    let call = service
        .post("/oauth/introspect")
        .basic(ID, &secret_of("payments"));
    assert_eq!(call.form(&[("token", &token)]).send().await.status, 401);
}

/// An instance that was frozen between reading the client and signing signs what it had read.
#[tokio::test]
async fn h43_a_token_that_a_frozen_instance_signs_after_the_delete_is_dead() {
    let (service, token, manager) = with_token().await;
    let read_before: AccessTokenClaims =
        serde_json::from_value(m2m_tests::jwt::claims(&token)).unwrap();
    assert_eq!(delete(&service, &manager).await.status, 204);
    service.clock.advance(SignedDuration::from_mins(10));
    let now = service.clock.now().as_second();
    let late = AccessTokenClaims {
        iat: now,
        exp: now + 3600,
        jti: "0".repeat(32),
        ..read_before
    };
    let keys = service.deployment.keys().current().await.unwrap();
    let token = keys.active().sign(&late).unwrap();
    assert!(is_stopped(&check(&verifier(&service), &token).await));
}
