//! The form of the log.

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// `M2M_LOG` is no level.
#[derive(Debug, thiserror::Error)]
#[error("M2M_LOG must be off, error, warn, info, debug or trace")]
pub(crate) struct InvalidLogLevel;

/// Writes the log as JSON lines: what this service's own crates say at the level that `M2M_LOG` names, `info`
/// by default; what others say at `info` at most, since below it the AWS SDK writes down whole requests and
/// answers, secrets included.
///
/// # Errors
/// `M2M_LOG` is no level. The log is set up at `info`, so that this can be told.
pub(crate) fn log_as_json() -> Result<(), InvalidLogLevel> {
    let said = level(std::env::var("M2M_LOG").ok());
    let level = *said.as_ref().unwrap_or(&LevelFilter::INFO);
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::INFO))
        .with_target("m2m_", level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .without_time()
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
    said.map(drop)
}

fn level(said: Option<String>) -> Result<LevelFilter, InvalidLogLevel> {
    match said.as_deref() {
        None | Some("") => Ok(LevelFilter::INFO),
        Some(level) => level.parse().map_err(|_| InvalidLogLevel),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_level_is_what_was_asked_for() {
        for (said, expected) in [
            (None, Some(LevelFilter::INFO)),
            (Some(""), Some(LevelFilter::INFO)),
            (Some("debug"), Some(LevelFilter::DEBUG)),
            (Some("aws_smithy_runtime=trace"), None),
            (Some("loud"), None),
        ] {
            assert_eq!(level(said.map(str::to_owned)).ok(), expected, "{said:?}");
        }
    }
}
