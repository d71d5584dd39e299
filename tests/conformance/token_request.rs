//! T1–T5, T7, T17: what a token request looks like.

use http::Method;
use m2m_tests::call::form;
use m2m_tests::raw;

use crate::support::{ID, ask, assert_refused, secret, with_payments};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn t01_only_post_is_taken() {
    let service = with_payments().await;
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = service.call(method.clone(), "/oauth/token").send().await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("POST"), "{method}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{method}");
        if method != Method::HEAD {
            assert_refused(&answer, 405, "invalid_request");
        }
    }
}

#[tokio::test]
async fn t02_the_body_is_a_form_in_utf8() {
    let service = with_payments().await;
    let body = form(&[("grant_type", "client_credentials")]);
    let post = |media_type: &'static str| {
        let call = service.post("/oauth/token").basic(ID, &secret());
        call.body(media_type, body.clone()).send()
    };
    for media_type in [
        FORM,
        "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=\"utf-8\"",
        "APPLICATION/X-WWW-Form-Urlencoded",
    ] {
        assert_eq!(post(media_type).await.status, 200, "{media_type}");
    }
    for media_type in [
        "",
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/x-www-form-urlencoded; charset=ISO-8859-1",
        "application/x-www-form-urlencoded2",
    ] {
        let answer = post(media_type).await;
        assert_refused(&answer, 400, "invalid_request");
    }
}

#[tokio::test]
async fn t02_two_content_types_are_none() {
    let service = with_payments().await;
    let call = service.post("/oauth/token").basic(ID, &secret());
    let answer = call
        .header("content-type", FORM)
        .body(
            "application/json",
            form(&[("grant_type", "client_credentials")]),
        )
        .send()
        .await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn t02_what_is_no_form_in_utf8_is_refused() {
    let service = with_payments().await;
    let bodies: [&[u8]; 7] = [
        b"",
        b"grant_type=%",
        b"grant_type=client_credentials&scope=%zz",
        b"grant_type=client_credentials&scope=%ff",
        b"grant_type=client_credentials&scope=\xff",
        b"grant_type=client_credentials&\xff=1",
        b"{\"grant_type\":\"client_credentials\"}",
    ];
    for body in bodies {
        let call = service.post("/oauth/token").basic(ID, &secret());
        let answer = call.body(FORM, body).send().await;
        assert_refused(&answer, 400, "invalid_request");
    }
}

#[tokio::test]
async fn t03_an_empty_parameter_counts_as_absent() {
    let service = with_payments().await;
    let answer = ask(&service, &[("scope", ""), ("resource", "")]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.member("scope"), "orders:read orders:write");

    let call = service.post("/oauth/token").basic(ID, &secret());
    let answer = call.form(&[("grant_type", "")]).send().await;
    assert_refused(&answer, 400, "invalid_request");
    assert!(answer.member("error_description").contains("grant_type"));

    // Empty credentials in the body are none, so those of the header stand alone.
    let answer = ask(&service, &[("client_id", ""), ("client_secret", "")]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn t04_unknown_parameters_are_ignored() {
    let service = with_payments().await;
    let unknown = [("color", "red"), ("é€", "ü"), ("username", "root")];
    assert_eq!(ask(&service, &unknown).await.status, 200);
}

#[tokio::test]
async fn t05_a_repeated_parameter_is_refused() {
    let service = with_payments().await;
    for repeated in ["grant_type", "scope", "client_id", "color", ""] {
        for values in [["a", "b"], ["a", "a"], ["", ""]] {
            let parameters = values.map(|value| (repeated, value));
            let answer = ask(&service, &parameters).await;
            assert_refused(&answer, 400, "invalid_request");
            assert!(answer.member("error_description").contains("repeated"));
        }
    }
    // Two spellings of one name are one name.
    let call = service.post("/oauth/token").basic(ID, &secret());
    let body = "grant_type=client_credentials&scope=orders:read&s%63ope=orders:read";
    assert_refused(&call.body(FORM, body).send().await, 400, "invalid_request");
}

#[tokio::test]
async fn t05_resource_may_repeat() {
    let service = with_payments().await;
    let same = [("resource", "urn:m2m-oauth:api"); 2];
    assert_eq!(ask(&service, &same).await.status, 200);
}

#[tokio::test]
async fn t07_credentials_in_the_uri_are_refused() {
    let service = with_payments().await;
    let query = form(&[("client_id", ID), ("client_secret", &secret())]);
    let answer = service
        .post(&format!("/oauth/token?{query}"))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await;
    assert_refused(&answer, 400, "invalid_request");
    // Not even beside good ones in the header.
    let answer = service
        .post("/oauth/token?client_id=m2m_payments")
        .basic(ID, &secret())
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn t17_a_body_over_64_kib_is_413() {
    let service = with_payments().await;
    let start = form(&[("grant_type", "client_credentials"), ("x", "")]);
    for (length, is_too_long) in [(65_536, false), (65_537, true), (1 << 20, true)] {
        let body = format!("{start}{}", "x".repeat(length - start.len()));
        let call = service.post("/oauth/token").basic(ID, &secret());
        let answer = call.body(FORM, body).send().await;
        if is_too_long {
            assert_refused(&answer, 413, "invalid_request");
        } else {
            // Short enough for a body, too long for a parameter.
            assert_refused(&answer, 400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn t17_a_chunked_body_over_64_kib_is_413() {
    let service = with_payments().await;
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let request = format!(
        "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nConnection: close\r\n\
         Transfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
        chunk.repeat(5)
    );
    let answer = raw::exchange(service.address, request.as_bytes()).await;
    assert_eq!(raw::status(&answer), 413, "{answer}");
}

#[tokio::test]
async fn t17_an_overlong_parameter_or_header_is_400() {
    let service = with_payments().await;
    let at_most = "x".repeat(8_192);
    let too_long = "x".repeat(8_193);
    assert_eq!(ask(&service, &[("color", &at_most)]).await.status, 200);
    let answer = ask(&service, &[("color", &too_long)]).await;
    assert_refused(&answer, 400, "invalid_request");

    let answer = service
        .post("/oauth/token")
        .header("authorization", format!("Basic {too_long}"))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await;
    assert_refused(&answer, 400, "invalid_request");
    assert!(answer.member("error_description").contains("8192"));
}
