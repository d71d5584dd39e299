//! X1–X3: tokens for narrower ones, which die with them.

use http::Method;
use jiff::SignedDuration;
use m2m_core::client::{Client, GrantType};
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::dpop::{self, ProofKey};
use m2m_tests::jwt;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{self, ada, client_of, organization, owner, secret_of};
use m2m_types::confirmation::Confirmation;
use m2m_types::ttl::AccessTokenTtl;
use serde_json::{Value, json};

use crate::support::assert_refused;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

fn exchanging(client: Client) -> Client {
    Client {
        grant_types: vec![GrantType::ClientCredentials, GrantType::TokenExchange],
        ..client
    }
}

/// A service whose default audience lists `api`; `payments` gets tokens for it, and both may exchange them.
async fn with_chain() -> TestService {
    let service = service::start().await;
    for name in ["payments", "api"] {
        service
            .add_client(exchanging(client_of(&ada(), name)))
            .await;
    }
    service
        .add_resource_server(world::DEFAULT_AUDIENCE, world::ORDERS, &["m2m_api"])
        .await;
    service
}

async fn token(service: &TestService) -> String {
    let answer = service.ask("m2m_payments", &secret_of("payments")).await;
    answer.member("access_token")
}

/// Asks as the client of that name for an exchange, with these parameters beside the grant type.
async fn ask(service: &TestService, name: &str, parameters: &[(&str, &str)]) -> Answer {
    let form = [&[("grant_type", EXCHANGE)], parameters].concat();
    let call = service.post("/oauth/token");
    let call = call.basic(&format!("m2m_{name}"), &secret_of(name));
    call.form(&form).send().await
}

/// The same with that subject token.
async fn exchange(
    service: &TestService,
    name: &str,
    token: &str,
    parameters: &[(&str, &str)],
) -> Answer {
    let subject = [
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    ask(service, name, &[&subject, parameters].concat()).await
}

#[tokio::test]
async fn x01_a_client_narrows_its_own_token() {
    let service = with_chain().await;
    let parent = token(&service).await;
    let answer = exchange(&service, "payments", &parent, &[("scope", "orders:read")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["issued_token_type"], ACCESS_TOKEN);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], "orders:read");
    assert_eq!(body.get("refresh_token"), None);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let (child, parent) = (
        jwt::claims(&answer.member("access_token")),
        jwt::claims(&parent),
    );
    assert_eq!(child["sub"], parent["sub"]);
    assert_eq!(child["aud"], parent["aud"]);
    assert_eq!(child["client_id"], "m2m_payments");
    assert_eq!(child.get("act"), None, "nobody else acts");
    assert_ne!(child["jti"], parent["jti"]);
}

#[tokio::test]
async fn x01_a_client_of_the_audience_acts_for_the_subject_and_is_named() {
    let service = with_chain().await;
    let parent = token(&service).await;
    let answer = exchange(&service, "api", &parent, &[]).await;
    let child = jwt::claims(&answer.member("access_token"));
    let claims = jwt::claims(&parent);
    assert_eq!(child["client_id"], "m2m_api");
    assert_eq!(child["sub"], claims["sub"]);
    assert_eq!(child["act"], json!({"sub": "m2m_api"}));
    assert_eq!(
        child["anc"],
        json!([{
            "client_id": "m2m_payments",
            "jti": claims["jti"],
            "gen": claims["gen"],
            "kid": jwt::header(&parent)["kid"],
        }])
    );
}

#[tokio::test]
async fn x01_nobody_else_exchanges_it() {
    let service = with_chain().await;
    let globex = organization("globex");
    let eve = owner("eve", &globex);
    service.add_principals(&eve, &globex).await;
    service
        .add_client(exchanging(client_of(&ada(), "sibling")))
        .await;
    service
        .add_client(exchanging(client_of(&eve, "stranger")))
        .await;
    let parent = token(&service).await;
    for name in ["sibling", "stranger"] {
        let answer = exchange(&service, name, &parent, &[]).await;
        assert_refused(&answer, 400, "invalid_request");
    }
}

#[tokio::test]
async fn x01_a_listed_client_of_another_organization_exchanges_nothing() {
    let service = with_chain().await;
    let globex = organization("globex");
    let eve = owner("eve", &globex);
    service.add_principals(&eve, &globex).await;
    service.add_client(client_of(&eve, "stranger")).await;
    let answer = service.ask("m2m_stranger", &secret_of("stranger")).await;
    let answer = exchange(&service, "api", &answer.member("access_token"), &[]).await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn x01_subject_token_and_its_type_are_required() {
    let service = with_chain().await;
    let parent = token(&service).await;
    let token = ("subject_token", parent.as_str());
    let kind = ("subject_token_type", ACCESS_TOKEN);
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    for parameters in [
        vec![],
        vec![token],
        vec![kind],
        vec![token, ("subject_token_type", id_token)],
        vec![token, kind, ("requested_token_type", id_token)],
        vec![
            token,
            kind,
            ("actor_token", parent.as_str()),
            ("actor_token_type", ACCESS_TOKEN),
        ],
        vec![("subject_token", "garbage"), kind],
    ] {
        let answer = ask(&service, "payments", &parameters).await;
        assert_refused(&answer, 400, "invalid_request");
    }
    let jwt = ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
    let requested = ("requested_token_type", ACCESS_TOKEN);
    let answer = ask(&service, "payments", &[token, jwt, requested]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn x01_the_grant_has_to_be_the_clients() {
    let service = with_chain().await;
    service.add_client(client_of(&ada(), "plain")).await;
    let answer = service.ask("m2m_plain", &secret_of("plain")).await;
    let answer = exchange(&service, "plain", &answer.member("access_token"), &[]).await;
    assert_refused(&answer, 400, "unauthorized_client");
}

#[tokio::test]
async fn x01_a_dead_subject_token_gives_nothing() {
    let service = with_chain().await;
    let parent = token(&service).await;
    service.deny(&parent).await;
    let answer = exchange(&service, "payments", &parent, &[]).await;
    assert_refused(&answer, 400, "invalid_request");
    let expired = token(&service).await;
    service.clock.advance(SignedDuration::from_secs(3_600));
    let answer = exchange(&service, "payments", &expired, &[]).await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn x01_a_store_that_fails_is_503_and_never_a_token() {
    let service = with_chain().await;
    let parent = token(&service).await;
    service.faults.always("GetItem", Fault::ServerError);
    service.faults.always("BatchGetItem", Fault::ServerError);
    let answer = exchange(&service, "payments", &parent, &[]).await;
    assert_refused(&answer, 503, "temporarily_unavailable");
}

#[tokio::test]
async fn x01_four_ancestors_are_the_most() {
    let service = with_chain().await;
    let mut token = token(&service).await;
    for descends_from in 1..=4 {
        let answer = exchange(&service, "api", &token, &[]).await;
        token = answer.member("access_token");
        let ancestors = jwt::claims(&token)["anc"].as_array().unwrap().len();
        assert_eq!(ancestors, descends_from);
        assert!(service.is_active("api", &token).await);
    }
    let fifth = exchange(&service, "api", &token, &[]).await;
    assert_refused(&fifth, 400, "invalid_request");
}

#[tokio::test]
async fn x02_a_child_has_no_scope_that_its_parent_lacks() {
    let service = with_chain().await;
    let whole = token(&service).await;
    let parent = exchange(&service, "payments", &whole, &[("scope", "orders:read")]).await;
    let parent = parent.member("access_token");
    for scope in ["orders:write", "orders:read orders:write", "clients:read"] {
        let answer = exchange(&service, "payments", &parent, &[("scope", scope)]).await;
        assert_refused(&answer, 400, "invalid_scope");
    }
    let all = exchange(&service, "payments", &parent, &[]).await;
    assert_eq!(all.member("scope"), "orders:read");
}

#[tokio::test]
async fn x02_an_exchanger_gains_nothing_that_it_may_not_have_itself() {
    let service = service::start().await;
    let narrow = Client {
        scopes: Some(m2m_testkit::builders::scopes("orders:read")),
        ..exchanging(client_of(&ada(), "narrow"))
    };
    service.add_client(narrow).await;
    service.add_client(client_of(&ada(), "payments")).await;
    service
        .add_resource_server(world::DEFAULT_AUDIENCE, world::ORDERS, &["m2m_narrow"])
        .await;
    let parent = token(&service).await;
    let child = exchange(&service, "narrow", &parent, &[]).await;
    assert_eq!(child.member("scope"), "orders:read");
    let answer = exchange(&service, "narrow", &parent, &[("scope", "orders:write")]).await;
    assert_refused(&answer, 400, "invalid_scope");
}

#[tokio::test]
async fn x02_a_child_never_outlives_its_parent() {
    let service = with_chain().await;
    let long = Client {
        access_token_ttl: AccessTokenTtl::from_seconds(86_400).unwrap(),
        ..exchanging(client_of(&ada(), "long"))
    };
    service.add_client(long).await;
    let answer = service.ask("m2m_long", &secret_of("long")).await;
    let parent = answer.member("access_token");
    service.clock.advance(SignedDuration::from_secs(86_390));
    let answer = exchange(&service, "long", &parent, &[]).await;
    assert_eq!(answer.json()["expires_in"], 10);
    let child = jwt::claims(&answer.member("access_token"));
    assert_eq!(child["exp"], jwt::claims(&parent)["exp"]);
}

async fn check_dies_with(service: &TestService, stop: impl AsyncFnOnce(&TestService, &str)) {
    let parent = token(service).await;
    let child = exchange(service, "api", &parent, &[]).await;
    let child = child.member("access_token");
    let grandchild = exchange(service, "api", &child, &[]).await;
    let grandchild = grandchild.member("access_token");
    for token in [&child, &grandchild] {
        assert!(service.is_active("api", token).await);
    }
    stop(service, &parent).await;
    for token in [&parent, &child, &grandchild] {
        assert!(!service.is_active("api", token).await);
    }
    let more = exchange(service, "api", &child, &[]).await;
    assert_refused(&more, 400, "invalid_request");
}

#[tokio::test]
async fn x02_children_die_with_a_denied_parent() {
    let service = with_chain().await;
    check_dies_with(&service, async |service, parent| service.deny(parent).await).await;
}

#[tokio::test]
async fn x02_children_die_with_the_parents_client() {
    let service = with_chain().await;
    let manager = service.manager("clients:write").await;
    check_dies_with(&service, async |service, _| {
        let call = service.call(Method::DELETE, "/v1/clients/m2m_payments");
        assert_eq!(call.bearer(&manager).send().await.status, 204);
    })
    .await;
}

#[tokio::test]
async fn x02_a_child_of_a_removed_key_is_dead() {
    let service = with_chain().await;
    let child = exchange(&service, "api", &token(&service).await, &[]).await;
    let orphan = service
        .signed_like(&child.member("access_token"), |claims| {
            claims.ancestors[0].kid = "removed".to_owned();
        })
        .await;
    assert!(!service.is_active("api", &orphan).await);
}

#[tokio::test]
async fn x02_the_management_api_knows_ancestors_too() {
    let service = with_chain().await;
    let parent = service.management_token("payments", "clients:read").await;
    let child = exchange(&service, "payments", &parent, &[]).await;
    let child = child.member("access_token");
    let me = async |token: &str| service.get("/v1/me").bearer(token).send().await.status;
    assert_eq!(me(&child).await, 200);
    service.deny(&parent).await;
    assert_eq!(me(&child).await, 401);
    assert_eq!(me(&parent).await, 401);
}

#[tokio::test]
async fn x02_a_bound_token_is_not_exchanged_without_its_key() {
    let service = with_chain().await;
    let bound = service
        .signed_like(&token(&service).await, |claims| {
            claims.cnf = Some(Confirmation {
                jkt: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned()),
                x5t_s256: None,
            });
        })
        .await;
    for name in ["payments", "api"] {
        let answer = exchange(&service, name, &bound, &[]).await;
        assert_refused(&answer, 400, "invalid_request");
    }
}

/// The same with a proof of a key of that client's choice.
async fn exchange_proving(
    service: &TestService,
    name: &str,
    token: &str,
    key: &ProofKey,
) -> Answer {
    let proof = key.sign(&dpop::claims(service, "POST", "/oauth/token"));
    let call = service.post("/oauth/token").header("dpop", proof);
    let call = call.basic(&format!("m2m_{name}"), &secret_of(name));
    let form = [
        ("grant_type", EXCHANGE),
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    call.form(&form).send().await
}

#[tokio::test]
async fn x02_a_bound_token_is_exchanged_with_its_key_for_one_that_is_bound_to_it() {
    let service = with_chain().await;
    let (key, other) = (ProofKey::default(), ProofKey::default());
    let proof = key.sign(&dpop::claims(&service, "POST", "/oauth/token"));
    let call = service.post("/oauth/token").header("dpop", proof);
    let call = call.basic("m2m_payments", &secret_of("payments"));
    let bound = call.form(&[("grant_type", "client_credentials")]).send();
    let bound = bound.await.member("access_token");

    let child = exchange_proving(&service, "payments", &bound, &key).await;
    assert_eq!(child.member("token_type"), "DPoP");
    let cnf = &jwt::claims(&child.member("access_token"))["cnf"];
    assert_eq!(*cnf, json!({"jkt": key.thumbprint()}));
    let said = service
        .introspect("api", &child.member("access_token"))
        .await;
    assert_eq!(said.json()["cnf"], *cnf);
    assert_eq!(said.member("token_type"), "DPoP");

    for (name, key) in [("payments", &other), ("api", &key), ("api", &other)] {
        let refused = exchange_proving(&service, name, &bound, key).await;
        assert_refused(&refused, 400, "invalid_request");
    }
}

#[tokio::test]
async fn x02_an_exchanger_adds_no_claims() {
    let service = service::start().await;
    let claims = |value: Value| serde_json::from_value(value).unwrap();
    let payments = Client {
        custom_claims: claims(json!({"tier": "silver"})),
        ..client_of(&ada(), "payments")
    };
    let api = Client {
        custom_claims: claims(json!({"tier": "gold", "region": "eu"})),
        ..exchanging(client_of(&ada(), "api"))
    };
    service.add_client(payments).await;
    service.add_client(api).await;
    service
        .add_resource_server(world::DEFAULT_AUDIENCE, world::ORDERS, &["m2m_api"])
        .await;
    let answer = exchange(&service, "api", &token(&service).await, &[]).await;
    let child = jwt::claims(&answer.member("access_token"));
    assert_eq!(
        (&child["tier"], child.get("region")),
        (&json!("silver"), None)
    );
}

#[tokio::test]
async fn x03_the_target_is_the_parents_audience_and_no_other() {
    let service = with_chain().await;
    service
        .add_resource_server("https://other.example", "other:read", &[])
        .await;
    let parent = token(&service).await;
    let same = ("resource", world::DEFAULT_AUDIENCE);
    let named = ("audience", world::DEFAULT_AUDIENCE);
    for targets in [vec![same], vec![named], vec![same, same, named, named]] {
        let answer = exchange(&service, "payments", &parent, &targets).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let management = service.issuer.join("/v1");
    for (name, target) in [
        ("resource", "https://other.example"),
        ("audience", "https://other.example"),
        ("resource", management.as_str()),
        ("resource", "/relative"),
        ("resource", "urn:m2m-oauth:api#fragment"),
        ("audience", "unknown"),
    ] {
        for targets in [vec![(name, target)], vec![same, (name, target)]] {
            let answer = exchange(&service, "payments", &parent, &targets).await;
            assert_refused(&answer, 400, "invalid_target");
        }
    }
}
