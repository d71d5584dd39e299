//! A function that does nothing: what `make bench-functions` compares the real ones with.

use std::convert::Infallible;

use lambda_http::{Body, Error, Request, Response, run_concurrent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run_concurrent(service_fn(answer)).await
}

async fn answer(_: Request) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::Empty))
}
