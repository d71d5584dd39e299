//! A delete that is stopped.

use http::Method;
use jiff::SignedDuration;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};

use super::store::Contents;

const ID: &str = "m2m_orders";
const PATH: &str = "/v1/clients/m2m_orders";
/// More calls than any delete makes.
const MANY: usize = 30;

struct Stopped {
    service: TestService,
    /// A management token of the client that was deleted.
    its_token: String,
    acknowledged: bool,
    came_through: bool,
}

async fn stopped_at(n: usize) -> Stopped {
    let before = service::start().await;
    let token = before.manager(MANAGEMENT).await;
    let its_token = before.manager_of(&ada(), "orders", "clients:read").await;
    before.add_client(client_of(&ada(), "other")).await;
    before.faults.clear();
    before.faults.kill_at(n);
    let answer = before
        .call(Method::DELETE, PATH)
        .bearer(&token)
        .send()
        .await;
    let acknowledged = answer.status == 204;
    assert!(acknowledged || answer.status == 503, "{}", answer.text());
    let setup = Setup {
        after: Some(before.left()),
        ..Setup::default()
    };
    Stopped {
        came_through: before.faults.calls().len() < n,
        service: service::start_with(setup).await,
        its_token,
        acknowledged,
    }
}

impl Stopped {
    async fn is_dead(&self) -> bool {
        let service = &self.service;
        let manager = service.management_token("manager", MANAGEMENT).await;
        let read = service.get(PATH).bearer(&manager).send().await.refusal();
        let asked = service.ask(ID, &secret_of("orders")).await.status;
        let used = service
            .get("/v1/me")
            .bearer(&self.its_token)
            .send()
            .await
            .status;
        let list = service.get("/v1/clients").bearer(&manager).send().await;
        let is_listed = list.text().contains(ID);
        let deleted = service.get("/v1/clients?status=deleted").bearer(&manager);
        let is_deleted = deleted.send().await.text().contains(ID);
        match read.0 {
            200 => {
                let alive = (asked, used, is_listed, is_deleted);
                assert_eq!(alive, (200, 200, true, false), "half alive");
                false
            }
            _ => {
                assert_eq!(read, (404, "client-deleted".to_owned()));
                let dead = (asked, used, is_listed, is_deleted);
                assert_eq!(dead, (401, 401, false, true), "half dead");
                true
            }
        }
    }
}

#[tokio::test]
async fn a_delete_is_dead_from_its_first_write_on_and_its_value_goes() {
    let (mut was_alive, mut was_left) = (false, false);
    for n in 1..MANY {
        let stopped = stopped_at(n).await;
        let when = format!("stopped at call {n}");
        let is_dead = stopped.is_dead().await;
        assert_eq!(is_dead, stopped.acknowledged, "{when}");
        let service = &stopped.service;
        let contents = Contents::of(service).await;
        contents.assert_reachable(&when);
        assert_eq!(contents.count, if is_dead { 2 } else { 3 }, "{when}");
        if is_dead && contents.leaving.is_empty() {
            assert_eq!(contents.notes, [ID], "{when}: left without a note");
            was_left = true;
        }
        was_alive |= !is_dead;

        for _ in 0..2 {
            let clients = service.deployment.clients();
            clients.repair(SignedDuration::ZERO).await.unwrap();
            let contents = Contents::of(service).await;
            assert_eq!(contents.notes, Vec::<String>::new(), "{when}");
            let leaving: &[&str] = if is_dead { &[ID] } else { &[] };
            assert_eq!(contents.leaving, leaving, "{when}");
            assert_eq!(contents.count, if is_dead { 2 } else { 3 }, "{when}");
        }
        assert_eq!(
            stopped.is_dead().await,
            is_dead,
            "{when}: the repair changed it"
        );
        if stopped.came_through {
            assert!(was_alive && was_left && is_dead);
            return;
        }
    }
    unreachable!("a delete never comes through");
}
