//! A restore that is stopped.

use http::Method;
use jiff::SignedDuration;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::MANAGEMENT;
use serde_json::{Value, json};

use super::store::Contents;

/// More calls than any restore makes.
const MANY: usize = 30;

struct Stopped {
    service: TestService,
    created: Value,
    acknowledged: bool,
    came_through: bool,
}

async fn restore(service: &TestService, id: &str) -> Answer {
    let token = service.management_token("manager", MANAGEMENT).await;
    let path = format!("/v1/clients/{id}/restore");
    service.post(&path).bearer(&token).send().await
}

async fn stopped_at(n: usize) -> Stopped {
    let before = service::start().await;
    let token = before.manager(MANAGEMENT).await;
    let created = before.create(&token, &json!({"name": "orders"})).await;
    let path = format!("/v1/clients/{}", created["client_id"].as_str().unwrap());
    let deleted = before.call(Method::DELETE, &path).bearer(&token).send();
    assert_eq!(deleted.await.status, 204);
    before.faults.clear();
    before.faults.kill_at(n);
    let restore = before.post(&format!("{path}/restore")).bearer(&token);
    let answer = restore.send().await;
    let acknowledged = answer.status == 200;
    assert!(acknowledged || answer.status == 503, "{}", answer.text());
    let setup = Setup {
        after: Some(before.left()),
        ..Setup::default()
    };
    Stopped {
        came_through: before.faults.calls().len() < n,
        service: service::start_with(setup).await,
        created,
        acknowledged,
    }
}

impl Stopped {
    fn id(&self) -> &str {
        self.created["client_id"].as_str().unwrap()
    }

    /// Whole in one way or the other, as the stores and every call see it.
    async fn is_back(&self, when: &str) -> bool {
        let service = &self.service;
        let manager = service.management_token("manager", MANAGEMENT).await;
        let secret = self.created["client_secret"].as_str().unwrap();
        let asked = service.ask(self.id(), secret).await.status;
        let path = format!("/v1/clients/{}", self.id());
        let read = service.get(&path).bearer(&manager).send().await.status;
        let listed = async |status| {
            let path = format!("/v1/clients?status={status}");
            let list = service.get(&path).bearer(&manager).send().await;
            list.text().contains(self.id())
        };
        let seen = (asked, read, listed("active").await, listed("deleted").await);
        let count = Contents::of(service).await.count;
        if asked == 200 {
            assert_eq!(
                (seen, count),
                ((200, 200, true, false), 2),
                "{when}: half back"
            );
        } else {
            assert_eq!(
                (seen, count),
                ((401, 404, false, true), 1),
                "{when}: half deleted"
            );
        }
        asked == 200
    }

    async fn repair(&self, when: &str, is_back: bool) {
        let clients = self.service.deployment.clients();
        for _ in 0..2 {
            clients.repair(SignedDuration::ZERO).await.unwrap();
            let contents = Contents::of(&self.service).await;
            assert_eq!(contents.notes, Vec::<String>::new(), "{when}");
            let leaving: &[&str] = if is_back { &[] } else { &[self.id()] };
            assert_eq!(contents.leaving, leaving, "{when}");
            assert_eq!(self.is_back(when).await, is_back, "{when}: repaired away");
        }
    }
}

#[tokio::test]
async fn a_restore_is_whole_or_not_at_all_and_a_repair_ends_it() {
    let (mut was_deleted, mut was_left) = (false, false);
    for n in 1..MANY {
        let stopped = stopped_at(n).await;
        let when = format!("stopped at call {n}");
        let is_back = stopped.is_back(&when).await;
        assert_eq!(is_back, stopped.acknowledged, "{when}");
        let contents = Contents::of(&stopped.service).await;
        contents.assert_reachable(&when);
        if !is_back && contents.leaving.is_empty() {
            assert_eq!(
                contents.notes,
                [stopped.id()],
                "{when}: left without a note"
            );
            was_left = true;
        }
        was_deleted |= !is_back;
        stopped.repair(&when, is_back).await;
        if !is_back {
            let again = restore(&stopped.service, stopped.id()).await;
            assert_eq!(again.status, 200, "{when}: {}", again.text());
            assert!(stopped.is_back(&when).await);
        }
        if stopped.came_through {
            assert!(was_deleted && was_left && is_back);
            return;
        }
    }
    unreachable!("a restore never comes through");
}

#[tokio::test]
async fn a_restore_that_was_stopped_can_be_repeated_without_a_repair() {
    for n in 1..MANY {
        let stopped = stopped_at(n).await;
        let when = format!("stopped at call {n}");
        if stopped.came_through {
            return;
        }
        stopped.service.clock.advance(SignedDuration::from_secs(30));
        let again = restore(&stopped.service, stopped.id()).await.status;
        let expected = if stopped.acknowledged { 409 } else { 200 };
        assert_eq!(again, expected, "{when}");
        assert!(stopped.is_back(&when).await);
        let contents = Contents::of(&stopped.service).await;
        assert_eq!(contents.notes, Vec::<String>::new(), "{when}");
        assert_eq!(contents.leaving, Vec::<String>::new(), "{when}");
    }
    unreachable!("a restore never comes through");
}
