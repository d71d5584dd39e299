//! Calls that were done and whose answer was lost.

use m2m_local::stand_in::faults::Fault;
use m2m_tests::service;
use m2m_tests::world::{MANAGEMENT, ada, client_of};
use serde_json::json;

use super::store::Contents;

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

#[tokio::test]
async fn a_create_survives_any_lost_answer() {
    for n in 1.. {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        service.faults.clear();
        service.faults.on_nth(n, "*", Fault::AnswerLost);
        let call = service.post("/v1/clients").bearer(&token);
        let call = call.header("idempotency-key", KEY);
        let answer = call.json(&json!({"name": "orders"})).send().await;
        let calls = service.faults.calls().len();
        assert_eq!(answer.status, 201, "{n}: {}", answer.text());
        let contents = Contents::of(&service).await;
        assert_eq!((contents.clients.len(), contents.count), (2, 2), "{n}");
        assert_eq!(contents.notes, Vec::<String>::new(), "{n}");
        let (id, secret) = (answer.member("client_id"), answer.member("client_secret"));
        assert_eq!(service.ask(&id, &secret).await.status, 200, "{n}");
        if calls < n {
            return;
        }
    }
}

#[tokio::test]
async fn a_change_and_a_delete_survive_any_lost_answer() {
    for n in 1.. {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        service.add_client(client_of(&ada(), "orders")).await;
        let call = |method: http::Method| {
            service
                .call(method, "/v1/clients/m2m_orders")
                .bearer(&token)
        };
        service.faults.clear();
        service.faults.on_nth(n, "*", Fault::AnswerLost);
        let patched = call(http::Method::PATCH).header("if-match", "\"2\"");
        let patched = patched.json(&json!({"description": "new"})).send().await;
        assert_eq!(patched.status, 200, "{n}: {}", patched.text());
        assert_eq!(patched.header("etag"), Some("\"3\""), "{n}");
        let deleted = call(http::Method::DELETE).send().await;
        assert_eq!(deleted.status, 204, "{n}: {}", deleted.text());
        let calls = service.faults.calls().len();
        let contents = Contents::of(&service).await;
        assert_eq!((contents.count, contents.leaving.len()), (1, 1), "{n}");
        assert_eq!(contents.notes, Vec::<String>::new(), "{n}");
        if calls < n {
            return;
        }
    }
}
