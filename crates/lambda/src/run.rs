//! A function from its start to its end.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use lambda_http::Error;
use m2m_core::clock::{Clock, SystemClock};
use m2m_core::deployment::Deployment;
use m2m_core::error_chain::chain;
use m2m_verify::Verifier;

use crate::authorizer;
use crate::front::Front;
use crate::log::{self, InvalidLogLevel};
use crate::maintenance;
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
    let serve = async |front: F| {
        let metrics = Metrics::new(function_name(), started.elapsed());
        Service::new(front.into(), metrics, Arc::clone(&clock))
            .run()
            .await
    };
    until_the_end(&clock, start, serve).await
}

/// Runs a function that a schedule invokes: whatever the event, what was left half done is finished or undone. It
/// starts and fails as [`run`] does.
///
/// Work that could not be done is a failed invocation, which Lambda counts; the next one tries again.
pub async fn run_maintenance(start: impl Future<Output = Result<Deployment, Error>>) -> ExitCode {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    until_the_end(&clock, start, maintenance::answer_events).await
}

/// Runs a function that decides for an API of API Gateway whether a request is let in. It starts and fails as [`run`]
/// does.
pub async fn run_authorizer(start: impl Future<Output = Result<Verifier, Error>>) -> ExitCode {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    until_the_end(&clock, start, authorizer::answer_events).await
}

/// Starts, then runs until the runtime stops; what ends it before is one line of the log.
async fn until_the_end<T>(
    clock: &Arc<dyn Clock>,
    start: impl Future<Output = Result<T, Error>>,
    work: impl AsyncFnOnce(T) -> Result<(), Error>,
) -> ExitCode {
    let ended = async {
        let log = log::write_as_json(Arc::clone(clock));
        work(both(log, start.await)?).await
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
fn both<T>(log: Result<(), InvalidLogLevel>, started: Result<T, Error>) -> Result<T, Error> {
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
