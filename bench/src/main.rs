//! `make bench`: the token endpoint on one core beside the ceiling of its HTTP stack, as ratios of one run.
//!
//! The server under test is pinned to one core, the load generator (wrk) to another. Absolute figures move with
//! the machine; the ratios are what counts.

mod checks;
mod load;
mod server;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use m2m_core::keys::SigningAlgorithm;
use serde::Serialize;

use crate::load::{Form, Load};
use crate::server::Server;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Measure the token endpoint.
#[derive(Parser)]
struct Arguments {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// How long each of the alternating rounds lasts.
    #[arg(long, default_value_t = 4)]
    seconds: u32,
    /// How many rounds each server gets; the best counts.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

/// What came out for one algorithm.
#[derive(Serialize)]
struct Figures {
    algorithm: &'static str,
    tokens_per_second: f64,
    ceiling_per_second: f64,
    ratio: f64,
    goal: f64,
    p50_milliseconds: f64,
    p99_milliseconds: f64,
    resident_mebibytes: f64,
    first_token_milliseconds: f64,
    introspections_per_second: f64,
    checks_per_second: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told when standard error is gone.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Outcome<()> {
    let binaries = std::env::current_exe()?
        .parent()
        .map(Path::to_owned)
        .ok_or("the bench has no directory")?;
    let mut all = Vec::new();
    for (algorithm, goal) in [
        (SigningAlgorithm::Es256, 0.6),
        (SigningAlgorithm::EdDsa, 0.5),
        (SigningAlgorithm::Rs256, 0.9),
    ] {
        progress(&format!(
            "{algorithm}: {} rounds of {} s",
            arguments.rounds * 2,
            arguments.seconds
        ))?;
        all.push(measure(&binaries, algorithm, goal, arguments).await?);
    }
    let mut out = std::io::stdout().lock();
    if arguments.json {
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?);
    }
    writeln!(
        out,
        "alg     tokens/s  ceiling/s  ratio  goal  p50 ms  p99 ms  RSS MiB  first token ms  introspections/s  checks/s"
    )?;
    for figures in &all {
        writeln!(
            out,
            "{:<6} {:>9.0} {:>10.0} {:>6.2} {:>5.2} {:>7.2} {:>7.2} {:>8.1} {:>15.0} {:>17.0} {:>9.0}",
            figures.algorithm,
            figures.tokens_per_second,
            figures.ceiling_per_second,
            figures.ratio,
            figures.goal,
            figures.p50_milliseconds,
            figures.p99_milliseconds,
            figures.resident_mebibytes,
            figures.first_token_milliseconds,
            figures.introspections_per_second,
            figures.checks_per_second,
        )?;
    }
    Ok(())
}

/// Rounds alternate, so that what else the machine does falls on both; the best round of each counts.
async fn measure(
    binaries: &Path,
    algorithm: SigningAlgorithm,
    goal: f64,
    arguments: &Arguments,
) -> Outcome<Figures> {
    let directory = tempfile::Builder::new().prefix("m2m-bench-").tempdir()?;
    let service = Server::service(binaries, directory.path(), algorithm).await?;
    let ceiling = Server::ceiling(binaries, algorithm).await?;
    let credentials = service.create_client().await?;
    let form = Form {
        path: "/oauth/token",
        body: "grant_type=client_credentials",
    };
    let script = load::script(directory.path(), &credentials, &form)?;
    let (mut best, mut best_ceiling) = (Load::default(), Load::default());
    for _ in 0..arguments.rounds {
        best_ceiling =
            best_ceiling.better(load::run(ceiling.address(), &script, arguments.seconds).await?);
        best = best.better(load::run(service.address(), &script, arguments.seconds).await?);
    }
    let token = service.token(&credentials).await?;
    let form = Form {
        path: "/oauth/introspect",
        body: &format!("token={token}"),
    };
    let script = load::script(directory.path(), &credentials, &form)?;
    let introspections = load::run(service.address(), &script, arguments.seconds).await?;
    Ok(Figures {
        algorithm: algorithm.as_str(),
        tokens_per_second: best.requests_per_second,
        ceiling_per_second: best_ceiling.requests_per_second,
        ratio: best.requests_per_second / best_ceiling.requests_per_second,
        goal,
        p50_milliseconds: best.p50_milliseconds,
        p99_milliseconds: best.p99_milliseconds,
        resident_mebibytes: service.resident_mebibytes()?,
        first_token_milliseconds: service.first_token_milliseconds(),
        introspections_per_second: introspections.requests_per_second,
        checks_per_second: checks::per_second(service.address(), &token, arguments.seconds).await?,
    })
}

/// What is under way, for a person who waits.
fn progress(text: &str) -> Outcome<()> {
    if std::io::stderr().is_terminal() {
        writeln!(std::io::stderr(), "{text}")?;
    }
    Ok(())
}
