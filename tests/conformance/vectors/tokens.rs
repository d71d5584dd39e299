//! Access tokens, and what a verifier makes of them.

use m2m_core::keys::SigningKey;
use m2m_testkit::builders::scopes;
use m2m_tests::jwt;
use m2m_types::audience::Audience;
use m2m_types::claims::{ACCESS_TOKEN_TYP, AccessTokenClaims, Ancestor};
use m2m_types::client_id::ClientId;
use m2m_types::confirmation::Confirmation;
use m2m_types::custom_claims::CustomClaims;
use m2m_types::generation::Generations;
use m2m_types::handle::Handle;
use m2m_types::names::{OrganizationId, OwnerId};
use serde_json::{Value, json};

use super::snapshots::{
    STOPPED_ORGANIZATION, STOPPED_OWNER, STOPPED_TOKEN, generation, tampered, with_header,
};
use super::{AUDIENCE, ISSUER, Keys, NOW};

/// Of a client, an owner and an organization that no snapshot names.
fn live() -> AccessTokenClaims {
    AccessTokenClaims {
        iss: ISSUER.to_owned(),
        sub: OwnerId::parse("local|ada").unwrap(),
        aud: Audience::parse(AUDIENCE).unwrap(),
        exp: NOW + 3_600,
        iat: NOW,
        nbf: None,
        jti: "f".repeat(32),
        client_id: client("m2m_live"),
        scope: scopes("orders:read"),
        org: OrganizationId::parse("acme").unwrap(),
        generations: Generations {
            client: generation(0),
            owner: generation(0),
            organization: generation(0),
            deployment: generation(0),
            owner_handle: Handle::from_random_bytes([1; 12]),
            organization_handle: Handle::from_random_bytes([2; 12]),
        },
        cnf: None,
        act: None,
        ancestors: vec![],
        authorization_details: None,
        custom: CustomClaims::default(),
    }
}

fn client(id: &str) -> ClientId {
    ClientId::parse(id).unwrap()
}

fn of_client(id: &str, stops: u32) -> AccessTokenClaims {
    let mut claims = live();
    claims.client_id = client(id);
    claims.generations.client = generation(stops);
    claims
}

fn of_owner(stops: u32) -> AccessTokenClaims {
    let mut claims = live();
    claims.generations.owner = generation(stops);
    claims.generations.owner_handle = STOPPED_OWNER;
    claims
}

fn of_organization(stops: u32) -> AccessTokenClaims {
    let mut claims = live();
    claims.generations.organization = generation(stops);
    claims.generations.organization_handle = STOPPED_ORGANIZATION;
    claims
}

fn of_jti(jti: &str) -> AccessTokenClaims {
    AccessTokenClaims {
        jti: jti.to_owned(),
        ..live()
    }
}

/// A token that was exchanged from one like this, signed by that key, through another.
fn child_of(parent: &AccessTokenClaims, key: &SigningKey) -> AccessTokenClaims {
    let ancestor = |claims: &AccessTokenClaims| Ancestor {
        client_id: claims.client_id.clone(),
        jti: claims.jti.clone(),
        generations: claims.generations,
        kid: key.kid().to_owned(),
    };
    let between = of_client("m2m_between", 0);
    AccessTokenClaims {
        ancestors: vec![ancestor(&between), ancestor(parent)],
        ..live()
    }
}

/// What a verifier makes of tokens, holding a snapshot.
pub(super) fn vectors(keys: &Keys) -> Value {
    let mut vectors = Vec::new();
    let mut add = |name: &str, held: Option<&str>, token: String, now: i64, expected: &str| {
        vectors.push(
            json!({"name": name, "held": held, "token": token, "now": now, "expected": expected}),
        );
    };
    let sign = |claims: &AccessTokenClaims| keys.es256.sign(claims).unwrap();
    let stops = Some("stops");
    for (name, claims, expected) in stopped_or_not() {
        add(name, stops, sign(&claims), NOW, expected);
        let child = child_of(&claims, &keys.es256);
        let name = format!("exchanged from: {name}");
        add(&name, stops, sign(&child), NOW, expected);
    }
    for (name, key) in [("EdDSA", &keys.eddsa), ("RS256", &keys.rs256)] {
        let token = key.sign(&live()).unwrap();
        add(name, Some("empty"), token, NOW, "accepted");
    }
    let removed = keys.removed.sign(&live()).unwrap();
    add("its key was removed", stops, removed.clone(), NOW, "key");
    add(
        "its key was not removed yet",
        Some("empty"),
        removed,
        NOW,
        "accepted",
    );
    let child = sign(&child_of(&live(), &keys.removed));
    add(
        "exchanged from: its key was removed",
        stops,
        child,
        NOW,
        "key",
    );
    add(
        "from before a restore",
        Some("restored"),
        sign(&live()),
        NOW,
        "deployment",
    );
    let mut after = live();
    after.generations.deployment = generation(1);
    add(
        "from after a restore",
        Some("restored"),
        sign(&after),
        NOW,
        "accepted",
    );
    let child = sign(&AccessTokenClaims {
        generations: after.generations,
        ..child_of(&live(), &keys.es256)
    });
    add(
        "exchanged after a restore from before it",
        Some("restored"),
        child,
        NOW,
        "deployment",
    );

    add("without a snapshot", None, sign(&live()), NOW, "stale");
    add(
        "with a snapshot of a minute ago",
        stops,
        sign(&live()),
        NOW + 60,
        "accepted",
    );
    add(
        "with an older snapshot",
        stops,
        sign(&live()),
        NOW + 61,
        "stale",
    );
    for (name, token, expected) in unusable(keys) {
        add(name, stops, token, NOW, expected);
    }
    vectors.into()
}

fn stopped_or_not() -> Vec<(&'static str, AccessTokenClaims, &'static str)> {
    vec![
        ("nothing is stopped", live(), "accepted"),
        (
            "its client was stopped twice",
            of_client("m2m_stopped", 0),
            "client",
        ),
        (
            "its client was stopped once more",
            of_client("m2m_stopped", 1),
            "client",
        ),
        (
            "issued after its client was stopped",
            of_client("m2m_stopped", 2),
            "accepted",
        ),
        (
            "its client's name is longer",
            of_client("m2m_stopped2", 0),
            "accepted",
        ),
        ("its owner was switched off", of_owner(0), "owner"),
        (
            "issued after its owner was switched off",
            of_owner(1),
            "accepted",
        ),
        (
            "its organization was switched off",
            of_organization(2),
            "organization",
        ),
        (
            "issued after its organization was switched off",
            of_organization(4),
            "accepted",
        ),
        ("it was revoked", of_jti(STOPPED_TOKEN), "token"),
        (
            "its jti is written otherwise",
            of_jti(&STOPPED_TOKEN.to_uppercase()),
            "accepted",
        ),
    ]
}

/// What never holds, whatever is stopped.
fn unusable(keys: &Keys) -> Vec<(&'static str, String, &'static str)> {
    let key = &keys.es256;
    let sign = |claims: &AccessTokenClaims| key.sign(claims).unwrap();
    let token = sign(&live());
    let with = |change: &dyn Fn(&mut AccessTokenClaims)| {
        let mut claims = live();
        change(&mut claims);
        sign(&claims)
    };
    let raw = |change: &dyn Fn(&mut Value)| {
        let mut claims = serde_json::to_value(live()).unwrap();
        change(&mut claims);
        key.sign_as(ACCESS_TOKEN_TYP, &claims).unwrap()
    };
    let confirmation: Confirmation = serde_json::from_value(json!({"jkt": "x"})).unwrap();
    let of_snapshot = key.sign_as("revocations+jwt", &live()).unwrap();
    let twice = r#"{"jti":"a","jti":"b"}"#;
    let twice = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, twice);
    let (header, rest) = token.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    vec![
        (
            "of another issuer",
            with(&|it| it.iss = format!("{ISSUER}/")),
            "issuer",
        ),
        (
            "for another audience",
            with(&|it| it.aud = Audience::parse("https://other.example").unwrap()),
            "audience",
        ),
        (
            "ended a minute ago",
            with(&|it| it.exp = NOW - 60),
            "expired",
        ),
        (
            "begins in more than a minute",
            with(&|it| it.nbf = Some(NOW + 61)),
            "not_yet",
        ),
        (
            "bound to a key",
            with(&|it| it.cnf = Some(confirmation.clone())),
            "bound",
        ),
        ("of another type", of_snapshot, "typ"),
        (
            "with an unknown key",
            with_header(&token, "kid", "../../etc/passwd"),
            "unknown_key",
        ),
        (
            "of another key",
            with_header(&token, "kid", keys.removed.kid()),
            "signature",
        ),
        (
            "with another algorithm",
            with_header(&token, "alg", "HS256"),
            "signature",
        ),
        (
            "with no algorithm",
            with_header(&token, "alg", "none"),
            "signature",
        ),
        (
            "with another's signature",
            tampered(&token, &sign(&of_jti("1"))),
            "signature",
        ),
        (
            "without signature",
            jwt_without_signature(&token),
            "signature",
        ),
        ("with padding", format!("{token}=="), "malformed"),
        (
            "with a member twice",
            format!("{header}.{twice}.{signature}"),
            "malformed",
        ),
        (
            "without gen",
            raw(&|it| drop(it.as_object_mut().unwrap().remove("gen"))),
            "malformed",
        ),
        (
            "gen is a text",
            raw(&|it| it["gen"]["client"] = json!("0")),
            "malformed",
        ),
        (
            "exp is a text",
            raw(&|it| it["exp"] = json!("9999999999")),
            "malformed",
        ),
        (
            "anc is an object",
            raw(&|it| it["anc"] = json!({})),
            "malformed",
        ),
        (
            "an ancestor without kid",
            raw(&|it| it["anc"] = json!([{"client_id": "m2m_live", "jti": "1", "gen": it["gen"]}])),
            "malformed",
        ),
        (
            "its header demands something",
            jwt::with_part(&token, 0, &critical(&token)),
            "malformed",
        ),
        ("no JWT", "garbage".to_owned(), "malformed"),
    ]
}

fn jwt_without_signature(token: &str) -> String {
    format!("{}.", token.rsplit_once('.').unwrap().0)
}

fn critical(token: &str) -> Value {
    let mut header = jwt::header(token);
    header["crit"] = json!(["b64"]);
    header
}
