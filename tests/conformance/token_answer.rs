//! T10, T12, T13: what an answer of the token endpoint looks like.

use crate::support::{ID, ask, assert_refused, secret, with_payments};

#[tokio::test]
async fn t10_there_is_no_refresh_token() {
    let service = with_payments().await;
    let answer = ask(&service, &[]).await.json();
    let members: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["access_token", "expires_in", "scope", "token_type"]
    );
}

#[tokio::test]
async fn t12_success_is_json_that_nobody_keeps() {
    let service = with_payments().await;
    let answer = ask(&service, &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3_600);
    assert_eq!(body["scope"], "orders:read orders:write");
    assert_eq!(answer.member("access_token").split('.').count(), 3);
}

#[tokio::test]
async fn t12_errors_are_not_kept_either() {
    let service = with_payments().await;
    assert_refused(&service.ask(ID, "wrong").await, 401, "invalid_client");
    assert_refused(
        &ask(&service, &[("scope", "x")]).await,
        400,
        "invalid_scope",
    );
}

#[tokio::test]
async fn t13_input_is_never_echoed() {
    let service = with_payments().await;
    let canary = "CANARY\"\\\u{7f}é<script>";
    let mut answers = vec![
        service.ask(canary, canary).await,
        service.ask(ID, canary).await,
        ask(&service, &[("scope", canary)]).await,
        ask(&service, &[("resource", canary)]).await,
        ask(&service, &[("client_id", canary)]).await,
        ask(&service, &[(canary, "a"), (canary, "b")]).await,
    ];
    let call = service.post("/oauth/token").basic(ID, &secret());
    answers.push(call.form(&[("grant_type", canary)]).send().await);
    let call = service
        .post("/oauth/token?CANARY=1")
        .header("x-canary", "CANARY");
    answers.push(call.form(&[("client_secret", canary)]).send().await);
    let call = service
        .post("/oauth/token")
        .header("authorization", "CANARY x");
    answers.push(
        call.form(&[("grant_type", "client_credentials")])
            .send()
            .await,
    );
    for answer in answers {
        let (status, code) = answer.refusal();
        assert_refused(&answer, status, &code);
        assert!(!answer.text().contains("CANARY"), "{}", answer.text());
        let headers = format!("{:?}", answer.headers);
        assert!(!headers.contains("CANARY"), "{headers}");
    }
}
