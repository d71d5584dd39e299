//! The answer explains nothing, the record of the attempt everything: to those who may know.

use jiff::SignedDuration;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::certificates::ClientAuthority;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of, organization, owner, secret_of};

async fn attempt(service: &TestService, token: &str, id: &str) -> Answer {
    let call = service.get(&format!("/v1/attempts/{id}"));
    call.bearer(token).send().await
}

/// A refused request of that client, by its name.
async fn refused(service: &TestService, name: &str, secret: &str) -> String {
    let answer = service.ask(&format!("m2m_{name}"), secret).await;
    assert_eq!(answer.status, 401, "{}", answer.text());
    answer.member("correlation_id")
}

#[tokio::test]
async fn t15_the_owner_of_a_client_is_told_why_it_was_refused() {
    let service = service::start().await;
    let reader = service.manager("clients:read").await;
    service.add_client(client_of(&ada(), "payments")).await;
    let id = refused(&service, "payments", &secret_of("another")).await;
    let answer = attempt(&service, &reader, &id).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!(told["correlation_id"], id);
    assert_eq!(told["client_id"], "m2m_payments");
    assert_eq!(told["owner"], "local|ada");
    assert_eq!(told["organization"], "acme");
    assert_eq!(told["error"], "invalid_client");
    assert_eq!(told["auth_method"], "client_secret_basic");
    assert_eq!(told["grant_type"], "client_credentials");
    assert_eq!(told["source"], "127.0.0.1");
    assert!(
        told["reason"]
            .as_str()
            .unwrap()
            .contains("wrong or has expired")
    );
    assert!(!answer.text().contains(&secret_of("another")));
}

#[tokio::test]
async fn t15_a_refusal_after_authentication_is_told_too() {
    let service = service::start().await;
    let reader = service.manager("clients:read").await;
    service.add_client(client_of(&ada(), "payments")).await;
    let answer = service
        .post("/oauth/token")
        .basic("m2m_payments", &secret_of("payments"))
        .form(&[("grant_type", "client_credentials"), ("scope", "none:such")])
        .send()
        .await;
    let id = answer.member("correlation_id");
    let told = attempt(&service, &reader, &id).await.json();
    assert_eq!(told["error"], "invalid_scope");
    assert_eq!(told["reason"], "client or owner lacks the scope none:such");
}

#[tokio::test]
async fn t15_an_attempt_tells_the_method_that_was_tried() {
    let service = service::start().await;
    let reader = service.manager("clients:read").await;
    service.add_client(client_of(&ada(), "payments")).await;
    let answer = service.post("/oauth/token").form(&[
        ("grant_type", "client_credentials"),
        ("client_id", "m2m_payments"),
        ("client_secret", &secret_of("another")),
    ]);
    let id = answer.send().await.member("correlation_id");
    let told = attempt(&service, &reader, &id).await.json();
    assert_eq!(told["auth_method"], "client_secret_post");
    let certified = ClientAuthority::default().certify("payments", Vec::new());
    service.present(Some(certified.presented(false)));
    let answer = service.post("/oauth/token").form(&[
        ("grant_type", "client_credentials"),
        ("client_id", "m2m_payments"),
    ]);
    let id = answer.send().await.member("correlation_id");
    let told = attempt(&service, &reader, &id).await.json();
    assert_eq!(told["auth_method"], "self_signed_tls_client_auth");
}

#[tokio::test]
async fn t15_others_are_not_told_that_there_was_an_attempt() {
    let service = service::start().await;
    let (bob, eve) = (
        owner("bob", &organization("acme")),
        owner("eve", &organization("other")),
    );
    service.add_principals(&eve, &organization("other")).await;
    service.directory.set_owner(bob.clone());
    service.add_client(client_of(&ada(), "payments")).await;
    let of_ada = refused(&service, "payments", &secret_of("another")).await;
    let of_nobody = refused(&service, "unknown", &secret_of("unknown")).await;
    let bobs = service
        .manager_of(&bob, "bobs", "clients:read operator")
        .await;
    let eves = service.manager_of(&eve, "eves", "admin clients:read").await;
    let mut answers = vec![attempt(&service, &eves, &of_nobody).await];
    for token in [&bobs, &eves] {
        answers.push(attempt(&service, token, &of_ada).await);
        answers.push(attempt(&service, token, &"0".repeat(32)).await);
        answers.push(attempt(&service, token, "no-id").await);
    }
    for answer in answers {
        assert_eq!(answer.refusal(), (404, "not-found".to_owned()));
    }
    // An operator sees what names no client.
    let answer = attempt(&service, &bobs, &of_nobody).await;
    assert_eq!(
        answer.json()["reason"],
        "not authenticated: the client does not exist"
    );
    assert!(answer.json()["client_id"].is_null());
    // An admin sees what names a client of the organization.
    let admin = service.management_token("bobs", "admin").await;
    assert_eq!(attempt(&service, &admin, &of_ada).await.status, 200);
}

#[tokio::test]
async fn t15_whoever_may_read_no_clients_sees_no_attempts() {
    let service = service::start().await;
    let token = service.manager("clients:write").await;
    let answer = attempt(&service, &token, &"0".repeat(32)).await;
    assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
}

#[tokio::test]
async fn t15_attempts_are_kept_for_seven_days() {
    let service = service::start().await;
    service.manager("clients:read").await;
    service.add_client(client_of(&ada(), "payments")).await;
    let id = refused(&service, "payments", &secret_of("another")).await;
    for (hours, status) in [(7 * 24 - 1, 200), (1, 404)] {
        service.clock.advance(SignedDuration::from_hours(hours));
        let reader = service.management_token("manager", "clients:read").await;
        assert_eq!(attempt(&service, &reader, &id).await.status, status);
    }
}

/// HOSTILE 48, 55: the answer does not hang on its record.
#[tokio::test]
async fn h55_an_attempt_that_cannot_be_written_down_changes_no_answer() {
    for fault in [Fault::Throttled, Fault::ServerError, Fault::AnswerLost] {
        let service = service::start().await;
        service.add_client(client_of(&ada(), "payments")).await;
        service.faults.always("PutItem", fault);
        refused(&service, "payments", &secret_of("another")).await;
    }
}

/// HOSTILE 22: what is malformed costs neither a read nor a write.
#[tokio::test]
async fn h22_malformed_requests_cost_no_call() {
    let service = service::start().await;
    service.faults.take_calls();
    service.ask("m2m_payments", "short").await;
    service.ask("no id", &secret_of("payments")).await;
    let answer = service.post("/oauth/token").form(&[("grant_type", "x")]);
    assert_eq!(answer.send().await.status, 400);
    assert_eq!(service.faults.take_calls(), Vec::<String>::new());
}

/// HOSTILE 22: whoever guesses is slowed down, and the client is not.
#[tokio::test]
async fn h22_a_throttled_flood_is_hardly_written_down() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let wrong = secret_of("another");
    let answers = async |count: usize| {
        let mut statuses = Vec::new();
        for _ in 0..count {
            statuses.push(service.ask("m2m_payments", &wrong).await.status);
        }
        statuses
    };
    assert_eq!(answers(20).await, [401; 20]);
    service.faults.take_calls();
    assert_eq!(answers(100).await, [429; 100]);
    let calls = service.faults.take_calls();
    let writes = calls.iter().filter(|call| *call == "PutItem").count();
    assert_eq!(writes, 1, "{calls:?}");
    // Another client's refusals from the same place are whole.
    service.add_client(client_of(&ada(), "orders")).await;
    let reader = service.manager("clients:read").await;
    let id = refused(&service, "orders", &wrong).await;
    assert_eq!(attempt(&service, &reader, &id).await.status, 200);
}

#[tokio::test]
async fn h22_an_outsider_cannot_lock_a_client_out() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let wrong = secret_of("another");
    let mut last = 401;
    for _ in 0..30 {
        last = service.ask("m2m_payments", &wrong).await.status;
    }
    assert_eq!(last, 429);
    let right = service.ask("m2m_payments", &secret_of("payments")).await;
    assert_eq!(right.status, 200);
}
