//! A function from its start to its end.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use lambda_http::Error;
use m2m_core::clock::{Clock, SystemClock};
use m2m_core::error_chain::chain;

use crate::front::Front;
use crate::log::{self, InvalidLogLevel};
use crate::metrics::Metrics;
use crate::serve::Service;

/// Runs a function: sets up the log, awaits what is to be done while nobody waits, and answers events with
/// what came of it until the runtime stops.
///
/// A start that fails is one line of the log, which names everything that is wrong with the environment, and a
/// process that ends; Lambda then starts another for the next request.
pub async fn run<F: Into<Front>>(start: impl Future<Output = Result<F, Error>>) -> ExitCode {
    let started = Instant::now();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ended = async {
        let log = log::write_as_json(Arc::clone(&clock));
        let front = both(log, start.await)?.into();
        let metrics = Metrics::new(function_name(), started.elapsed());
        Service::new(front, metrics, clock).run().await
    };
    match ended.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(reason = &*error as &dyn std::error::Error, "cannot run");
            ExitCode::FAILURE
        }
    }
}

/// What was started. A refused level of the log does not hide what else is wrong with the environment.
fn both<F>(log: Result<(), InvalidLogLevel>, started: Result<F, Error>) -> Result<F, Error> {
    match (log, started) {
        (Ok(()), started) => started,
        (Err(level), Ok(_)) => Err(level.into()),
        (Err(level), Err(error)) => Err(format!("{level}; {}", chain(&*error)).into()),
    }
}

/// As Lambda names it: without a name the runtime does not even begin.
fn function_name() -> String {
    std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default()
}
