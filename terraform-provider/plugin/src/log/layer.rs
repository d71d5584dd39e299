//! The subscriber that writes log lines to the standard error.

use std::io::Write;
use std::time::SystemTime;

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::format::{Fields, line};

/// Writes events of this process; chatter of the libraries below a warning is left out.
pub(super) struct HclogLayer;

/// The libraries that log every frame they see.
const CHATTY: [&str; 6] = ["h2", "hyper", "hyper_util", "tonic", "tower", "rustls"];

/// How the names of libraries begin that write down whole requests and answers, secrets included: the SDK
/// of AWS.
const TALKATIVE: &str = "aws_";

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for HclogLayer {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        let origin = metadata.target().split("::").next().unwrap_or_default();
        let is_quiet = !CHATTY.contains(&origin) && !origin.starts_with(TALKATIVE);
        is_quiet || *metadata.level() <= tracing::Level::WARN
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a log line tells when it was written"
    )]
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let scope = context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root());
        let spans = scope.filter_map(|span| span.extensions().get::<Fields>().cloned());
        let line = line(event.metadata(), SystemTime::now(), spans, fields);
        // There is nobody to tell if the log cannot be written.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, UNIX_EPOCH};
    use tracing_subscriber::layer::SubscriberExt;

    struct Collect(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Collect {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let time = UNIX_EPOCH + Duration::from_millis(1);
            let line = line(event.metadata(), time, [], fields);
            self.0.lock().unwrap().push(line);
        }
    }

    #[test]
    fn a_line_is_what_terraform_reads() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::registry().with(Collect(Arc::clone(&lines)));
        tracing::subscriber::with_default(subscriber, || {
            let secret = crate::Secret::from("hunter2");
            tracing::warn!(target: "note", count = 3, ?secret, "saved \"it\"");
        });
        assert_eq!(
            lines.lock().unwrap().concat(),
            "{\"@level\":\"warn\",\"@message\":\"saved \\\"it\\\"\",\"@module\":\"note\",\
             \"@timestamp\":\"1970-01-01T00:00:00.001000Z\",\"count\":3,\"secret\":\"(secret)\"}\n"
        );
    }
}
