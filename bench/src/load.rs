//! The load generator: wrk, 16 connections, on the core that the server does not have.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::process::Command;

use crate::Outcome;
use crate::server::ClientCredentials;

/// What one round measured.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Load {
    pub(crate) requests_per_second: f64,
    pub(crate) p50_milliseconds: f64,
    pub(crate) p99_milliseconds: f64,
}

impl Load {
    /// The one with more requests.
    pub(crate) fn better(self, other: Self) -> Self {
        if other.requests_per_second > self.requests_per_second {
            other
        } else {
            self
        }
    }
}

/// A form that wrk posts again and again.
pub(crate) struct Form<'a> {
    pub(crate) path: &'static str,
    pub(crate) body: &'a str,
}

/// Writes the request that wrk repeats, and how it reports.
pub(crate) fn script(
    directory: &Path,
    credentials: &ClientCredentials,
    form: &Form<'_>,
) -> Outcome<PathBuf> {
    let Form { path, body } = form;
    let basic = STANDARD.encode(format!(
        "{}:{}",
        credentials.client_id,
        credentials.client_secret.expose()
    ));
    let file = directory.join(path.replace('/', "-") + ".lua");
    let script = format!(
        r#"
wrk.method = "POST"
wrk.path = "{path}"
wrk.body = "{body}"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Authorization"] = "Basic {basic}"
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("FIGURES %f %f %f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
"#
    );
    std::fs::write(&file, script)?;
    Ok(file)
}

/// One round.
pub(crate) async fn run(address: &str, script: &Path, seconds: u32) -> Outcome<Load> {
    let output = Command::new("taskset")
        .args([
            "-c",
            "1",
            "wrk",
            "-t1",
            "-c16",
            &format!("-d{seconds}s"),
            "-s",
        ])
        .arg(script)
        .arg(address)
        .output()
        .await
        .map_err(|error| {
            format!("cannot run taskset and wrk (Debian's util-linux and wrk): {error}")
        })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures = text
        .lines()
        .find_map(|line| line.strip_prefix("FIGURES "))
        .ok_or_else(|| {
            format!(
                "wrk gave no figures; is it installed? {}",
                String::from_utf8_lossy(&output.stderr)
            )
        })?;
    let numbers = figures
        .split(' ')
        .map(str::parse)
        .collect::<Result<Vec<f64>, _>>()?;
    match numbers[..] {
        [requests_per_second, p50_milliseconds, p99_milliseconds, 0.0] => Ok(Load {
            requests_per_second,
            p50_milliseconds,
            p99_milliseconds,
        }),
        _ => Err(format!("some requests failed: {figures}").into()),
    }
}
