//! I1: asked with a bearer token instead of a client's credentials.

use m2m_tests::call::Answer;
use m2m_tests::service::TestService;
use m2m_tests::world::secret_of;

use super::{INACTIVE, token, with_api};
use crate::support::assert_refused;

async fn by_bearer(service: &TestService, bearer: &str, token: &str) -> Answer {
    let call = service.post("/oauth/introspect").bearer(bearer);
    call.form(&[("token", token)]).send().await
}

#[tokio::test]
async fn i01_a_bearer_token_with_the_scope_asks_for_its_audience() {
    let service = with_api().await;
    let token = token(&service).await;
    let bearer = service.management_token("api", "m2m:introspect").await;
    let answer = by_bearer(&service, &bearer, &token).await;
    assert_eq!(answer.json()["active"], true, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    // One who is not listed learns nothing by the scope.
    let bearer = service.manager("m2m:introspect").await;
    let answer = by_bearer(&service, &bearer, &token).await;
    assert_eq!((answer.status, answer.text()), (200, INACTIVE));
}

#[tokio::test]
async fn i01_a_bearer_token_asks_within_its_organization_alone() {
    let service = with_api().await;
    let answer = service.ask("m2m_stranger", &secret_of("stranger")).await;
    let elsewhere = answer.member("access_token");
    // The API's client serves every organization with its credentials, and only its own with a token.
    assert!(service.is_active("api", &elsewhere).await);
    let bearer = service.management_token("api", "m2m:introspect").await;
    let answer = by_bearer(&service, &bearer, &elsewhere).await;
    assert_eq!((answer.status, answer.text()), (200, INACTIVE));
}

#[tokio::test]
async fn i01_a_bad_bearer_token_is_401_and_one_without_the_scope_403() {
    let service = with_api().await;
    let token = token(&service).await;
    let challenge = |rest: &str| {
        let url = "/.well-known/oauth-protected-resource/v1";
        format!(
            "Bearer resource_metadata=\"{}\", error={rest}",
            service.issuer.join(url)
        )
    };
    for bad in ["garbage", &token] {
        let answer = by_bearer(&service, bad, &token).await;
        assert_refused(&answer, 401, "invalid_token");
        let expected = challenge("\"invalid_token\"");
        assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
    }
    let reader = service.management_token("api", "clients:read").await;
    let answer = by_bearer(&service, &reader, &token).await;
    assert_refused(&answer, 403, "insufficient_scope");
    let expected = challenge("\"insufficient_scope\", scope=\"m2m:introspect\"");
    assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
}

#[tokio::test]
async fn i01_a_bearer_token_beside_a_secret_is_two_methods() {
    let service = with_api().await;
    let bearer = service.management_token("api", "m2m:introspect").await;
    let form = [("token", "x"), ("client_secret", "y")];
    let call = service.post("/oauth/introspect").bearer(&bearer);
    assert_refused(&call.form(&form).send().await, 400, "invalid_request");
}
