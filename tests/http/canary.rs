//! Nothing secret reaches the log, whatever level it is written at and whoever writes.

use http::Method;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::{basic, form};
use m2m_tests::logs::Logs;
use m2m_tests::service;
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};
use serde_json::json;

const KEY: &str = "canary-idempotency-key-0123456789";
const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn no_secret_token_or_authorization_is_ever_logged() {
    let logs = Logs::capture();
    let service = service::start().await;
    let mut canaries = vec![KEY.to_owned()];
    let token = service.manager(MANAGEMENT).await;
    canaries.extend([token.clone(), secret_of("manager")]);
    canaries.push(basic("m2m_manager", &secret_of("manager")));

    // A create, its retry, what it made, and its end.
    let call = || {
        let call = service.post("/v1/clients").bearer(&token);
        call.header("idempotency-key", KEY)
            .json(&json!({"name": "orders"}))
    };
    let created = call().send().await;
    assert_eq!(created.status, 201);
    assert_eq!(call().send().await.body, created.body);
    let (id, secret) = (created.member("client_id"), created.member("client_secret"));
    canaries.extend([secret.clone(), basic(&id, &secret)]);
    let path = format!(
        "/v1/clients/{id}/secrets/{}/value",
        created.member("client_secret_id")
    );
    assert_eq!(service.get(&path).bearer(&token).send().await.status, 200);
    let by_basic = service.ask(&id, &secret).await;
    let credentials = [GRANT, ("client_id", &id), ("client_secret", &secret)];
    let by_post = service.post("/oauth/token").form(&credentials).send().await;
    canaries.extend([by_basic, by_post].map(|answer| answer.member("access_token")));

    // An API access token: made, and taken for a token where it may be asked about.
    let body = json!({"allowed_apis": ["urn:m2m-oauth:api"]});
    let made = service.post("/v1/api-tokens").bearer(&token);
    let made = made.json(&body).send().await;
    assert_eq!(made.status, 201);
    canaries.push(made.member("api_token"));

    // Tokens that are asked about, exchanged, and sent to the wrong place.
    let tokens: Vec<String> = canaries[canaries.len() - 2..].to_vec();
    let tokens = [tokens, vec![token.clone()]].concat();
    for token in &tokens {
        for path in ["/oauth/introspect", "/oauth/token"] {
            let exchange = [
                (
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:token-exchange",
                ),
                ("token", token),
                ("subject_token", token),
                (
                    "subject_token_type",
                    "urn:ietf:params:oauth:token-type:access_token",
                ),
            ];
            let by_secret = service.post(path).basic(&id, &secret);
            by_secret.form(&exchange).send().await;
            let by_token = service.post(path).bearer(token);
            by_token.form(&exchange).send().await;
        }
    }

    // Mistakes that people make with them.
    service.ask(&secret, &id).await;
    service.ask(&secret, &secret).await;
    service.ask(&id, &secret[..53]).await;
    canaries.push(secret[..53].to_owned());
    let swapped = [GRANT, ("client_id", &secret), ("client_secret", &id)];
    service.post("/oauth/token").form(&swapped).send().await;
    let query = form(&[("client_id", &id), ("client_secret", &secret)]);
    service
        .post(&format!("/oauth/token?{query}"))
        .form(&[GRANT])
        .send()
        .await;
    let misplaced = [
        GRANT,
        ("scope", &secret),
        ("resource", &secret),
        (&secret, "x"),
    ];
    service
        .post("/oauth/token")
        .basic(&id, &secret)
        .form(&misplaced)
        .send()
        .await;
    service
        .post("/oauth/token")
        .bearer(&secret)
        .form(&[GRANT])
        .send()
        .await;
    for misplaced in [&secret, &token] {
        service.get("/v1/me").bearer(misplaced).send().await;
        let path = format!("/v1/clients/{misplaced}");
        service.get(&path).bearer(&token).send().await;
        let path = format!("/v1/clients?cursor={misplaced}");
        service.get(&path).bearer(&token).send().await;
        let call = service.post("/v1/clients").bearer(&token);
        let body = json!({"name": misplaced, "scopes": [misplaced], misplaced.as_str(): 1});
        call.json(&body).send().await;
    }

    // Stores that fail while they hold them.
    for fault in [Fault::AnswerLost, Fault::ServerError, Fault::AccessDenied] {
        service.faults.next(3, "CreateSecret", fault);
        let call = service.post("/v1/clients").bearer(&token);
        let answer = call.json(&json!({"name": "failing"})).send().await;
        canaries.extend(Some(answer.member("client_secret")).filter(|secret| !secret.is_empty()));
    }
    service.faults.clear();
    service.add_client(client_of(&ada(), "payments")).await;
    service.faults.next(3, "BatchGetItem", Fault::ServerError);
    service.ask("m2m_payments", &secret_of("payments")).await;
    canaries.push(secret_of("payments"));
    let path = format!("/v1/clients/{id}");
    let deleted = service
        .call(Method::DELETE, &path)
        .bearer(&token)
        .send()
        .await;
    assert_eq!(deleted.status, 204);

    let text = logs.text();
    for logged in [
        "token issued",
        "token refused",
        "token is active",
        "token is not active",
        "client created",
        "secret revealed",
    ] {
        assert!(text.contains(logged), "the log lacks {logged:?}");
    }
    for canary in canaries {
        let canary = canary.trim_start_matches("Basic ");
        let line = text.lines().find(|line| line.contains(canary));
        assert_eq!(line, None, "{canary}");
    }
    let line = text.lines().find(|line| line.contains("m2ms_"));
    assert_eq!(line, None, "something like a secret");
}
