//! Restoring: the client with its id and secret, never its tokens.

use std::sync::Arc;

use http::Method;
use jiff::SignedDuration;
use m2m_core::client::{Client, ClientState};
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_local::stand_in::faults::Fault;
use m2m_testkit::builders::scopes;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, organization, owner};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// A client that was made and deleted through the API.
struct Deleted {
    service: TestService,
    token: String,
    created: Value,
}

impl Deleted {
    async fn new() -> Self {
        Self::of(json!({"name": "orders"})).await
    }

    async fn of(body: Value) -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        let created = service.create(&token, &body).await;
        let deleted = Self {
            service,
            token,
            created,
        };
        assert_eq!(deleted.call(Method::DELETE, "").await.status, 204);
        deleted
    }

    fn member(&self, name: &str) -> &str {
        self.created[name].as_str().unwrap()
    }

    async fn call(&self, method: Method, below: &str) -> Answer {
        let path = format!("/v1/clients/{}{below}", self.member("client_id"));
        let call = self.service.call(method, &path).bearer(&self.token);
        call.send().await
    }

    async fn restore(&self) -> Answer {
        self.call(Method::POST, "/restore").await
    }

    async fn restore_by(&self, token: &str) -> Answer {
        let path = format!("/v1/clients/{}/restore", self.member("client_id"));
        self.service.post(&path).bearer(token).send().await
    }

    async fn ask(&self) -> Answer {
        let id = self.member("client_id");
        self.service.ask(id, self.member("client_secret")).await
    }

    async fn reveal(&self) -> Answer {
        let path = format!("/secrets/{}/value", self.member("client_secret_id"));
        self.call(Method::GET, &path).await
    }

    /// It is deleted, and nothing of it works.
    async fn assert_deleted(&self) {
        let read = self.call(Method::GET, "").await;
        assert_eq!(read.refusal(), (404, "client-deleted".to_owned()));
        assert_eq!(self.ask().await.status, 401);
    }
}

#[tokio::test]
async fn a_restored_client_has_its_id_its_secret_and_its_settings() {
    let body = json!({"name": "orders", "description": "Pays", "tags": {"team": "billing"}});
    let deleted = Deleted::of(body).await;
    let answer = deleted.restore().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut expected = deleted.created.clone();
    for secret in [
        "client_secret",
        "client_secret_id",
        "client_secret_expires_at",
    ] {
        expected.as_object_mut().unwrap().remove(secret);
    }
    assert_eq!(answer.json(), expected);
    let read = deleted.call(Method::GET, "").await;
    assert_eq!(read.json(), expected);
    assert_eq!(read.header("etag"), answer.header("etag"));
    assert_eq!(deleted.ask().await.status, 200);
    let shown = deleted.reveal().await;
    assert_eq!(
        shown.member("client_secret"),
        deleted.member("client_secret")
    );
}

#[tokio::test]
async fn the_tokens_of_before_stay_dead() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let its = service.manager_of(&ada(), "orders", MANAGEMENT).await;
    let path = "/v1/clients/m2m_orders";
    let deleted = service.call(Method::DELETE, path).bearer(&token).send();
    assert_eq!(deleted.await.status, 204);
    let restore = service.post(&format!("{path}/restore")).bearer(&token);
    assert_eq!(restore.send().await.status, 200);
    let me = |token: String| service.get("/v1/me").bearer(&token).send();
    assert_eq!(me(its).await.refusal(), (401, "invalid-token".to_owned()));
    let new = service.management_token("orders", MANAGEMENT).await;
    assert_eq!(me(new).await.status, 200);
}

#[tokio::test]
async fn a_client_that_was_disabled_comes_back_disabled() {
    let deleted = Deleted::new().await;
    assert_eq!(deleted.restore().await.status, 200);
    assert_eq!(deleted.call(Method::POST, "/disable").await.status, 200);
    assert_eq!(deleted.call(Method::DELETE, "").await.status, 204);
    assert_eq!(deleted.restore().await.member("status"), "disabled");
    assert_eq!(deleted.ask().await.status, 401);
}

#[tokio::test]
async fn what_is_not_deleted_is_not_restored() {
    let deleted = Deleted::new().await;
    assert_eq!(deleted.restore().await.status, 200);
    let tag = deleted.call(Method::GET, "").await;
    let again = deleted.restore().await;
    assert_eq!(again.refusal(), (409, "not-deleted".to_owned()));
    let after = deleted.call(Method::GET, "").await;
    assert_eq!(after.header("etag"), tag.header("etag"));
}

#[tokio::test]
async fn after_29_days_it_is_as_if_it_never_was() {
    let deleted = Deleted::new().await;
    let days = SignedDuration::from_hours(29 * 24);
    deleted
        .service
        .clock
        .advance(days - SignedDuration::from_secs(1));
    let token = deleted
        .service
        .management_token("manager", MANAGEMENT)
        .await;
    let deleted = Deleted { token, ..deleted };
    deleted.assert_deleted().await;
    deleted.service.clock.advance(SignedDuration::from_secs(1));
    let gone = (404, "not-found".to_owned());
    assert_eq!(deleted.restore().await.refusal(), gone);
    assert_eq!(deleted.call(Method::GET, "").await.refusal(), gone);
}

#[tokio::test]
async fn nobody_else_restores_it_or_learns_of_it() {
    let deleted = Deleted::new().await;
    let eve = Owner {
        permissions: scopes("clients:read clients:write clients:delegate"),
        ..owner("eve", &organization("acme"))
    };
    deleted.service.directory.set_owner(eve.clone());
    let scope = "clients:read clients:write clients:delegate";
    let token = deleted.service.manager_of(&eve, "eves", scope).await;
    let answer = deleted.restore_by(&token).await;
    assert_eq!(answer.refusal(), (404, "not-found".to_owned()));
    deleted.assert_deleted().await;
}

#[tokio::test]
async fn a_weaker_caller_brings_no_stronger_client_back() {
    let deleted = Deleted::new().await;
    let narrow = Client {
        scopes: Some(scopes("clients:write")),
        ..client_of(&ada(), "narrow")
    };
    deleted.service.add_client(narrow).await;
    let token = deleted
        .service
        .management_token("narrow", "clients:write")
        .await;
    let answer = deleted.restore_by(&token).await;
    assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
    deleted.assert_deleted().await;
}

#[tokio::test]
async fn a_restore_honours_if_match() {
    let deleted = Deleted::new().await;
    let path = format!("/v1/clients/{}/restore", deleted.member("client_id"));
    let call = deleted.service.post(&path).bearer(&deleted.token);
    let stale = call.header("if-match", "\"77\"").send().await;
    assert_eq!(stale.refusal(), (412, "precondition-failed".to_owned()));
    deleted.assert_deleted().await;
}

#[tokio::test]
async fn the_organization_must_have_room_and_the_plan() {
    let deleted = Deleted::new().await;
    let acme = organization("acme");
    for (changed, kind) in [
        (
            Organization {
                max_clients: Some(1),
                ..acme.clone()
            },
            "limit-reached",
        ),
        (
            Organization {
                m2m_clients_allowed: false,
                ..acme.clone()
            },
            "plan-required",
        ),
    ] {
        deleted.service.directory.set_organization(changed);
        let refused = deleted.restore().await;
        assert_eq!(refused.refusal(), (403, kind.to_owned()));
        deleted.assert_deleted().await;
    }
    deleted.service.directory.set_organization(Organization {
        max_clients: Some(2),
        ..acme
    });
    assert_eq!(
        deleted.restore().await.status,
        200,
        "what was refused left something"
    );
    assert_eq!(deleted.reveal().await.status, 200);
}

#[tokio::test]
async fn a_client_without_its_value_stays_deleted() {
    let deleted = Deleted::new().await;
    let id = deleted.member("client_id").parse().unwrap();
    let values = &deleted.service.deployment.ports().values;
    values.remove(&id).await.unwrap();
    let answer = deleted.restore().await;
    assert_eq!(answer.refusal(), (409, "secret-gone".to_owned()));
    deleted.assert_deleted().await;
}

#[tokio::test]
async fn a_client_whose_secret_is_kept_nowhere_comes_back_too() {
    let body = json!({"name": "orders", "secret_storage": "none"});
    let deleted = Deleted::of(body).await;
    deleted.service.faults.take_calls();
    assert_eq!(deleted.restore().await.status, 200);
    let calls = deleted.service.faults.take_calls();
    assert!(!calls.contains(&"RestoreSecret".to_owned()), "{calls:?}");
    assert_eq!(deleted.ask().await.status, 200);
}

#[tokio::test]
async fn secrets_manager_refusing_in_the_middle_leaves_it_deleted_until_it_is_tried_again() {
    for fault in [Fault::AccessDenied, Fault::ServerError, Fault::NotDelivered] {
        let deleted = Deleted::new().await;
        deleted.service.faults.always("RestoreSecret", fault);
        let answer = deleted.restore().await;
        assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
        deleted.service.faults.clear();
        deleted.assert_deleted().await;
        let at_once = deleted.restore().await;
        assert_eq!(at_once.refusal(), (409, "contended".to_owned()));
        assert_eq!(at_once.header("retry-after"), Some("30"));
        deleted.service.clock.advance(SignedDuration::from_secs(30));
        assert_eq!(deleted.restore().await.status, 200);
        assert_eq!(deleted.ask().await.status, 200);
    }
}

#[tokio::test]
async fn of_many_restores_at_once_one_is_done() {
    let deleted = Arc::new(Deleted::new().await);
    let mut restores = JoinSet::new();
    for _ in 0..8 {
        let deleted = Arc::clone(&deleted);
        restores.spawn(async move { deleted.restore().await });
    }
    let answers = restores.join_all().await;
    let done = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(done.count(), 1, "{answers:?}");
    let others = answers.iter().filter(|answer| answer.status != 200);
    assert!(
        others.clone().all(|answer| answer.status == 409),
        "{answers:?}"
    );
    assert_eq!(deleted.ask().await.status, 200);
    assert_eq!(deleted.reveal().await.status, 200);
}

#[tokio::test]
async fn the_store_forgets_a_deleted_client_after_its_time_and_no_restored_one() {
    let deleted = Deleted::new().await;
    let other = deleted
        .service
        .create(&deleted.token, &json!({"name": "other"}))
        .await;
    let other = format!("/v1/clients/{}", other["client_id"].as_str().unwrap());
    let call = |method| deleted.service.call(method, &other).bearer(&deleted.token);
    assert_eq!(call(Method::DELETE).send().await.status, 204);
    assert_eq!(deleted.restore().await.status, 200);
    let id = deleted.member("client_id").parse().unwrap();
    let directory = &deleted.service.deployment.ports().directory;
    deleted
        .service
        .clock
        .advance(SignedDuration::from_hours(30 * 24));
    deleted.service.stand_in.remove_expired_items().unwrap();
    let restored = directory.find_client(&id).await.unwrap().client.unwrap();
    assert_eq!(restored.state, ClientState::Active);
    let gone = other.trim_start_matches("/v1/clients/").parse().unwrap();
    assert_eq!(directory.find_client(&gone).await.unwrap().client, None);
    let token = deleted
        .service
        .management_token("manager", MANAGEMENT)
        .await;
    let list = deleted
        .service
        .get("/v1/clients?status=deleted")
        .bearer(&token);
    assert_eq!(list.send().await.json()["items"], json!([]));
}
