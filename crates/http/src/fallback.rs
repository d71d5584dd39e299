//! Paths and methods that are nothing.

use axum::body::Body;
use axum::extract::State;
use http::Response;

use crate::Shared;
use crate::problem_answer::{Refusal, refused};

/// 404 for a path that is nothing.
pub(crate) async fn not_found(State(state): State<Shared>) -> Response<Body> {
    refused(&state, Refusal::NoSuchPath)
}

/// 405 for a method that a path does not take; axum adds `Allow`.
pub(crate) async fn method_not_allowed(State(state): State<Shared>) -> Response<Body> {
    refused(&state, Refusal::Method)
}
