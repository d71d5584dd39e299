//! A function from its start to its end.

use std::process::ExitCode;

use axum::Router;
use lambda_http::Error;

use crate::log::log_as_json;
use crate::serve::serve;

/// Runs a function: sets up the log, awaits what is to be done while nobody waits, and answers events with the
/// router that came of it until the runtime stops.
///
/// A start that fails is one line of the log, which names everything that is wrong with the environment, and a
/// process that ends; Lambda then starts another for the next request.
pub async fn run(start: impl Future<Output = Result<Router, Error>>) -> ExitCode {
    let ended = async {
        log_as_json()?;
        serve(start.await?).await
    };
    match ended.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = &*error as &dyn std::error::Error, "cannot run");
            ExitCode::FAILURE
        }
    }
}
