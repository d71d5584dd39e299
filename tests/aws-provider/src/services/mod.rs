//! The services of AWS, each with the calls behind its types.

mod apigateway;
mod cloudwatch;
mod dynamodb;
mod events;
mod iam;
mod lambda;
mod logs;
pub(crate) mod sts;

use crate::kind::Kind;

/// Every type that is served.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    let groups = [
        apigateway::KINDS,
        cloudwatch::KINDS,
        dynamodb::KINDS,
        events::KINDS,
        iam::KINDS,
        lambda::KINDS,
        logs::KINDS,
    ];
    groups.into_iter().flatten()
}

/// The text between two marks of an XML answer; empty if they are not there.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let found = text
        .split_once(start)
        .and_then(|(_, rest)| rest.split_once(end));
    found.map_or("", |(found, _)| found)
}
