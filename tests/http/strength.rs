//! A caller never makes a client stronger than itself.

use http::Method;
use m2m_core::client::Client;
use m2m_testkit::builders::scopes;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of};
use serde_json::{Value, json};

const WITHOUT_DELEGATE: &str = "clients:read clients:reveal clients:write";

/// A management token without `clients:delegate`, of a client that may ask for `scopes`.
async fn narrow_manager(service: &TestService, own: &str) -> String {
    let manager = Client {
        scopes: Some(scopes(own)),
        ..client_of(&ada(), "narrow-manager")
    };
    service.add_client(manager).await;
    service
        .management_token("narrow-manager", WITHOUT_DELEGATE)
        .await
}

async fn create(service: &TestService, token: &str, scopes: &Value) -> Answer {
    let body = json!({"name": "x", "scopes": scopes});
    service
        .post("/v1/clients")
        .bearer(token)
        .json(&body)
        .send()
        .await
}

#[track_caller]
fn assert_lacks(answer: &Answer, scope: &str) {
    assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.contains(&format!("scope=\"{scope}\"")),
        "{challenge}"
    );
}

#[tokio::test]
async fn without_delegate_a_client_gets_only_detail_types_of_the_callers_client() {
    let service = service::start().await;
    let manager = Client {
        scopes: Some(scopes(WITHOUT_DELEGATE)),
        authorization_details_types: vec!["payment".parse().unwrap()],
        ..client_of(&ada(), "narrow-manager")
    };
    service.add_client(manager).await;
    let token = service
        .management_token("narrow-manager", WITHOUT_DELEGATE)
        .await;
    let with =
        |types: Value| json!({"name": "x", "scopes": [], "authorization_details_types": types});

    let call = service.post("/v1/clients").bearer(&token);
    assert_lacks(
        &call
            .json(&with(json!(["payment", "transfer"])))
            .send()
            .await,
        "clients:delegate",
    );
    let made = service.create(&token, &with(json!(["payment"]))).await;
    let path = format!("/v1/clients/{}", made["client_id"].as_str().unwrap());
    let patch = service.call(Method::PATCH, &path).bearer(&token);
    let wider = json!({"authorization_details_types": ["payment", "transfer"]});
    assert_lacks(&patch.json(&wider).send().await, "clients:delegate");
}

/// No scope stands for what an API lets somebody do with a type, so it counts beside the scopes.
#[tokio::test]
async fn a_client_with_other_detail_types_is_a_stronger_one() {
    let service = service::start().await;
    let token = narrow_manager(&service, WITHOUT_DELEGATE).await;
    let paying = Client {
        scopes: Some(scopes("clients:read")),
        authorization_details_types: vec!["payment".parse().unwrap()],
        ..client_of(&ada(), "paying")
    };
    let secret = service.add_client(paying).await.secrets[0].id.clone();
    let secrets = "/v1/clients/m2m_paying/secrets";
    let reveal = service.get(&format!("{secrets}/{secret}/value"));
    assert_lacks(&reveal.bearer(&token).send().await, "clients:delegate");
    let another = service.post(secrets).bearer(&token).json(&json!({}));
    assert_lacks(&another.send().await, "clients:delegate");
    let narrowed = json!({"authorization_details_types": []});
    let patch = service
        .call(Method::PATCH, "/v1/clients/m2m_paying")
        .bearer(&token);
    let patch = patch.json(&narrowed).send().await;
    assert_lacks(&patch, "clients:delegate");
}

#[tokio::test]
async fn without_delegate_a_new_client_has_at_most_the_callers_scopes() {
    let service = service::start().await;
    let token = narrow_manager(&service, WITHOUT_DELEGATE).await;
    for (scopes, missing) in [
        (json!(null), "clients:delegate"),
        (json!(["orders:read"]), "orders:read"),
        (json!(["clients:read", "orders:write"]), "orders:write"),
        (json!(["clients:delegate"]), "clients:delegate"),
    ] {
        assert_lacks(&create(&service, &token, &scopes).await, missing);
    }
    for scopes in [
        json!([]),
        json!(["clients:read"]),
        json!(["clients:write", "clients:read"]),
    ] {
        assert_eq!(
            create(&service, &token, &scopes).await.status,
            201,
            "{scopes}"
        );
    }
    // Left out is null.
    let answer = service
        .post("/v1/clients")
        .bearer(&token)
        .json(&json!({"name": "x"}));
    assert_lacks(&answer.send().await, "clients:delegate");
}

#[tokio::test]
async fn what_the_callers_client_may_ask_for_can_be_passed_on() {
    let service = service::start().await;
    let token = narrow_manager(&service, &format!("{WITHOUT_DELEGATE} orders:read")).await;
    assert_eq!(
        create(&service, &token, &json!(["orders:read"]))
            .await
            .status,
        201
    );
    assert_lacks(
        &create(&service, &token, &json!(["orders:write"])).await,
        "orders:write",
    );
    // A management scope must be in the token itself.
    let reader = service
        .management_token("narrow-manager", "clients:write")
        .await;
    assert_lacks(
        &create(&service, &reader, &json!(["clients:read"])).await,
        "clients:read",
    );
    assert_eq!(
        create(&service, &reader, &json!(["orders:read"]))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn delegate_lifts_the_limit_to_what_the_owner_may() {
    let service = service::start().await;
    let token = service.manager("clients:delegate clients:write").await;
    for scopes in [
        json!(null),
        json!(["orders:read"]),
        json!(["clients:reveal", "orders:write"]),
    ] {
        assert_eq!(
            create(&service, &token, &scopes).await.status,
            201,
            "{scopes}"
        );
    }
    let answer = create(&service, &token, &json!(["orders:read", "unheld"])).await;
    assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
    assert_eq!(answer.pointers(), ["/scopes"]);
}

#[tokio::test]
async fn a_change_cannot_widen_beyond_the_caller_either() {
    let service = service::start().await;
    let narrow = Client {
        scopes: Some(scopes("clients:read")),
        ..client_of(&ada(), "narrow")
    };
    service.add_client(narrow).await;
    let token = narrow_manager(&service, WITHOUT_DELEGATE).await;
    let send = |method: Method, body: Value| {
        let call = service
            .call(method, "/v1/clients/m2m_narrow")
            .bearer(&token);
        call.header("if-match", "*").json(&body).send()
    };
    for method in [Method::PATCH, Method::PUT] {
        let with = |scopes: Value| json!({"name": "n", "scopes": scopes});
        assert_lacks(
            &send(method.clone(), with(json!(null))).await,
            "clients:delegate",
        );
        let wider = with(json!(["clients:read", "orders:read"]));
        assert_lacks(&send(method.clone(), wider).await, "orders:read");
    }
    // Left out of a replace is null too.
    assert_lacks(
        &send(Method::PUT, json!({"name": "n"})).await,
        "clients:delegate",
    );
    let answer = send(Method::PATCH, json!({"scopes": ["clients:write"]})).await;
    assert_eq!(answer.json()["scopes"], json!(["clients:write"]));
}

#[tokio::test]
async fn what_stays_as_it_was_is_not_judged() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "wide")).await;
    let token = narrow_manager(&service, WITHOUT_DELEGATE).await;
    let call = service
        .call(Method::PATCH, "/v1/clients/m2m_wide")
        .bearer(&token);
    let answer = call.json(&json!({"description": "new"})).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["scopes"], Value::Null);
}

#[tokio::test]
async fn a_token_is_no_stronger_than_its_client_is_now() {
    let service = service::start().await;
    let admin = service.manager(MANAGEMENT).await;
    let token = narrow_manager(&service, WITHOUT_DELEGATE).await;
    let call = service.call(Method::PATCH, "/v1/clients/m2m_narrow-manager");
    let narrowed = call
        .bearer(&admin)
        .json(&json!({"scopes": ["clients:read"]}));
    assert_eq!(narrowed.send().await.status, 200);
    assert_lacks(&create(&service, &token, &json!([])).await, "clients:write");
    let me = service.get("/v1/me").bearer(&token).send().await.json();
    assert_eq!(me["scopes"], json!(["clients:read"]));
}

#[tokio::test]
async fn the_secret_of_a_stronger_client_is_not_shown() {
    let service = service::start().await;
    let token = narrow_manager(&service, WITHOUT_DELEGATE).await;
    for (name, own, missing) in [
        ("all", None, Some("clients:delegate")),
        (
            "wider",
            Some("clients:read orders:read"),
            Some("orders:read"),
        ),
        ("equal", Some("clients:read"), None),
    ] {
        let client = Client {
            scopes: own.map(scopes),
            ..client_of(&ada(), name)
        };
        let client = service.add_client(client).await;
        let secret = &client.secrets[0].id;
        let path = format!("/v1/clients/{}/secrets/{secret}/value", client.id);
        let answer = service.get(&path).bearer(&token).send().await;
        match missing {
            Some(scope) => assert_lacks(&answer, scope),
            None => assert_eq!(answer.status, 200, "{name}"),
        }
    }
}

#[tokio::test]
async fn a_narrow_client_gets_no_wide_token() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let created = service
        .create(&token, &json!({"name": "x", "scopes": ["orders:read"]}))
        .await;
    let (id, secret) = (
        created["client_id"].as_str().unwrap(),
        created["client_secret"].as_str().unwrap(),
    );
    for (scope, status) in [
        ("orders:read", 200),
        ("orders:write", 400),
        ("clients:read", 400),
    ] {
        let call = service.post("/oauth/token").basic(id, secret);
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        assert_eq!(call.form(&form).send().await.status, status, "{scope}");
    }
}

#[tokio::test]
async fn a_token_is_no_stronger_than_its_owner_is_now() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let narrowed = m2m_core::owner::Owner {
        permissions: scopes("clients:read orders:read"),
        ..ada()
    };
    service.directory.set_owner(narrowed);
    let me = service.get("/v1/me").bearer(&token).send().await.json();
    assert_eq!(me["scopes"], json!(["clients:read"]));
    assert_lacks(&create(&service, &token, &json!([])).await, "clients:write");
}

#[tokio::test]
async fn default_scopes_are_some_of_the_clients() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "x", "scopes": ["orders:read"], "default_scopes": ["orders:write"]});
    let answer = service
        .post("/v1/clients")
        .bearer(&token)
        .json(&body)
        .send()
        .await;
    assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
    assert_eq!(answer.pointers(), ["/default_scopes"]);
}

#[tokio::test]
async fn a_stronger_client_cannot_be_narrowed_to_see_its_secret() {
    let service = service::start().await;
    let own = format!("{WITHOUT_DELEGATE} orders:read");
    let token = narrow_manager(&service, &own).await;
    let stronger = Client {
        scopes: Some(scopes("orders:read orders:write")),
        ..client_of(&ada(), "stronger")
    };
    let path = format!("/v1/clients/{}", stronger.id);
    service.add_client(stronger).await;
    let call = service.call(Method::PATCH, &path).bearer(&token);
    let answer = call.json(&json!({"scopes": ["orders:read"]})).send().await;
    assert_lacks(&answer, "orders:write");
    // What does not touch its scopes is free.
    let call = service.call(Method::PATCH, &path).bearer(&token);
    let answer = call.json(&json!({"description": "seen"})).send().await;
    assert_eq!(answer.status, 200);
}
