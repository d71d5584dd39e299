//! J4, X3: what a token is for, and whose its scopes are.

use m2m_core::client::{AudienceGrant, Client};
use m2m_core::resource_servers::{ResourceServer, ResourceServerRecord};
use m2m_testkit::builders::{self, scopes};
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};
use m2m_types::audience::Audience;
use m2m_types::ttl::AccessTokenTtl;
use serde_json::json;

use crate::support::assert_refused;

const ORDERS: &str = "urn:acme:orders";
const BILLS: &str = "urn:acme:bills";
const DEFAULT: &str = "urn:m2m-oauth:api";

/// `orders:read` and `orders:write` are of [`ORDERS`], `bills:read` of [`BILLS`], and `rest` is nobody's.
async fn scene() -> TestService {
    let service = service::start().await;
    let owner = m2m_core::owner::Owner {
        permissions: scopes(&format!(
            "{MANAGEMENT} orders:read orders:write bills:read rest"
        )),
        ..m2m_tests::world::owner("bea", &builders::organization())
    };
    let organization = builders::organization();
    let directory = &service.deployment.ports().directory;
    let written = directory.replace_owner(&owner, None).await.unwrap();
    assert_eq!(written, m2m_core::ports::WriteOutcome::Written);
    assert_eq!(owner.organization, organization.id);
    record(&service, builders::resource_server("orders"), 0).await;
    let bills = ResourceServerRecord {
        scopes: scopes("bills:read"),
        access_token_ttl: Some(AccessTokenTtl::from_seconds(60).unwrap()),
        ..builders::resource_server("bills")
    };
    record(&service, bills, 1).await;
    service.add_client(client_of(&owner, "payments")).await;
    service
}

/// Records a resource server as another process would: this one sees it after a minute.
async fn record(service: &TestService, server: ResourceServerRecord, expected: u64) {
    let servers = &service.deployment.ports().resource_servers;
    let written = servers.write(&server, expected, None).await.unwrap();
    assert_eq!(written, m2m_core::ports::WriteOutcome::Written);
    service.clock.advance(jiff::SignedDuration::from_secs(61));
}

async fn ask(service: &TestService, name: &str, parameters: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend_from_slice(parameters);
    let call = service.post("/oauth/token");
    let call = call.basic(&format!("m2m_{name}"), &secret_of(name));
    call.form(&form).send().await
}

#[track_caller]
fn assert_granted(answer: &Answer, audience: &str, scope: &str) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let claims = jwt::claims(&answer.member("access_token"));
    assert_eq!(
        (&claims["aud"], answer.member("scope")),
        (&json!(audience), scope.to_owned())
    );
}

#[tokio::test]
async fn j04_a_token_is_for_the_requested_resource_and_has_its_scopes_only() {
    let service = scene().await;
    for (resource, scope) in [
        (ORDERS, "orders:read orders:write"),
        (BILLS, "bills:read"),
        (DEFAULT, "rest"),
    ] {
        let answer = ask(&service, "payments", &[("resource", resource)]).await;
        assert_granted(&answer, resource, scope);
        let asked = ask(
            &service,
            "payments",
            &[("resource", resource), ("scope", scope)],
        )
        .await;
        assert_granted(&asked, resource, scope);
    }
    for (resource, foreign) in [
        (ORDERS, "bills:read"),
        (BILLS, "orders:read"),
        (DEFAULT, "orders:read"),
        (ORDERS, "rest"),
    ] {
        let answer = ask(
            &service,
            "payments",
            &[("resource", resource), ("scope", foreign)],
        )
        .await;
        assert_refused(&answer, 400, "invalid_scope");
    }
}

#[tokio::test]
async fn j04_without_a_resource_a_token_is_for_the_clients_default() {
    let service = scene().await;
    assert_granted(&ask(&service, "payments", &[]).await, DEFAULT, "rest");
    let orders = Client {
        default_audience: ResourceServer::Api(Audience::parse(ORDERS).unwrap()),
        owner: m2m_tests::world::owner("bea", &builders::organization()).id,
        ..client_of(&ada(), "orders")
    };
    service.add_client(orders).await;
    assert_granted(
        &ask(&service, "orders", &[]).await,
        ORDERS,
        "orders:read orders:write",
    );
}

#[tokio::test]
async fn x03_the_audience_parameter_means_the_same() {
    let service = scene().await;
    let answer = ask(&service, "payments", &[("audience", ORDERS)]).await;
    assert_granted(&answer, ORDERS, "orders:read orders:write");
    let both = [
        ("audience", ORDERS),
        ("resource", ORDERS),
        ("resource", ORDERS),
    ];
    assert_granted(
        &ask(&service, "payments", &both).await,
        ORDERS,
        "orders:read orders:write",
    );
    let different = [("audience", ORDERS), ("resource", BILLS)];
    assert_refused(
        &ask(&service, "payments", &different).await,
        400,
        "invalid_target",
    );
    let twice = [("audience", ORDERS), ("audience", ORDERS)];
    assert_refused(
        &ask(&service, "payments", &twice).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn x03_a_resource_is_an_absolute_uri_without_fragment_that_is_served_here() {
    let service = scene().await;
    for resource in [
        "orders",
        "/v1",
        "urn:acme:orders#x",
        "urn:acme:ORDERS",
        "urn:acme:other",
        "https://example.org/",
        "urn:acme:orders ",
    ] {
        let answer = ask(&service, "payments", &[("resource", resource)]).await;
        assert_refused(&answer, 400, "invalid_target");
    }
    let several = [("resource", ORDERS), ("resource", BILLS)];
    assert_refused(
        &ask(&service, "payments", &several).await,
        400,
        "invalid_target",
    );
}

#[tokio::test]
async fn h25_only_an_audience_of_the_clients_grants_is_given() {
    let service = scene().await;
    let grant = |audience: &str, text: &str| AudienceGrant {
        audience: ResourceServer::Api(Audience::parse(audience).unwrap()),
        scopes: scopes(text),
    };
    let narrow = Client {
        audience_grants: Some(vec![grant(ORDERS, "orders:read"), grant(DEFAULT, "rest")]),
        owner: m2m_tests::world::owner("bea", &builders::organization()).id,
        ..client_of(&ada(), "narrow")
    };
    service.add_client(narrow).await;
    assert_granted(
        &ask(&service, "narrow", &[("resource", ORDERS)]).await,
        ORDERS,
        "orders:read",
    );
    let management = service.issuer.join("/v1");
    for resource in [BILLS, &management] {
        let answer = ask(&service, "narrow", &[("resource", resource)]).await;
        assert_refused(&answer, 400, "invalid_target");
    }
    let more = [("resource", ORDERS), ("scope", "orders:read orders:write")];
    assert_refused(&ask(&service, "narrow", &more).await, 400, "invalid_scope");
}

#[tokio::test]
async fn j04_a_token_lives_no_longer_than_its_resource_server_says() {
    let service = scene().await;
    for (resource, seconds) in [(BILLS, 60), (ORDERS, 3_600)] {
        let answer = ask(&service, "payments", &[("resource", resource)]).await;
        assert_eq!(answer.json()["expires_in"], seconds, "{resource}");
        let claims = jwt::claims(&answer.member("access_token"));
        let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!(life, seconds, "{resource}");
    }
}

#[tokio::test]
async fn j04_no_token_is_for_a_removed_resource_server_and_others_see_it_within_a_minute() {
    let service = scene().await;
    let other = service::start_with(Setup {
        after: Some(service.left()),
        ..Setup::default()
    })
    .await;
    assert_eq!(
        ask(&other, "payments", &[("resource", ORDERS)])
            .await
            .status,
        200
    );
    let token = service.management_token("payments", "operator").await;
    let id = builders::resource_server("orders").id;
    let path = format!("/v1/resource-servers/{id}");
    let call = service.call(http::Method::DELETE, &path).bearer(&token);
    assert_eq!(call.send().await.status, 204);
    // At once where it was removed, after a minute everywhere else.
    let at_once = ask(&service, "payments", &[("resource", ORDERS)]).await;
    assert_refused(&at_once, 400, "invalid_target");
    service.clock.advance(jiff::SignedDuration::from_secs(61));
    let elsewhere = ask(&other, "payments", &[("resource", ORDERS)]).await;
    assert_refused(&elsewhere, 400, "invalid_target");
}

#[tokio::test]
async fn t16_without_its_catalog_the_service_goes_on_for_five_minutes_and_then_says_503() {
    use m2m_local::stand_in::faults::Fault;
    let service = scene().await;
    assert_eq!(ask(&service, "payments", &[]).await.status, 200);
    service.faults.always("Query", Fault::ServerError);
    service.clock.advance(jiff::SignedDuration::from_secs(120));
    assert_eq!(ask(&service, "payments", &[]).await.status, 200);
    service.clock.advance(jiff::SignedDuration::from_secs(180));
    let answer = ask(&service, "payments", &[]).await;
    assert_refused(&answer, 503, "temporarily_unavailable");
    service.faults.clear();
    assert_eq!(ask(&service, "payments", &[]).await.status, 200);
}
