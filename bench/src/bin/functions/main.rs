//! `make bench-functions`: what Lambda loads, starts and keeps in memory, beside a function that does nothing.
//!
//! The functions run here, on the architecture of this machine, with their stores on a loopback port behind TLS.
//! Absolute figures move with the machine; what counts is how much more than the empty function they take.

mod event;
mod figures;
mod process;
mod runs;
mod stores;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::figures::{Figures, WarmUp};
use crate::stores::Stores;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The name under which the empty function is told of.
const EMPTY: &str = "(empty)";

/// Measure the Lambda functions.
#[derive(Parser)]
struct Arguments {
    /// The build directory in which the profile `function` lies.
    #[arg(long, default_value = "target")]
    target: PathBuf,
    /// How often each function is started.
    #[arg(long, default_value_t = 30)]
    starts: usize,
    /// How many warm requests each function gets.
    #[arg(long, default_value_t = 2000)]
    requests: usize,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
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
    let programs = arguments.target.join("function");
    let names = m2m_lambda_emulator::functions(Path::new("Cargo.toml"))?;
    let stores = Stores::start().await?;
    let empty = programs.join("examples/empty");
    let mut measured = vec![(EMPTY, empty)];
    // What answers no request of a program starts for something else, with an environment of its own.
    let answering = names
        .iter()
        .filter(|name| stores.request_of(name).is_some());
    measured.extend(answering.map(|name| (name.as_str(), programs.join(name))));

    progress(&format!("{} starts of each", arguments.starts))?;
    let starts = runs::starts(&measured, &stores, arguments.starts).await?;
    let mut all = Vec::new();
    for ((name, program), starts) in measured.iter().zip(starts) {
        progress(&format!("{name}: {} requests", arguments.requests))?;
        let request = stores
            .request_of(name)
            .ok_or_else(|| format!("bench/ has no request for the function {name} yet"))?;
        let warm = runs::warm(program, &stores, &request, arguments.requests).await?;
        let zips = arguments.target.join("lambda-host");
        all.push(Figures::new(name, program, &zips, &starts, warm)?);
    }
    progress("the first request, with and without the warm-up")?;
    let cold = programs.join("examples/token_without_warm_up");
    let request = stores
        .request_of("token")
        .ok_or("there is no function `token`")?;
    let warm_up = WarmUp {
        with_milliseconds: runs::first(&programs.join("token"), &stores, &request).await?,
        without_milliseconds: runs::first(&cold, &stores, &request).await?,
    };
    figures::print(&all, &warm_up, arguments.json)
}

/// What is under way, for a person who waits.
fn progress(text: &str) -> Outcome<()> {
    if std::io::stderr().is_terminal() {
        writeln!(std::io::stderr(), "{text}")?;
    }
    Ok(())
}
