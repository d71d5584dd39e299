//! Reading bodies, bounded.

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// The longest body that any endpoint takes, in bytes.
pub(crate) const MAX_LENGTH: usize = 64 * 1024;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is longer than [`MAX_LENGTH`].
    TooLong,
    /// The connection failed.
    Broken,
}

/// The whole body.
pub(crate) async fn read(body: Body) -> Result<Bytes, Unreadable> {
    match Limited::new(body, MAX_LENGTH).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreadable::TooLong),
        Err(_) => Err(Unreadable::Broken),
    }
}
