//! The vectors of docs/verifier, for verifiers in other languages: they are what this program writes, it agrees
//! with them, and so does the verifier in Python.
//!
//! `M2M_WRITE_FIXTURES=1` writes them anew.

mod snapshots;
mod tokens;

use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use m2m_core::keys::{KeyState, SigningAlgorithm, SigningKey};
use m2m_core::ports::KeyRecord;
use m2m_tests::jwt;
use m2m_tests::programs::{skipped, workspace};
use m2m_types::revocations::{RevocationsClaims, Stop};
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// The moment of all vectors that say no other: 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;
const ISSUER: &str = "https://auth.example";
const AUDIENCE: &str = "https://api.example";

/// The keys that sign the vectors; their private halves are known to everybody and used for nothing else.
struct Keys {
    es256: SigningKey,
    eddsa: SigningKey,
    rs256: SigningKey,
    /// Published still, but removed according to some snapshots.
    removed: SigningKey,
}

impl Keys {
    fn read() -> Self {
        let keys: Value = serde_json::from_str(include_str!("keys.json")).unwrap();
        let parse = |name: &str, algorithm| {
            let pkcs8 = STANDARD.decode(keys[name].as_str().unwrap()).unwrap();
            let since = Timestamp::from_second(NOW).unwrap();
            let record = KeyRecord {
                algorithm,
                state: KeyState::Active { since },
                pkcs8: Zeroizing::new(pkcs8),
            };
            SigningKey::parse(&record).unwrap()
        };
        Self {
            es256: parse("es256", SigningAlgorithm::Es256),
            eddsa: parse("eddsa", SigningAlgorithm::EdDsa),
            rs256: parse("rs256", SigningAlgorithm::Rs256),
            removed: parse("removed", SigningAlgorithm::Es256),
        }
    }

    fn jwks(&self) -> Value {
        let keys = [&self.es256, &self.eddsa, &self.rs256, &self.removed];
        json!({ "keys": keys.map(SigningKey::jwk) })
    }
}

fn vectors() -> Value {
    let keys = Keys::read();
    json!({
        "description": "Described in docs/revocations.md.",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "now": NOW,
        "jwks": keys.jwks(),
        "snapshots": snapshots::all(&keys),
        "snapshot_vectors": snapshots::vectors(&keys),
        "token_vectors": tokens::vectors(&keys),
    })
}

fn path() -> PathBuf {
    workspace().join("docs/verifier/vectors.json")
}

fn kept() -> Value {
    serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
}

/// The same without signatures, since those of ES256 are different each time.
fn unsigned(value: &Value) -> Value {
    match value {
        Value::String(text) if text.matches('.').count() == 2 => {
            json!(text.rsplit_once('.').unwrap().0)
        }
        Value::Array(items) => items.iter().map(unsigned).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), unsigned(member)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

#[test]
fn the_vectors_are_what_this_program_writes() {
    let made = vectors();
    if std::env::var_os("M2M_WRITE_FIXTURES").is_some() {
        let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
        std::fs::write(path(), text).unwrap();
    }
    assert_eq!(unsigned(&kept()), unsigned(&made));
}

#[test]
fn this_program_agrees_with_the_vectors() {
    let vectors = kept();
    let of_stops = [
        Stop::Key,
        Stop::Deployment,
        Stop::Client,
        Stop::Owner,
        Stop::Organization,
        Stop::Token,
    ]
    .map(Stop::as_str);
    let mut compared = 0;
    for vector in vectors["token_vectors"].as_array().unwrap() {
        let expected = vector["expected"].as_str().unwrap();
        let stop = of_stops.contains(&expected).then_some(expected);
        if stop.is_none() && expected != "accepted" {
            continue;
        }
        let held = vector["held"].as_str().unwrap();
        let snapshot = vectors["snapshots"][held].as_str().unwrap();
        let snapshot = jwt::verified(snapshot, &vectors["jwks"]).unwrap();
        let snapshot: RevocationsClaims = serde_json::from_value(snapshot).unwrap();
        let token = vector["token"].as_str().unwrap();
        let claims = jwt::verified(token, &vectors["jwks"]).unwrap();
        let claims = serde_json::from_value(claims).unwrap();
        let header = jwt::header(token);
        let found = snapshot.stops(&claims, header["kid"].as_str().unwrap());
        assert_eq!(found.map(Stop::as_str), stop, "{}", vector["name"]);
        compared += 1;
    }
    assert!(compared > of_stops.len(), "{compared}");
}

#[test]
fn the_verifier_in_python_passes_the_vectors() {
    let python = workspace().join(".venv/bin/python");
    let has_cryptography = Command::new(&python)
        .args(["-c", "import cryptography"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_cryptography {
        skipped("Python with cryptography is not in .venv, which `make .venv` makes");
        return;
    }
    let verifier = workspace().join("docs/verifier/verify.py");
    let output = Command::new(python).arg(verifier).arg(path()).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
}
