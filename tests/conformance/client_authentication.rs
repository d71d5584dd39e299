//! T6, T8, T14: how a client authenticates.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use m2m_core::client::Client;
use m2m_tests::assertions;
use m2m_tests::call::{Answer, basic};
use m2m_tests::service::TestService;
use m2m_tests::world::{ada, client_of};
use m2m_types::client_id::ClientId;

use crate::support::{ID, assert_refused, secret, with_payments};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn with_header(service: &TestService, header: impl AsRef<[u8]>) -> Answer {
    let call = service.post("/oauth/token").header("authorization", header);
    call.form(&[GRANT]).send().await
}

async fn with_body(service: &TestService, credentials: &[(&str, &str)]) -> Answer {
    let mut form = vec![GRANT];
    form.extend_from_slice(credentials);
    service.post("/oauth/token").form(&form).send().await
}

#[tokio::test]
async fn t06_basic_and_post_work() {
    let service = with_payments().await;
    assert_eq!(service.ask(ID, &secret()).await.status, 200);
    let credentials = [("client_id", ID), ("client_secret", &secret())];
    assert_eq!(with_body(&service, &credentials).await.status, 200);
}

#[tokio::test]
async fn t06_the_scheme_is_case_insensitive() {
    let service = with_payments().await;
    let encoded = basic(ID, &secret()).split_off("Basic ".len());
    for scheme in ["basic", "BASIC", "bAsIc"] {
        let answer = with_header(&service, format!("{scheme} {encoded}")).await;
        assert_eq!(answer.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn t06_id_and_secret_are_form_decoded_after_base64() {
    let service = with_payments().await;
    // Every character may be written as its percent-encoding.
    let encoded = |text: &str| -> String { text.bytes().map(|b| format!("%{b:02x}")).collect() };
    let header = basic(&encoded(ID), &encoded(&secret()));
    assert_eq!(with_header(&service, header).await.status, 200);

    // A plus is a space and an encoded colon separates nothing, so these are other ids.
    for other in ["m2m+payments", "m2m_payments%20", "m2m_payments%3A"] {
        let answer = with_header(&service, basic(other, &secret())).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    // RFC 6749 appendix B's text, and an id with a colon: well-formed, of nobody.
    for (id, secret) in [
        ("+%25%26%2B%C2%A3%E2%82%AC", "secret"),
        ("an%3Aidentifier", "a%3Asecret"),
        ("id", "a:literal:colon"),
    ] {
        let answer = with_header(&service, basic(id, secret)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
}

#[tokio::test]
async fn t06_padding_may_be_left_out() {
    let service = with_payments().await;
    for id in ["m2m_a", "m2m_ab", "m2m_abc"] {
        let payments = client_of(&ada(), "payments");
        let client = Client {
            id: ClientId::parse(id).unwrap(),
            ..payments
        };
        service.add_client(client).await;
        let pair = format!("{id}:{}", secret());
        for encoded in [STANDARD.encode(&pair), STANDARD_NO_PAD.encode(&pair)] {
            let answer = with_header(&service, format!("Basic {encoded}")).await;
            assert_eq!(answer.status, 200, "{id}");
        }
    }
}

#[tokio::test]
async fn t06_a_malformed_header_is_refused() {
    let service = with_payments().await;
    let no_colon = STANDARD.encode("no-colon");
    let not_utf8 = STANDARD.encode(b"\xff\xfe:\xff");
    let bad_percent = STANDARD.encode("id%:secret");
    for value in [
        "Basic",
        "Basic ",
        "Basic !!!",
        &format!("Basic {no_colon}"),
        &format!("Basic {not_utf8}"),
        &format!("Basic {bad_percent}"),
    ] {
        let answer = with_header(&service, value).await;
        assert_refused(&answer, 400, "invalid_request");
    }
    let answer = with_header(&service, b"Basic \xff\xfe").await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn t06_ids_and_secrets_are_compared_to_the_byte() {
    let service = with_payments().await;
    let right = secret();
    let swapped_case: String = right.chars().map(swap_case).collect();
    let wrong_pairs = [
        ("M2M_PAYMENTS", right.as_str()),
        ("m2m_payments\u{200b}", &right),
        ("ｍ2m_payments", &right),
        ("m2m_payments\0", &right),
        (ID, ""),
        (ID, &right[..right.len() - 1]),
        (ID, &format!("{right}0")),
        (ID, &format!("{right}\0")),
        (ID, &swapped_case),
        (ID, &format!(" {right}")),
    ];
    for (id, secret) in wrong_pairs {
        let answer = service.ask(id, secret).await;
        assert_refused(&answer, 401, "invalid_client");
        if !secret.is_empty() {
            let answer = with_body(&service, &[("client_id", id), ("client_secret", secret)]).await;
            assert_refused(&answer, 401, "invalid_client");
        }
    }
}

fn swap_case(c: char) -> char {
    if c.is_ascii_lowercase() {
        c.to_ascii_uppercase()
    } else {
        c.to_ascii_lowercase()
    }
}

#[tokio::test]
async fn t08_two_methods_in_a_request_are_refused() {
    let service = with_payments().await;
    let both = [
        vec![("client_id", ID), ("client_secret", "x")],
        vec![("client_secret", "x")],
        vec![("client_assertion", "x")],
        vec![("client_assertion_type", "x")],
    ];
    for in_body in both {
        let mut form = vec![GRANT];
        form.extend(in_body);
        let call = service.post("/oauth/token").basic(ID, &secret());
        assert_refused(&call.form(&form).send().await, 400, "invalid_request");
    }
    let secret = secret();
    let credentials = [
        ("client_id", ID),
        ("client_secret", &secret),
        ("client_assertion", "x"),
    ];
    let answer = with_body(&service, &credentials).await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn t08_two_authorization_headers_are_refused() {
    let service = with_payments().await;
    let header = basic(ID, &secret());
    let answer = service
        .post("/oauth/token")
        .header("authorization", &header)
        .header("authorization", &header)
        .form(&[GRANT])
        .send()
        .await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn t08_a_client_id_beside_basic_must_be_the_same() {
    let service = with_payments().await;
    for (id, status) in [(ID, 200), ("m2m_other", 400)] {
        let call = service.post("/oauth/token").basic(ID, &secret());
        let answer = call.form(&[GRANT, ("client_id", id)]).send().await;
        assert_eq!(answer.status, status, "{id}");
    }
}

#[tokio::test]
async fn t14_invalid_client_is_401_with_the_scheme() {
    let service = with_payments().await;
    let challenge = Some("Basic realm=\"m2m-oauth\", charset=\"UTF-8\"");

    let answer = service.ask(ID, "wrong").await;
    assert_refused(&answer, 401, "invalid_client");
    assert_eq!(answer.header("www-authenticate"), challenge);

    let answer = with_body(&service, &[("client_id", ID), ("client_secret", "wrong")]).await;
    assert_refused(&answer, 401, "invalid_client");

    for credentials in [
        vec![],
        vec![("client_id", ID)],
        vec![("client_assertion", "x"), ("client_assertion_type", "x")],
        vec![
            ("client_assertion", "x"),
            ("client_assertion_type", assertions::TYPE),
        ],
    ] {
        let answer = with_body(&service, &credentials).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    let answer = with_header(&service, "Bearer x").await;
    assert_refused(&answer, 401, "invalid_client");
    assert_eq!(answer.header("www-authenticate"), challenge);

    let answer = with_body(&service, &[("client_secret", "wrong")]).await;
    assert_refused(&answer, 400, "invalid_request");
}
