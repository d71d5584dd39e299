//! One secret takes another's place, and no program that has a valid one is ever refused.

use http::Method;
use jiff::{SignedDuration, Timestamp};
use m2m_core::client::Client;
use m2m_testkit::builders::{self, scopes};
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};
use m2m_types::admin::client::SecretStorage;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const BROUGHT: &str = "pT3rYw9_kQ0xLz7-vBn2HcM5sJd8fGa1eRuX4iWoKtE";
const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";
const SECRETS: &str = "/v1/clients/m2m_orders/secrets";

/// A service with the client `orders`.
struct Scene {
    service: TestService,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        Self::with(client_of(&ada(), "orders")).await
    }

    async fn with(orders: Client) -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        service.add_client(orders).await;
        Self { service, token }
    }

    /// The token of before may have ended.
    async fn later(&mut self, by: SignedDuration) {
        self.service.clock.advance(by);
        self.token = self.service.management_token("manager", MANAGEMENT).await;
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let call = self.service.call(method, path).bearer(&self.token);
        match body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }

    async fn rotate(&self, body: Value) -> Answer {
        self.send(Method::POST, SECRETS, Some(&body)).await
    }

    async fn rotated(&self, body: Value) -> Value {
        let answer = self.rotate(body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    async fn listed(&self) -> Vec<Value> {
        let list = self.send(Method::GET, SECRETS, None).await.json();
        list["items"].as_array().unwrap().clone()
    }

    async fn rotation(&self) -> Value {
        let path = format!("{SECRETS}/rotation");
        self.send(Method::GET, &path, None).await.json()
    }

    async fn works(&self, secret: &str) -> bool {
        let answer = self.service.ask("m2m_orders", secret).await;
        answer.status == 200
    }

    async fn retire(&self, id: &str, query: &str) -> Answer {
        let path = format!("{SECRETS}/{id}{query}");
        self.send(Method::DELETE, &path, None).await
    }

    async fn cancel(&self, id: &str) -> Answer {
        let path = format!("{SECRETS}/{id}/cancel");
        self.send(Method::POST, &path, None).await
    }

    async fn patch(&self, id: &str, body: Value) -> Answer {
        let path = format!("{SECRETS}/{id}");
        self.send(Method::PATCH, &path, Some(&body)).await
    }

    /// What a program reads in Secrets Manager.
    async fn current_value(&self) -> String {
        let sdk = self.service.stand_in.sdk_config();
        let secrets = aws_sdk_secretsmanager::Client::new(&sdk);
        let name = "m2m/test/clients/m2m_orders";
        let value = secrets.get_secret_value().secret_id(name).send().await;
        let document = value.unwrap().secret_string.unwrap();
        let document: Value = serde_json::from_str(&document).unwrap();
        document["client_secret"].as_str().unwrap().to_owned()
    }
}

fn old_id() -> String {
    builders::secret("orders").0.id.to_string()
}

fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap()
}

#[tokio::test]
async fn a_second_secret_works_beside_the_first_until_that_is_retired() {
    let scene = Scene::new().await;
    let answer = scene.rotate(json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("etag"), Some("\"3\""));
    let new = answer.json();
    let (id, value) = (text(&new, "secret_id"), text(&new, "client_secret"));
    assert_eq!(text(&new, "hint"), &value[44..48]);
    let own = format!("{SECRETS}/{id}");
    assert_eq!(
        answer.header("location"),
        Some(scene.service.issuer.join(&own).as_str())
    );
    let mut shown = new.clone();
    shown.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(scene.send(Method::GET, &own, None).await.json(), shown);
    let (old, listed) = (secret_of("orders"), scene.listed().await);
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["expires_at"], Value::Null);
    assert!(scene.works(&old).await && scene.works(value).await);
    assert_eq!(scene.retire(&old_id(), "?force=true").await.status, 204);
    assert!(!scene.works(&old).await && scene.works(value).await);
    assert_eq!(scene.listed().await.len(), 1);
}

#[tokio::test]
async fn an_overlap_ends_the_secret_before_and_no_other() {
    let scene = Scene::new().await;
    let new = scene.rotated(json!({"overlap_seconds": 600})).await;
    let listed = scene.listed().await;
    assert_eq!(listed[0]["expires_at"], "2026-01-01T00:10:00Z");
    assert_eq!(listed[1]["expires_at"], Value::Null);
    let old = secret_of("orders");
    scene.service.clock.advance(SignedDuration::from_secs(599));
    assert!(scene.works(&old).await);
    scene.service.clock.advance(SignedDuration::from_secs(1));
    assert!(!scene.works(&old).await);
    assert!(scene.works(text(&new, "client_secret")).await);
    assert_eq!(scene.listed().await.len(), 1);
}

#[tokio::test]
async fn an_overlap_prolongs_nothing() {
    let scene = Scene::new().await;
    let soon = "2026-01-01T00:05:00Z";
    let patched = scene.patch(&old_id(), json!({"expires_at": soon})).await;
    assert_eq!(patched.status, 200, "{}", patched.text());
    scene.rotated(json!({"overlap_seconds": 600})).await;
    assert_eq!(scene.listed().await[0]["expires_at"], soon);
}

#[tokio::test]
async fn there_are_at_most_two() {
    let scene = Scene::new().await;
    let second = scene.rotated(json!({})).await;
    let refused = scene.rotate(json!({"overlap_seconds": 0})).await;
    assert_eq!(refused.refusal(), (409, "two-secrets".to_owned()));
    let detail = refused.member("detail");
    for id in [&old_id(), text(&second, "secret_id")] {
        assert!(detail.contains(id), "{detail}");
    }
    assert_eq!(scene.retire(&old_id(), "").await.status, 204);
    scene.rotated(json!({})).await;
}

#[tokio::test]
async fn a_new_secret_can_have_an_end() {
    let scene = Scene::new().await;
    let end = "2026-01-31T00:00:00Z";
    let new = scene.rotated(json!({"expires_at": end})).await;
    assert_eq!(new["expires_at"], end);
    let past = scene
        .rotate(json!({"expires_at": "2026-01-01T00:00:00Z"}))
        .await;
    assert_eq!(past.refusal(), (400, "invalid-request".to_owned()));
    assert_eq!(past.pointers(), ["/expires_at"]);
    let long = scene.rotate(json!({"overlap_seconds": 2_592_001})).await;
    assert_eq!(long.pointers(), ["/overlap_seconds"]);
}

#[tokio::test]
async fn a_secret_that_was_brought_works_and_never_comes_back_in_an_answer() {
    let scene = Scene::new().await;
    let answer = scene.rotate(json!({"client_secret": BROUGHT})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(!answer.text().contains(&BROUGHT[..20]), "{}", answer.text());
    assert_eq!(answer.member("hint"), BROUGHT[39..]);
    assert!(scene.works(BROUGHT).await);
    assert!(!scene.works(&BROUGHT.replace("pT3", "pT4")).await);
    assert_eq!(scene.current_value().await, BROUGHT);
    let path = format!("{SECRETS}/{}/value", answer.member("secret_id"));
    let shown = scene.send(Method::GET, &path, None).await;
    assert_eq!(shown.member("client_secret"), BROUGHT);
}

#[tokio::test]
async fn a_secret_that_can_be_guessed_is_refused_unseen() {
    let scene = Scene::new().await;
    let ours = secret_of("another");
    let (short, dull) = (&BROUGHT[..42], "correct-horse-".repeat(4));
    for weak in [short, &ours, &dull, &"a".repeat(64), "x y"] {
        let refused = scene.rotate(json!({"client_secret": weak})).await;
        assert_eq!(refused.refusal(), (400, "invalid-request".to_owned()));
        assert_eq!(refused.pointers(), ["/client_secret"]);
        assert!(!refused.text().contains(weak), "{}", refused.text());
    }
    assert_eq!(scene.listed().await.len(), 1);
}

/// Retiring the one that leaked would leave its value working.
#[tokio::test]
async fn no_value_is_brought_twice() {
    let scene = Scene::new().await;
    scene.rotated(json!({"client_secret": BROUGHT})).await;
    assert_eq!(scene.retire(&old_id(), "?force=true").await.status, 204);
    let refused = scene.rotate(json!({"client_secret": BROUGHT})).await;
    assert_eq!(refused.refusal(), (400, "invalid-request".to_owned()));
    assert_eq!(refused.pointers(), ["/client_secret"]);
    assert_eq!(scene.listed().await.len(), 1);
}

#[tokio::test]
async fn the_use_of_a_secret_is_forgotten_with_it() {
    let scene = Scene::new().await;
    let new = scene.rotated(json!({})).await;
    assert!(scene.works(&secret_of("orders")).await);
    assert!(scene.works(text(&new, "client_secret")).await);
    let used = async || {
        let directory = &scene.service.deployment.ports().directory;
        let found = directory.find_client(&"m2m_orders".parse().unwrap()).await;
        let used = found.unwrap().client.unwrap().last_used;
        used.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(used().await.len(), 2);
    assert_eq!(scene.retire(&old_id(), "?force=true").await.status, 204);
    assert_eq!(used().await, [text(&new, "secret_id")]);
}

#[tokio::test]
async fn cancelling_gives_the_secret_before_its_former_end_again() {
    for end in [Value::Null, json!("2026-02-01T00:00:00Z")] {
        let scene = Scene::new().await;
        scene.patch(&old_id(), json!({"expires_at": end})).await;
        let new = scene.rotated(json!({"overlap_seconds": 600})).await;
        let kept = scene.cancel(text(&new, "secret_id")).await;
        assert_eq!(kept.status, 200, "{}", kept.text());
        assert_eq!(kept.json()["secret_id"], old_id().as_str());
        assert_eq!(kept.json()["expires_at"], end);
        scene.service.clock.advance(SignedDuration::from_secs(601));
        assert!(scene.works(&secret_of("orders")).await);
        assert!(!scene.works(text(&new, "client_secret")).await);
        assert_eq!(scene.listed().await.len(), 1);
    }
}

#[tokio::test]
async fn what_has_ended_is_not_brought_back() {
    let scene = Scene::new().await;
    let refused = scene.cancel(&old_id()).await;
    assert_eq!(refused.refusal(), (409, "nothing-to-cancel".to_owned()));
    let new = scene.rotated(json!({"overlap_seconds": 600})).await;
    scene.service.clock.advance(SignedDuration::from_secs(600));
    let late = scene.cancel(text(&new, "secret_id")).await;
    assert_eq!(late.refusal(), (409, "nothing-to-cancel".to_owned()));
    assert!(scene.works(text(&new, "client_secret")).await);
    assert!(!scene.works(&secret_of("orders")).await);
}

#[tokio::test]
async fn a_secret_in_use_is_retired_only_on_purpose() {
    let mut scene = Scene::new().await;
    let old = secret_of("orders");
    scene.rotated(json!({})).await;
    assert!(scene.works(&old).await);
    scene.later(SignedDuration::from_hours(23)).await;
    for at_once in ["", "?overlap_seconds=0"] {
        let refused = scene.retire(&old_id(), at_once).await;
        assert_eq!(refused.refusal(), (409, "secret-in-use".to_owned()));
    }
    assert!(scene.works(&old).await);
    let overlap = scene.retire(&old_id(), "?overlap_seconds=60").await;
    assert_eq!(overlap.status, 204, "{}", overlap.text());
    assert!(scene.works(&old).await);
    scene.service.clock.advance(SignedDuration::from_secs(60));
    assert!(!scene.works(&old).await);
    let gone = scene.retire(&old_id(), "?force=true").await;
    assert_eq!(gone.refusal(), (404, "secret-not-found".to_owned()));
}

#[tokio::test]
async fn a_secret_that_was_not_used_for_a_day_is_retired_at_once() {
    let mut scene = Scene::new().await;
    let old = secret_of("orders");
    assert!(scene.works(&old).await);
    scene.rotated(json!({})).await;
    scene.later(SignedDuration::from_hours(24)).await;
    assert_eq!(scene.retire(&old_id(), "").await.status, 204);
    assert!(!scene.works(&old).await);
}

#[tokio::test]
async fn a_rotation_tells_whether_the_old_secret_is_still_needed() {
    let mut scene = Scene::new().await;
    let old = secret_of("orders");
    let none = scene.rotation().await;
    assert_eq!(
        (&none["safe_to_retire"], &none["old_secret_id"]),
        (&json!(false), &Value::Null)
    );
    assert!(scene.works(&old).await);
    let new = scene.rotated(json!({})).await;
    let (new_id, value) = (text(&new, "secret_id"), text(&new, "client_secret"));
    let used = scene.rotation().await;
    assert_eq!(used["safe_to_retire"], false);
    assert_eq!(used["old_secret_id"], old_id().as_str());
    assert_eq!(used["new_secret_id"], new_id);
    assert!(text(&used, "because").contains("less than 24 hours ago"));
    scene.later(SignedDuration::from_hours(25)).await;
    let unproved = scene.rotation().await;
    assert_eq!(unproved["safe_to_retire"], false);
    assert!(text(&unproved, "because").contains("the new secret has got no token"));
    assert!(scene.works(value).await);
    let proved = scene.rotation().await;
    assert_eq!(proved["safe_to_retire"], true, "{proved}");
    assert_eq!(proved["new_last_used_at"], "2026-01-02T01:00:00Z");
    assert_eq!(scene.retire(&old_id(), "").await.status, 204);
}

#[tokio::test]
async fn programs_that_read_the_value_get_the_one_to_use() {
    let scene = Scene::new().await;
    let old = secret_of("orders");
    assert_eq!(scene.current_value().await, old);
    let new = scene.rotated(json!({"overlap_seconds": 600})).await;
    let value = text(&new, "client_secret");
    assert_eq!(scene.current_value().await, value);
    assert!(text(&new, "secret_arn").contains("m2m_orders"));
    scene.cancel(text(&new, "secret_id")).await;
    assert_eq!(scene.current_value().await, old);
    let third = scene.rotated(json!({})).await;
    assert_eq!(scene.current_value().await, text(&third, "client_secret"));
    let overlap = scene.retire(text(&third, "secret_id"), "?overlap_seconds=60");
    assert_eq!(overlap.await.status, 204);
    assert_eq!(scene.current_value().await, old);
}

#[tokio::test]
async fn a_client_whose_values_are_kept_nowhere_rotates_too() {
    let orders = Client {
        secret_storage: SecretStorage::None,
        ..client_of(&ada(), "orders")
    };
    let scene = Scene::with(orders).await;
    scene.service.faults.take_calls();
    let new = scene.rotated(json!({"overlap_seconds": 0})).await;
    assert_eq!(new["secret_arn"], Value::Null);
    assert!(scene.works(text(&new, "client_secret")).await);
    assert!(!scene.works(&secret_of("orders")).await);
    let calls = scene.service.faults.calls();
    assert!(
        !calls.iter().any(|call| call.contains("Secret")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn two_rotations_at_once_lose_no_secret() {
    for overlap in [json!({}), json!({"overlap_seconds": 0})] {
        let scene = Scene::new().await;
        let mut rotations = JoinSet::new();
        for _ in 0..8 {
            let call = scene.service.post(SECRETS).bearer(&scene.token);
            rotations.spawn(call.json(&overlap).send());
        }
        let answers = rotations.join_all().await;
        let (made, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == 201);
        assert!(!made.is_empty());
        for answer in refused {
            let (status, kind) = answer.refusal();
            assert_eq!(status, 409, "{kind}");
            assert!(
                ["two-secrets", "contended"].contains(&kind.as_str()),
                "{kind}"
            );
        }
        if overlap == json!({}) {
            assert_eq!(made.len(), 1);
            assert!(scene.works(&secret_of("orders")).await);
        }
        // Of several, each knew of the one before and ended it.
        let mut working = 0;
        for answer in made {
            working += usize::from(scene.works(&answer.member("client_secret")).await);
        }
        assert_eq!(working, 1);
        assert!(scene.works(&scene.current_value().await).await);
    }
}

#[tokio::test]
async fn a_change_by_somebody_else_is_noticed() {
    let scene = Scene::new().await;
    let call = |method: Method, path: String| {
        let call = scene.service.call(method, &path).bearer(&scene.token);
        call.header("if-match", "\"7\"")
    };
    let own = format!("{SECRETS}/{}", old_id());
    let stale = [
        call(Method::POST, SECRETS.to_owned()).json(&json!({})),
        call(Method::PATCH, own.clone()).json(&json!({"expires_at": null})),
        call(Method::DELETE, own.clone()),
        call(Method::POST, format!("{own}/cancel")),
    ];
    for call in stale {
        let refusal = call.send().await.refusal();
        assert_eq!(refusal, (412, "precondition-failed".to_owned()));
    }
    assert_eq!(scene.listed().await.len(), 1);
}

#[tokio::test]
async fn nobody_rekeys_a_client_stronger_than_itself() {
    let scene = Scene::new().await;
    let narrow = "clients:read clients:write";
    let manager = Client {
        scopes: Some(scopes(narrow)),
        ..client_of(&ada(), "narrow")
    };
    scene.service.add_client(manager).await;
    let token = scene.service.management_token("narrow", narrow).await;
    let own = format!("{SECRETS}/{}", old_id());
    let call = |method: Method, path: &str| scene.service.call(method, path).bearer(&token);
    let calls = [
        call(Method::POST, SECRETS).json(&json!({})),
        call(Method::PATCH, &own).json(&json!({"expires_at": null})),
        call(Method::DELETE, &format!("{own}?force=true")),
        call(Method::POST, &format!("{own}/cancel")),
    ];
    for call in calls {
        let refusal = call.send().await.refusal();
        assert_eq!(refusal, (403, "insufficient-scope".to_owned()));
    }
    let reader = scene
        .service
        .management_token("manager", "clients:read")
        .await;
    let call = scene.service.post(SECRETS).bearer(&reader).json(&json!({}));
    assert_eq!(call.send().await.refusal().0, 403);
    assert!(scene.works(&secret_of("orders")).await);
}

#[tokio::test]
async fn a_client_without_use_for_a_secret_gets_none() {
    let scene = Scene::new().await;
    let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "a",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
    let body = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": keys});
    let path = "/v1/clients/m2m_orders";
    let changed = scene.send(Method::PATCH, path, Some(&body)).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let refused = scene.rotate(json!({})).await;
    assert_eq!(refused.refusal(), (409, "no-secret".to_owned()));
}

#[tokio::test]
async fn an_end_that_has_passed_or_is_no_time_is_refused() {
    let scene = Scene::new().await;
    let now: Timestamp = scene.service.now();
    for end in [json!(now), json!("tomorrow"), json!(7)] {
        let refused = scene.patch(&old_id(), json!({"expires_at": end})).await;
        assert_eq!(refused.refusal(), (400, "invalid-request".to_owned()));
        assert_eq!(refused.pointers(), ["/expires_at"]);
    }
    let unknown = scene.patch(&old_id(), json!({"hint": "x"})).await;
    assert_eq!(unknown.status, 400);
    let unchanged = scene.patch(&old_id(), json!({})).await;
    assert_eq!(unchanged.header("etag"), Some("\"2\""));
    assert!(scene.works(&secret_of("orders")).await);
}

#[tokio::test]
async fn a_repeated_rotation_gives_the_same_secret() {
    let scene = Scene::new().await;
    let send = async |path: &str, body: Option<Value>| {
        let call = scene.service.post(path).bearer(&scene.token);
        let call = call.header("idempotency-key", KEY);
        match body {
            Some(body) => call.json(&body).send().await,
            None => call.send().await,
        }
    };
    let body = Some(json!({"overlap_seconds": 600}));
    let first = send(SECRETS, body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let again = send(SECRETS, body).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    let other = send(SECRETS, Some(json!({}))).await;
    assert_eq!(other.refusal(), (422, "idempotency-key-reused".to_owned()));
    let cancel = format!("{SECRETS}/{}/cancel", first.member("secret_id"));
    let first = send(&cancel, None).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let again = send(&cancel, None).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(scene.listed().await.len(), 1);
}
