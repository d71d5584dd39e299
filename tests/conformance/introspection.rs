//! I1–I5: what a token is, and who is told.

use http::Method;
use jiff::SignedDuration;
use m2m_core::client::Client;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of, organization, owner, secret_of};
use m2m_tests::{jwt, world};
use m2m_types::claims::AccessTokenClaims;
use m2m_types::confirmation::Confirmation;
use serde_json::json;

use crate::support::{ID, ask, assert_refused, secret};

const INACTIVE: &str = r#"{"active":false}"#;
const JWT: &str = "application/token-introspection+jwt";

/// A service with `payments`, which gets tokens for the default audience; `api`, the client of that audience; and
/// `stranger`, a client of another owner in another organization.
async fn with_api() -> TestService {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    service.add_client(client_of(&ada(), "api")).await;
    let globex = organization("globex");
    let eve = owner("eve", &globex);
    service.add_principals(&eve, &globex).await;
    service.add_client(client_of(&eve, "stranger")).await;
    service
        .add_resource_server(world::DEFAULT_AUDIENCE, world::ORDERS, &["m2m_api"])
        .await;
    service
}

async fn token(service: &TestService) -> String {
    let answer = ask(service, &[("scope", "orders:read")]).await;
    answer.member("access_token")
}

#[tokio::test]
async fn i01_without_credentials_nobody_learns_anything() {
    let service = with_api().await;
    let token = token(&service).await;
    for token in [token.as_str(), "garbage"] {
        let answer = service
            .post("/oauth/introspect")
            .form(&[("token", token)])
            .send()
            .await;
        assert_refused(&answer, 401, "invalid_client");
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic ")
        );
        let wrong = service
            .post("/oauth/introspect")
            .basic(ID, &secret_of("other"));
        let answer = wrong.form(&[("token", token)]).send().await;
        assert_refused(&answer, 401, "invalid_client");
    }
}

#[tokio::test]
async fn i01_the_own_client_and_that_of_the_audience_learn_what_it_is() {
    let service = with_api().await;
    let token = token(&service).await;
    for name in ["payments", "api"] {
        let answer = service.introspect(name, &token).await;
        assert_eq!(answer.json()["active"], true, "{name}");
        assert_eq!(answer.json()["scope"], "orders:read");
    }
}

#[tokio::test]
async fn i01_credentials_in_the_body_work_too() {
    let service = with_api().await;
    let token = token(&service).await;
    let (id, secret) = ("m2m_api", secret_of("api"));
    let form = [
        ("client_id", id),
        ("client_secret", secret.as_str()),
        ("token", &token),
    ];
    let answer = service.post("/oauth/introspect").form(&form).send().await;
    assert_eq!(answer.json()["active"], true);
}

#[tokio::test]
async fn i01_every_other_client_learns_inactive_alone() {
    let service = with_api().await;
    service.add_client(client_of(&ada(), "sibling")).await;
    let token = token(&service).await;
    for name in ["sibling", "stranger"] {
        let answer = service.introspect(name, &token).await;
        assert_eq!((answer.status, answer.text()), (200, INACTIVE), "{name}");
    }
    // A client of one API learns nothing of another's tokens.
    let management = service.manager("clients:read").await;
    let answer = service.introspect("api", &management).await;
    assert_eq!(answer.text(), INACTIVE);
    assert!(service.is_active("manager", &management).await);
}

async fn by_bearer(service: &TestService, bearer: &str, token: &str) -> Answer {
    let call = service.post("/oauth/introspect").bearer(bearer);
    call.form(&[("token", token)]).send().await
}

#[tokio::test]
async fn i01_a_bearer_token_with_the_scope_asks_for_its_audience() {
    let service = with_api().await;
    let token = token(&service).await;
    let bearer = service.management_token("api", "m2m:introspect").await;
    let answer = by_bearer(&service, &bearer, &token).await;
    assert_eq!(answer.json()["active"], true, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    // One who is not listed learns nothing by the scope.
    let bearer = service.manager("m2m:introspect").await;
    let answer = by_bearer(&service, &bearer, &token).await;
    assert_eq!((answer.status, answer.text()), (200, INACTIVE));
}

#[tokio::test]
async fn i01_a_bearer_token_asks_within_its_organization_alone() {
    let service = with_api().await;
    let answer = service.ask("m2m_stranger", &secret_of("stranger")).await;
    let elsewhere = answer.member("access_token");
    // The API's client serves every organization with its credentials, and only its own with a token.
    assert!(service.is_active("api", &elsewhere).await);
    let bearer = service.management_token("api", "m2m:introspect").await;
    let answer = by_bearer(&service, &bearer, &elsewhere).await;
    assert_eq!((answer.status, answer.text()), (200, INACTIVE));
}

#[tokio::test]
async fn i01_a_bad_bearer_token_is_401_and_one_without_the_scope_403() {
    let service = with_api().await;
    let token = token(&service).await;
    let challenge = |rest: &str| {
        let url = "/.well-known/oauth-protected-resource/v1";
        format!(
            "Bearer resource_metadata=\"{}\", error={rest}",
            service.issuer.join(url)
        )
    };
    for bad in ["garbage", &token] {
        let answer = by_bearer(&service, bad, &token).await;
        assert_refused(&answer, 401, "invalid_token");
        let expected = challenge("\"invalid_token\"");
        assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
    }
    let reader = service.management_token("api", "clients:read").await;
    let answer = by_bearer(&service, &reader, &token).await;
    assert_refused(&answer, 403, "insufficient_scope");
    let expected = challenge("\"insufficient_scope\", scope=\"m2m:introspect\"");
    assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
}

#[tokio::test]
async fn i01_a_bearer_token_beside_a_secret_is_two_methods() {
    let service = with_api().await;
    let bearer = service.management_token("api", "m2m:introspect").await;
    let form = [("token", "x"), ("client_secret", "y")];
    let call = service.post("/oauth/introspect").bearer(&bearer);
    assert_refused(&call.form(&form).send().await, 400, "invalid_request");
}

#[tokio::test]
async fn i02_garbage_is_exactly_inactive() {
    let service = with_api().await;
    let token = token(&service).await;
    let (signed, _) = token.rsplit_once('.').unwrap();
    for garbage in [
        "garbage",
        "a.b.c",
        "m2mt_x",
        "\u{fffd}",
        signed,
        &format!("{token}x"),
        &format!("{signed}.{}", "A".repeat(86)),
        &jwt::with_part(&token, 0, &json!({"alg": "none", "typ": "at+jwt"})),
        &jwt::with_part(&token, 1, &json!({"iss": service.issuer.as_str()})),
    ] {
        let answer = service.introspect("api", garbage).await;
        assert_eq!((answer.status, answer.text()), (200, INACTIVE), "{garbage}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn i02_a_request_without_a_token_is_refused() {
    let service = with_api().await;
    let call = || {
        service
            .post("/oauth/introspect")
            .basic("m2m_api", &secret_of("api"))
    };
    for form in [vec![], vec![("token", "")], vec![("token_type_hint", "x")]] {
        let answer = call().form(&form).send().await;
        assert_refused(&answer, 400, "invalid_request");
    }
    let twice = call().form(&[("token", "a"), ("token", "b")]).send().await;
    assert_refused(&twice, 400, "invalid_request");
    let hinted = call().form(&[("token", "a"), ("token_type_hint", "refresh_token")]);
    assert_eq!(hinted.send().await.text(), INACTIVE);
}

#[tokio::test]
async fn i02_only_a_posted_form_is_taken() {
    let service = with_api().await;
    let get = service
        .call(Method::GET, "/oauth/introspect?token=x")
        .send()
        .await;
    assert_refused(&get, 405, "invalid_request");
    assert_eq!(get.header("allow"), Some("POST"));
    let json = service
        .post("/oauth/introspect")
        .json(&json!({"token": "x"}));
    assert_refused(&json.send().await, 400, "invalid_request");
}

/// A token that is good but for this.
async fn check_inactive(service: &TestService, change: impl FnOnce(&mut AccessTokenClaims)) {
    let token = token(service).await;
    let changed = service.signed_like(&token, change).await;
    assert!(!service.is_active("payments", &changed).await);
}

#[tokio::test]
async fn i03_issuer_time_subject_and_organization_are_checked() {
    let service = with_api().await;
    let control = token(&service).await;
    let same = service.signed_like(&control, |_| ()).await;
    assert!(service.is_active("payments", &same).await);
    check_inactive(&service, |claims| claims.iss = "https://x.example".into()).await;
    check_inactive(&service, |claims| claims.exp = claims.iat).await;
    check_inactive(&service, |claims| claims.nbf = Some(claims.iat + 1)).await;
    check_inactive(&service, |claims| claims.sub = "local|eve".parse().unwrap()).await;
    check_inactive(&service, |claims| claims.org = "globex".parse().unwrap()).await;
}

#[tokio::test]
async fn i03_a_token_ends_with_its_time() {
    let service = with_api().await;
    let token = token(&service).await;
    service.clock.advance(SignedDuration::from_secs(3_599));
    assert!(service.is_active("api", &token).await);
    service.clock.advance(SignedDuration::from_secs(1));
    assert!(!service.is_active("api", &token).await);
}

#[tokio::test]
async fn i03_a_stopped_owner_or_organization_ends_it_at_once() {
    let service = with_api().await;
    let token = token(&service).await;
    let raised = m2m_core::owner::Owner {
        generation: ada().generation.raised(),
        ..ada()
    };
    service.directory.set_owner(raised);
    assert!(!service.is_active("api", &token).await);
    let answer = ask(&service, &[]).await;
    let newer = answer.member("access_token");
    assert!(service.is_active("api", &newer).await);
}

#[tokio::test]
async fn i03_a_deleted_client_ends_it_at_once() {
    let service = with_api().await;
    let token = token(&service).await;
    let manager = service.manager("clients:write").await;
    let path = format!("/v1/clients/{ID}");
    let deleted = service.call(Method::DELETE, &path).bearer(&manager);
    assert_eq!(deleted.send().await.status, 204);
    assert!(!service.is_active("api", &token).await);
}

#[tokio::test]
async fn i03_a_denied_token_ends_at_once_and_others_live_on() {
    let service = with_api().await;
    let (denied, other) = (token(&service).await, token(&service).await);
    service.deny(&denied).await;
    assert!(!service.is_active("api", &denied).await);
    assert!(service.is_active("api", &other).await);
}

#[tokio::test]
async fn i03_a_key_that_another_instance_removed_ends_its_tokens_at_once() {
    let service = with_api().await;
    let token = token(&service).await;
    let kid = jwt::header(&token)["kid"].as_str().unwrap().to_owned();
    let revocations = &service.deployment.ports().revocations;
    let until = service.deployment.ports().clock.now() + SignedDuration::from_hours(24);
    revocations.remove_kid(&kid, until).await.unwrap();
    assert!(!service.is_active("api", &token).await);
    let me = service.get("/v1/me").bearer(&token).send().await;
    assert_eq!(me.status, 401);
}

#[tokio::test]
async fn i03_a_raised_generation_of_the_deployment_ends_every_token() {
    let service = with_api().await;
    let token = token(&service).await;
    let ports = service.deployment.ports();
    ports.keys.raise_generation().await.unwrap();
    // It is seen when the keys are read again.
    service.clock.advance(SignedDuration::from_secs(301));
    assert!(!service.is_active("api", &token).await);
}

#[tokio::test]
async fn i03_a_store_that_fails_is_503_and_never_active() {
    let service = with_api().await;
    let token = token(&service).await;
    service.faults.always("BatchGetItem", Fault::ServerError);
    let answer = service.introspect("api", &token).await;
    assert_refused(&answer, 503, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    service.faults.clear();
    assert!(service.is_active("api", &token).await);
}

#[tokio::test]
async fn i04_an_active_token_says_what_it_is() {
    let service = with_api().await;
    let token = token(&service).await;
    let claims = jwt::claims(&token);
    let answer = service.introspect("api", &token).await;
    assert_eq!(
        answer.json(),
        json!({
            "active": true,
            "scope": "orders:read",
            "client_id": ID,
            "token_type": "Bearer",
            "exp": claims["exp"],
            "iat": claims["iat"],
            "sub": "local|ada",
            "aud": world::DEFAULT_AUDIENCE,
            "iss": service.issuer.as_str(),
            "jti": claims["jti"],
            "org": "acme",
        })
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn i04_a_bound_token_says_to_what() {
    let service = with_api().await;
    let token = token(&service).await;
    let bound = service
        .signed_like(&token, |claims| {
            claims.cnf = Some(Confirmation {
                jkt: None,
                x5t_s256: Some("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2".to_owned()),
            });
        })
        .await;
    let answer = service.introspect("api", &bound).await;
    assert_eq!(
        answer.json()["cnf"],
        json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})
    );
}

#[tokio::test]
async fn i04_custom_claims_are_said_and_cannot_pass_for_others() {
    let service = service::start().await;
    let claims = json!({"tier": "gold", "https://acme.example/region": ["eu"]});
    let client = Client {
        custom_claims: serde_json::from_value(claims).unwrap(),
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    let token = ask(&service, &[]).await.member("access_token");
    let answer = service.introspect("payments", &token).await.json();
    assert_eq!(answer["tier"], "gold");
    assert_eq!(answer["https://acme.example/region"], json!(["eu"]));
    assert_eq!(answer["sub"], "local|ada");
}

async fn introspect_signed(service: &TestService, name: &str, token: &str) -> Answer {
    service
        .post("/oauth/introspect")
        .basic(&format!("m2m_{name}"), &secret_of(name))
        .header("accept", JWT)
        .form(&[("token", token)])
        .send()
        .await
}

#[tokio::test]
async fn i05_the_signed_answer_is_for_its_caller_and_says_what_the_json_says() {
    let service = with_api().await;
    let token = token(&service).await;
    let jwks = service.get("/.well-known/jwks.json").send().await.json();
    for token in [token.as_str(), "garbage"] {
        let answer = introspect_signed(&service, "api", token).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(JWT));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(jwt::header(answer.text())["typ"], "token-introspection+jwt");
        let claims = jwt::verified(answer.text(), &jwks).unwrap();
        let plain = service.introspect("api", token).await.json();
        assert_eq!(
            claims,
            json!({
                "iss": service.issuer.as_str(),
                "aud": "m2m_api",
                "iat": claims["iat"],
                "token_introspection": plain,
            })
        );
    }
}

#[tokio::test]
async fn i05_the_signed_answer_tells_a_stranger_no_more() {
    let service = with_api().await;
    let token = token(&service).await;
    let answer = introspect_signed(&service, "stranger", &token).await;
    let claims = jwt::claims(answer.text());
    assert_eq!(claims["token_introspection"], json!({"active": false}));
    assert_eq!(claims["aud"], "m2m_stranger");
}

#[tokio::test]
async fn i05_a_signed_answer_is_no_token() {
    let service = with_api().await;
    let token = token(&service).await;
    let answer = introspect_signed(&service, "api", &token).await;
    let me = service.get("/v1/me").bearer(answer.text()).send().await;
    assert_eq!(me.status, 401);
    assert!(!service.is_active("api", answer.text()).await);
    assert_eq!(service.introspect("api", &secret()).await.text(), INACTIVE);
}
