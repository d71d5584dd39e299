//! docs/conformance.md: which tests show which rule of the wire.
//!
//! A test that shows a rule begins with its line: `t05_a_repeated_parameter_is_refused` shows T5. The table is made of
//! the names of the tests; `M2M_WRITE_DOCS=1` writes it anew.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The areas of the rules, with the line's letter, their source and what each line is about.
const AREAS: &[(char, &str, &[&str])] = &[
    (
        'T',
        "Token endpoint: RFC 6749, OAuth 2.1",
        &[
            "`POST` alone",
            "a form in UTF-8",
            "an empty parameter is none",
            "unknown parameters are ignored",
            "no parameter is repeated but `resource` and an exchange's `audience`",
            "Basic and post, form-decoded after base64",
            "no credentials in the URI",
            "one method in a request",
            "which `grant_type` is refused how",
            "no refresh token for client credentials",
            "scopes: grammar, all or nothing, always answered",
            "what success looks like",
            "what errors look like",
            "`invalid_client` is 401 with a challenge",
            "whoever is not let in gets the same bytes for the same work",
            "429 and 503 say when to come back",
            "bounds of bodies, headers and parameters",
        ],
    ),
    (
        'J',
        "Access tokens: RFC 9068, 7519, 8725",
        &[
            "signed by RS256, ES256 or EdDSA",
            "`typ` and `kid`",
            "the claims that are always there",
            "`aud` and the scopes that belong to it",
            "integer dates, no custom claim in a reserved place",
            "what a verifier checks and what it ignores",
        ],
    ),
    (
        'K',
        "Keys: RFC 7517, 7518, 7638, 8037",
        &[
            "the published set",
            "a key is published before it signs and until its last token has died",
            "emergency removal",
            "fetching keys: single flight, cooldown, negative cache",
        ],
    ),
    (
        'M',
        "Metadata: RFC 8414",
        &[
            "where it is",
            "`issuer` equals `iss`",
            "explicit lists",
            "what is advertised works, what works is advertised",
            "algorithms of signed requests",
            "public documents are for any origin, secrets for none",
        ],
    ),
    (
        'R',
        "Revocation: RFC 7009",
        &[
            "the client authenticates and owns the token",
            "200 for whatever is no live token",
            "at once",
            "another client's token stays",
        ],
    ),
    (
        'I',
        "Introspection: RFC 7662, 9701",
        &[
            "who asks, and who learns more",
            "`active`, and nothing else of an inactive one",
            "everything is checked",
            "what an active one shows",
            "the signed answer",
        ],
    ),
    (
        'A',
        "Client assertions: RFC 7523, 10070",
        &[
            "one assertion of the one type",
            "`iss` = `sub` = `client_id`",
            "`aud`",
            "times",
            "`jti` is spent once",
            "algorithms",
        ],
    ),
    (
        'W',
        "Workload identity: RFC 7523",
        &["tokens of a trusted outside issuer", "safe fetches"],
    ),
    (
        'D',
        "DPoP: RFC 9449",
        &[
            "the proof",
            "the bound token",
            "errors and nonces",
            "a verifier and bound tokens",
        ],
    ),
    (
        'C',
        "Mutual TLS: RFC 8705",
        &[
            "the two methods",
            "a mismatch",
            "`cnf`",
            "headers are never believed",
        ],
    ),
    (
        'X',
        "Token exchange, resource indicators, rich requests: RFC 8693, 8707, 9396",
        &[
            "who may exchange what",
            "a child is never more than its parent and dies with it",
            "`resource`",
            "`authorization_details`",
        ],
    ),
    (
        'B',
        "Bearer tokens at the management API: RFC 6750, 9728",
        &["the header alone", "challenges", "`resource_metadata`"],
    ),
    (
        'G',
        "Management API: RFC 9457, 9110",
        &[
            "problems",
            "201, 204 and 404",
            "entity tags",
            "merge patches",
            "idempotency keys",
            "pages",
            "where a secret appears",
        ],
    ),
];

#[test]
fn every_rule_has_its_tests_and_the_table_says_which() {
    let tests = tests_by_line();
    let lines: BTreeSet<String> = lines().map(|(line, _)| line).collect();
    let bare: Vec<_> = lines
        .iter()
        .filter(|line| !tests.contains_key(*line))
        .collect();
    assert!(bare.is_empty(), "rules without a test: {bare:?}");
    let unknown: Vec<_> = tests.keys().filter(|line| !lines.contains(*line)).collect();
    assert!(unknown.is_empty(), "tests of no rule: {unknown:?}");

    let page = root().join("docs/conformance.md");
    let table = table(&tests);
    if std::env::var_os("M2M_WRITE_DOCS").is_some() {
        fs::write(&page, &table).unwrap();
    }
    let present = fs::read_to_string(&page).unwrap_or_default();
    assert!(
        present == table,
        "docs/conformance.md is not current: M2M_WRITE_DOCS=1 writes it anew"
    );
}

/// All lines with what they are about, `T1` first.
fn lines() -> impl Iterator<Item = (String, &'static str)> {
    AREAS.iter().flat_map(|(letter, _, about)| {
        let numbered = about.iter().enumerate();
        numbered.map(move |(at, about)| (format!("{letter}{}", at + 1), *about))
    })
}

/// The names of the tests that show each line.
fn tests_by_line() -> BTreeMap<String, BTreeSet<String>> {
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in ["tests", "crates"]
        .iter()
        .flat_map(|at| sources(&root().join(at)))
    {
        let text = fs::read_to_string(file).unwrap();
        for name in text.lines().filter_map(name_of_test) {
            if let Some(line) = line_of(name) {
                tests.entry(line).or_default().insert(name.to_owned());
            }
        }
    }
    tests
}

/// The function that a line of source declares.
fn name_of_test(source: &str) -> Option<&str> {
    let source = source.trim_start();
    let source = source.strip_prefix("async ").unwrap_or(source);
    let name = source.strip_prefix("fn ")?.split_once('(')?.0;
    Some(name)
}

/// `T5` of `t05_…`; none for names without a line.
fn line_of(name: &str) -> Option<String> {
    let (line, _) = name.split_once('_')?;
    let mut characters = line.chars();
    let letter = characters.next()?.to_ascii_uppercase();
    let number = characters.as_str();
    let is_area = AREAS.iter().any(|(area, ..)| *area == letter);
    let number: u32 = (number.len() == 2).then(|| number.parse().ok())??;
    is_area.then(|| format!("{letter}{number}"))
}

/// All Rust sources below a folder, not following what is built.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn table(tests: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut page = String::from(
        "# Conformance\n\n\
         Which tests show which rule of the wire. A test's name begins with its rule: \
         `cargo nextest run t05_` runs those of T5.\n\
         This page is made by `tests/conformance_table.rs`: `M2M_WRITE_DOCS=1` writes it anew.\n",
    );
    for (letter, title, about) in AREAS {
        let _ = write!(
            page,
            "\n## {letter} · {title}\n\n| rule | | tests |\n|---|---|---|\n"
        );
        for (at, about) in about.iter().enumerate() {
            let line = format!("{letter}{}", at + 1);
            let names = tests.get(&line).into_iter().flatten();
            let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
            let _ = writeln!(page, "| {line} | {about} | {} |", names.join(", "));
        }
    }
    page
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}
