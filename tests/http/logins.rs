//! People who show a login provider's token: what holds, what they may do then, and what does not hold.

use http::Method;
use m2m_core::caller::{Algorithm, TrustedIssuer};
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::dpop::ProofKey;
use m2m_tests::jwt;
use m2m_tests::logins::{AUDIENCE, PERMISSIONS, trusted, trusting};
use m2m_tests::outside::Outside;
use m2m_tests::service::TestService;
use m2m_tests::world::MANAGEMENT;
use m2m_types::names::IssuerAlias;
use serde_json::{Value, json};

use crate::snapshot::assert_shows;

/// A service and the provider that it trusts as `corp`.
async fn start() -> (TestService, Outside) {
    let provider = Outside::start().await;
    let service = trusting([trusted(&provider)], None).await;
    (service, provider)
}

#[track_caller]
fn refused(answer: &Answer, what: &str) {
    let expected = (401, "invalid-token".to_owned());
    assert_eq!(answer.refusal(), expected, "{what}: {}", answer.text());
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.ends_with(", error=\"invalid_token\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_person_makes_and_manages_a_client_with_a_login_alone() {
    let (service, provider) = start().await;
    let token = provider.sign(&service.login(&provider, "ada"));
    let created = service.create(&token, &json!({"name": "payments"})).await;
    assert_eq!(created["owner"], "corp|ada");
    assert_eq!(created["organization"], "acme");
    let member = |name: &str| created[name].as_str().unwrap().to_owned();
    let (id, secret) = (member("client_id"), member("client_secret"));
    let issued = service.ask(&id, &secret).await;
    assert_eq!(issued.status, 200, "{}", issued.text());
    assert_eq!(
        jwt::claims(&issued.member("access_token"))["sub"],
        "corp|ada"
    );

    let path = format!("/v1/clients/{id}");
    let value = format!("{path}/secrets/{}/value", member("client_secret_id"));
    let revealed = service.get(&value).bearer(&token).send().await;
    assert_eq!(revealed.member("client_secret"), secret);
    let deleted = service
        .call(Method::DELETE, &path)
        .bearer(&token)
        .send()
        .await;
    assert_eq!(deleted.status, 204);
    assert_eq!(service.ask(&id, &secret).await.status, 401);
}

#[tokio::test]
async fn who_is_logged_in_learns_who_that_is() {
    let (service, provider) = start().await;
    let token = provider.sign(&service.login(&provider, "ada"));
    let me = service.me(&token).await.json();
    let scopes: Vec<_> = PERMISSIONS.split(' ').collect();
    assert_eq!(
        me,
        json!({
            "issuer": service.issuer.as_str(),
            "login_issuer": provider.issuer,
            "owner": "corp|ada",
            "organization": "acme",
            "permissions": scopes,
            "scopes": scopes,
        })
    );
}

#[tokio::test]
async fn h37_two_issuers_with_the_same_sub_are_two_owners() {
    let (corp, other) = (Outside::start().await, Outside::start().await);
    let partner = TrustedIssuer {
        alias: IssuerAlias::parse("partner").unwrap(),
        ..trusted(&other)
    };
    let service = trusting([trusted(&corp), partner], None).await;
    let of_corp = corp.sign(&service.login(&corp, "ada"));
    let of_partner = other.sign(&service.login(&other, "ada"));
    let made = service.create(&of_corp, &json!({"name": "payments"})).await;
    let path = format!("/v1/clients/{}", made["client_id"].as_str().unwrap());
    assert_eq!(service.me(&of_partner).await.member("owner"), "partner|ada");
    let seen = service.get(&path).bearer(&of_partner).send().await;
    assert_eq!(seen.refusal(), (404, "not-found".to_owned()));
    // The keys are the issuer's own, whoever else is trusted.
    refused(
        &service.me(&other.sign(&service.login(&corp, "ada"))).await,
        "another's key",
    );
}

#[tokio::test]
async fn h28_only_the_issuers_published_keys_and_algorithms_sign() {
    let provider = Outside::start().await;
    let only_rs256 = TrustedIssuer {
        algorithms: vec![Algorithm::Rs256],
        ..trusted(&provider)
    };
    let service = trusting([only_rs256], None).await;
    let login = service.login(&provider, "ada");
    refused(
        &service.me(&provider.sign(&login)).await,
        "another algorithm",
    );
    assert_eq!(provider.fetches(), 0);

    let service = trusting([trusted(&provider)], Some(service.left())).await;
    let own = ProofKey::default();
    for header in [
        json!({"alg": "ES256", "typ": "JWT", "kid": provider.key.thumbprint()}),
        json!({"alg": "ES256", "typ": "JWT", "jwk": own.jwk()}),
        json!({"alg": "ES256", "typ": "JWT", "jku": "http://127.0.0.1:1/", "kid": own.thumbprint()}),
    ] {
        refused(
            &service.me(&own.sign_with(&header, &login)).await,
            &header.to_string(),
        );
    }
    let good = provider.sign(&login);
    for alg in ["none", "NONE", "HS256", "RS256"] {
        let header = json!({"alg": alg, "typ": "JWT", "kid": provider.key.thumbprint()});
        refused(&service.me(&jwt::with_part(&good, 0, &header)).await, alg);
    }
    let mut other = login.clone();
    other["sub"] = json!("grace");
    refused(
        &service.me(&jwt::with_part(&good, 1, &other)).await,
        "another sub",
    );
    let (signed, _) = good.rsplit_once('.').unwrap();
    refused(&service.me(&format!("{signed}.")).await, "no signature");
    let zeros = "A".repeat(86);
    refused(
        &service.me(&format!("{signed}.{zeros}")).await,
        "a signature of zeros",
    );
    assert_eq!(service.me(&good).await.status, 200);
}

#[tokio::test]
async fn h30_claims_that_are_missing_of_the_wrong_type_or_not_now_are_refused() {
    let (service, provider) = start().await;
    let now = service.now().as_second();
    let (null, text) = (Value::Null, json!(now.to_string()));
    let cases = [
        ("aud", null.clone()),
        ("aud", json!("another")),
        ("aud", json!([])),
        ("aud", json!([AUDIENCE, 1])),
        ("aud", json!({AUDIENCE: true})),
        ("sub", null.clone()),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!("a b")),
        ("sub", json!("a#b")),
        ("sub", json!("x".repeat(300))),
        ("exp", null.clone()),
        ("exp", text.clone()),
        ("exp", json!(now - 11)),
        ("iat", null.clone()),
        ("iat", text.clone()),
        ("iat", json!(now + 11)),
        ("iat", json!(now - 3611)),
        ("nbf", json!(now + 11)),
        ("nbf", text),
        ("nbf", null),
        ("cnf", json!({"jkt": "x"})),
    ];
    for (claim, value) in cases {
        let mut login = service.login(&provider, "ada");
        login[claim] = value.clone();
        refused(
            &service.me(&provider.sign(&login)).await,
            &format!("{claim}: {value}"),
        );
    }
    for claim in ["aud", "sub", "exp", "iat"] {
        let mut login = service.login(&provider, "ada");
        login.as_object_mut().unwrap().remove(claim);
        refused(
            &service.me(&provider.sign(&login)).await,
            &format!("no {claim}"),
        );
    }
    // Nothing of all that needed a key.
    assert_eq!(provider.fetches(), 0);
    assert_eq!(service.principals("corp|ada", "acme").await.owner, None);
}

#[tokio::test]
async fn h20_clocks_may_be_off_a_little_and_a_token_may_have_other_audiences() {
    let (service, provider) = start().await;
    let now = service.now().as_second();
    for (claim, value) in [
        ("exp", json!(now - 9)),
        ("iat", json!(now + 9)),
        ("iat", json!(now - 3600)),
        ("nbf", json!(now + 9)),
        ("aud", json!(["https://userinfo.example", AUDIENCE])),
    ] {
        let mut login = service.login(&provider, "ada");
        login[claim] = value;
        let answer = service.me(&provider.sign(&login)).await;
        assert_eq!(answer.status, 200, "{claim}: {}", answer.text());
    }
}

#[tokio::test]
async fn h30_only_logins_and_access_tokens_of_the_provider_are_taken() {
    let (service, provider) = start().await;
    let login = service.login(&provider, "ada");
    let typed = |typ: &str| {
        let header = json!({"alg": "ES256", "typ": typ, "kid": provider.key.thumbprint()});
        provider.key.sign_with(&header, &login)
    };
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        assert_eq!(service.me(&typed(typ)).await.status, 200, "{typ}");
    }
    for typ in [
        "",
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "client-authentication+jwt",
    ] {
        refused(&service.me(&typed(typ)).await, typ);
    }
    let token = typed("JWT");
    let shown = service
        .get("/v1/me")
        .header("authorization", format!("DPoP {token}"));
    refused(&shown.send().await, "sent as DPoP");
}

#[tokio::test]
async fn h28_nobodys_token_is_taken_for_one_of_this_service() {
    let (service, provider) = start().await;
    let own = service.manager(MANAGEMENT).await;
    // What this service wrote, signed by the provider's key, under either name.
    let mut claims = jwt::claims(&own);
    let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": provider.key.thumbprint()});
    refused(
        &service.me(&provider.key.sign_with(&header, &claims)).await,
        "our claims",
    );
    claims["iss"] = json!(provider.issuer);
    refused(
        &service.me(&provider.key.sign_with(&header, &claims)).await,
        "our aud",
    );
    // What this service signed, under the provider's name.
    let renamed = service.signed_like(&own, |claims| claims.iss = provider.issuer.clone());
    refused(&service.me(&renamed.await).await, "our key");
    // A provider that nobody trusts.
    let stranger = Outside::start().await;
    refused(
        &service
            .me(&stranger.sign(&service.login(&stranger, "ada")))
            .await,
        "a stranger",
    );
    assert_eq!(stranger.fetches(), 0);
    assert_eq!(service.me(&own).await.member("owner"), "local|ada");
}

#[tokio::test]
async fn a_login_is_of_no_use_at_the_protocol_endpoints() {
    let (service, provider) = start().await;
    let token = provider.sign(&service.login(&provider, "ada"));
    let asked = service.post("/oauth/introspect").bearer(&token);
    let answer = asked.form(&[("token", &token)]).send().await;
    assert_eq!(answer.refusal(), (401, "invalid_token".to_owned()));
    let through_iam = service.get("/iam/v1/me").bearer(&token).send().await;
    assert_eq!(through_iam.refusal(), (403, "iam-required".to_owned()));
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_no_reason_to_believe_or_to_accuse() {
    let (service, provider) = start().await;
    provider.describe(json!({}));
    let token = provider.sign(&service.login(&provider, "ada"));
    let answer = service.me(&token).await;
    assert_shows("login_keys_unavailable", &answer);
    provider.call_itself("https://somebody.example");
    service.clock.advance(jiff::SignedDuration::from_secs(31));
    let other = provider.sign(&service.login(&provider, "ada"));
    refused(&service.me(&other).await, "metadata of another issuer");
}

#[tokio::test]
async fn k04_a_flood_of_unknown_kids_costs_one_more_fetch() {
    let (service, provider) = start().await;
    let login = service.login(&provider, "ada");
    assert_eq!(service.me(&provider.sign(&login)).await.status, 200);
    let before = provider.fetches();
    for kid in 0..20 {
        let header = json!({"alg": "ES256", "kid": format!("k{kid}")});
        refused(
            &service.me(&provider.key.sign_with(&header, &login)).await,
            "unknown kid",
        );
    }
    assert!(provider.fetches() <= before + 1, "{}", provider.fetches());
}

#[tokio::test]
async fn a_store_that_fails_lets_nobody_in() {
    let (service, provider) = start().await;
    service.faults.always("BatchGetItem", Fault::AccessDenied);
    let token = provider.sign(&service.login(&provider, "ada"));
    let answer = service.me(&token).await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
}
