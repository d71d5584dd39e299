//! The management API under `/v1`.

mod answer;
mod bearer;
mod clients;
mod input;
mod me;
mod secrets;

use axum::Router;

use crate::Shared;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .merge(clients::routes())
        .merge(secrets::routes())
        .merge(me::routes())
}
