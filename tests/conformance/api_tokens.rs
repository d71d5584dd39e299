//! I1–I5 and R1–R4 for API access tokens: what one is, who is told, and who may end it.

use http::Method;
use jiff::SignedDuration;
use m2m_core::owner::Owner;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::api_tokens::{BOOKS_API, ORDERS_API, everything, path_of, value_of, with_apis};
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::service::TestService;
use m2m_tests::world::{MANAGEMENT, ada, organization, secret_of};
use serde_json::json;

use crate::support::assert_refused;

const INACTIVE: &str = r#"{"active":false}"#;
const JWT: &str = "application/token-introspection+jwt";

async fn revoke(service: &TestService, name: &str, token: &str) {
    let call = service.post("/oauth/revoke");
    let call = call.basic(&format!("m2m_{name}"), &secret_of(name));
    let answer = call.form(&[("token", token)]).send().await;
    assert_eq!((answer.status, answer.text()), (200, ""));
}

async fn by_bearer(service: &TestService, bearer: &str, token: &str) -> Answer {
    let call = service.post("/oauth/introspect").bearer(bearer);
    call.form(&[("token", token)]).send().await
}

#[tokio::test]
async fn i01_an_api_learns_of_an_api_token_what_concerns_it() {
    let (service, bearer) = with_apis().await;
    let token = value_of(&service.make_api_token(&bearer, &everything()).await);
    let seen = async |name| {
        let said = service.introspect(name, &token).await.json();
        (said["aud"].clone(), said["scope"].clone())
    };
    assert_eq!(
        seen("orders").await,
        (json!([ORDERS_API]), json!("orders:read"))
    );
    assert_eq!(
        seen("books").await,
        (json!([BOOKS_API]), json!("orders:write"))
    );
    let both = (
        json!([ORDERS_API, BOOKS_API]),
        json!("orders:read orders:write"),
    );
    assert_eq!(seen("manager").await, both);
}

#[tokio::test]
async fn i01_nobody_else_learns_anything_of_an_api_token() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    assert!(service.is_active("orders", &token).await);
    for name in ["books", "stranger"] {
        let answer = service.introspect(name, &token).await;
        assert_eq!((answer.status, answer.text()), (200, INACTIVE), "{name}");
    }
    let form = [("token", token.as_str())];
    let answer = service.post("/oauth/introspect").form(&form).send().await;
    assert_refused(&answer, 401, "invalid_client");
    // It proves nothing about who shows it.
    assert_refused(
        &by_bearer(&service, &token, &token).await,
        401,
        "invalid_token",
    );
}

#[tokio::test]
async fn i01_by_bearer_an_api_learns_of_api_tokens_of_its_organization_alone() {
    let (service, bearer) = with_apis().await;
    let asker = service.management_token("orders", "m2m:introspect").await;
    let own = service.api_token(&bearer).await;
    assert_eq!(
        by_bearer(&service, &asker, &own).await.json()["active"],
        true
    );
    let foreign = service.management_token("stranger", MANAGEMENT).await;
    let foreign = service.api_token(&foreign).await;
    assert!(service.is_active("orders", &foreign).await);
    assert_eq!(by_bearer(&service, &asker, &foreign).await.text(), INACTIVE);
}

#[tokio::test]
async fn i02_an_api_token_that_is_none_is_exactly_inactive_and_mistyped_ones_cost_no_read() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    let reads = async |token: &str| {
        service.introspect("orders", token).await;
        service.faults.take_calls();
        let answer = service.introspect("orders", token).await;
        assert_eq!((answer.status, answer.text()), (200, INACTIVE), "{token}");
        let calls = service.faults.take_calls();
        calls.iter().filter(|call| *call == "GetItem").count()
    };
    let unknown = "m2mt_8AbcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    for mistyped in [
        &token[..53],
        &format!("{token}x"),
        unknown,
        "m2mt_",
        "m2mt_x",
    ] {
        assert_eq!(reads(mistyped).await, 0, "{mistyped}");
    }
    let never = m2m_testkit::builders::api_token(7).1;
    assert_eq!(reads(never.expose()).await, 1);
}

#[tokio::test]
async fn i03_an_api_token_costs_one_read_more_than_who_asks_and_who_stands_behind_it() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    service.introspect("orders", &token).await;
    service.faults.take_calls();
    assert!(service.is_active("orders", &token).await);
    let calls = service.faults.take_calls();
    assert_eq!(calls, ["BatchGetItem", "GetItem", "BatchGetItem"]);
}

/// Whether the token of a new service is inactive after that, to an API whose own client nothing happens to.
async fn check_ends(end: impl AsyncFnOnce(&TestService, &str, &str)) {
    let (service, bearer) = with_apis().await;
    let body = json!({"allowed_apis": [ORDERS_API]});
    let made = service.make_api_token(&bearer, &body).await;
    let token = value_of(&made);
    assert!(service.is_active("gateway", &token).await);
    end(&service, &bearer, &path_of(&made)).await;
    assert!(!service.is_active("gateway", &token).await);
}

async fn change(service: &TestService, method: Method, path: &str, bearer: &str) {
    let answer = service.call(method, path).bearer(bearer).send().await;
    assert!(answer.status < 300, "{}", answer.text());
}

#[tokio::test]
async fn i03_a_deleted_api_token_ends_at_once() {
    check_ends(async |service, bearer, path| {
        change(service, Method::DELETE, path, bearer).await;
    })
    .await;
}

#[tokio::test]
async fn i03_an_api_token_ends_with_its_client() {
    check_ends(async |service, bearer, _| {
        change(service, Method::DELETE, "/v1/clients/m2m_manager", bearer).await;
    })
    .await;
    check_ends(async |service, bearer, _| {
        let path = "/v1/clients/m2m_manager/revoke-tokens";
        change(service, Method::POST, path, bearer).await;
    })
    .await;
}

#[tokio::test]
async fn i03_an_enabled_client_does_not_bring_its_api_tokens_back() {
    check_ends(async |service, bearer, _| {
        change(
            service,
            Method::POST,
            "/v1/clients/m2m_manager/disable",
            bearer,
        )
        .await;
        let other = service.management_token("books", MANAGEMENT).await;
        change(
            service,
            Method::POST,
            "/v1/clients/m2m_manager/enable",
            &other,
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn i03_an_api_token_ends_with_its_owner_or_organization() {
    check_ends(async |service, _, _| {
        service.directory.set_owner(Owner {
            active: false,
            ..ada()
        });
    })
    .await;
    check_ends(async |service, _, _| {
        service.directory.set_owner(Owner {
            generation: ada().generation.raised(),
            ..ada()
        });
    })
    .await;
    check_ends(async |service, _, _| {
        let acme = m2m_core::organization::Organization {
            active: false,
            ..organization("acme")
        };
        service.directory.set_organization(acme);
    })
    .await;
}

#[tokio::test]
async fn i03_an_api_token_ends_when_the_table_was_restored_from_a_backup() {
    check_ends(async |service, _, _| {
        let ports = service.deployment.ports();
        ports.keys.raise_generation().await.unwrap();
        // It is seen when the keys are read again.
        service.clock.advance(SignedDuration::from_secs(301));
    })
    .await;
}

#[tokio::test]
async fn i03_an_api_token_ends_with_its_time_and_not_before() {
    let (service, bearer) = with_apis().await;
    let end = service.now() + SignedDuration::from_hours(2);
    let body = json!({"allowed_apis": [ORDERS_API], "expires_at": end.to_string()});
    let token = value_of(&service.make_api_token(&bearer, &body).await);
    let said = service.introspect("orders", &token).await.json();
    assert_eq!(said["exp"], end.as_second());
    service.clock.advance(SignedDuration::from_secs(7_199));
    assert!(service.is_active("orders", &token).await);
    service.clock.advance(SignedDuration::from_secs(1));
    assert!(!service.is_active("orders", &token).await);
}

#[tokio::test]
async fn i03_an_api_token_never_allows_more_than_its_owner_may_now() {
    let (service, bearer) = with_apis().await;
    let token = value_of(&service.make_api_token(&bearer, &everything()).await);
    let may = |scopes| Owner {
        permissions: m2m_testkit::builders::scopes(scopes),
        ..ada()
    };
    service.directory.set_owner(may("orders:read"));
    let said = service.introspect("manager", &token).await.json();
    assert_eq!(
        (&said["scope"], &said["aud"]),
        (&json!("orders:read"), &json!([ORDERS_API]))
    );
    assert!(!service.is_active("books", &token).await);
    service.directory.set_owner(may("clients:read"));
    assert!(!service.is_active("orders", &token).await);
}

#[tokio::test]
async fn i03_a_store_that_fails_is_503_and_never_active_for_an_api_token_either() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    service.faults.always("GetItem", Fault::ServerError);
    let answer = service.introspect("orders", &token).await;
    assert_refused(&answer, 503, "temporarily_unavailable");
    service.faults.clear();
    assert!(service.is_active("orders", &token).await);
}

#[tokio::test]
async fn i04_an_active_api_token_says_what_it_opens_and_from_where() {
    let (service, bearer) = with_apis().await;
    let made = service.make_api_token(&bearer, &everything()).await;
    let answer = service.introspect("orders", &value_of(&made)).await;
    let grant = |connection, source| json!({"type": "urn:m2m-oauth:data-grant", "connection": connection, "source": source});
    assert_eq!(
        answer.json(),
        json!({
            "active": true,
            "scope": "orders:read",
            "client_id": "m2m_manager",
            "token_type": "Bearer",
            "exp": 1_798_761_600,
            "iat": service.now().as_second(),
            "sub": "local|ada",
            "aud": [ORDERS_API],
            "iss": service.issuer.as_str(),
            "jti": made["api_token_id"],
            "org": "acme",
            "authorization_details": [
                grant("tiles", json!({"tileset": "maps.rivers"})),
                grant("warehouse", json!({"table": "sales.orders"})),
                grant("warehouse", json!({"query": "SELECT *\n FROM rivers"})),
            ],
            "referers": ["https://*.acme.example", "https://maps.example"],
        })
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn i04_an_api_token_without_limits_says_so() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    let said = service.introspect("orders", &token).await.json();
    assert_eq!(said.get("exp"), None);
    assert_eq!(
        (&said["authorization_details"], &said["referers"]),
        (&json!([]), &json!([]))
    );
}

#[tokio::test]
async fn i05_the_signed_answer_says_the_same_of_an_api_token() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    let jwks = service.get("/.well-known/jwks.json").send().await.json();
    for name in ["orders", "stranger"] {
        let plain = service.introspect(name, &token).await.json();
        let call = service.post("/oauth/introspect").header("accept", JWT);
        let call = call.basic(&format!("m2m_{name}"), &secret_of(name));
        let answer = call.form(&[("token", &token)]).send().await;
        let claims = jwt::verified(answer.text(), &jwks).unwrap();
        assert_eq!(claims["token_introspection"], plain, "{name}");
    }
}

#[tokio::test]
async fn r03_the_client_that_made_an_api_token_ends_it_at_once() {
    let (service, bearer) = with_apis().await;
    let made = service.make_api_token(&bearer, &everything()).await;
    let (token, other) = (value_of(&made), service.api_token(&bearer).await);
    revoke(&service, "manager", &token).await;
    assert!(!service.is_active("orders", &token).await);
    assert!(service.is_active("orders", &other).await);
    let gone = service.get(&path_of(&made)).bearer(&bearer).send().await;
    assert_eq!(gone.refusal(), (404, "not-found".to_owned()));
    revoke(&service, "manager", &token).await;
}

#[tokio::test]
async fn r04_another_client_s_api_token_stays() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    for name in ["orders", "stranger"] {
        revoke(&service, name, &token).await;
        assert!(service.is_active("orders", &token).await, "{name}");
    }
}

#[tokio::test]
async fn x01_an_api_token_is_no_subject_token() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    let client = m2m_core::client::Client {
        grant_types: m2m_core::client::GrantType::ALL.to_vec(),
        ..m2m_tests::world::client_of(&ada(), "exchanger")
    };
    service.add_client(client).await;
    let call = service.post("/oauth/token");
    let call = call.basic("m2m_exchanger", &secret_of("exchanger"));
    let form = [
        ("grant_type", exchange),
        ("subject_token", &token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    assert_refused(&call.form(&form).send().await, 400, "invalid_request");
}

#[tokio::test]
async fn b02_an_api_token_opens_nothing_of_the_management_api() {
    let (service, bearer) = with_apis().await;
    let token = service.api_token(&bearer).await;
    let answer = service.get("/v1/me").bearer(&token).send().await;
    assert_eq!(answer.refusal(), (401, "invalid-token".to_owned()));
}
