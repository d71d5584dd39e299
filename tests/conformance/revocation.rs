//! R1–R4: a client ends its own tokens.

use http::Method;
use jiff::SignedDuration;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::service::TestService;
use m2m_tests::world::{ada, client_of, secret_of};

use crate::support::{ID, ask, assert_refused, secret, with_payments};

async fn token(service: &TestService) -> String {
    ask(service, &[]).await.member("access_token")
}

/// Asks as `payments` to revoke, with these parameters.
async fn revoke_with(service: &TestService, form: &[(&str, &str)]) -> Answer {
    let call = service.post("/oauth/revoke").basic(ID, &secret());
    call.form(form).send().await
}

async fn revoke(service: &TestService, token: &str) -> Answer {
    revoke_with(service, &[("token", token)]).await
}

/// What is answered whatever became of the token.
#[track_caller]
fn assert_done(answer: &Answer) {
    assert_eq!((answer.status, answer.text()), (200, ""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    assert_eq!(answer.header("content-type"), None);
}

#[tokio::test]
async fn r01_without_credentials_nothing_is_revoked() {
    let service = with_payments().await;
    let token = token(&service).await;
    let form = [("token", token.as_str())];
    let answer = service.post("/oauth/revoke").form(&form).send().await;
    assert_refused(&answer, 401, "invalid_client");
    let call = service.post("/oauth/revoke").basic(ID, &secret_of("other"));
    let answer = call.form(&form).send().await;
    assert_refused(&answer, 401, "invalid_client");
    assert!(answer.header("www-authenticate").is_some());
    // A token is no credential here.
    let call = service.post("/oauth/revoke").bearer(&token);
    assert_eq!(call.form(&form).send().await.status, 401);
    assert!(service.is_active("payments", &token).await);
}

#[tokio::test]
async fn r01_credentials_in_the_body_work_too() {
    let service = with_payments().await;
    let (token, secret) = (token(&service).await, secret());
    let form = [
        ("client_id", ID),
        ("client_secret", secret.as_str()),
        ("token", token.as_str()),
    ];
    assert_done(&service.post("/oauth/revoke").form(&form).send().await);
    assert!(!service.is_active("payments", &token).await);
}

#[tokio::test]
async fn r02_whatever_the_token_is_the_answer_is_the_same() {
    let service = with_payments().await;
    let token = token(&service).await;
    let expired = service
        .signed_like(&token, |claims| claims.exp = claims.iat - 1)
        .await;
    let foreign = service
        .signed_like(&token, |claims| claims.iss = "https://x.example".to_owned())
        .await;
    let forged = jwt::with_part(&token, 1, &serde_json::json!({"jti": "1"}));
    for unusable in [
        &expired, &foreign, &forged, "garbage", "a.b.c", "..", "\u{0}",
    ] {
        assert_done(&revoke(&service, unusable).await);
    }
    assert!(service.is_active("payments", &token).await);
    for _ in 0..2 {
        assert_done(&revoke(&service, &token).await);
        assert!(!service.is_active("payments", &token).await);
    }
}

#[tokio::test]
async fn r02_a_wrong_or_unknown_hint_changes_nothing() {
    let service = with_payments().await;
    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        let token = token(&service).await;
        let form = [("token", token.as_str()), ("token_type_hint", hint)];
        assert_done(&revoke_with(&service, &form).await);
        assert!(!service.is_active("payments", &token).await, "{hint}");
    }
}

#[tokio::test]
async fn r02_what_is_no_revocation_is_refused() {
    let service = with_payments().await;
    let token = token(&service).await;
    let form = [("token", token.as_str())];
    for form in [&[][..], &[("token", "")], &[form[0], form[0]]] {
        assert_refused(&revoke_with(&service, form).await, 400, "invalid_request");
    }
    let answer = service.get("/oauth/revoke").send().await;
    assert_refused(&answer, 405, "invalid_request");
    assert_eq!(answer.header("allow"), Some("POST"));
    let call = service.post("/oauth/revoke?token=x").basic(ID, &secret());
    assert_refused(&call.form(&form).send().await, 400, "invalid_request");
    let call = service.post("/oauth/revoke").basic(ID, &secret());
    let answer = call.body("application/json", "{}").send().await;
    assert_refused(&answer, 400, "invalid_request");
    let call = service.post("/oauth/revoke").basic(ID, &secret());
    let answer = call.form(&[("token", &"x".repeat(70_000))]).send().await;
    assert_refused(&answer, 413, "invalid_request");
    assert!(service.is_active("payments", &token).await);
}

#[tokio::test]
async fn r03_a_revoked_token_is_dead_at_once_everywhere() {
    let service = with_payments().await;
    let (token, other) = (token(&service).await, token(&service).await);
    let management = service.manager("clients:read").await;
    assert_done(&revoke(&service, &token).await);
    assert!(!service.is_active("payments", &token).await);
    assert!(service.is_active("payments", &other).await);
    assert_eq!(service.dead_by_snapshot(&token).await, Some("token"));
    assert_eq!(service.dead_by_snapshot(&other).await, None);

    let call = service.get("/v1/clients").bearer(&management);
    assert_eq!(call.send().await.status, 200);
    let call = service
        .post("/oauth/revoke")
        .basic("m2m_manager", &secret_of("manager"));
    assert_done(&call.form(&[("token", &management)]).send().await);
    let call = service.get("/v1/clients").bearer(&management);
    assert_eq!(call.send().await.status, 401);
}

#[tokio::test]
async fn r04_another_clients_token_stays_and_the_answer_tells_nothing() {
    let service = with_payments().await;
    service.add_client(client_of(&ada(), "sibling")).await;
    let token = token(&service).await;
    let call = service
        .post("/oauth/revoke")
        .basic("m2m_sibling", &secret_of("sibling"));
    let others = call.form(&[("token", &token)]).send().await;
    assert_done(&others);
    assert!(service.is_active("payments", &token).await);
    assert_eq!(service.dead_by_snapshot(&token).await, None);
    let mut own = revoke(&service, &token).await;
    own.headers.remove("date");
    let mut others = others;
    others.headers.remove("date");
    assert_eq!(own, others);
}

#[tokio::test]
async fn h31_a_denial_goes_by_what_the_signature_vouches_for() {
    let service = with_payments().await;
    let token = token(&service).await;
    // The last character of 64 bytes in base64url has four bits that say nothing: the lowest is set otherwise.
    let (rest, last) = token.split_at(token.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digit = alphabet.find(last).unwrap() ^ 1;
    let rewritten = format!("{rest}{}", &alphabet[digit..=digit]);
    for unverified in [rewritten, format!("{token}="), format!(" {token}")] {
        assert_done(&revoke(&service, &unverified).await);
        assert!(service.is_active("payments", &token).await, "{unverified}");
    }
}

#[tokio::test]
async fn h34_an_entry_ends_with_its_token_and_not_when_it_is_removed() {
    let service = with_payments().await;
    let token = token(&service).await;
    revoke(&service, &token).await;
    let before = service.snapshot().await;
    // The token has ended, and within the leeway of verifiers its entry is still there.
    service.clock.advance(SignedDuration::from_mins(65));
    assert_eq!(service.snapshot().await["jtis"], before["jtis"]);
    // Nothing has removed the entry, and yet it is gone; the number of stops stays.
    service.clock.advance(SignedDuration::from_hours(2));
    let after = service.snapshot().await;
    assert_eq!(after["jtis"], serde_json::json!([]));
    assert_eq!(after["seq"], before["seq"]);
    assert!(!service.is_active("payments", &token).await);
}

#[tokio::test]
async fn h48_a_revocation_that_is_not_written_is_never_reported_as_done() {
    for fault in [
        Fault::ThroughputExceeded,
        Fault::Throttled,
        Fault::AccessDenied,
        Fault::ServerError,
        Fault::NotDelivered,
        Fault::AnswerLost,
    ] {
        let service = with_payments().await;
        let token = token(&service).await;
        service.faults.always("TransactWriteItems", fault);
        let answer = revoke(&service, &token).await;
        assert_refused(&answer, 503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("1"), "{fault:?}");
        service.faults.clear();
        let written = fault == Fault::AnswerLost;
        let dead = !service.is_active("payments", &token).await;
        assert_eq!(dead, written, "{fault:?}");
        let by_snapshot = service.dead_by_snapshot(&token).await;
        assert_eq!(by_snapshot.is_some(), written, "{fault:?}");

        assert_done(&revoke(&service, &token).await);
        assert!(!service.is_active("payments", &token).await, "{fault:?}");
        assert_eq!(service.snapshot().await["seq"], 1, "{fault:?}");
    }
}

#[tokio::test]
async fn what_is_revoked_already_is_not_written_again() {
    let service = with_payments().await;
    let token = token(&service).await;
    assert_done(&revoke(&service, &token).await);
    service.faults.take_calls();
    assert_done(&revoke(&service, &token).await);
    let calls = service.faults.take_calls();
    assert!(
        !calls.contains(&"TransactWriteItems".to_owned()),
        "{calls:?}"
    );
}

#[tokio::test]
async fn h48_one_lost_answer_is_repeated_and_counts_once() {
    let service = with_payments().await;
    let token = token(&service).await;
    service
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    assert_done(&revoke(&service, &token).await);
    assert_eq!(service.snapshot().await["seq"], 1);
    assert_eq!(service.dead_by_snapshot(&token).await, Some("token"));
}

#[tokio::test]
async fn m06_a_browser_is_granted_nothing_at_the_revocation_endpoint() {
    let service = with_payments().await;
    let preflight = service
        .call(Method::OPTIONS, "/oauth/revoke")
        .header("origin", "https://a.example")
        .header("access-control-request-method", "POST")
        .send()
        .await;
    assert_eq!(preflight.status, 405);
    let call = service.post("/oauth/revoke").basic(ID, &secret());
    let call = call.header("origin", "https://a.example");
    for answer in [preflight, call.form(&[("token", "x")]).send().await] {
        assert!(answer.header("access-control-allow-origin").is_none());
    }
}
