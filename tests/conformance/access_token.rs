//! J1–J6: the access token.

use jiff::SignedDuration;
use m2m_core::client::Client;
use m2m_core::keys::SigningAlgorithm;
use m2m_core::owner::Owner;
use m2m_testkit::builders::NOW;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{DEFAULT_AUDIENCE, ada, client_of};
use m2m_tests::{jwt, world};
use m2m_types::ttl::AccessTokenTtl;
use serde_json::{Value, json};

use crate::support::{ID, ask, assert_refused, with_payments};

async fn jwks(service: &TestService) -> Value {
    service.get("/.well-known/jwks.json").send().await.json()
}

async fn me(service: &TestService, token: &str) -> Answer {
    service.get("/v1/me").bearer(token).send().await
}

async fn issues_verifiable_tokens(algorithm: SigningAlgorithm) {
    let setup = Setup {
        algorithm,
        after: None,
        ..Setup::default()
    };
    let service = service::start_with(setup).await;
    service.add_client(client_of(&ada(), "payments")).await;
    let token = ask(&service, &[]).await.member("access_token");
    let header = jwt::header(&token);
    assert_eq!(header["alg"], algorithm.as_str());
    let jwks = jwks(&service).await;
    let claims = jwt::verified(&token, &jwks).unwrap();
    assert_eq!(claims["client_id"], ID);
    // The check can fail.
    let mut forged = claims;
    forged["client_id"] = json!("m2m_other");
    assert_eq!(
        jwt::verified(&jwt::with_part(&token, 1, &forged), &jwks),
        None
    );
    // And the service itself takes what it signed.
    let token = service.manager("clients:read").await;
    assert_eq!(me(&service, &token).await.status, 200);
}

#[tokio::test]
async fn j01_es256_tokens_verify_with_the_published_keys() {
    issues_verifiable_tokens(SigningAlgorithm::Es256).await;
}

#[tokio::test]
async fn j01_rs256_tokens_verify_with_the_published_keys() {
    issues_verifiable_tokens(SigningAlgorithm::Rs256).await;
}

#[tokio::test]
async fn j01_eddsa_tokens_verify_with_the_published_keys() {
    issues_verifiable_tokens(SigningAlgorithm::EdDsa).await;
}

#[tokio::test]
async fn j02_the_header_names_type_and_key() {
    let service = with_payments().await;
    let token = ask(&service, &[]).await.member("access_token");
    let header = jwt::header(&token);
    let members: Vec<_> = header.as_object().unwrap().keys().collect();
    assert_eq!(members, ["alg", "kid", "typ"]);
    assert_eq!(header["typ"], "at+jwt");
    let jwks = jwks(&service).await;
    let keys = jwks["keys"].as_array().unwrap();
    assert!(keys.iter().any(|key| key["kid"] == header["kid"]));
}

#[tokio::test]
async fn j03_the_claims_are_those_of_rfc_9068() {
    let service = with_payments().await;
    let answer = ask(&service, &[("scope", "orders:read")]).await;
    let claims = jwt::claims(&answer.member("access_token"));
    let now = NOW.as_second();
    let mut expected = json!({
        "iss": service.issuer.as_str(),
        "sub": "local|ada",
        "aud": DEFAULT_AUDIENCE,
        "exp": now + 3_600,
        "iat": now,
        "client_id": ID,
        "scope": "orders:read",
        "org": "acme",
        "gen": {"client": 0, "owner": 0, "organization": 0, "deployment": NOW.as_second()},
    });
    expected["jti"] = claims["jti"].clone();
    for handle in ["owner_handle", "organization_handle"] {
        expected["gen"][handle] = claims["gen"][handle].clone();
        assert_eq!(claims["gen"][handle].as_str().unwrap().len(), 16);
    }
    assert_eq!(claims, expected);
    assert_ne!(claims["sub"], claims["client_id"]);
}

#[tokio::test]
async fn j03_every_token_has_a_name_of_128_random_bits() {
    let service = with_payments().await;
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let token = ask(&service, &[]).await.member("access_token");
        let name = jwt::claims(&token)["jti"].as_str().unwrap().to_owned();
        assert!(name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit()));
        names.insert(name);
    }
    assert_eq!(names.len(), 20);
}

#[tokio::test]
async fn j03_expires_in_is_the_life_of_the_token() {
    let service = service::start().await;
    let short = Client {
        access_token_ttl: AccessTokenTtl::from_seconds(60).unwrap(),
        ..client_of(&ada(), "payments")
    };
    service.add_client(short).await;
    let answer = ask(&service, &[]).await;
    assert_eq!(answer.json()["expires_in"], 60);
    let claims = jwt::claims(&answer.member("access_token"));
    assert_eq!(claims["exp"], NOW.as_second() + 60);
}

#[tokio::test]
async fn j04_aud_is_the_requested_resource_else_the_default() {
    let service = with_payments().await;
    let management = service.issuer.join("/v1");
    let cases = [
        (None, "orders:read", DEFAULT_AUDIENCE),
        (Some(DEFAULT_AUDIENCE), "orders:read", DEFAULT_AUDIENCE),
        (Some(management.as_str()), "clients:read", &management),
    ];
    for (resource, scope, audience) in cases {
        let mut parameters = vec![("scope", scope)];
        parameters.extend(resource.map(|resource| ("resource", resource)));
        let token = ask(&service, &parameters).await.member("access_token");
        assert_eq!(jwt::claims(&token)["aud"], audience);
    }
}

#[tokio::test]
async fn j04_a_scope_of_another_resource_is_invalid_scope() {
    let service = with_payments().await;
    let management = service.issuer.join("/v1");
    for (resource, scope) in [
        (DEFAULT_AUDIENCE, "clients:read"),
        (DEFAULT_AUDIENCE, "orders:read clients:read"),
        (&management, "orders:read"),
        (&management, "clients:read orders:read"),
    ] {
        let answer = ask(&service, &[("resource", resource), ("scope", scope)]).await;
        assert_refused(&answer, 400, "invalid_scope");
    }
}

#[tokio::test]
async fn j04_an_unknown_resource_is_invalid_target() {
    let service = with_payments().await;
    let with_slash = service.issuer.join("/v1/");
    for resource in [
        "https://other.example",
        "urn:m2m-oauth:API",
        "urn:m2m-oauth:api#fragment",
        "relative",
        &with_slash,
    ] {
        let answer = ask(&service, &[("resource", resource)]).await;
        assert_refused(&answer, 400, "invalid_target");
    }
    let management = service.issuer.join("/v1");
    let two = [("resource", DEFAULT_AUDIENCE), ("resource", &management)];
    assert_refused(&ask(&service, &two).await, 400, "invalid_target");
}

#[tokio::test]
async fn j05_dates_are_integers() {
    let service = with_payments().await;
    service.clock.advance(SignedDuration::from_millis(999));
    let claims = jwt::claims(&ask(&service, &[]).await.member("access_token"));
    for claim in ["iat", "exp"] {
        assert!(claims[claim].is_i64(), "{claim}: {}", claims[claim]);
    }
    assert_eq!(claims["iat"], NOW.as_second());
}

#[tokio::test]
async fn j05_nobody_can_set_a_registered_claim() {
    let service = service::start().await;
    let token = service.manager(world::MANAGEMENT).await;
    for field in ["custom_claims", "claims", "sub", "gen"] {
        let body = json!({"name": "x", field: {"iss": "https://evil.example"}});
        let answer = service
            .post("/v1/clients")
            .bearer(&token)
            .json(&body)
            .send()
            .await;
        assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
    }
}

#[tokio::test]
async fn j06_another_algorithm_than_the_keys_is_refused() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    assert_eq!(me(&service, &token).await.status, 200);
    for alg in [
        "none", "None", "NONE", "HS256", "RS256", "ES384", "EdDSA", "", "es256",
    ] {
        let mut header = jwt::header(&token);
        header["alg"] = json!(alg);
        let forged = jwt::with_part(&token, 0, &header);
        assert_eq!(me(&service, &forged).await.status, 401, "{alg}");
        let unsigned = format!("{}.", forged.rsplit_once('.').unwrap().0);
        assert_eq!(me(&service, &unsigned).await.status, 401, "{alg}, unsigned");
    }
}

#[tokio::test]
async fn j06_a_hmac_with_the_public_key_is_refused() {
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    let kid = jwt::header(&token)["kid"].as_str().unwrap().to_owned();
    let jwks = jwks(&service).await;
    let key = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == *kid);
    let text = key.unwrap().to_string();
    let x = key.unwrap()["x"].as_str().unwrap();
    for secret in [text.as_str(), x] {
        let header = Header {
            typ: Some("at+jwt".to_owned()),
            kid: Some(kid.clone()),
            ..Header::new(Algorithm::HS256)
        };
        let key = EncodingKey::from_secret(secret.as_bytes());
        #[expect(clippy::disallowed_methods, reason = "a forger is in no hurry")]
        let forged = jsonwebtoken::encode(&header, &jwt::claims(&token), &key).unwrap();
        assert_eq!(me(&service, &forged).await.status, 401);
    }
}

#[tokio::test]
async fn j06_keys_that_the_token_brings_are_ignored() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    let jwks = jwks(&service).await;
    for (member, value) in [
        ("jwk", jwks["keys"][0].clone()),
        ("jku", json!("http://127.0.0.1:1/jwks.json")),
        ("x5u", json!("http://127.0.0.1:1/cert.pem")),
        ("kid", json!("unknown")),
        ("kid", json!("../../etc/passwd")),
        ("kid", json!("' OR 1=1 --")),
        ("kid", json!(null)),
        ("crit", json!(["exp"])),
    ] {
        let mut header = jwt::header(&token);
        header[member] = value;
        let forged = jwt::with_part(&token, 0, &header);
        let answer = me(&service, &forged).await;
        assert_eq!(
            answer.refusal(),
            (401, "invalid-token".to_owned()),
            "{member}"
        );
    }
}

#[tokio::test]
async fn j06_typ_must_be_an_access_token() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    for typ in [
        json!("JWT"),
        json!("at+JWT2"),
        json!("dpop+jwt"),
        json!(null),
    ] {
        let mut header = jwt::header(&token);
        header["typ"] = typ.clone();
        let forged = jwt::with_part(&token, 0, &header);
        assert_eq!(me(&service, &forged).await.status, 401, "{typ}");
    }
}

#[tokio::test]
async fn j06_changed_claims_and_signatures_are_refused() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    let mut claims = jwt::claims(&token);
    claims["scope"] = json!(world::MANAGEMENT);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let zeros = "A".repeat(86);
    for forged in [
        jwt::with_part(&token, 1, &claims),
        format!("{signed}.{zeros}"),
        format!("{signed}.{}", &signature[..40]),
        format!("{signed}.{signature}="),
        format!("{signed}.{signature}A"),
        format!("{token}.{signature}"),
        format!("{signed}."),
        signed.to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        String::new(),
    ] {
        assert_eq!(me(&service, &forged).await.status, 401, "{forged}");
    }
}

#[tokio::test]
async fn j06_aud_and_exp_are_checked() {
    let service = with_payments().await;
    let for_the_api = ask(&service, &[]).await.member("access_token");
    assert_eq!(me(&service, &for_the_api).await.status, 401);

    let token = service.manager("clients:read").await;
    service.clock.advance(SignedDuration::from_secs(3_599));
    assert_eq!(me(&service, &token).await.status, 200);
    // At most 60 seconds of leeway; ours is none.
    service.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(me(&service, &token).await.status, 401);
}

#[tokio::test]
async fn j06_a_token_of_another_issuer_is_refused() {
    let (ours, theirs) = (service::start().await, service::start().await);
    let token = theirs.manager("clients:read").await;
    assert_eq!(me(&theirs, &token).await.status, 200);
    assert_eq!(me(&ours, &token).await.status, 401);
}

#[tokio::test]
async fn j06_a_token_dies_with_a_raised_generation() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    assert_eq!(me(&service, &token).await.status, 200);
    let raised = Owner {
        generation: ada().generation.raised(),
        ..ada()
    };
    service.directory.set_owner(raised);
    assert_eq!(me(&service, &token).await.status, 401);
    // A token of the new generation is good.
    let token = service.management_token("manager", "clients:read").await;
    assert_eq!(me(&service, &token).await.status, 200);
    assert_eq!(jwt::claims(&token)["gen"]["owner"], 1);
}

#[tokio::test]
async fn j06_every_token_dies_with_a_raised_generation_of_the_deployment() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    service
        .deployment
        .ports()
        .keys
        .raise_generation()
        .await
        .unwrap();
    // It is seen when the keys are read again, five minutes later at the latest.
    service.clock.advance(SignedDuration::from_secs(301));
    assert_eq!(me(&service, &token).await.status, 401);
    let token = service.management_token("manager", "clients:read").await;
    assert_eq!(me(&service, &token).await.status, 200);
    assert_eq!(
        jwt::claims(&token)["gen"]["deployment"],
        NOW.as_second() + 1
    );
}
