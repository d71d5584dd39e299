//! Every error of the token endpoint: status, headers and body.

use m2m_core::client::Client;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::{Answer, Call, form};
use m2m_tests::raw;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of, secret_of};

use crate::snapshot::assert_shows;

const ID: &str = "m2m_payments";
const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn service() -> TestService {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    service
}

fn post(service: &TestService) -> Call {
    service.post("/oauth/token")
}

/// A request that is right but for these parameters.
async fn with(service: &TestService, parameters: &[(&str, &str)]) -> Answer {
    let mut form = vec![GRANT];
    form.extend_from_slice(parameters);
    let call = post(service).basic(ID, &secret_of("payments"));
    call.form(&form).send().await
}

#[tokio::test]
async fn what_is_no_token_request() {
    let service = service().await;
    let body =
        |media_type: &'static str, body: Vec<u8>| post(&service).body(media_type, body).send();
    let urlencoded = "application/x-www-form-urlencoded";
    assert_shows("token_method", &service.get("/oauth/token").send().await);
    let in_query = service
        .post("/oauth/token?scope=a")
        .form(&[GRANT])
        .send()
        .await;
    assert_shows("token_query", &in_query);
    assert_shows(
        "token_media_type",
        &body("application/json", b"{}".to_vec()).await,
    );
    assert_shows(
        "token_too_large",
        &body(urlencoded, vec![b'a'; 70_000]).await,
    );
    assert_shows(
        "token_percent_encoding",
        &body(urlencoded, b"a=%2".to_vec()).await,
    );
    assert_shows("token_not_utf8", &body(urlencoded, b"a=%ff".to_vec()).await);
    assert_shows(
        "token_repeated",
        &body(urlencoded, b"a=1&a=2".to_vec()).await,
    );
    let long = form(&[("scope", &"a".repeat(9_000))]);
    assert_shows(
        "token_parameter_too_long",
        &body(urlencoded, long.into_bytes()).await,
    );
}

#[tokio::test]
async fn a_body_that_breaks_off() {
    let service = service().await;
    let request = "POST /oauth/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\
                   Content-Type: application/x-www-form-urlencoded\r\n\r\n5\r\na=b&c\r\nnonsense\r\n";
    let answer = raw::exchange(service.address, request.as_bytes()).await;
    assert_eq!(raw::status(&answer), 400, "{answer}");
    assert!(answer.contains("\"error\":\"invalid_request\""), "{answer}");
    assert!(answer.contains("the body broke off"), "{answer}");
}

#[tokio::test]
async fn wrong_grants() {
    let service = service().await;
    let none = Client {
        grant_types: vec![],
        ..client_of(&ada(), "none")
    };
    service.add_client(none).await;
    let call = post(&service).basic(ID, &secret_of("payments"));
    assert_shows("token_grant_type_missing", &call.form(&[]).send().await);
    let call = post(&service).basic(ID, &secret_of("payments"));
    let answer = call.form(&[("grant_type", "password")]).send().await;
    assert_shows("token_grant_type_unknown", &answer);
    let answer = service.ask("m2m_none", &secret_of("none")).await;
    assert_shows("token_grant_not_allowed", &answer);
}

#[tokio::test]
async fn unusable_credentials() {
    let service = service().await;
    let header = |value: String| {
        let call = post(&service).header("authorization", value);
        call.form(&[GRANT]).send()
    };
    let in_body = |pairs: &'static [(&str, &str)]| {
        let form: Vec<_> = [GRANT].into_iter().chain(pairs.iter().copied()).collect();
        post(&service).form(&form).send()
    };
    assert_shows("token_no_credentials", &in_body(&[]).await);
    assert_shows(
        "token_secret_without_id",
        &in_body(&[("client_secret", "x")]).await,
    );
    assert_shows(
        "token_assertion",
        &in_body(&[("client_assertion", "x"), ("client_assertion_type", "x")]).await,
    );
    assert_shows(
        "token_two_methods",
        &with(&service, &[("client_secret", "x")]).await,
    );
    assert_shows(
        "token_id_mismatch",
        &with(&service, &[("client_id", "x")]).await,
    );
    assert_shows(
        "token_header_malformed",
        &header("Basic ???".to_owned()).await,
    );
    assert_shows("token_scheme", &header("Bearer x".to_owned()).await);
    assert_shows(
        "token_header_too_long",
        &header(format!("Basic {}", "a".repeat(9_000))).await,
    );
    let call = post(&service).basic(ID, "x").basic(ID, "x");
    assert_shows("token_two_headers", &call.form(&[GRANT]).send().await);
}

#[tokio::test]
async fn wrong_credentials_and_too_many_of_them() {
    let service = service().await;
    assert_shows("token_not_authenticated", &service.ask(ID, "wrong").await);
    let mut answer = service.ask(ID, "wrong").await;
    while answer.status == 401 {
        answer = service.ask(ID, "wrong").await;
    }
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3).contains(&wait), "{wait}");
    answer.headers.insert("retry-after", "0".parse().unwrap());
    assert_shows("token_throttled", &answer);
}

#[tokio::test]
async fn wrong_resources_and_scopes() {
    let service = service().await;
    let resources = [("resource", "urn:m2m-oauth:api"), ("resource", "urn:b:c")];
    assert_shows("token_many_resources", &with(&service, &resources).await);
    assert_shows(
        "token_unknown_resource",
        &with(&service, &[("resource", "urn:b:c")]).await,
    );
    assert_shows(
        "token_scope_malformed",
        &with(&service, &[("scope", "a  b")]).await,
    );
    // A scope that is not granted, one of another resource and none at all are one answer.
    let not_granted = with(&service, &[("scope", "unknown")]).await;
    let of_another_resource = with(&service, &[("scope", "clients:read")]).await;
    let resource = service.issuer.join("/v1");
    let none = with(&service, &[("resource", &resource)]).await;
    for answer in [not_granted, of_another_resource, none] {
        assert_shows("token_scope", &answer);
    }
}

#[tokio::test]
async fn a_store_that_gives_no_answer() {
    let service = service().await;
    service.faults.always("*", Fault::ServerError);
    let answer = service.ask(ID, &secret_of("payments")).await;
    assert_shows("token_unavailable", &answer);
}
