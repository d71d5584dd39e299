//! Whatever anybody sends: nothing panics, and nothing that was changed is accepted.
//!
//! A fuzz loop without a tool of its own: each target replays its corpus and then mutates it for a bounded number of
//! executions, from a fixed seed. `make fuzz` runs it longer, from another seed each time.

#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]
#![expect(
    clippy::print_stdout,
    reason = "the figures of a run, and the input that broke it"
)]

mod mutate;
mod targets;

use std::path::Path;

use mutate::Mutator;

/// How often each target is run in the test suite.
const EXECUTIONS: u64 = 2_000;

/// Prints the input that a target panicked at, to be put into the corpus.
struct Running<'a>(&'a [u8]);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the input was \"{}\"", self.0.escape_ascii());
        }
    }
}

/// Runs a target on its corpus, on what is given, and on what becomes of them.
fn fuzz(target: &str, given: Vec<Vec<u8>>, run: impl Fn(&[u8])) {
    let mut corpus = read_corpus(target);
    assert!(!corpus.is_empty(), "{target} has no corpus");
    corpus.extend(given);
    for input in &corpus {
        let _running = Running(input);
        run(input);
    }
    let executions = setting("M2M_FUZZ_EXECUTIONS").unwrap_or(EXECUTIONS);
    let mut mutator = Mutator::new(setting("M2M_FUZZ_SEED").unwrap_or(1), &corpus);
    for _ in 0..executions {
        let input = mutator.next_input();
        let _running = Running(&input);
        run(&input);
    }
    println!(
        "{target}: {executions} executions, {} inputs in the corpus",
        corpus.len()
    );
}

fn read_corpus(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut paths: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn any_form_is_parsed_or_refused() {
    fuzz("form", vec![], targets::form);
}

#[test]
fn any_authorization_header_is_read_or_refused() {
    fuzz("basic", vec![], targets::basic);
}

#[test]
fn any_assertion_is_refused_but_the_one_that_was_signed() {
    let target = targets::Assertion::default();
    fuzz("assertion", vec![target.signed()], |input| {
        target.run(input);
    });
}

#[test]
fn any_dpop_proof_is_refused_but_one_that_its_key_signed() {
    let target = targets::Dpop::default();
    fuzz("dpop", vec![target.signed()], |input| target.run(input));
}

#[test]
fn any_token_is_refused_but_the_one_that_was_signed() {
    let target = targets::Token::default();
    fuzz("token", vec![target.signed()], |input| target.run(input));
}
