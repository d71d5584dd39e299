//! Answers as text, without what differs from run to run.

use m2m_tests::call::Answer;
use serde_json::Value;

/// Headers that say nothing about an error.
const LEFT_OUT: [&str; 2] = ["date", "content-length"];

/// Compares status, headers and body with `snapshots/{name}.snap`.
#[track_caller]
pub(crate) fn assert_shows(name: &str, answer: &Answer) {
    let text = render(answer);
    assert!(
        !text.contains("m2ms_") && !text.contains("m2mt_") && !text.contains("eyJ"),
        "a secret: {text}"
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"http://127\.0\.0\.1:\d+", "[issuer]");
    settings.add_filter(
        r#""correlation_id": "[0-9a-f]{32}""#,
        r#""correlation_id": "[correlation_id]""#,
    );
    settings.add_filter(r"m2m_[0-9a-hjkmnp-tv-z]{26}", "[client_id]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn render(answer: &Answer) -> String {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let body = serde_json::to_string_pretty(&body).unwrap();
    format!("{}\n{}\n\n{body}", answer.status, headers.join("\n"))
}
