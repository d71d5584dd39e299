//! A rotation that is stopped, or whose answers are lost.

use jiff::SignedDuration;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};
use serde_json::{Value, json};

use super::store::Contents;

const SECRETS: &str = "/v1/clients/m2m_orders/secrets";
/// More calls than any change of secrets makes.
const MANY: usize = 30;

/// What is done to the secrets while the process is stopped.
#[derive(Debug, Clone, Copy)]
enum Change {
    Rotate,
    Cancel,
}

struct Scene {
    service: TestService,
    /// What the service has answered with, oldest first.
    values: Vec<String>,
    cancel: Option<String>,
}

impl Scene {
    async fn before(change: Change) -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        service.add_client(client_of(&ada(), "orders")).await;
        let mut scene = Self {
            service,
            values: vec![secret_of("orders")],
            cancel: None,
        };
        if matches!(change, Change::Cancel) {
            let added = scene.rotate(&token).await;
            scene.values.push(added.member("client_secret"));
            scene.cancel = Some(added.member("secret_id"));
        }
        scene
    }

    async fn rotate(&self, token: &str) -> Answer {
        let call = self.service.post(SECRETS).bearer(token);
        call.json(&json!({"overlap_seconds": 600})).send().await
    }

    async fn run(&self) -> Answer {
        let token = self.service.management_token("manager", MANAGEMENT).await;
        self.service.faults.take_calls();
        match &self.cancel {
            None => self.rotate(&token).await,
            Some(id) => {
                let path = format!("{SECRETS}/{id}/cancel");
                self.service.post(&path).bearer(&token).send().await
            }
        }
    }
}

/// A new process on the same stores.
async fn again(service: &TestService) -> TestService {
    let after = Some(service.left());
    service::start_with(Setup {
        after,
        ..Setup::default()
    })
    .await
}

async fn listed(service: &TestService) -> Vec<Value> {
    let token = service.management_token("manager", MANAGEMENT).await;
    let list = service.get(SECRETS).bearer(&token).send().await.json();
    list["items"].as_array().unwrap().clone()
}

/// What a program reads in Secrets Manager.
async fn current_value(service: &TestService) -> String {
    let sdk = service.stand_in.sdk_config();
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk);
    let name = "m2m/test/clients/m2m_orders";
    let value = secrets.get_secret_value().secret_id(name).send().await;
    let document: Value = serde_json::from_str(value.unwrap().secret_string().unwrap()).unwrap();
    document["client_secret"].as_str().unwrap().to_owned()
}

/// Every secret that is listed works and can be shown; those that were answered and are listed still work.
async fn assert_what_is_listed_works(service: &TestService, when: &str) {
    let token = service.management_token("manager", MANAGEMENT).await;
    let listed = listed(service).await;
    assert!(!listed.is_empty(), "{when}");
    for secret in listed {
        let path = format!("{SECRETS}/{}/value", secret["secret_id"].as_str().unwrap());
        let shown = service.get(&path).bearer(&token).send().await;
        assert_eq!(shown.status, 200, "{when}: {}", shown.text());
        let asked = service
            .ask("m2m_orders", &shown.member("client_secret"))
            .await;
        assert_eq!(asked.status, 200, "{when}");
    }
}

async fn assert_settled(service: &TestService, when: &str) {
    let repair = service.deployment.clients();
    repair.repair(SignedDuration::ZERO).await.unwrap();
    let contents = Contents::of(service).await;
    assert_eq!(contents.notes, Vec::<String>::new(), "{when}");
    let token = service.management_token("manager", MANAGEMENT).await;
    let newest = listed(service).await.pop().unwrap();
    let path = format!("{SECRETS}/{}/value", newest["secret_id"].as_str().unwrap());
    let shown = service.get(&path).bearer(&token).send().await;
    assert_eq!(
        shown.member("client_secret"),
        current_value(service).await,
        "{when}"
    );
}

#[tokio::test]
async fn a_stopped_change_of_secrets_loses_none_and_is_finished_by_repair() {
    for change in [Change::Rotate, Change::Cancel] {
        for n in 1.. {
            assert!(n < MANY, "{change:?} never comes through");
            let scene = Scene::before(change).await;
            let before = listed(&scene.service).await.len();
            let token = scene.service.management_token("manager", MANAGEMENT).await;
            scene.service.faults.clear();
            scene.service.faults.kill_at(n);
            let answer = match &scene.cancel {
                None => scene.rotate(&token).await,
                Some(id) => {
                    let path = format!("{SECRETS}/{id}/cancel");
                    scene.service.post(&path).bearer(&token).send().await
                }
            };
            let came_through = scene.service.faults.calls().len() < n;
            let when = format!("{change:?} stopped at call {n}");
            let service = again(&scene.service).await;
            assert_what_is_listed_works(&service, &when).await;
            let after = listed(&service).await.len();
            if answer.status >= 500 && after == before {
                let old = service.ask("m2m_orders", &scene.values[0]).await;
                assert_eq!(old.status, 200, "{when}");
            }
            if answer.status < 300 {
                assert_ne!(after, before, "{when}: acknowledged and not there");
            }
            assert_settled(&service, &when).await;
            assert_what_is_listed_works(&service, &when).await;
            if came_through {
                assert!(n > 4, "{change:?} makes only {} calls", n - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_change_of_secrets_survives_any_lost_answer() {
    for change in [Change::Rotate, Change::Cancel] {
        for n in 1.. {
            assert!(n < MANY, "{change:?} never ends");
            let scene = Scene::before(change).await;
            scene.service.faults.clear();
            scene.service.faults.on_nth(n, "*", Fault::AnswerLost);
            let answer = scene.run().await;
            let calls = scene.service.faults.calls().len();
            assert!(answer.status < 300, "{change:?} {n}: {}", answer.text());
            let when = format!("{change:?} without answer {n}");
            assert_what_is_listed_works(&scene.service, &when).await;
            let contents = Contents::of(&scene.service).await;
            assert_eq!(contents.notes, Vec::<String>::new(), "{when}");
            assert_settled(&scene.service, &when).await;
            // The first call is that for the management token.
            if calls + 1 < n {
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_kept_changes_nothing() {
    let scene = Scene::before(Change::Rotate).await;
    scene
        .service
        .faults
        .always("PutSecretValue", Fault::AccessDenied);
    let answer = scene.run().await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
    let listed = listed(&scene.service).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["expires_at"], Value::Null);
    let contents = Contents::of(&scene.service).await;
    assert_eq!(contents.notes, Vec::<String>::new());
    assert_eq!(current_value(&scene.service).await, scene.values[0]);
}

#[tokio::test]
async fn a_label_that_cannot_be_moved_is_moved_by_repair() {
    let scene = Scene::before(Change::Rotate).await;
    let faults = &scene.service.faults;
    faults.always("UpdateSecretVersionStage", Fault::ServerError);
    let answer = scene.run().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let contents = Contents::of(&scene.service).await;
    assert_eq!(contents.notes, ["m2m_orders"]);
    assert_eq!(current_value(&scene.service).await, scene.values[0]);
    scene.service.faults.clear();
    assert_settled(&scene.service, "repaired").await;
    let new = answer.member("client_secret");
    assert_eq!(current_value(&scene.service).await, new);
}
