//! The lines of the log as Lambda wants them.
//!
//! Lambda keeps the level of a line only beside a `timestamp` in RFC 3339; everything else is a member
//! beside these, so that a query names a field by its name alone.

use std::error::Error;
use std::fmt::{self, Debug};
use std::sync::Arc;

use m2m_core::clock::Clock;
use m2m_core::error_chain::chain;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes an event as one JSON object: time, level, what it says, and what its spans say.
pub(super) struct JsonLine {
    pub(super) clock: Arc<dyn Clock>,
}

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (now, level) = (self.clock.now(), event.metadata().level());
        write!(writer, "{{\"timestamp\":\"{now:.3}\",\"level\":\"{level}\"")?;
        context
            .field_format()
            .format_fields(writer.by_ref(), event)?;
        for span in context.event_scope().into_iter().flatten() {
            // The runtime has a span of its own around ours, with the same in other words.
            let is_ours = span.metadata().target().starts_with(super::OURS);
            if let Some(fields) = span
                .extensions()
                .get::<FormattedFields<N>>()
                .filter(|_| is_ours)
            {
                writer.write_str(fields)?;
            }
        }
        writer.write_str("}\n")
    }
}

/// Writes fields as members of an object that has a member already.
pub(super) struct JsonMembers;

impl<'writer> FormatFields<'writer> for JsonMembers {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut members = Members {
            writer,
            written: Ok(()),
        };
        fields.record(&mut members);
        members.written
    }
}

struct Members<'writer> {
    writer: Writer<'writer>,
    written: fmt::Result,
}

impl Members<'_> {
    fn member(&mut self, field: &Field, value: impl Into<Value>) {
        if self.written.is_ok() {
            self.written = write!(self.writer, ",\"{}\":{}", field.name(), value.into());
        }
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.member(field, chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.member(field, format!("{value:?}"));
    }
}
