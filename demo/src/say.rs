//! What the demo shows.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::Outcome;

/// A step that held.
pub(crate) fn step(what: &str, detail: &str) {
    let mark = if io::stdout().is_terminal() {
        "\u{1b}[32m✓\u{1b}[0m"
    } else {
        "✓"
    };
    let detail = if detail.is_empty() {
        String::new()
    } else {
        format!("  {detail}")
    };
    line(format_args!("{mark} {what}{detail}"));
}

/// Something to know.
pub(crate) fn remark(text: &str) {
    line(format_args!("  {text}"));
}

/// A value to look at.
pub(crate) fn json(value: &impl Serialize) -> Outcome<()> {
    for text in serde_json::to_string_pretty(value)?.lines() {
        line(format_args!("    {text}"));
    }
    Ok(())
}

/// The step that did not hold.
pub(crate) fn failed(error: &dyn std::error::Error) {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let chain: Vec<String> = causes.map(ToString::to_string).collect();
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(io::stderr().lock(), "✗ {}", chain.join(": "));
}

/// What to do next.
pub(crate) fn how_to_go_on(terraform: bool) -> Outcome<()> {
    line(format_args!("\nAll of it held. To go on:"));
    line(format_args!(
        "  make serve                                  keeps the service running on 127.0.0.1:8080"
    ));
    line(format_args!(
        "  eval \"$(target/debug/m2m env)\"              lets the next commands call it"
    ));
    line(format_args!(
        "  target/debug/m2m clients create my-service  makes a client"
    ));
    if terraform {
        line(format_args!(
            "  terraform-provider/provider/examples/demo   is what terraform applied"
        ));
    }
    Ok(())
}

fn line(text: impl std::fmt::Display) {
    // A closed pipe is the reader's choice.
    let _ = writeln!(io::stdout().lock(), "{text}");
}
