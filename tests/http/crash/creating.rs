//! A create that is stopped.

use jiff::SignedDuration;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::MANAGEMENT;
use serde_json::{Value, json};

use super::store::Contents;

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";
/// More calls than any create makes.
const MANY: usize = 30;

async fn create(service: &TestService, token: &str, storage: &str) -> Answer {
    let call = service.post("/v1/clients").bearer(token);
    let body = json!({"name": "orders", "secret_storage": storage});
    call.header("idempotency-key", KEY).json(&body).send().await
}

/// The service after the process was stopped at the n-th call of a create; none: the create came through.
async fn stopped_at(n: usize, storage: &str) -> Option<TestService> {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    service.faults.clear();
    service.faults.kill_at(n);
    let answer = create(&service, &token, storage).await;
    if answer.status == 201 {
        assert!(
            service.faults.calls().len() < n,
            "acknowledged after the end"
        );
        return None;
    }
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()), "{n}");
    Some(again(&service).await)
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
    let list = service
        .get("/v1/clients")
        .bearer(&token)
        .send()
        .await
        .json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .filter(|item| item["name"] == "orders")
        .cloned()
        .collect()
}

/// Whatever is in the stores, nobody can use or see what was not acknowledged.
async fn assert_nothing_usable(service: &TestService, when: &str) {
    let contents = Contents::of(service).await;
    contents.assert_reachable(when);
    assert_eq!(
        contents.count,
        i64::try_from(contents.clients.len()).unwrap(),
        "{when}"
    );
    assert_eq!(listed(service).await, Vec::<Value>::new(), "{when}");
    let unacknowledged = contents.clients.iter().filter(|id| *id != "m2m_manager");
    let unacknowledged: Vec<_> = unacknowledged.cloned().collect();
    assert_eq!(
        contents.notes, unacknowledged,
        "{when}: half done without a note"
    );
    for id in contents.values.iter().filter(|id| *id != "m2m_manager") {
        let secret = kept_value(service, id).await;
        let refusal = service.ask(id, &secret).await.refusal();
        assert_eq!(refusal, (401, "invalid_client".to_owned()), "{when}");
    }
}

async fn kept_value(service: &TestService, id: &str) -> String {
    let sdk = service.stand_in.sdk_config();
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk);
    let name = format!("m2m/test/clients/{id}");
    let value = secrets.get_secret_value().secret_id(name).send().await;
    let document: Value = serde_json::from_str(value.unwrap().secret_string().unwrap()).unwrap();
    document["client_secret"].as_str().unwrap().to_owned()
}

/// Everything in the stores is a client that can be seen, used and counted.
async fn assert_whole(service: &TestService, when: &str) {
    let contents = Contents::of(service).await;
    contents.assert_reachable(when);
    assert_eq!(contents.notes, Vec::<String>::new(), "{when}");
    assert_eq!(
        contents.count,
        i64::try_from(contents.clients.len()).unwrap(),
        "{when}"
    );
    assert_eq!(
        contents.clients.len(),
        1 + listed(service).await.len(),
        "{when}"
    );
    for id in contents.values.iter().filter(|id| *id != "m2m_manager") {
        let secret = kept_value(service, id).await;
        assert_eq!(service.ask(id, &secret).await.status, 200, "{when}");
    }
}

/// The same create again makes exactly one client, whose secret works.
async fn assert_repeatable(service: &TestService, storage: &str, when: &str) {
    // Longer than a create may be under way.
    service.clock.advance(SignedDuration::from_secs(31));
    let token = service.management_token("manager", MANAGEMENT).await;
    let answer = create(service, &token, storage).await;
    assert_eq!(answer.status, 201, "{when}: {}", answer.text());
    let (id, secret) = (answer.member("client_id"), answer.member("client_secret"));
    assert_eq!(service.ask(&id, &secret).await.status, 200, "{when}");
    assert_eq!(listed(service).await.len(), 1, "{when}");
    assert_eq!(
        create(service, &token, storage).await.body,
        answer.body,
        "{when}"
    );
    assert_whole(service, when).await;
}

async fn repair(service: &TestService) {
    let clients = service.deployment.clients();
    clients.repair(SignedDuration::ZERO).await.unwrap();
}

/// Stops a create at each of its calls and looks at what `then` makes of the rest.
async fn at_every_call(storage: &str, then: impl AsyncFn(TestService, String)) {
    for n in 1..MANY {
        let Some(service) = stopped_at(n, storage).await else {
            assert!(n > 4, "a create makes only {} calls", n - 1);
            return;
        };
        let when = format!("stopped at call {n}");
        assert_nothing_usable(&service, &when).await;
        then(service, when).await;
    }
    unreachable!("a create never comes through");
}

#[tokio::test]
async fn a_stopped_create_is_finished_by_its_retry() {
    for storage in ["secrets_manager", "none"] {
        at_every_call(storage, async |service, when| {
            assert_repeatable(&service, storage, &when).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_stopped_create_is_finished_or_undone_by_repair() {
    for storage in ["secrets_manager", "none"] {
        at_every_call(storage, async |service, when| {
            repair(&service).await;
            assert_whole(&service, &when).await;
            let before = Contents::of(&service).await;
            repair(&service).await;
            assert_eq!(
                Contents::of(&service).await,
                before,
                "{when}: repaired twice"
            );
            assert_repeatable(&service, storage, &when).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_repair_that_is_stopped_itself_is_done_by_the_next() {
    at_every_call("secrets_manager", async |service, when| {
        let left = service.left();
        for m in 1..MANY {
            service.faults.clear();
            service.faults.kill_at(m);
            let repaired = service
                .deployment
                .clients()
                .repair(SignedDuration::ZERO)
                .await;
            service.faults.clear();
            let when = format!("{when}, its repair at call {m}");
            Contents::of(&service).await.assert_reachable(&when);
            if repaired.is_ok() {
                break;
            }
        }
        let setup = Setup {
            after: Some(left),
            ..Setup::default()
        };
        let service = service::start_with(setup).await;
        repair(&service).await;
        assert_whole(&service, &when).await;
        assert_repeatable(&service, "secrets_manager", &when).await;
    })
    .await;
}

#[tokio::test]
async fn a_create_that_is_stopped_while_it_is_undone_leaves_no_orphan() {
    for n in 1..MANY {
        let before = service::start().await;
        let token = before.manager(MANAGEMENT).await;
        before.faults.clear();
        before.faults.kill_at(n);
        // The value is kept, but nobody says so: the create is abandoned, and repair undoes it, value and
        // all.
        before.faults.next(3, "CreateSecret", Fault::AnswerLost);
        let answer = create(&before, &token, "secrets_manager").await;
        assert_eq!(answer.refusal(), (503, "unavailable".to_owned()), "{n}");
        let came_through = before.faults.calls().len() < n;
        let service = again(&before).await;
        let when = format!("stopped at call {n}");
        assert_nothing_usable(&service, &when).await;
        repair(&service).await;
        assert_whole(&service, &when).await;
        assert_repeatable(&service, "secrets_manager", &when).await;
        if came_through {
            return;
        }
    }
    unreachable!("it is never undone");
}
