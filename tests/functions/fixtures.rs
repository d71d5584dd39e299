//! The example events that ship inside the crates `lambda_http` and `aws_lambda_events`, read from cargo's copy
//! of them.

use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;
use serde_json::Value;

/// Where in which crate the events lie.
const PLACES: &[(&str, &str)] = &[
    ("lambda_http", "tests/data"),
    ("aws_lambda_events", "src/fixtures"),
];

/// An event of AWS.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    /// The name of its file.
    pub(crate) name: String,
    /// The event.
    pub(crate) event: Value,
}

/// Which shape an event has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A request of an HTTP API, payload 2.0, or of a function URL.
    V2,
    /// A request of an HTTP API, payload 1.0, or of a REST API.
    V1,
    /// Anything else that AWS sends to functions, and no request for ours.
    Other,
}

/// All of them.
pub(crate) fn all() -> Vec<Fixture> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap();
    let mut all = Vec::new();
    for (name, below) in PLACES {
        let package = metadata.packages.iter().find(|p| p.name.as_str() == *name);
        let directory = package.unwrap().manifest_path.with_file_name(below);
        let before = all.len();
        all.extend(
            files(directory.as_std_path())
                .iter()
                .filter_map(|file| read(file)),
        );
        assert!(all.len() > before, "{name} has no events any more");
    }
    all
}

/// The requests for functions like ours among them.
pub(crate) fn requests() -> Vec<Fixture> {
    let mut all = all();
    all.retain(|fixture| fixture.shape() != Shape::Other);
    all
}

impl Fixture {
    pub(crate) fn shape(&self) -> Shape {
        let context = &self.event["requestContext"];
        let is_of_another_front = !context["elb"].is_null() || !context["connectionId"].is_null();
        // What authorizers get has a type.
        if is_of_another_front || !self.event["type"].is_null() {
            Shape::Other
        } else if context["http"].is_object() {
            Shape::V2
        } else if self.event["httpMethod"].is_string() && context.is_object() {
            Shape::V1
        } else {
            Shape::Other
        }
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(file: &Path) -> Option<Fixture> {
    if file.extension()? != "json" {
        return None;
    }
    let text = std::fs::read_to_string(file).unwrap();
    Some(Fixture {
        name: file.file_name()?.to_str()?.to_owned(),
        event: serde_json::from_str(&text).unwrap(),
    })
}
