//! The layer in front of an axum router, over a socket.

use std::net::SocketAddr;

use axum::extract::OriginalUri;
use axum::http::{Extensions, Uri};
use axum::routing::get;
use axum::{Extension, Router};
use m2m_verify::{PeerCertificate, Verified, VerifyLayer};
use reqwest::{Client, Response, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use crate::bound::Bound;
use crate::issuer::{Issuer, SNAPSHOT, claims, encode, with};

const METADATA: &str = "https://api.example/.well-known/oauth-protected-resource";

/// A resource server that says who calls it.
async fn serve(issuer: &Issuer) -> SocketAddr {
    let layer = VerifyLayer::new(issuer.verifier())
        .requiring("orders:read")
        .resource_metadata(&METADATA.parse().unwrap());
    let orders =
        |Extension(token): Extension<Verified>| async move { token.client_id().to_string() };
    let app = Router::new()
        .route("/orders", get(orders))
        .layer(layer)
        .layer(Extension(PeerCertificate(b"a certificate"[..].into())));
    listen(app).await
}

async fn listen(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn ask(address: SocketAddr, authorization: &[&str]) -> Response {
    let mut request = client().get(format!("http://{address}/orders"));
    for value in authorization {
        request = request.header("authorization", *value);
    }
    request.send().await.unwrap()
}

fn challenges(response: &Response) -> Vec<String> {
    let all = response.headers().get_all("www-authenticate").iter();
    all.map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_good_token_reaches_the_handler_with_its_claims() {
    let issuer = Issuer::new();
    let address = serve(&issuer).await;
    let token = issuer.key().token(&claims());
    for scheme in ["Bearer", "bearer"] {
        let response = ask(address, &[&format!("{scheme} {token}")]).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.text().await.unwrap(), "m2m_payments");
    }
}

/// `Router::nest` takes the prefix away that the client's proof has.
#[tokio::test]
async fn h36_within_a_nested_router_the_original_url_counts() {
    let bound = Bound::new();
    let find: fn(&Extensions) -> Option<&Uri> = |all| all.get().map(|OriginalUri(uri)| uri);
    let plain = VerifyLayer::new(bound.verifier.clone());
    let knowing = plain.clone().original_uri(find);
    let behind = |layer| {
        Router::new()
            .route("/orders", get(|| async {}))
            .layer(layer)
    };
    let app = Router::new()
        .nest("/v1", behind(plain))
        .nest("/v2", behind(knowing));
    let address = listen(app).await;
    let status = async |path: &str, htu: &str| {
        let htu = format!("https://api.example{htu}");
        let proof = bound.proof(&json!({"htu": htu, "jti": format!("{path} {htu}")}));
        let request = client().get(format!("http://{address}{path}"));
        let request = request.header("authorization", format!("DPoP {}", bound.token));
        let response = request.header("dpop", proof).send().await.unwrap();
        response.status().as_u16()
    };
    assert_eq!(status("/v2/orders", "/v2/orders").await, 200);
    assert_eq!(status("/v2/orders", "/orders").await, 401);
    assert_eq!(status("/v1/orders", "/orders").await, 200);
    assert_eq!(status("/v1/orders", "/v1/orders").await, 401);
}

#[tokio::test]
async fn the_certificate_of_the_connection_is_the_one_that_counts() {
    let issuer = Issuer::new();
    let address = serve(&issuer).await;
    for (der, status) in [(&b"a certificate"[..], 200), (b"another", 401)] {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der);
        let cnf = json!({"cnf": {"x5t#S256": encode(digest.as_ref())}});
        let token = issuer.key().token(&with(&cnf));
        let response = ask(address, &[&format!("Bearer {token}")]).await;
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn b02_a_refusal_says_what_to_do() {
    let issuer = Issuer::new();
    let address = serve(&issuer).await;
    let metadata = format!("resource_metadata=\"{METADATA}\"");

    let response = ask(address, &[]).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let expected = [
        format!("Bearer {metadata}"),
        format!("DPoP {metadata}, algs=\"ES256 EdDSA RS256\""),
    ];
    assert_eq!(challenges(&response), expected);
    assert_eq!(response.headers()["cache-control"], "no-store");

    let response = ask(address, &["Bearer abc"]).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let expected = [format!("Bearer error=\"invalid_token\", {metadata}")];
    assert_eq!(challenges(&response), expected);

    let token = issuer.key().token(&with(&json!({"scope": "orders:write"})));
    let response = ask(address, &[&format!("Bearer {token}")]).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let expected =
        format!("Bearer error=\"insufficient_scope\", scope=\"orders:read\", {metadata}");
    assert_eq!(challenges(&response), [expected]);

    let token = format!("Bearer {}", issuer.key().token(&claims()));
    let response = ask(address, &[&token, &token]).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_cannot_be_judged_is_503_and_not_the_callers_fault() {
    let issuer = Issuer::new();
    issuer.reachable(SNAPSHOT, false);
    let address = serve(&issuer).await;
    let token = issuer.key().token(&claims());
    let response = ask(address, &[&format!("Bearer {token}")]).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(challenges(&response), [""; 0]);
}
