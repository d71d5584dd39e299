//! What came out, for people and for programs.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use crate::runs::{Warm, percentile};
use crate::{EMPTY, Outcome};

/// How many milliseconds more than the empty function an initialization may take.
const INIT_GOAL_MILLISECONDS: f64 = 10.0;
/// What a function may have in memory at most.
const MEMORY_GOAL_MEBIBYTES: f64 = 48.0;
/// What a zip may weigh.
const ZIP_GOAL_MEGABYTES: f64 = 6.0;

/// One function.
#[derive(Serialize)]
pub(crate) struct Figures {
    function: String,
    /// None for the empty one, which is not packaged.
    zip_megabytes: Option<f64>,
    binary_megabytes: f64,
    init_p50_milliseconds: f64,
    init_p95_milliseconds: f64,
    peak_mebibytes: f64,
    warm_p50_microseconds: f64,
    warm_cpu_microseconds: f64,
}

/// The first request of a function `token` after its initialization, TLS to the stores included where no
/// connection is open.
#[derive(Serialize)]
pub(crate) struct WarmUp {
    pub(crate) with_milliseconds: f64,
    pub(crate) without_milliseconds: f64,
}

#[derive(Serialize)]
struct Report<'a> {
    functions: &'a [Figures],
    first_request_of_token: &'a WarmUp,
}

impl Figures {
    pub(crate) fn new(
        name: &str,
        program: &Path,
        zips: &Path,
        starts: &[f64],
        warm: Warm,
    ) -> Outcome<Self> {
        let zip = zips.join(name).join("bootstrap.zip");
        let zip_megabytes = match name {
            EMPTY => None,
            _ => Some(megabytes(&zip)?),
        };
        Ok(Self {
            function: name.to_owned(),
            zip_megabytes,
            binary_megabytes: megabytes(program)?,
            init_p50_milliseconds: percentile(starts, 50),
            init_p95_milliseconds: percentile(starts, 95),
            peak_mebibytes: warm.peak_mebibytes,
            warm_p50_microseconds: warm.p50_microseconds,
            warm_cpu_microseconds: warm.cpu_microseconds,
        })
    }

    fn line(&self, empty: &Self) -> String {
        let more = self.init_p50_milliseconds - empty.init_p50_milliseconds;
        format!(
            "{:<12} {:>6} {:>9.2} {:>11.1} {:>11.1} {:>9.1} {:>8.1} {:>11.0} {:>11.0}  {}",
            self.function,
            self.zip_megabytes
                .map_or("-".to_owned(), |size| format!("{size:.2}")),
            self.binary_megabytes,
            self.init_p50_milliseconds,
            self.init_p95_milliseconds,
            more,
            self.peak_mebibytes,
            self.warm_p50_microseconds,
            self.warm_cpu_microseconds,
            self.missed(more),
        )
    }

    fn missed(&self, more_milliseconds: f64) -> String {
        let goals = [
            (
                "zip",
                self.zip_megabytes.unwrap_or_default(),
                ZIP_GOAL_MEGABYTES,
            ),
            ("init", more_milliseconds, INIT_GOAL_MILLISECONDS),
            ("memory", self.peak_mebibytes, MEMORY_GOAL_MEBIBYTES),
        ];
        let missed = goals.iter().filter(|(_, is, goal)| is > goal);
        let missed: Vec<_> = missed.map(|(what, ..)| format!("{what} missed")).collect();
        missed.join(", ")
    }
}

pub(crate) fn print(all: &[Figures], warm_up: &WarmUp, json: bool) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    if json {
        let report = Report {
            functions: all,
            first_request_of_token: warm_up,
        };
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?);
    }
    let empty = all.first().ok_or("nothing was measured")?;
    writeln!(
        out,
        "function     zip MB binary MB init p50 ms init p95 ms +empty ms peak MiB warm p50 us warm CPU us"
    )?;
    for figures in all {
        writeln!(out, "{}", figures.line(empty).trim_end())?;
    }
    writeln!(
        out,
        "goals: zip {ZIP_GOAL_MEGABYTES} MB, init {INIT_GOAL_MILLISECONDS} ms over the empty function, peak \
         {MEMORY_GOAL_MEBIBYTES} MiB"
    )?;
    writeln!(
        out,
        "first request of token: {:.1} ms, without the warm-up {:.1} ms",
        warm_up.with_milliseconds, warm_up.without_milliseconds
    )?;
    Ok(())
}

fn megabytes(path: &Path) -> Outcome<f64> {
    let file = std::fs::metadata(path)
        .map_err(|error| format!("{} is not built: {error}", path.display()))?;
    Ok(file.len() as f64 / 1_000_000.0)
}
