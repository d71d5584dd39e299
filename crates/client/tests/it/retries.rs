//! What is repeated, and what not.

use m2m_client::{Api, Config, Error, Unreachable};
use m2m_types::admin::client::{CreateClient, PatchClient};
use m2m_types::admin::patch::Patch;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::issuer::Issuer;
use m2m_types::names::ClientName;

use crate::server::{
    SECRET, Server, all_scopes, answer, client, credentials, id, json, problem, with_header,
};

fn create() -> CreateClient {
    serde_json::from_str(r#"{"name":"a"}"#).unwrap()
}

fn key() -> IdempotencyKey {
    IdempotencyKey::parse("0123456789abcdef0123456789abcdef").unwrap()
}

fn created() -> String {
    let view = client("a");
    let (open, _) = view.rsplit_once('}').unwrap();
    let secret = m2m_types::client_secret::ClientSecret::from_random_bytes(&[7; 32]);
    format!(
        r#"{open},"client_secret":"{}","client_secret_id":"00000000-0000-0000-0000-000000000000",
        "client_secret_expires_at":0}}"#,
        secret.expose()
    )
}

#[tokio::test]
async fn a_create_is_repeated_under_the_same_key() {
    let server = Server::start(|seen, n| match (seen.is_token(), n) {
        (true, n) => all_scopes(n),
        (false, 0) => with_header(json(503, "{}"), "retry-after", "0"),
        (false, 1) => problem(409, "idempotency-key-in-flight", "still at work"),
        (false, _) => json(201, &created()),
    })
    .await;
    let created = server.api().create_client(&create(), &key()).await.unwrap();
    assert_eq!(created.body.client.name.as_str(), "a");
    let calls = server.calls();
    assert_eq!(calls.len(), 3);
    for call in calls {
        assert_eq!(
            call.header("idempotency-key"),
            "0123456789abcdef0123456789abcdef"
        );
        assert_eq!(call.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn a_conditional_change_is_not_repeated_blindly() {
    let server = Server::start(|seen, n| match (seen.is_token(), n) {
        (true, n) => all_scopes(n),
        (false, 0) => with_header(json(200, &client("a")), "etag", "\"v1\""),
        (false, _) => json(503, "{}"),
    })
    .await;
    let api = server.api();
    let read = api.get_client(&id()).await.unwrap();
    let patch = PatchClient {
        name: Patch::Value(ClientName::parse("b").unwrap()),
        ..PatchClient::default()
    };
    let error = api
        .patch_client(&id(), &patch, read.etag.as_ref())
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Unavailable { status: 503, .. }),
        "{error}"
    );
    let calls = server.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1].header("if-match"), "\"v1\"");
    assert_eq!(
        calls[1].header("content-type"),
        "application/merge-patch+json"
    );
    assert_eq!(calls[1].body, r#"{"name":"b"}"#);
}

#[tokio::test]
async fn a_500_is_not_repeated() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            answer(500, "text/plain", format!("boom {SECRET}"))
        }
    })
    .await;
    let error = server.api().get_client(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { status: 500, .. }));
    assert!(error.to_string().contains("boom [redacted]"), "{error}");
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_throttled_call_is_repeated_until_the_retries_are_spent() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            with_header(json(429, "{}"), "retry-after", "0")
        }
    })
    .await;
    let config = Config {
        max_retries: 1,
        ..server.config()
    };
    let error = Api::new(&config)
        .unwrap()
        .get_client(&id())
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Unavailable { status: 429, .. }),
        "{error}"
    );
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_refused_connection_says_where_and_what_to_check() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let config = Config {
        max_retries: 0,
        ..Config::new(Issuer::parse(endpoint.as_str()).unwrap(), credentials())
    };
    let error = Api::new(&config).unwrap().me().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{endpoint} cannot be reached: the connection was refused; check that the service \
             runs and that the port is right"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_a_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let config = Config::new(Issuer::parse(endpoint).unwrap(), credentials());
    let started = tokio::time::Instant::now();
    let error = Api::new(&config).unwrap().me().await.unwrap_err();
    let Error::Unreachable { reason, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(reason, Unreachable::Timeout);
    let five_attempts = 5 * Config::DEFAULT_REQUEST_TIMEOUT;
    assert!(started.elapsed() <= five_attempts + std::time::Duration::from_secs(10));
    drop(listener);
}

#[tokio::test]
async fn a_broken_answer_is_asked_for_again() {
    let server = Server::start(|seen, n| match (seen.is_token(), n) {
        (true, n) => all_scopes(n),
        (false, 0) => broken(),
        (false, _) => json(200, &client("a")),
    })
    .await;
    server.api().get_client(&id()).await.unwrap();
    assert_eq!(server.calls().len(), 2);
}

/// Promises more than it sends.
fn broken() -> axum::http::Response<axum::body::Body> {
    let stream = tokio_stream::iter([
        Ok::<_, std::io::Error>(axum::body::Bytes::from_static(b"{\"client_id\":")),
        Err(std::io::Error::other("gone")),
    ]);
    answer(
        200,
        "application/json",
        axum::body::Body::from_stream(stream),
    )
}
