//! A resource server: `cargo run -p m2m-verify --example axum -- https://auth.example.com https://api.example.com`.
//!
//! Whoever has a token with the scope `orders:read` for that audience may `GET /orders`.

use std::error::Error;

use axum::routing::get;
use axum::{Extension, Router};
use m2m_verify::{Verified, Verifier, VerifyLayer};
use tokio::net::TcpListener;

async fn orders(Extension(token): Extension<Verified>) -> String {
    format!("{} asks for {}", token.client_id(), token.subject())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(issuer), Some(audience)) = (arguments.next(), arguments.next()) else {
        return Err("name the issuer and the audience".into());
    };
    let verifier = Verifier::builder(&issuer, &audience).build()?;
    verifier.warm_up().await?;
    let app = Router::new()
        .route("/orders", get(orders))
        .layer(VerifyLayer::new(verifier).requiring("orders:read"));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    #[expect(clippy::print_stdout, reason = "it says where it is")]
    {
        println!("http://{}", listener.local_addr()?);
    }
    Ok(axum::serve(listener, app).await?)
}
