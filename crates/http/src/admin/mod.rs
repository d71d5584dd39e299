//! The management API under `/v1`, and the same under `/iam/v1` for principals of AWS IAM.

mod answer;
mod api_tokens;
mod attempts;
mod bearer;
mod call;
mod clients;
mod input;
mod list;
mod me;
mod principals;
mod resource_servers;
mod secrets;
mod signing_keys;
mod simulate;

use axum::{Extension, Router};

use self::call::IamRoute;
use crate::Shared;

/// What answers below `/iam` is the same but for who calls.
pub(crate) fn routes() -> Router<Shared> {
    resources().nest("/iam", resources().layer(Extension(IamRoute)))
}

fn resources() -> Router<Shared> {
    Router::new()
        .merge(clients::routes())
        .merge(secrets::routes())
        .merge(api_tokens::routes())
        .merge(resource_servers::routes())
        .merge(principals::routes())
        .merge(me::routes())
        .merge(signing_keys::routes())
        .merge(attempts::routes())
        .merge(simulate::routes())
}
