//! The stand-in over HTTP.

use std::io;

use aws_types::SdkConfig;
use m2m_local::stand_in::StandIn;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::dynamodb::{create_table, get, put};
use crate::support::Clients;

struct Served {
    port: u16,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<io::Result<()>>,
}

async fn serve(stand_in: StandIn) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = oneshot::channel();
    let shutdown = async move {
        if stopped.await.is_err() {
            // Nobody is left to stop it.
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::spawn(stand_in.serve(listener, shutdown));
    Served { port, stop, ended }
}

/// As a program of its own would be configured: the SDK's own HTTP client and an address.
fn config(port: u16) -> SdkConfig {
    let mut builder = StandIn::memory().unwrap().sdk_config().into_builder();
    builder.set_http_client(None);
    builder
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .build()
}

/// The status line of the answer to a raw request.
async fn status(port: u16, headers: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request =
        format!("POST / HTTP/1.1\r\n{headers}connection: close\r\ncontent-length: 2\r\n\r\n{{}}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_sdks_own_client_works_over_the_port() {
    let stand_in = StandIn::memory().unwrap();
    let served = serve(stand_in.clone()).await;
    let clients = Clients::from(&config(served.port));
    create_table(&clients.dynamodb).await;
    put(&clients.dynamodb, "a", "1", "value").await;
    clients
        .secrets
        .create_secret()
        .name("one")
        .secret_string("secret")
        .send()
        .await
        .unwrap();

    // The same stores as in process.
    let inside = Clients::of(&stand_in);
    assert_eq!(
        get(&inside.dynamodb, "a", "1").await.as_deref(),
        Some("value")
    );
    let got = inside
        .secrets
        .get_secret_value()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    assert_eq!(got.secret_string(), Some("secret"));
    let absent = clients
        .secrets
        .get_secret_value()
        .secret_id("two")
        .send()
        .await
        .unwrap_err();
    assert!(
        absent
            .into_service_error()
            .is_resource_not_found_exception()
    );
}

#[tokio::test]
async fn it_ends_when_it_is_told_to() {
    let served = serve(StandIn::memory().unwrap()).await;
    served.stop.send(()).unwrap();
    served.ended.await.unwrap().unwrap();
    assert!(
        TcpStream::connect(("127.0.0.1", served.port))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let served = StandIn::memory()
        .unwrap()
        .serve(listener, std::future::ready(()))
        .await;
    assert_eq!(served.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn web_pages_are_refused() {
    let port = serve(StandIn::memory().unwrap()).await.port;
    let target = "x-amz-target: secretsmanager.ListSecrets\r\n";
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        for port_part in [String::new(), format!(":{port}")] {
            let answer = status(port, &format!("host: {host}{port_part}\r\n{target}")).await;
            assert_eq!(answer, "HTTP/1.1 200 OK", "{host}{port_part}");
        }
    }
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8000",
        "10.0.0.1",
    ] {
        let answer = status(port, &format!("host: {host}\r\n{target}")).await;
        assert_eq!(answer, "HTTP/1.1 403 Forbidden", "{host}");
    }
    let origin = "host: localhost\r\norigin: http://localhost:3000\r\n";
    assert_eq!(
        status(port, &format!("{origin}{target}")).await,
        "HTTP/1.1 403 Forbidden"
    );
}

#[tokio::test]
async fn a_call_without_a_known_target_is_a_bad_request() {
    let port = serve(StandIn::memory().unwrap()).await.port;
    for target in [
        "",
        "x-amz-target: nonsense\r\n",
        "x-amz-target: s3.GetObject\r\n",
    ] {
        let answer = status(port, &format!("host: localhost\r\n{target}")).await;
        assert_eq!(answer, "HTTP/1.1 400 Bad Request", "{target}");
    }
}
