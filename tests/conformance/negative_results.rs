//! HOSTILE 49: what is not there, or cannot be had, is remembered briefly or not at all.

use jiff::SignedDuration;
use m2m_core::client_auth::{AuthMethod, ClientKeys};
use m2m_tests::assertions::{ask as ask_by_assertion, claims, registered, sign};
use m2m_tests::jwt;
use m2m_tests::outside::Outside;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};
use m2m_types::admin::credentials::AssertionAudience;
use serde_json::json;

use crate::support::{ID, secret, with_payments};

#[tokio::test]
async fn h49_a_client_that_was_unknown_a_moment_ago_is_found() {
    let service = service::start().await;
    for _ in 0..3 {
        assert_eq!(service.ask(ID, &secret()).await.status, 401);
    }
    service.add_client(client_of(&ada(), "payments")).await;
    assert_eq!(service.ask(ID, &secret()).await.status, 200);
}

#[tokio::test]
async fn h49_keys_that_cannot_be_had_are_not_asked_for_again_for_thirty_seconds() {
    let (service, outside) = (service::start().await, Outside::start().await);
    // Its metadata, which is no key set yet.
    let url = format!("{}/.well-known/openid-configuration", outside.issuer);
    let method = AuthMethod::PrivateKeyJwt {
        keys: ClientKeys::Uri(url.parse().unwrap()),
        audience: AssertionAudience::Issuer,
    };
    service.add_client(registered(method)).await;
    let status = async || {
        let assertion = sign(&outside.key, &claims(&service));
        ask_by_assertion(&service, &assertion).await.status
    };
    for _ in 0..5 {
        assert_eq!(status().await, 503);
    }
    assert_eq!(outside.fetches(), 1);
    outside.describe(json!({"keys": [outside.key.jwk()]}));
    service.clock.advance(SignedDuration::from_secs(29));
    assert_eq!(status().await, 503);
    assert_eq!(outside.fetches(), 1);
    service.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(status().await, 200);
    assert_eq!(outside.fetches(), 2);
}

/// Tokens whose headers name keys that nobody has.
async fn introspect_unknown_kids(service: &TestService, token: &str) -> usize {
    service.faults.take_calls();
    for number in 0..10 {
        let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": format!("no-{number}")});
        let unknown = jwt::with_part(token, 0, &header);
        let call = service.post("/oauth/introspect").basic(ID, &secret());
        let answer = call.form(&[("token", &unknown)]).send().await;
        assert_eq!(answer.text(), r#"{"active":false}"#);
        let call = service.get("/v1/me").bearer(&unknown);
        assert_eq!(call.send().await.status, 401);
    }
    let calls = service.faults.take_calls();
    calls
        .iter()
        .filter(|call| *call == "GetSecretValue")
        .count()
}

#[tokio::test]
async fn h49_a_flood_of_unknown_key_ids_reads_the_keys_once_in_ten_seconds() {
    let service = with_payments().await;
    let token = service.ask(ID, &secret()).await.member("access_token");
    assert_eq!(introspect_unknown_kids(&service, &token).await, 0);
    for _ in 0..2 {
        service.clock.advance(SignedDuration::from_secs(10));
        assert_eq!(introspect_unknown_kids(&service, &token).await, 1);
    }
}

/// A wrong secret is not remembered as wrong: it may be a new one by the next request.
#[tokio::test]
async fn h49_a_refused_secret_is_judged_anew() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    service.add_client(client_of(&ada(), "payments")).await;
    let change = async |what: &str| {
        let path = format!("/v1/clients/{ID}/{what}");
        let answer = service.post(&path).bearer(&token).send().await;
        assert!(answer.status < 300, "{}", answer.text());
    };
    change("disable").await;
    assert_eq!(service.ask(ID, &secret_of("payments")).await.status, 401);
    change("enable").await;
    assert_eq!(service.ask(ID, &secret_of("payments")).await.status, 200);
}
