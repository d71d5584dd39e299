//! Starting functions and asking them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use m2m_lambda_emulator::{Function, Outcome as Invoked};
use serde_json::Value;

use crate::stores::Stores;
use crate::{Outcome, process};

/// How often a first request is measured, each time of a new process.
const FIRST_REQUESTS: usize = 15;

/// What warm requests took.
pub(crate) struct Warm {
    /// Half of the requests took less; the stores' time is in it.
    pub(crate) p50_microseconds: f64,
    /// Of the function's own processor time, the mean of a request.
    pub(crate) cpu_microseconds: f64,
    pub(crate) peak_mebibytes: f64,
}

/// The milliseconds from the start of the process to its first poll, in order, for each program. The programs take
/// turns, so that what else the machine does falls on all of them.
pub(crate) async fn starts(
    programs: &[(&str, PathBuf)],
    stores: &Stores,
    count: usize,
) -> Outcome<Vec<Vec<f64>>> {
    let mut all = vec![Vec::new(); programs.len()];
    for _ in 0..count {
        for ((_, program), starts) in programs.iter().zip(&mut all) {
            let function = start(program, stores).await?;
            let ready = function.api().first_poll().await;
            starts.push((ready - function.started()).as_secs_f64() * 1000.0);
        }
    }
    for starts in &mut all {
        starts.sort_by(f64::total_cmp);
    }
    Ok(all)
}

/// Asks one process that often, after a tenth as many requests that do not count.
pub(crate) async fn warm(
    program: &Path,
    stores: &Stores,
    request: &Value,
    count: usize,
) -> Outcome<Warm> {
    let mut function = start(program, stores).await?;
    function.api().first_poll().await;
    for _ in 0..count / 10 {
        ask(&mut function, request).await?;
    }
    let before = process::cpu_microseconds(&function)?;
    let mut times = Vec::new();
    for _ in 0..count {
        times.push(ask(&mut function, request).await?);
    }
    let cpu = process::cpu_microseconds(&function)? - before;
    Ok(Warm {
        p50_microseconds: median(times) * 1000.0,
        cpu_microseconds: cpu / count as f64,
        peak_mebibytes: process::peak_mebibytes(&function)?,
    })
}

/// Half of the first requests take fewer milliseconds.
pub(crate) async fn first(program: &Path, stores: &Stores, request: &Value) -> Outcome<f64> {
    let mut times = Vec::new();
    for _ in 0..FIRST_REQUESTS {
        let mut function = start(program, stores).await?;
        function.api().first_poll().await;
        times.push(ask(&mut function, request).await?);
    }
    Ok(median(times))
}

pub(crate) fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    percentile(&all, 50)
}

async fn start(program: &Path, stores: &Stores) -> Outcome<Function> {
    let environment = stores.environment();
    let environment: Vec<_> = environment.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let started = Function::start(program, &environment).await;
    Ok(started.map_err(|error| format!("cannot start {}: {error}", program.display()))?)
}

/// How many milliseconds an answer took.
async fn ask(function: &mut Function, request: &Value) -> Outcome<f64> {
    let asked = Instant::now();
    let outcome = function.invoke(request).await?;
    let took = asked.elapsed().as_secs_f64() * 1000.0;
    match outcome {
        Invoked::Answer(answer) if answer["statusCode"] == 200 => Ok(took),
        other => Err(format!("not answered: {other:?}; {}", function.log()).into()),
    }
}
