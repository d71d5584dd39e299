//! I3: what ends a token.

use http::Method;
use jiff::SignedDuration;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::jwt;
use m2m_tests::service::TestService;
use m2m_tests::world::ada;
use m2m_types::claims::AccessTokenClaims;

use super::{token, with_api};
use crate::support::{ID, ask, assert_refused};

/// A token that is good but for this.
async fn check_inactive(service: &TestService, change: impl FnOnce(&mut AccessTokenClaims)) {
    let token = token(service).await;
    let changed = service.signed_like(&token, change).await;
    assert!(!service.is_active("payments", &changed).await);
}

#[tokio::test]
async fn i03_issuer_time_subject_and_organization_are_checked() {
    let service = with_api().await;
    let control = token(&service).await;
    let same = service.signed_like(&control, |_| ()).await;
    assert!(service.is_active("payments", &same).await);
    check_inactive(&service, |claims| claims.iss = "https://x.example".into()).await;
    check_inactive(&service, |claims| claims.exp = claims.iat).await;
    check_inactive(&service, |claims| claims.nbf = Some(claims.iat + 1)).await;
    check_inactive(&service, |claims| claims.sub = "local|eve".parse().unwrap()).await;
    check_inactive(&service, |claims| claims.org = "globex".parse().unwrap()).await;
}

#[tokio::test]
async fn i03_a_token_ends_with_its_time() {
    let service = with_api().await;
    let token = token(&service).await;
    service.clock.advance(SignedDuration::from_secs(3_599));
    assert!(service.is_active("api", &token).await);
    service.clock.advance(SignedDuration::from_secs(1));
    assert!(!service.is_active("api", &token).await);
}

#[tokio::test]
async fn i03_a_stopped_owner_or_organization_ends_it_at_once() {
    let service = with_api().await;
    let token = token(&service).await;
    let raised = m2m_core::owner::Owner {
        generation: ada().generation.raised(),
        ..ada()
    };
    service.directory.set_owner(raised);
    assert!(!service.is_active("api", &token).await);
    let answer = ask(&service, &[]).await;
    let newer = answer.member("access_token");
    assert!(service.is_active("api", &newer).await);
}

#[tokio::test]
async fn i03_a_deleted_client_ends_it_at_once() {
    let service = with_api().await;
    let token = token(&service).await;
    let manager = service.manager("clients:write").await;
    let path = format!("/v1/clients/{ID}");
    let deleted = service.call(Method::DELETE, &path).bearer(&manager);
    assert_eq!(deleted.send().await.status, 204);
    assert!(!service.is_active("api", &token).await);
}

#[tokio::test]
async fn i03_a_denied_token_ends_at_once_and_others_live_on() {
    let service = with_api().await;
    let (denied, other) = (token(&service).await, token(&service).await);
    service.deny(&denied).await;
    assert!(!service.is_active("api", &denied).await);
    assert!(service.is_active("api", &other).await);
}

#[tokio::test]
async fn i03_a_key_that_another_instance_removed_ends_its_tokens_at_once() {
    let service = with_api().await;
    let token = token(&service).await;
    let kid = jwt::header(&token)["kid"].as_str().unwrap().to_owned();
    let revocations = &service.deployment.ports().revocations;
    let until = service.deployment.ports().clock.now() + SignedDuration::from_hours(24);
    revocations.remove_kid(&kid, until).await.unwrap();
    assert!(!service.is_active("api", &token).await);
    let me = service.get("/v1/me").bearer(&token).send().await;
    assert_eq!(me.status, 401);
}

#[tokio::test]
async fn i03_a_raised_generation_of_the_deployment_ends_every_token() {
    let service = with_api().await;
    let token = token(&service).await;
    let ports = service.deployment.ports();
    ports.keys.raise_generation().await.unwrap();
    // It is seen when the keys are read again.
    service.clock.advance(SignedDuration::from_secs(301));
    assert!(!service.is_active("api", &token).await);
}

#[tokio::test]
async fn i03_a_store_that_fails_is_503_and_never_active() {
    let service = with_api().await;
    let token = token(&service).await;
    service.faults.always("BatchGetItem", Fault::ServerError);
    let answer = service.introspect("api", &token).await;
    assert_refused(&answer, 503, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    service.faults.clear();
    assert!(service.is_active("api", &token).await);
}
