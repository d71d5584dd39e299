//! Calls by AWS IAM: other paths, a signature for each attempt, and what the gateway may say.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::Response;
use m2m_client::{Api, Config, Error, Identity, Signer, SigningError, TokenQuery};
use reqwest::Request;

use crate::server::{Server, client, id, json, problem, with_header};

/// Numbers its signatures; none after the last.
#[derive(Debug)]
struct Numbering {
    next: AtomicUsize,
    last: usize,
}

#[async_trait]
impl Signer for Numbering {
    async fn sign(&self, request: &mut Request) -> Result<(), SigningError> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        if number > self.last {
            return Err(SigningError("there is no key".to_owned()));
        }
        let value = format!("signature {number}").parse().unwrap();
        request.headers_mut().insert("authorization", value);
        Ok(())
    }
}

fn api(server: &Server, last: usize) -> Api {
    let signer = Numbering {
        next: AtomicUsize::new(1),
        last,
    };
    let config = Config::new(server.endpoint.clone(), Identity::AwsIam(Arc::new(signer)));
    Api::new(&config).unwrap()
}

/// The error of a read that is answered so.
async fn error_for(reply: impl Fn() -> Response<Body> + Send + Sync + 'static) -> Error {
    let server = Server::start(move |_, _| reply()).await;
    let error = api(&server, 1).get_client(&id()).await.unwrap_err();
    assert_eq!(server.seen().len(), 1, "{error}");
    error
}

/// What a refused signature says of the clocks.
fn skew(error: &Error) -> Option<Duration> {
    assert!(matches!(error, Error::SignatureRefused { .. }), "{error}");
    match error {
        Error::SignatureRefused { clock_skew, .. } => *clock_skew,
        _ => None,
    }
}

#[tokio::test]
async fn each_attempt_has_its_own_signature_and_no_token() {
    let server = Server::start(|_, n| match n {
        0 => json(503, "{}"),
        _ => json(200, &client("billing")),
    })
    .await;
    api(&server, 2).get_client(&id()).await.unwrap();
    let seen = server.seen();
    let paths: Vec<_> = seen.iter().map(|seen| seen.target.as_str()).collect();
    let path = format!("/iam/v1/clients/{}", id());
    assert_eq!(paths, [&path, &path]);
    let signatures = seen
        .iter()
        .map(|seen| seen.header("authorization").to_owned());
    assert_eq!(
        signatures.collect::<Vec<_>>(),
        ["signature 1", "signature 2"]
    );
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_sent() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let error = api(&server, 0).get_client(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Unsigned(_)), "{error}");
    assert!(error.to_string().contains("there is no key"), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn the_gateways_refusal_is_told_from_the_services() {
    let error = error_for(|| json(403, r#"{"message":"Forbidden"}"#)).await;
    assert_eq!(skew(&error), None);
    let error = error_for(|| problem(403, "iam-principal-unknown", "not listed")).await;
    assert_eq!(error.kind(), Some("iam-principal-unknown"));
    let error = error_for(|| problem(403, "insufficient-scope", "lacks it")).await;
    assert_eq!(error.kind(), Some("insufficient-scope"));
}

#[tokio::test]
async fn a_wrong_clock_is_noticed() {
    let error = error_for(|| {
        let refusal = json(403, r#"{"message":"Forbidden"}"#);
        with_header(refusal, "date", "Sun, 06 Nov 1994 08:49:37 GMT")
    })
    .await;
    assert!(skew(&error).unwrap().as_secs() > 3600);
}

#[tokio::test]
async fn a_principal_gets_no_token_of_its_own() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let error = api(&server, 9).access_token(&TokenQuery::default()).await;
    assert!(matches!(error, Err(Error::NoClient)));
    assert!(server.seen().is_empty());
}
