//! T9, T11: which grant, which scopes.

use m2m_core::client::Client;
use m2m_testkit::builders::scopes;
use m2m_tests::service;
use m2m_tests::world::{ada, client_of, secret_of};

use crate::support::{ID, ask, assert_refused, secret, with_payments};

#[tokio::test]
async fn t09_the_grant_type_must_be_one_that_the_client_may_use() {
    let service = with_payments().await;
    let none = Client {
        grant_types: vec![],
        ..client_of(&ada(), "none")
    };
    service.add_client(none).await;
    let post = |grant_type: Option<&'static str>| {
        let form: Vec<_> = grant_type
            .map(|grant| ("grant_type", grant))
            .into_iter()
            .collect();
        let call = service.post("/oauth/token").basic(ID, &secret());
        call.form(&form).send()
    };
    assert_refused(&post(None).await, 400, "invalid_request");
    for unknown in [
        "password",
        "authorization_code",
        "refresh_token",
        "CLIENT_CREDENTIALS",
        "client_credentials ",
        "URN:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        assert_refused(&post(Some(unknown)).await, 400, "unsupported_grant_type");
    }
    let answer = service.ask("m2m_none", &secret_of("none")).await;
    assert_refused(&answer, 400, "unauthorized_client");
}

#[tokio::test]
async fn t11_scopes_are_order_free_and_fold() {
    let service = with_payments().await;
    for scope in [
        "orders:read orders:write",
        "orders:write orders:read",
        "orders:write orders:read orders:write",
    ] {
        let answer = ask(&service, &[("scope", scope)]).await;
        assert_eq!(answer.status, 200, "{scope}");
        assert_eq!(answer.member("scope"), "orders:read orders:write");
    }
}

#[tokio::test]
async fn t11_scopes_are_all_or_nothing() {
    let service = with_payments().await;
    for scope in [
        "unknown",
        "orders:read unknown",
        "unknown orders:read",
        "ORDERS:READ",
        "orders:read orders:Write",
        "*",
        "orders:*",
    ] {
        let answer = ask(&service, &[("scope", scope)]).await;
        assert_refused(&answer, 400, "invalid_scope");
    }
}

#[tokio::test]
async fn t11_malformed_scopes_are_refused() {
    let service = with_payments().await;
    let long = "a".repeat(129);
    for scope in [
        " ",
        " orders:read",
        "orders:read ",
        "orders:read  orders:write",
        "orders:read\torders:write",
        "orders:read,orders:write",
        "orders:read\r\nSet-Cookie: a",
        "\"orders:read\"",
        "orders\\read",
        "orders:réad",
        "orders:read\0",
        &long,
    ] {
        let answer = ask(&service, &[("scope", scope)]).await;
        assert_refused(&answer, 400, "invalid_scope");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn t11_a_large_scope_is_answered() {
    let service = with_payments().await;
    let scope = "a ".repeat(4_000);
    let answer = ask(&service, &[("scope", scope.trim_end())]).await;
    assert_refused(&answer, 400, "invalid_scope");
}

#[tokio::test]
async fn t11_the_answer_always_carries_the_granted_scope() {
    let service = service::start().await;
    let client = client_of(&ada(), "payments");
    let with = |name: &str, own: Option<&str>, default: Option<&str>| Client {
        id: m2m_testkit::builders::client_id(name),
        scopes: own.map(scopes),
        default_scopes: default.map(scopes),
        ..client.clone()
    };
    for (name, own, default, granted) in [
        ("a", None, None, "orders:read orders:write"),
        ("b", Some("orders:read"), None, "orders:read"),
        ("c", None, Some("orders:write"), "orders:write"),
        (
            "d",
            Some("orders:read orders:write"),
            Some("orders:read"),
            "orders:read",
        ),
        // Never more than the owner may do now.
        (
            "e",
            Some("orders:read gone"),
            Some("orders:read gone"),
            "orders:read",
        ),
    ] {
        service.add_client(with(name, own, default)).await;
        let answer = service.ask(&format!("m2m_{name}"), &secret()).await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.member("scope"), granted, "{name}");
    }
}

#[tokio::test]
async fn t11_nothing_to_grant_is_invalid_scope() {
    let service = service::start().await;
    for (name, own) in [("a", ""), ("b", "gone"), ("c", "clients:read")] {
        let own = own
            .split_whitespace()
            .map(|scope| scopes(scope).iter().next().cloned());
        let client = Client {
            scopes: Some(own.flatten().collect()),
            ..client_of(&ada(), name)
        };
        service.add_client(client).await;
        let answer = service.ask(&format!("m2m_{name}"), &secret_of(name)).await;
        assert_refused(&answer, 400, "invalid_scope");
    }
}

#[tokio::test]
async fn t11_a_scope_that_the_owner_lost_is_refused() {
    let service = with_payments().await;
    let asked = [("scope", "orders:write")];
    assert_eq!(ask(&service, &asked).await.status, 200);
    let narrowed = m2m_core::owner::Owner {
        permissions: scopes("orders:read"),
        ..ada()
    };
    service.directory.set_owner(narrowed);
    let answer = ask(&service, &asked).await;
    assert_refused(&answer, 400, "invalid_scope");
    assert_eq!(ask(&service, &[]).await.member("scope"), "orders:read");
}

#[tokio::test]
async fn t11_management_scopes_are_granted_only_by_name() {
    let service = with_payments().await;
    let resource = service.issuer.join("/v1");
    let answer = ask(&service, &[("resource", &resource)]).await;
    assert_refused(&answer, 400, "invalid_scope");
    let named = [("resource", resource.as_str()), ("scope", "clients:read")];
    assert_eq!(ask(&service, &named).await.member("scope"), "clients:read");
}
