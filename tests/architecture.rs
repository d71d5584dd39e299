//! The direction of the crates, read from `cargo metadata`.
//!
//! Development dependencies are exempt: tests may look at everything.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

use std::collections::BTreeSet;
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Who may use whom; `functions/*` stands for every function.
const MAY_USE: &[(&str, &[&str])] = &[
    ("m2m-types", &[]),
    ("m2m-jose", &[]),
    ("m2m-fetch", &["m2m-jose"]),
    ("m2m-core", &["m2m-jose", "m2m-types"]),
    ("m2m-http", &["m2m-core", "m2m-types"]),
    ("m2m-aws", &["m2m-core", "m2m-types"]),
    ("m2m-client", &["m2m-types"]),
    ("m2m-aws-iam", &["m2m-client", "m2m-types"]),
    ("m2m-verify", &["m2m-jose", "m2m-types"]),
    (
        "m2m-lambda",
        &["m2m-aws", "m2m-core", "m2m-http", "m2m-types", "m2m-verify"],
    ),
    ("m2m-lambda-emulator", &[]),
    (
        "m2m-local",
        &[
            "m2m-aws",
            "m2m-client",
            "m2m-core",
            "m2m-fetch",
            "m2m-http",
            "m2m-types",
        ],
    ),
    ("m2m-testkit", &["m2m-core", "m2m-types"]),
    (
        "functions/*",
        &["m2m-aws", "m2m-fetch", "m2m-http", "m2m-lambda"],
    ),
    (
        "m2m-bench",
        &[
            "m2m-aws",
            "m2m-client",
            "m2m-core",
            "m2m-lambda-emulator",
            "m2m-local",
            "m2m-types",
            "m2m-verify",
        ],
    ),
    (
        "m2m-demo",
        &["m2m-client", "m2m-core", "m2m-local", "m2m-types"],
    ),
    ("tfplugin", &[]),
    ("aws-provider-stub", &["tfplugin"]),
    (
        "terraform-provider-m2m",
        &["m2m-aws-iam", "m2m-client", "m2m-types", "tfplugin"],
    ),
];

/// Nothing of these may be a dependency: a name, or the beginning of one that ends in `*`.
const MUST_NOT_USE: &[(&str, &[&str])] = &[
    ("m2m-types", &["tokio", "http", "axum*", "aws-*", "lambda*"]),
    (
        "m2m-jose",
        &["http", "axum*", "hyper*", "reqwest", "aws-*", "lambda*"],
    ),
    (
        "m2m-core",
        &[
            "http",
            "axum*",
            "hyper*",
            "tower*",
            "reqwest",
            "aws-sdk*",
            "aws-config",
            "lambda*",
        ],
    ),
    (
        "m2m-http",
        &["aws-sdk*", "aws-config", "aws-types", "lambda*", "reqwest"],
    ),
    (
        "m2m-aws",
        &["axum*", "hyper*", "tower-http", "lambda*", "reqwest"],
    ),
    ("m2m-client", &["axum*", "aws-*", "lambda*"]),
    ("tfplugin", &["reqwest", "axum*", "aws-sdk*"]),
];

/// The suites themselves, which may use everything and which nobody may use.
const TESTS: &str = "m2m-tests";

/// How long the `main.rs` of a function may be.
const MAIN_LINES: usize = 40;

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap()
}

/// Where a package lies below the root of the workspace.
fn directory(metadata: &Metadata, package: &Package) -> String {
    let directory = package.manifest_path.parent().unwrap();
    let below = directory.strip_prefix(&metadata.workspace_root).unwrap();
    below.to_string()
}

fn is_function(metadata: &Metadata, package: &Package) -> bool {
    directory(metadata, package).starts_with("functions/")
}

/// What a package uses outside its tests.
fn uses(package: &Package) -> BTreeSet<&str> {
    let used = package.dependencies.iter();
    used.filter(|used| used.kind != DependencyKind::Development)
        .map(|used| used.name.as_str())
        .collect()
}

#[test]
fn the_crates_point_one_way() {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let ours: BTreeSet<_> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut wrong = Vec::new();
    for package in packages
        .iter()
        .filter(|package| package.name.as_str() != TESTS)
    {
        let rule = if is_function(&metadata, package) {
            "functions/*"
        } else {
            package.name.as_str()
        };
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == rule) else {
            wrong.push(format!(
                "{rule} is new: say in tests/architecture.rs whom it may use"
            ));
            continue;
        };
        for used in uses(package).intersection(&ours) {
            if !allowed.contains(used) {
                let name = &package.name;
                wrong.push(format!("{name} → {used}; {rule} may use only {allowed:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "the wrong way:\n{}", wrong.join("\n"));
}

#[test]
fn the_layers_know_nothing_of_what_lies_outside_them() {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let mut wrong = Vec::new();
    for (name, forbidden) in MUST_NOT_USE {
        let package = packages
            .iter()
            .find(|package| package.name.as_str() == *name);
        for used in uses(package.unwrap()) {
            // Cryptography is no service of AWS.
            let is_forbidden = forbidden.iter().any(|pattern| matches(pattern, used));
            if is_forbidden && used != "aws-lc-rs" {
                wrong.push(format!("{name} → {used}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not theirs to know:\n{}",
        wrong.join("\n")
    );
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

#[test]
fn http_and_aws_meet_only_where_a_program_is_put_together() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        let used = uses(package);
        let both = used.contains("m2m-http") && used.contains("m2m-aws");
        let is_a_program = ["m2m-local", "m2m-lambda", TESTS].contains(&package.name.as_str())
            || is_function(&metadata, package);
        assert!(
            !both || is_a_program,
            "{} joins m2m-http and m2m-aws",
            package.name
        );
    }
}

#[test]
fn a_function_is_a_short_main() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        if !is_function(&metadata, package) {
            continue;
        }
        let sources = package.manifest_path.parent().unwrap().join("src");
        let files: Vec<_> = std::fs::read_dir(&sources)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(files, ["main.rs"], "{}", package.name);
        let main = std::fs::read_to_string(sources.join("main.rs")).unwrap();
        let lines = main.lines().count();
        assert!(
            lines <= MAIN_LINES,
            "{}: main.rs has {lines} lines, at most {MAIN_LINES}",
            package.name
        );
    }
}
