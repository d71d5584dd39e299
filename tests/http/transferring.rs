//! Giving a client to another owner.

use m2m_core::client::Client;
use m2m_core::owner::Owner;
use m2m_testkit::builders::scopes;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ORDERS, ada, client_of, organization, owner, secret_of};
use serde_json::{Value, json};

const ORDERS_CLIENT: &str = "/v1/clients/m2m_orders";

struct Scene {
    service: TestService,
    token: String,
}

impl Scene {
    /// `orders` is a client of ada's with these scopes, and bob may do that.
    async fn new(own: Option<&str>, bobs: &str) -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        let orders = Client {
            scopes: own.map(scopes),
            ..client_of(&ada(), "orders")
        };
        service.add_client(orders).await;
        let bob = Owner {
            permissions: scopes(bobs),
            ..owner("bob", &organization("acme"))
        };
        let directory = &service.deployment.ports().directory;
        directory.replace_owner(&bob, None).await.unwrap();
        Self { service, token }
    }

    async fn transfer(&self, to: &str) -> Answer {
        self.transfer_by(&self.token, &json!({ "owner": to })).await
    }

    async fn transfer_by(&self, token: &str, body: &Value) -> Answer {
        let path = format!("{ORDERS_CLIENT}/transfer");
        let call = self.service.post(&path).bearer(token);
        call.json(body).send().await
    }

    async fn read(&self) -> Answer {
        let call = self.service.get(ORDERS_CLIENT).bearer(&self.token);
        call.send().await
    }

    async fn ask(&self) -> Answer {
        let secret = secret_of("orders");
        self.service.ask("m2m_orders", &secret).await
    }

    async fn listed(&self, query: &str) -> Vec<String> {
        let path = format!("/v1/clients?{query}");
        let list = self.service.get(&path).bearer(&self.token).send().await;
        let items = list.json()["items"].as_array().unwrap().clone();
        let id = |item: &Value| item["client_id"].as_str().unwrap().to_owned();
        items.iter().map(id).collect()
    }
}

#[tokio::test]
async fn a_client_no_stronger_than_its_new_owner_keeps_its_credentials_and_loses_its_tokens() {
    let scene = Scene::new(
        Some("orders:read clients:read"),
        &format!("{ORDERS} clients:read"),
    )
    .await;
    let its = scene
        .service
        .management_token("orders", "clients:read")
        .await;
    let answer = scene.transfer("local|bob").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.member("owner"), "local|bob");
    assert_eq!(scene.read().await.json(), answer.json());
    let me = scene.service.get("/v1/me").bearer(&its).send().await;
    assert_eq!(me.refusal(), (401, "invalid-token".to_owned()));
    assert_eq!(scene.ask().await.status, 200);
    assert_eq!(scene.listed("").await, ["m2m_manager"]);
    assert_eq!(scene.listed("owner=local%7Cbob").await, ["m2m_orders"]);
    assert_eq!(
        scene.listed("all=true").await,
        ["m2m_manager", "m2m_orders"]
    );
}

#[tokio::test]
async fn the_credentials_of_a_stronger_client_end() {
    let scene = Scene::new(Some(ORDERS), "orders:read").await;
    let answer = scene.transfer("local|bob").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(scene.ask().await.status, 401);
    let path = format!("{ORDERS_CLIENT}/secrets");
    let secrets = scene.service.get(&path).bearer(&scene.token).send().await;
    assert_eq!(secrets.status, 200);
    assert!(!secrets.text().contains("secret_id"), "{}", secrets.text());
}

#[tokio::test]
async fn all_scopes_of_the_old_owner_are_frozen() {
    let scene = Scene::new(None, ORDERS).await;
    let answer = scene.transfer("local|bob").await;
    let frozen: Vec<_> = answer.json()["scopes"].as_array().unwrap().clone();
    let adas = ada().permissions;
    let mut expected: Vec<String> = adas.iter().map(ToString::to_string).collect();
    expected.sort();
    let mut shown: Vec<_> = frozen
        .iter()
        .map(|s| s.as_str().unwrap().to_owned())
        .collect();
    shown.sort();
    assert_eq!(shown, expected);
    assert_eq!(scene.ask().await.status, 401, "bob may do less");
}

#[tokio::test]
async fn the_keys_of_a_stronger_client_end() {
    let scene = Scene::new(Some(ORDERS), "orders:read").await;
    let keys = "https://keys.example/jwks";
    let body = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": keys});
    let call = scene.service.call(http::Method::PATCH, ORDERS_CLIENT);
    let patched = call.bearer(&scene.token).json(&body).send().await;
    assert_eq!(patched.member("jwks_uri"), keys, "{}", patched.text());
    let answer = scene.transfer("local|bob").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["jwks_uri"], Value::Null, "{}", answer.text());
}

#[tokio::test]
async fn only_admins_of_the_organization_transfer_and_only_within_it() {
    let scene = Scene::new(Some("orders:read"), ORDERS).await;
    let before = scene.read().await;
    let no_admin = scene
        .service
        .management_token("manager", "clients:write clients:delegate")
        .await;
    let to_bob = json!({"owner": "local|bob"});
    let refused = scene.transfer_by(&no_admin, &to_bob).await;
    assert_eq!(refused.refusal(), (403, "insufficient-scope".to_owned()));

    let other = organization("other");
    let eve = owner("eve", &other);
    scene.service.add_principals(&eve, &other).await;
    let hers = scene.service.manager_of(&eve, "eves", MANAGEMENT).await;
    let refused = scene
        .transfer_by(&hers, &json!({"owner": "local|eve"}))
        .await;
    assert_eq!(refused.refusal(), (404, "not-found".to_owned()));

    let foreign = scene.transfer("local|eve").await;
    let missing = scene.transfer("local|nobody").await;
    assert_eq!(foreign.refusal(), (400, "invalid-request".to_owned()));
    assert_eq!(foreign.pointers(), ["/owner"]);
    assert_eq!(foreign.json()["errors"], missing.json()["errors"]);
    assert_eq!(scene.read().await.header("etag"), before.header("etag"));
    assert_eq!(scene.ask().await.status, 200);
}

#[tokio::test]
async fn no_admin_takes_over_what_a_stronger_owner_may() {
    let scene = Scene::new(
        Some("orders:read"),
        &format!("{ORDERS} admin clients:read clients:write clients:delegate"),
    )
    .await;
    let bob = Owner {
        permissions: scopes(&format!(
            "{ORDERS} admin clients:read clients:write clients:delegate"
        )),
        ..owner("bob", &organization("acme"))
    };
    let scope = "admin clients:read clients:write clients:delegate";
    let his = scene.service.manager_of(&bob, "bobs", scope).await;
    let refused = scene
        .transfer_by(&his, &json!({"owner": "local|bob"}))
        .await;
    assert_eq!(refused.refusal(), (403, "insufficient-scope".to_owned()));
    let call = |method: http::Method| scene.service.call(method, ORDERS_CLIENT).bearer(&his);
    let renamed = call(http::Method::PATCH)
        .json(&json!({"name": "his"}))
        .send()
        .await;
    assert_eq!(renamed.refusal(), (403, "insufficient-scope".to_owned()));
    let deleted = call(http::Method::DELETE).send().await;
    assert_eq!(
        deleted.refusal(),
        (403, "insufficient-scope".to_owned()),
        "an operator's"
    );
    assert_eq!(scene.ask().await.status, 200);
}

/// Its own client would be the way: with `clients:delegate` its holder could do all that the new owner may.
#[tokio::test]
async fn no_admin_becomes_a_stronger_owner_by_a_transfer_to_it() {
    let scope = "admin clients:delegate clients:read clients:write";
    let scene = Scene::new(Some("orders:read"), &format!("{ORDERS} {scope}")).await;
    let bob = Owner {
        permissions: scopes(&format!("{ORDERS} {scope}")),
        ..owner("bob", &organization("acme"))
    };
    let his = scene.service.manager_of(&bob, "bobs", scope).await;
    let path = "/v1/clients/m2m_bobs/transfer";
    let call = scene.service.post(path).bearer(&his);
    let given = call.json(&json!({"owner": "local|ada"})).send().await;
    assert_eq!(given.status, 200, "{}", given.text());
    let answer = scene.service.ask("m2m_bobs", &secret_of("bobs")).await;
    assert_eq!(answer.status, 401, "{}", answer.text());
}

#[tokio::test]
async fn unknown_members_are_refused_and_the_same_owner_changes_nothing() {
    let scene = Scene::new(Some("orders:read"), ORDERS).await;
    for body in [
        json!({}),
        json!({"owner": "local|bob", "organization": "other"}),
        json!({"owner": "m2m_x|y"}),
        json!({"owner": 1}),
    ] {
        let refused = scene.transfer_by(&scene.token, &body).await;
        assert_eq!(
            refused.refusal(),
            (400, "invalid-request".to_owned()),
            "{body}"
        );
    }
    let before = scene.read().await;
    assert_eq!(scene.transfer("local|ada").await.status, 200);
    assert_eq!(scene.read().await.header("etag"), before.header("etag"));
    let path = format!("{ORDERS_CLIENT}/transfer");
    let stale = scene.service.post(&path).bearer(&scene.token);
    let stale = stale.header("if-match", "\"77\"");
    let stale = stale.json(&json!({"owner": "local|bob"})).send().await;
    assert_eq!(stale.refusal(), (412, "precondition-failed".to_owned()));
}

#[tokio::test]
async fn an_admin_sees_and_stops_every_client_of_its_organization_and_reveals_only_its_own() {
    let scene = Scene::new(None, MANAGEMENT).await;
    let bob = Owner {
        permissions: scopes(&format!("{MANAGEMENT} {ORDERS}")),
        ..owner("bob", &organization("acme"))
    };
    scene.service.directory.set_owner(bob.clone());
    let his = scene.service.manager_of(&bob, "bobs", MANAGEMENT).await;
    let call = |path: String| scene.service.get(&path).bearer(&his).send();
    let read = call(ORDERS_CLIENT.to_owned()).await;
    assert_eq!(read.json(), scene.read().await.json());
    let secret = m2m_testkit::builders::secret("orders").0.id;
    let reveal = call(format!("{ORDERS_CLIENT}/secrets/{secret}/value")).await;
    assert_eq!(reveal.refusal(), (403, "owner-only".to_owned()));
    let renamed = scene
        .service
        .call(http::Method::PATCH, ORDERS_CLIENT)
        .bearer(&his);
    let renamed = renamed.json(&json!({"name": "ours"})).send().await;
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    let disable = scene
        .service
        .post(&format!("{ORDERS_CLIENT}/disable"))
        .bearer(&his);
    assert_eq!(disable.send().await.status, 200);
    assert_eq!(scene.ask().await.status, 401);
}

#[tokio::test]
async fn lists_of_others_are_for_admins_and_their_cursors_for_one_list() {
    let scene = Scene::new(None, ORDERS).await;
    let reader = scene
        .service
        .management_token("manager", "clients:read")
        .await;
    let page = |query: &str, token: &str| {
        let call = scene.service.get(&format!("/v1/clients?{query}"));
        call.bearer(token).send()
    };
    for query in ["all=true", "owner=local%7Cbob", "owner=local%7Cnobody"] {
        let refused = page(query, &reader).await;
        assert_eq!(
            refused.refusal(),
            (403, "insufficient-scope".to_owned()),
            "{query}"
        );
    }
    assert_eq!(page("owner=local%7Cada", &reader).await.status, 200);
    assert_eq!(page("all=false", &reader).await.status, 200);
    let both = page("all=true&owner=local%7Cada", &scene.token).await;
    assert_eq!(both.refusal(), (400, "invalid-request".to_owned()));
    let first = page("all=true&limit=1", &scene.token).await;
    let cursor = first.member("next_cursor");
    let next = page(&format!("all=true&cursor={cursor}"), &scene.token).await;
    assert_eq!(next.json()["items"][0]["client_id"], "m2m_orders");
    for query in ["", "owner=local%7Cbob&", "all=true&status=deleted&"] {
        let refused = page(&format!("{query}cursor={cursor}"), &scene.token).await;
        assert_eq!(
            refused.refusal(),
            (400, "invalid-cursor".to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn an_admin_of_another_organization_lists_none_of_these() {
    let scene = Scene::new(None, ORDERS).await;
    let other = organization("other");
    let eve = owner("eve", &other);
    scene.service.add_principals(&eve, &other).await;
    let hers = scene.service.manager_of(&eve, "eves", MANAGEMENT).await;
    for (query, expected) in [
        ("all=true", vec!["m2m_eves"]),
        ("owner=local%7Cada", vec![]),
        ("owner=local%7Cada&limit=1", vec![]),
        ("owner=local%7Cnobody", vec![]),
    ] {
        let call = scene.service.get(&format!("/v1/clients?{query}"));
        let list = call.bearer(&hers).send().await.json();
        let items = list["items"].as_array().unwrap();
        let ids: Vec<_> = items
            .iter()
            .map(|item| item["client_id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{query}");
        assert_eq!(list["next_cursor"], Value::Null);
    }
}
