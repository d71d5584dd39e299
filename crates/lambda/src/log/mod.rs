//! The form of the log.

mod line;

use std::io;
use std::sync::Arc;

use m2m_core::clock::Clock;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use line::{JsonLine, JsonMembers};

/// What the names of this service's own crates start with.
const OURS: &str = "m2m_";

/// `M2M_LOG` is no level.
#[derive(Debug, thiserror::Error)]
#[error("M2M_LOG must be off, error, warn, info, debug or trace")]
pub(crate) struct InvalidLogLevel;

/// Writes the log to the standard output as JSON lines: what this service's own crates say at the level that
/// `M2M_LOG` names, `info` by default; what others say at `info` at most, since below it the AWS SDK writes
/// down whole requests and answers, secrets included.
///
/// # Errors
/// `M2M_LOG` is no level; `info` is taken, so that the log can say so.
pub(crate) fn write_as_json(clock: Arc<dyn Clock>) -> Result<(), InvalidLogLevel> {
    let level = level(std::env::var("M2M_LOG").ok());
    let known = *level.as_ref().unwrap_or(&LevelFilter::INFO);
    json_lines(clock, known, io::stdout).init();
    level.map(drop)
}

/// What writes the log's lines to `writer`: what this service's own crates say at `level`, what others say at
/// `info` at most.
pub fn json_lines<W>(
    clock: Arc<dyn Clock>,
    level: LevelFilter,
    writer: W,
) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::INFO))
        .with_target(OURS, level);
    let lines = tracing_subscriber::fmt::layer()
        .event_format(JsonLine { clock })
        .fmt_fields(JsonMembers)
        .with_ansi(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(lines.with_filter(filter))
}

fn level(said: Option<String>) -> Result<LevelFilter, InvalidLogLevel> {
    match said.as_deref() {
        None | Some("") => Ok(LevelFilter::INFO),
        Some(level) => level.parse().map_err(|_| InvalidLogLevel),
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::sync::{Mutex, PoisonError};

    use m2m_testkit::FakeClock;
    use serde_json::{Value, json};
    use tracing::subscriber::with_default;
    use tracing::{error, error_span, info, warn};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            written.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that are written meanwhile.
    fn written(level: LevelFilter, work: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let writer = written.clone();
        let clock = Arc::new(FakeClock::default());
        with_default(json_lines(clock, level, move || writer.clone()), work);
        let bytes = written.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_has_time_level_message_and_the_fields_of_event_and_span() {
        let [line] = &written(LevelFilter::INFO, || {
            let _request = error_span!("request", trace_id = "0af7").entered();
            info!(
                status = 200_u16,
                duration_ms = 1.5,
                cold = true,
                jti = None::<&str>,
                "token issued"
            );
        })[..] else {
            panic!("one line")
        };
        let timestamp = FakeClock::default().now();
        let expected = json!({
            "timestamp": format!("{timestamp:.3}"),
            "level": "INFO",
            "message": "token issued",
            "status": 200,
            "duration_ms": 1.5,
            "cold": true,
            "trace_id": "0af7",
        });
        assert_eq!(line, &expected);
        assert!(line["timestamp"].as_str().unwrap().ends_with(".000Z"));
    }

    #[test]
    fn whatever_is_said_is_one_line_of_json() {
        let text = "a \"quote\",\na \\ and \u{1}\u{2028}é";
        let lines = written(LevelFilter::INFO, || info!(reason = text, "{text}"));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["reason"], text);
        assert_eq!(lines[0]["message"], text);
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("read a client")]
        struct Outer(#[source] InvalidLogLevel);
        let lines = written(LevelFilter::INFO, || {
            warn!(reason = &Outer(InvalidLogLevel) as &dyn Error, "not noted");
        });
        assert_eq!(
            lines[0]["reason"],
            "read a client: M2M_LOG must be off, error, warn, info, debug or trace"
        );
        assert_eq!(lines[0]["level"], "WARN");
    }

    #[test]
    fn spans_of_others_add_nothing_and_others_say_no_more_than_info() {
        let lines = written(LevelFilter::TRACE, || {
            let _theirs =
                error_span!(target: "lambda_runtime", "invoke", requestId = "r").entered();
            info!("ours");
            tracing::trace!("ours");
            tracing::debug!(target: "aws_smithy_runtime", "theirs");
            info!(target: "aws_smithy_runtime", "theirs");
        });
        let messages: Vec<_> = lines.iter().map(|line| &line["message"]).collect();
        assert_eq!(messages, ["ours", "ours", "theirs"]);
        assert!(lines.iter().all(|line| line.get("requestId").is_none()));
    }

    #[test]
    fn a_line_of_an_error_has_its_trace_when_nothing_else_is_asked_for() {
        let lines = written(LevelFilter::ERROR, || {
            let _request = error_span!("request", trace_id = "0af7").entered();
            info!("not written");
            error!("call failed");
        });
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["trace_id"], "0af7");
    }

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
