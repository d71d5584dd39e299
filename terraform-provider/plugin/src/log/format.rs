//! One log line: a JSON object on a line of its own.

use std::fmt;
use std::time::SystemTime;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Level, Metadata};

use super::timestamp::rfc3339;

/// The fields of an event or span.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(pub(super) Map<String, Value>);

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0
            .insert(field.name().to_owned(), format!("{value:?}").into());
    }
}

/// The line of an event. Terraform needs `@level`, `@message`, `@module` and `@timestamp` to be
/// strings: another type there crashes it.
pub(super) fn line(
    metadata: &Metadata<'_>,
    time: SystemTime,
    spans: impl IntoIterator<Item = Fields>,
    event: Fields,
) -> String {
    let mut fields: Map<String, Value> = spans.into_iter().flat_map(|fields| fields.0).collect();
    fields.extend(event.0);
    let message = match fields.remove("message") {
        Some(Value::String(message)) => message,
        Some(other) => other.to_string(),
        None => metadata.name().to_owned(),
    };
    fields.insert("@level".to_owned(), level(*metadata.level()).into());
    fields.insert("@message".to_owned(), message.into());
    fields.insert("@module".to_owned(), metadata.target().into());
    fields.insert("@timestamp".to_owned(), rfc3339(time).into());
    let mut line = Value::Object(fields).to_string();
    line.push('\n');
    line
}

fn level(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    }
}
