//! Logs in the form Terraform reads, and panics in the form it recognises.

mod format;
mod layer;
mod timestamp;

use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Sends what is logged to Terraform, which filters it by `TF_LOG` and `TF_LOG_PROVIDER`.
pub(crate) fn init() {
    std::panic::set_hook(Box::new(report_panic));
    let wanted = |name: &str| std::env::var_os(name).is_some_and(|level| !level.is_empty());
    let level = if wanted("TF_LOG") || wanted("TF_LOG_PROVIDER") {
        LevelFilter::TRACE
    } else {
        LevelFilter::WARN
    };
    // A second subscriber (in a test, say) keeps the first.
    let _ = tracing_subscriber::registry()
        .with(level)
        .with(layer::HclogLayer)
        .try_init();
}

/// Terraform shows up to a hundred lines that follow one starting with `panic: `.
#[expect(
    clippy::print_stderr,
    reason = "the standard error is where Terraform looks for it"
)]
fn report_panic(info: &PanicHookInfo<'_>) {
    let text = info.payload_as_str().unwrap_or("no message");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let trace = std::backtrace::Backtrace::force_capture();
    eprintln!("panic: {text}\n\nat {location}\n{trace}");
}
