//! M6: whom browsers may show what is published, and nothing else.

use http::Method;
use m2m_tests::service;

use super::{JWKS, WELL_KNOWN};
use crate::support::{ID, secret, with_payments};

const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource/v1";

#[tokio::test]
async fn m06_public_documents_answer_any_origin_without_credentials() {
    let service = service::start().await;
    for path in [WELL_KNOWN[0], WELL_KNOWN[1], JWKS, PROTECTED_RESOURCE] {
        let answer = service
            .get(path)
            .header("origin", "https://a.example")
            .send()
            .await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{path}"
        );
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            None,
            "{path}"
        );
        let preflight = service
            .call(Method::OPTIONS, path)
            .header("origin", "https://a.example")
            .header("access-control-request-method", "GET")
            .send()
            .await;
        assert_eq!(preflight.status, 200, "{path}");
        assert_eq!(
            preflight.header("access-control-allow-origin"),
            Some("*"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn m06_secrets_have_no_business_in_a_browser() {
    let service = with_payments().await;
    let token = service.manager("clients:read").await;
    let origin = ("origin", "https://a.example");
    let form = [("grant_type", "client_credentials")];
    let call = service.post("/oauth/token").header(origin.0, origin.1);
    let mut answers = vec![call.basic(ID, &secret()).form(&form).send().await];
    assert_eq!(answers[0].status, 200);
    let call = service.post("/oauth/introspect").header(origin.0, origin.1);
    let call = call.basic(ID, &secret()).form(&[("token", &token)]);
    answers.push(call.send().await);
    for path in ["/v1/me", "/v1/clients", "/v1/nothing", "/healthz"] {
        let call = service.get(path).header(origin.0, origin.1);
        answers.push(call.bearer(&token).send().await);
    }
    for path in [
        "/oauth/token",
        "/oauth/introspect",
        "/v1/clients",
        "/v1/clients/m2m_a",
    ] {
        let preflight = service
            .call(Method::OPTIONS, path)
            .header(origin.0, origin.1)
            .header("access-control-request-method", "POST")
            .send()
            .await;
        assert_eq!(preflight.status, 405, "{path}");
        answers.push(preflight);
    }
    for answer in answers {
        let granted = answer
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control"));
        assert!(!granted, "{:?}", answer.headers);
    }
}

#[tokio::test]
async fn m06_other_methods_are_405() {
    let service = service::start().await;
    for path in [
        WELL_KNOWN[0],
        WELL_KNOWN[1],
        JWKS,
        PROTECTED_RESOURCE,
        "/healthz",
    ] {
        let answer = service.post(path).send().await;
        assert_eq!(answer.refusal(), (405, "method-not-allowed".to_owned()));
        assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{path}");
        let head = service.call(Method::HEAD, path).send().await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
}
