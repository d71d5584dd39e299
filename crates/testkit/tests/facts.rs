//! No fact of a contract may be forgotten in the macro that runs it.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

use std::path::Path;

/// All Rust text below a directory.
fn sources(directory: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}

#[test]
fn every_fact_is_run() {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract");
    let texts = sources(&contract);
    let facts: Vec<_> = texts
        .iter()
        .flat_map(|text| text.split("pub async fn ").skip(1))
        .filter_map(|rest| rest.split('(').next())
        .collect();
    assert!(facts.len() > 40, "{}", facts.len());
    for fact in facts {
        let listed = format!("                {fact},\n");
        assert!(
            texts.iter().any(|text| text.contains(&listed)),
            "{fact} is in no macro"
        );
    }
}
