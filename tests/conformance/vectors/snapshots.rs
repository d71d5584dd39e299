//! Snapshots, and which of them a verifier takes.

use m2m_core::keys::SigningKey;
use m2m_types::client_id::ClientId;
use m2m_types::generation::Generation;
use m2m_types::handle::Handle;
use m2m_types::revocations::{REVOCATIONS_TYP, RevocationsClaims, Revoked};
use serde_json::{Value, json};

use super::{ISSUER, Keys, NOW};

/// The handle of the owner whom the snapshot `stops` names.
pub(super) const STOPPED_OWNER: Handle = Handle::from_random_bytes([0xa1; 12]);
/// The handle of the organization that it names.
pub(super) const STOPPED_ORGANIZATION: Handle = Handle::from_random_bytes([0xb2; 12]);
/// The token that it names.
pub(super) const STOPPED_TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// After so many stops.
pub(super) fn generation(stops: u32) -> Generation {
    (0..stops).fold(Generation::default(), |generation, _| generation.raised())
}

fn empty(seq: u64, deployment: u32) -> RevocationsClaims {
    RevocationsClaims {
        iss: ISSUER.to_owned(),
        iat: NOW,
        exp: NOW + 86_400,
        seq,
        generation: generation(deployment),
        revoked: Revoked::default(),
    }
}

/// With one stop of each kind: the client `m2m_stopped` before its second generation, the owner before its first, the
/// organization before its third, a token and a key.
fn stops(keys: &Keys) -> RevocationsClaims {
    let stopped = ClientId::parse("m2m_stopped").unwrap();
    RevocationsClaims {
        revoked: Revoked {
            clients: [(stopped, generation(2))].into(),
            handles: [
                (STOPPED_OWNER, generation(1)),
                (STOPPED_ORGANIZATION, generation(3)),
            ]
            .into(),
            jtis: [STOPPED_TOKEN.to_owned()].into(),
            kids: [keys.removed.kid().to_owned()].into(),
        },
        ..empty(7, 0)
    }
}

fn sign(key: &SigningKey, claims: &RevocationsClaims) -> String {
    key.sign_as(REVOCATIONS_TYP, claims).unwrap()
}

/// By name, those that other vectors hold.
pub(super) fn all(keys: &Keys) -> Value {
    let stops = stops(keys);
    json!({
        "empty": sign(&keys.es256, &empty(1, 0)),
        "stops": sign(&keys.es256, &stops),
        "stops_eddsa": sign(&keys.eddsa, &stops),
        "stops_rs256": sign(&keys.rs256, &stops),
        "restored": sign(&keys.es256, &empty(2, 1)),
    })
}

/// What a verifier makes of a snapshot, holding another or none.
pub(super) fn vectors(keys: &Keys) -> Value {
    let key = &keys.es256;
    let other_issuer = RevocationsClaims {
        iss: "https://other.example".to_owned(),
        ..empty(1, 0)
    };
    let as_token = key.sign_as("at+jwt", &empty(1, 0)).unwrap();
    let unpublished_kid = with_header(&sign(key, &empty(1, 0)), "kid", "unknown");
    let other_algorithm = with_header(&sign(key, &empty(1, 0)), "alg", "none");
    let tampered = tampered(&sign(key, &empty(1, 0)), &sign(key, &empty(9, 0)));
    let vector = |name: &str, held: Option<&str>, snapshot: String, now, expected: &str| json!({"name": name, "held": held, "snapshot": snapshot, "now": now, "expected": expected});
    let named = |name: &str, held, snapshot: &str, expected| {
        vector(name, held, snapshot.to_owned(), NOW, expected)
    };
    let given = |name: &str, snapshot, expected| vector(name, None, snapshot, NOW, expected);
    let without = |claim: &str| altered(key, |claims| drop(claims.remove(claim)));
    let with = |claim: &str, value: Value| {
        altered(key, |claims| drop(claims.insert(claim.to_owned(), value)))
    };
    json!([
        named("the first snapshot", None, "empty", "accepted"),
        named("signed with EdDSA", None, "stops_eddsa", "accepted"),
        named("signed with RS256", None, "stops_rs256", "accepted"),
        named("a newer one", Some("empty"), "stops", "accepted"),
        named("an equal one", Some("stops"), "stops_eddsa", "accepted"),
        named("an older one", Some("stops"), "empty", "older"),
        named(
            "after a restore seq is lower and gen higher",
            Some("stops"),
            "restored",
            "accepted"
        ),
        named("from before a restore", Some("restored"), "stops", "older"),
        vector(
            "within the leeway of its end",
            None,
            "empty".to_owned(),
            NOW + 86_459,
            "accepted"
        ),
        vector(
            "a day and a minute old",
            None,
            "empty".to_owned(),
            NOW + 86_460,
            "expired"
        ),
        vector(
            "from within the leeway ahead",
            None,
            "empty".to_owned(),
            NOW - 60,
            "accepted"
        ),
        vector(
            "from a minute ahead",
            None,
            "empty".to_owned(),
            NOW - 61,
            "not_yet"
        ),
        given("of another issuer", sign(key, &other_issuer), "issuer"),
        given("an access token's typ", as_token, "typ"),
        given("an unknown key", unpublished_kid, "unknown_key"),
        given("without signature", other_algorithm, "signature"),
        given("with the signature of another", tampered, "signature"),
        given(
            "signed by a key that it removes",
            sign(&keys.removed, &stops(keys)),
            "key"
        ),
        vector(
            "signed by a key that the held one removes",
            Some("stops"),
            sign(&keys.removed, &empty(9, 0)),
            NOW,
            "key"
        ),
        given(
            "with further claims",
            with("colour", json!("blue")),
            "accepted"
        ),
        given("without seq", without("seq"), "malformed"),
        given("without clients", without("clients"), "malformed"),
        given("without kids", without("kids"), "malformed"),
        given("seq is a text", with("seq", json!("1")), "malformed"),
        given("gen is negative", with("gen", json!(-1)), "malformed"),
        given(
            "a generation is a text",
            with("clients", json!({"m2m_1": "1"})),
            "malformed"
        ),
        given(
            "handles is an array",
            with("handles", json!([])),
            "malformed"
        ),
        given("jtis is a text", with("jtis", json!("1")), "malformed"),
        given("no JWT", "empty.snapshot".to_owned(), "malformed"),
    ])
}

fn altered(key: &SigningKey, change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    let mut claims = serde_json::to_value(empty(1, 0)).unwrap();
    change(claims.as_object_mut().unwrap());
    key.sign_as(REVOCATIONS_TYP, &claims).unwrap()
}

/// With another value in its header and the old signature.
pub(super) fn with_header(text: &str, name: &str, value: &str) -> String {
    let mut header = m2m_tests::jwt::header(text);
    header[name] = json!(value);
    m2m_tests::jwt::with_part(text, 0, &header)
}

/// What `content` says, with the signature of `signed`.
pub(super) fn tampered(content: &str, signed: &str) -> String {
    let (content, _) = content.rsplit_once('.').unwrap();
    let (_, signature) = signed.rsplit_once('.').unwrap();
    format!("{content}.{signature}")
}
