//! Every answer that is no success becomes the right error, and none shows a secret.

use axum::body::Body;
use axum::http::Response;
use m2m_client::{Api, Config, Error};

use crate::server::{SECRET, Server, all_scopes, answer, client, id, json, problem, with_header};

/// The error of a read that is answered so.
async fn error_for(reply: impl Fn() -> Response<Body> + Send + Sync + 'static) -> Error {
    let server = Server::start(move |seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            reply()
        }
    })
    .await;
    let config = Config {
        max_retries: 0,
        ..server.config()
    };
    let error = Api::new(&config)
        .unwrap()
        .get_client(&id())
        .await
        .unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("eyJ") && !shown.contains(SECRET), "{shown}");
    error
}

#[tokio::test]
async fn a_typed_404_is_not_found() {
    let error = error_for(|| problem(404, "client-deleted", "it was deleted")).await;
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    assert_eq!(error.kind(), Some("client-deleted"));
    assert!(error.is_absent_client());
    let error = error_for(|| problem(404, "no-such-path", "nothing here")).await;
    assert!(!error.is_absent_client(), "{error}");
}

#[tokio::test]
async fn any_other_404_is_not() {
    for (content_type, body) in [
        ("text/html", "<html>nginx: not found</html>"),
        ("application/json", r#"{"message":"Not Found"}"#),
        (
            "application/problem+json",
            r#"{"type":"about:blank","title":"Not Found","status":404}"#,
        ),
        (
            "application/problem+json",
            r#"{"type":"https://x.example/other","title":"t","status":404,"detail":"d","correlation_id":"00000000000000000000000000000000"}"#,
        ),
        ("application/json", ""),
    ] {
        let error = error_for(move || answer(404, content_type, body)).await;
        assert!(matches!(error, Error::Protocol { .. }), "{body}: {error}");
    }
}

#[tokio::test]
async fn each_status_has_its_error() {
    let error = error_for(|| problem(403, "insufficient-scope", "no")).await;
    assert!(matches!(error, Error::Forbidden(_)), "{error}");
    let error = error_for(|| problem(409, "deletion-protection", "no")).await;
    assert!(matches!(error, Error::Conflict(_)), "{error}");
    assert_eq!(error.kind(), Some("deletion-protection"));
    let error = error_for(|| problem(412, "precondition-failed", "no")).await;
    assert!(matches!(error, Error::PreconditionFailed(_)), "{error}");
    let error = error_for(|| problem(422, "idempotency-key-reused", "no")).await;
    assert!(matches!(error, Error::Conflict(_)), "{error}");
    let error = error_for(|| problem(400, "invalid-request", "bad field")).await;
    assert_eq!(error.to_string(), "invalid: bad field");
    let error = error_for(|| problem(503, "unavailable", "store")).await;
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn a_problem_that_echoes_secrets_is_cleaned() {
    let error = error_for(|| {
        problem(
            400,
            "invalid-request",
            "you sent canary-client-secret and eyJhbGciOi.x.y",
        )
    })
    .await;
    assert_eq!(
        error.to_string(),
        "invalid: you sent [redacted] and [redacted]"
    );
}

#[tokio::test]
async fn a_garbled_success_is_not_quoted() {
    let error = error_for(|| json(200, r#"{"client_id":"m2m_x","name":7,"y":"hidden"}"#)).await;
    let text = error.to_string();
    assert!(text.contains("not the expected JSON"), "{text}");
    assert!(
        !text.contains("hidden") && !text.contains("m2m_x"),
        "{text}"
    );
    let error = error_for(|| answer(200, "text/html", "<html>welcome</html>")).await;
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
}

#[tokio::test]
async fn an_endless_body_is_refused() {
    let error = error_for(|| answer(200, "application/json", vec![b' '; 5 << 20])).await;
    assert!(error.to_string().contains("larger than"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::start(|_, _| {
        with_header(
            json(308, ""),
            "location",
            "https://elsewhere.example/oauth/token",
        )
    })
    .await;
    let error = server.api().me().await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("redirects to https://elsewhere.example"),
        "{text}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_garbled_token_answer_is_not_quoted() {
    let server =
        Server::start(|_, _| json(200, r#"{"access_token":"hidden","expires_in":"x"}"#)).await;
    let error = server.api().me().await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
    assert!(!format!("{error:?}").contains("hidden"), "{error:?}");
}

#[tokio::test]
async fn only_a_204_is_a_delete() {
    let server = Server::start(|seen, n| match (seen.is_token(), n) {
        (true, n) => all_scopes(n),
        (false, 0) => answer(200, "text/html", "<html>Please log in</html>"),
        (false, _) => answer(204, "text/plain", ""),
    })
    .await;
    let api = server.api();
    let error = api.delete_client(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
    api.delete_client(&id()).await.unwrap();
}

#[tokio::test]
async fn the_etag_comes_beside_the_body() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            with_header(json(200, &client("a")), "etag", "\"7\"")
        }
    })
    .await;
    let read = server.api().get_client(&id()).await.unwrap();
    assert_eq!(read.etag.unwrap().as_str(), "\"7\"");
}
