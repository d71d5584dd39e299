//! What no client would send, at the listener that `m2m serve` has.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use m2m_local::serve::{AdminFile, Options, Server};
use m2m_tests::call::{Call, basic, form};
use m2m_tests::{raw, service};
use m2m_types::audience::Audience;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

struct Local {
    _data_dir: TempDir,
    address: SocketAddr,
    admin: AdminFile,
    server: JoinHandle<()>,
}

impl Drop for Local {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn start() -> Local {
    let data_dir = tempfile::tempdir().unwrap();
    let server = Server::start(&Options::new(
        data_dir.path().join("data"),
        Audience::parse("urn:m2m-oauth:api").unwrap(),
    ))
    .await
    .unwrap();
    let admin = AdminFile::read(&data_dir.path().join("data")).unwrap();
    Local {
        address: server.address(),
        admin,
        server: tokio::spawn(async move { server.run(std::future::pending()).await.unwrap() }),
        _data_dir: data_dir,
    }
}

impl Local {
    fn authorization(&self) -> String {
        basic(
            self.admin.client_id.as_str(),
            self.admin.client_secret.expose(),
        )
    }

    fn call(&self, method: &str) -> Call {
        let url = format!("http://{}/oauth/token", self.address);
        Call::new(&service::client(), method.parse().unwrap(), &url)
    }

    /// A token request with these headers instead of a length and this body.
    async fn post(&self, headers: &str, body: &str) -> String {
        let request = format!(
            "POST /oauth/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n{body}",
            self.authorization()
        );
        raw::exchange(self.address, request.as_bytes()).await
    }

    async fn still_answers(&self) {
        let call = self
            .call("POST")
            .header("authorization", self.authorization());
        let answer = call
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

const BODY: &str = "grant_type=client_credentials";

#[tokio::test]
async fn other_methods_are_405() {
    let local = start().await;
    for method in ["GET", "HEAD", "PUT", "DELETE", "TRACE", "CONNECTED"] {
        let answer = local.call(method).send().await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
    local.still_answers().await;
}

#[tokio::test]
async fn h07_two_authorization_headers_are_400() {
    let local = start().await;
    let second = format!(
        "Authorization: {}\r\nContent-Length: 29\r\n",
        local.authorization()
    );
    let answer = local.post(&second, BODY).await;
    assert_eq!(raw::status(&answer), 400, "{answer}");
    local.still_answers().await;
}

#[tokio::test]
async fn h07_a_body_whose_end_is_in_doubt_is_one_request_at_most() {
    let local = start().await;
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let chunked = format!("1d\r\n{BODY}\r\n0\r\n\r\n{smuggled}");
    for headers in [
        "Content-Length: 29\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 29\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Content-Length: 29\r\nContent-Length: 30\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 29, 29\r\n",
        "Content-Length: 0x1d\r\n",
        "Content-Length: +29\r\n",
    ] {
        let answer = local.post(headers, &chunked).await;
        let answers = answer.matches("HTTP/1.1 ").count();
        assert_eq!(answers, 1, "{headers}: {answer}");
        assert!(!answer.contains("\"ok\""), "{headers}: {answer}");
    }
    local.still_answers().await;
}

/// RFC 9112 §6.1: whoever stands before the server may have read another end.
#[tokio::test]
async fn h07_nothing_is_read_after_a_length_and_chunks() {
    let local = start().await;
    let with = |length: &str, body: &str| {
        format!(
            "POST /oauth/token HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{length}\r\n{body}",
            local.authorization()
        )
    };
    let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answers = async |first: String| {
        let answer = raw::exchange(local.address, (first + last).as_bytes()).await;
        answer.matches("HTTP/1.1 200 ").count()
    };
    assert_eq!(answers(with("Content-Length: 29\r\n", BODY)).await, 2);
    let chunks = format!("1d\r\n{BODY}\r\n0\r\n\r\n");
    for lengths in [
        "Content-Length: 29\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
    ] {
        assert_eq!(answers(with(lengths, &chunks)).await, 1, "{lengths}");
    }
    local.still_answers().await;
}

#[tokio::test]
async fn h07_huge_headers_are_431() {
    let local = start().await;
    let huge = format!("X-Huge: {}\r\nContent-Length: 29\r\n", "x".repeat(200_000));
    let answer = local.post(&huge, BODY).await;
    assert_eq!(raw::status(&answer), 431, "{answer}");
    let many = format!("{}Content-Length: 29\r\n", "X-Many: x\r\n".repeat(500));
    let answer = local.post(&many, BODY).await;
    assert_eq!(raw::status(&answer), 431, "{answer}");
    local.still_answers().await;
}

#[tokio::test]
async fn what_is_no_http_is_400() {
    let local = start().await;
    for request in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client\r\n\r\n"[..],
        b"POST\r\n\r\n",
        b"POST /oauth/token\r\n\r\n",
        b"POST /oauth/token HTTP/9.9\r\n\r\n",
        b"POST /oauth/token HTTP/1.1\r\nHost: a\r\nA\0: b\r\n\r\n",
        b"POST /oauth/token HTTP/1.1\r\nHost: a\r\nAuthorization: Basic a\0b\r\n\r\n",
        b"POST /oauth/token HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        b"POST /oauth/token HTTP/1.1\r\nHost : a\r\n\r\n",
        b"POST /oauth\x7ftoken HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /oauth/to ken HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let answer = raw::exchange(local.address, request).await;
        assert_eq!(raw::status(&answer), 400, "{}", request.escape_ascii());
    }
    local.still_answers().await;
}

#[tokio::test]
async fn ten_thousand_parameters_take_bounded_time() {
    let local = start().await;
    let pairs: Vec<String> = (0..10_000).map(|n| format!("p{n}=")).collect();
    let body = format!("{BODY}&{}", pairs.join("&"));
    assert!(body.len() > 65_536, "a longer one is not even parsed");
    let short: Vec<String> = (0..10_000).map(|n| format!("{n:x}")).collect();
    let body_within_limit = format!("{BODY}&{}", short.join("&"));
    assert!(body_within_limit.len() < 65_536);
    let repeated = format!("{BODY}{}", "&a".repeat(10_000));
    let encoded = format!("{BODY}&x={}", "%20".repeat(20_000));
    let begun = Instant::now();
    for (body, status) in [
        (body, 413),
        (body_within_limit, 200),
        (repeated, 400),
        (encoded, 400),
    ] {
        let call = local
            .call("POST")
            .header("authorization", local.authorization());
        let media_type = "application/x-www-form-urlencoded";
        assert_eq!(call.body(media_type, body).send().await.status, status);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}

/// Sends a part of a request and then nothing more, with a clock that jumps to the next timeout whenever
/// nothing else happens; tells the answer and how long it took by that clock.
async fn left_hanging(part: &str) -> (String, Duration) {
    let local = start().await;
    let part = part.replace("{}", &local.authorization());
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let mut stream = TcpStream::connect(local.address).await.unwrap();
    stream.write_all(part.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    (String::from_utf8(answer).unwrap(), begun.elapsed())
}

#[tokio::test]
async fn headers_that_never_end_are_cut_off() {
    let part = "POST /oauth/token HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    let (answer, took) = left_hanging(part).await;
    assert!([0, 408].contains(&raw::status(&answer)), "{answer}");
    assert!(
        took >= Duration::from_secs(9) && took < Duration::from_secs(30),
        "{took:?}"
    );
}

#[tokio::test]
async fn a_body_that_never_ends_is_cut_off() {
    let part = "POST /oauth/token HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\nContent-Length: 29\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\ngrant_type=";
    let (answer, took) = left_hanging(part).await;
    assert_eq!(raw::status(&answer), 400, "{answer}");
    assert!(
        took >= Duration::from_secs(14) && took < Duration::from_secs(30),
        "{took:?}"
    );
}

#[tokio::test]
async fn a_connection_without_a_request_is_cut_off() {
    let (answer, took) = left_hanging("").await;
    assert!([0, 408].contains(&raw::status(&answer)), "{answer}");
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[tokio::test]
async fn nothing_of_the_input_is_reflected_in_a_header() {
    let local = start().await;
    let injected = form(&[
        ("grant_type", "x\r\nSet-Cookie: a=b"),
        ("scope", "\r\nX-Evil: 1"),
    ]);
    let call = local
        .call("POST")
        .header("authorization", local.authorization());
    let media_type = "application/x-www-form-urlencoded";
    let answer = call.body(media_type, injected).send().await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(answer.header("x-evil"), None);
}
