//! The revocation snapshot: M6, HOSTILE 34 and 48, and what docs/revocations.md says of it.

use http::Method;
use jiff::SignedDuration;
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::WriteOutcome;
use m2m_local::stand_in::faults::Fault;
use m2m_testkit::builders::{NOW, organization};
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::revocations::REVOCATIONS;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::ada;
use serde_json::json;

use crate::support::{ask, with_payments};

async fn fetch(service: &TestService) -> Answer {
    service.get(REVOCATIONS).send().await
}

async fn token(service: &TestService) -> String {
    ask(service, &[]).await.member("access_token")
}

#[tokio::test]
async fn m06_any_origin_may_read_the_snapshot_without_credentials() {
    let service = service::start().await;
    let origin = ("origin", "https://a.example");
    let call = service.get(REVOCATIONS).header(origin.0, origin.1);
    let answer = call.send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("access-control-expose-headers"), Some("etag"));
    let preflight = service
        .call(Method::OPTIONS, REVOCATIONS)
        .header(origin.0, origin.1)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "if-none-match")
        .send()
        .await;
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    let allowed = preflight.header("access-control-allow-headers");
    assert_eq!(allowed, Some("if-none-match"));
}

#[tokio::test]
async fn the_snapshot_is_a_signed_jwt_of_its_own_type() {
    let service = with_payments().await;
    let answer = fetch(&service).await;
    let media_type = answer.header("content-type");
    assert_eq!(media_type, Some("application/revocations+jwt"));
    let header = jwt::header(answer.text());
    assert_eq!(header["typ"], "revocations+jwt");
    assert_eq!(header["alg"], "ES256");
    let claims = service.snapshot().await;
    assert_eq!(
        claims,
        json!({
            "iss": service.issuer.as_str(),
            "iat": NOW.as_second(),
            "exp": NOW.as_second() + 86_400,
            "seq": 0,
            "gen": NOW.as_second(),
            "clients": {},
            "handles": {},
            "jtis": [],
            "kids": [],
        })
    );
    // Neither is taken for the other.
    let call = service.get("/v1/clients").bearer(answer.text());
    assert_eq!(call.send().await.status, 401);
}

#[tokio::test]
async fn the_snapshot_is_sent_again_only_when_it_has_changed() {
    let service = with_payments().await;
    let first = fetch(&service).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"'), "{tag} is strong");
    assert_eq!(first.header("cache-control"), Some("public, max-age=5"));
    let known = |method| {
        let call = service.call(method, REVOCATIONS);
        call.header("if-none-match", &tag).send()
    };
    for method in [Method::GET, Method::HEAD] {
        let unchanged = known(method).await;
        assert_eq!((unchanged.status, unchanged.text()), (304, ""));
        assert_eq!(unchanged.header("etag"), Some(tag.as_str()));
        let max_age = unchanged.header("cache-control");
        assert_eq!(max_age, Some("public, max-age=5"));
    }
    let head = service.call(Method::HEAD, REVOCATIONS).send().await;
    assert_eq!((head.status, head.text()), (200, ""));
    assert_eq!(head.header("etag"), Some(tag.as_str()));
    let length = first.body.len().to_string();
    assert_eq!(head.header("content-length"), Some(length.as_str()));

    service.deny(&token(&service).await).await;
    let changed = known(Method::GET).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
}

#[tokio::test]
async fn the_snapshot_takes_get_and_head_only() {
    let service = service::start().await;
    let answer = service.post(REVOCATIONS).form(&[]).send().await;
    assert_eq!(answer.refusal(), (405, "method-not-allowed".to_owned()));
    assert_eq!(answer.header("allow"), Some("GET,HEAD"));
}

#[tokio::test]
async fn an_unchanged_snapshot_costs_one_small_read() {
    let service = with_payments().await;
    let first = fetch(&service).await;
    service.faults.take_calls();
    let second = fetch(&service).await;
    assert_eq!(service.faults.take_calls(), ["GetItem"]);
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn after_an_hour_the_snapshot_is_made_anew() {
    let service = with_payments().await;
    let first = service.snapshot().await;
    service.clock.advance(SignedDuration::from_mins(59));
    assert_eq!(service.snapshot().await, first);
    service.clock.advance(SignedDuration::from_mins(1));
    let second = service.snapshot().await;
    let age = SignedDuration::from_hours(1).as_secs();
    assert_eq!(second["iat"], NOW.as_second() + age);
    assert_eq!(second["seq"], first["seq"]);
    // A clock that went back.
    service.clock.set(NOW);
    assert_eq!(service.snapshot().await["iat"], NOW.as_second());
}

#[tokio::test]
async fn many_who_ask_at_once_have_it_made_once() {
    let service = with_payments().await;
    service.deny(&token(&service).await).await;
    service.faults.take_calls();
    let asked: Vec<_> = (0..20)
        .map(|_| tokio::spawn(service.get(REVOCATIONS).send()))
        .collect();
    for answer in asked {
        let answer = answer.await.unwrap();
        assert_eq!(jwt::claims(answer.text())["seq"], 1);
    }
    let calls = service.faults.take_calls();
    let made = calls.iter().filter(|call| *call == "Query").count();
    assert!((1..=2).contains(&made), "{made} of {calls:?}");
}

#[tokio::test]
async fn h48_a_store_that_fails_is_503_and_never_an_old_snapshot() {
    let service = with_payments().await;
    let tag = fetch(&service).await.header("etag").unwrap().to_owned();
    for fault in [
        Fault::ThroughputExceeded,
        Fault::Throttled,
        Fault::AccessDenied,
        Fault::ServerError,
        Fault::NotDelivered,
        Fault::AnswerLost,
    ] {
        service.faults.always("GetItem", fault);
        let call = service.get(REVOCATIONS).header("if-none-match", &tag);
        let answer = call.send().await;
        assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
        assert_eq!(answer.header("retry-after"), Some("1"), "{fault:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        service.faults.clear();
    }
    service.deny(&token(&service).await).await;
    service.faults.always("Query", Fault::ServerError);
    let answer = fetch(&service).await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
    service.faults.clear();
    assert_eq!(service.snapshot().await["seq"], 1);
}

#[tokio::test]
async fn the_snapshot_names_a_stopped_owner_by_its_handle_alone() {
    let service = with_payments().await;
    let token = token(&service).await;
    let ada = ada();
    let stopped = Owner {
        active: false,
        generation: ada.generation.raised(),
        ..ada.clone()
    };
    let directory = &service.deployment.ports().directory;
    let written = directory.stop_owner(&stopped, &ada, NOW).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    assert_eq!(service.dead_by_snapshot(&token).await, Some("owner"));
    let text = service.snapshot().await.to_string();
    assert!(!text.contains("ada"), "{text}");
}

#[tokio::test]
async fn the_snapshot_names_a_stopped_organization_by_its_handle_alone() {
    let service = with_payments().await;
    let token = token(&service).await;
    let acme = organization();
    let stopped = Organization {
        active: false,
        generation: acme.generation.raised(),
        ..acme.clone()
    };
    let directory = &service.deployment.ports().directory;
    let written = directory.stop_organization(&stopped, &acme, NOW).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    assert_eq!(service.dead_by_snapshot(&token).await, Some("organization"));
    let text = service.snapshot().await.to_string();
    assert!(!text.contains("acme"), "{text}");
}

#[tokio::test]
async fn a_raised_deployment_is_in_the_snapshot_once_the_keys_are_read_again() {
    let service = with_payments().await;
    let token = token(&service).await;
    assert_eq!(service.snapshot().await["gen"], NOW.as_second());
    let keys = &service.deployment.ports().keys;
    keys.raise_generation().await.unwrap();
    service.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(service.snapshot().await["gen"], NOW.as_second() + 1);
    assert_eq!(service.dead_by_snapshot(&token).await, Some("deployment"));
}

#[tokio::test]
async fn k03_a_snapshot_is_never_signed_by_a_key_that_it_removes() {
    let service = with_payments().await;
    let token = token(&service).await;
    let removed = jwt::header(&token)["kid"].as_str().unwrap().to_owned();
    // Written down, but the key is not taken away yet, or an instance does not know it yet.
    let revocations = &service.deployment.ports().revocations;
    let until = NOW + SignedDuration::from_hours(24);
    revocations.remove_kid(&removed, until).await.unwrap();
    let answer = fetch(&service).await;
    assert_ne!(jwt::header(answer.text())["kid"], removed.as_str());
    assert_eq!(service.snapshot().await["kids"], json!([removed]));
    assert_eq!(service.dead_by_snapshot(&token).await, Some("key"));
    assert!(!service.is_active("payments", &token).await);
}
