//! What people and machines read.

use std::io::{self, Write};

use serde::Serialize;

/// One line for people or machines on standard output. A closed pipe is the reader's choice, not an error.
pub(super) fn line(text: impl std::fmt::Display) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A value as JSON on standard output.
pub(super) fn json(value: &impl Serialize) -> io::Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// A remark on standard error.
pub(super) fn remark(text: impl std::fmt::Display) {
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// An error with its causes on standard error.
pub(super) fn error(error: &dyn std::error::Error) {
    remark(format_args!("error: {error}"));
    for cause in std::iter::successors(error.source(), |cause| cause.source()) {
        remark(format_args!("  because: {cause}"));
    }
}
