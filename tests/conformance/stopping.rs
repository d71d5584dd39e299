//! DESIGN §6 and HOSTILE 43: what is stopped is stopped at once, also for tokens that are still on their way out.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use m2m_core::client::ClientState;
use m2m_core::ports::kept_until;
use m2m_local::stand_in::faults::Fault;
use m2m_testkit::builders::{NOW, client_id};
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of, organization, owner, secret_of};
use serde_json::json;

use crate::support::{ID, ask, secret, with_payments};

const MANAGES: &str = "clients:delegate clients:read clients:write";

async fn token(service: &TestService) -> String {
    ask(service, &[]).await.member("access_token")
}

/// Does something to `payments` as its owner.
async fn do_to(service: &TestService, manager: &str, what: &str) -> Answer {
    let path = format!("/v1/clients/{ID}/{what}");
    service.post(&path).bearer(manager).send().await
}

async fn delete(service: &TestService, manager: &str) -> Answer {
    let path = format!("/v1/clients/{ID}");
    let call = service.call(Method::DELETE, &path);
    call.bearer(manager).send().await
}

#[tokio::test]
async fn a_disabled_client_and_its_tokens_are_stopped_until_it_is_enabled() {
    let service = with_payments().await;
    let manager = service.manager(MANAGES).await;
    let before = token(&service).await;
    let disabled = do_to(&service, &manager, "disable").await;
    assert_eq!(disabled.status, 200, "{}", disabled.text());
    assert_eq!(disabled.member("status"), "disabled");
    assert_eq!(service.ask(ID, &secret()).await.status, 401);
    assert_eq!(service.dead_by_snapshot(&before).await, Some("client"));

    let enabled = do_to(&service, &manager, "enable").await;
    assert_eq!(enabled.member("status"), "active");
    let after = token(&service).await;
    assert!(service.is_active("payments", &after).await);
    assert!(!service.is_active("payments", &before).await);
    assert_eq!(service.dead_by_snapshot(&after).await, None);
    assert_eq!(service.dead_by_snapshot(&before).await, Some("client"));
}

#[tokio::test]
async fn revoked_tokens_are_dead_and_new_ones_live() {
    let service = with_payments().await;
    let manager = service.manager(MANAGES).await;
    let before = token(&service).await;
    let stopped = do_to(&service, &manager, "revoke-tokens").await;
    assert_eq!(stopped.status, 200, "{}", stopped.text());
    assert_eq!(stopped.member("status"), "active");
    assert!(!service.is_active("payments", &before).await);
    assert_eq!(service.dead_by_snapshot(&before).await, Some("client"));
    let after = token(&service).await;
    assert!(service.is_active("payments", &after).await);
    assert_eq!(service.dead_by_snapshot(&after).await, None);
}

#[tokio::test]
async fn disabling_and_enabling_again_changes_nothing() {
    let service = with_payments().await;
    let manager = service.manager(MANAGES).await;
    for what in ["disable", "enable"] {
        let first = do_to(&service, &manager, what).await;
        let seq = service.snapshot().await["seq"].clone();
        let second = do_to(&service, &manager, what).await;
        assert_eq!(first.body, second.body);
        assert_eq!(first.header("etag"), second.header("etag"));
        assert_eq!(service.snapshot().await["seq"], seq, "{what}");
    }
}

#[tokio::test]
async fn stops_honour_the_precondition() {
    let service = with_payments().await;
    let manager = service.manager(MANAGES).await;
    for what in ["revoke-tokens", "disable", "enable"] {
        let path = format!("/v1/clients/{ID}");
        let read = service.get(&path).bearer(&manager).send().await;
        let tag = read.header("etag").unwrap();
        let conditional = |tag: &str| {
            let call = service.post(&format!("{path}/{what}")).bearer(&manager);
            call.header("if-match", tag).send()
        };
        let refused = conditional("\"99\"").await;
        assert_eq!(refused.refusal(), (412, "precondition-failed".to_owned()));
        let done = conditional(tag).await;
        assert_eq!(done.status, 200, "{what}");
        assert_ne!(done.header("etag"), Some(tag), "{what}");
        assert_eq!(conditional(tag).await.status, 412, "{what}");
    }
}

#[tokio::test]
async fn only_its_owner_stops_a_client() {
    let service = with_payments().await;
    let globex = organization("globex");
    let eve = owner("eve", &globex);
    service.add_principals(&eve, &globex).await;
    let strange = service.manager_of(&eve, "strange", MANAGES).await;
    let reads = service.manager("clients:read").await;
    for what in ["disable", "enable", "revoke-tokens"] {
        let refused = do_to(&service, &strange, what).await;
        assert_eq!(refused.refusal(), (404, "not-found".to_owned()));
        let refused = do_to(&service, &reads, what).await;
        assert_eq!(refused.refusal(), (403, "insufficient-scope".to_owned()));
        let anonymous = service.post(&format!("/v1/clients/{ID}/{what}"));
        assert_eq!(anonymous.send().await.status, 401);
        let got = service.get(&format!("/v1/clients/{ID}/{what}"));
        assert_eq!(got.bearer(&reads).send().await.status, 405);
    }
    assert_eq!(service.snapshot().await["seq"], 0);
}

#[tokio::test]
async fn h37_a_caller_stops_a_stronger_client_but_does_not_enable_it() {
    let service = with_payments().await;
    let narrow = service.manager("clients:read clients:write").await;
    for what in ["revoke-tokens", "disable"] {
        assert_eq!(do_to(&service, &narrow, what).await.status, 200, "{what}");
    }
    let refused = do_to(&service, &narrow, "enable").await;
    assert_eq!(refused.refusal(), (403, "insufficient-scope".to_owned()));
    assert_eq!(service.ask(ID, &secret()).await.status, 401);
}

#[tokio::test]
async fn a_disabled_client_is_listed_and_can_be_deleted() {
    let service = with_payments().await;
    let manager = service.manager(MANAGES).await;
    do_to(&service, &manager, "disable").await;
    let listed = |status: &'static str| {
        let call = service.get(&format!("/v1/clients{status}"));
        call.bearer(&manager).send()
    };
    let items = listed("").await.json()["items"].clone();
    let status = |id: &str| {
        let mut items = items.as_array().unwrap().iter();
        items.find(|it| it["client_id"] == id).unwrap()["status"].clone()
    };
    assert_eq!(
        (status(ID), status("m2m_manager")),
        (json!("disabled"), json!("active"))
    );
    assert_eq!(delete(&service, &manager).await.status, 204);
    let refused = do_to(&service, &manager, "enable").await;
    assert_eq!(refused.refusal(), (404, "client-deleted".to_owned()));
    assert_eq!(service.ask(ID, &secret()).await.status, 401);
}

#[tokio::test]
async fn h43_a_token_of_an_instance_that_was_frozen_across_the_delete_is_dead() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let manager = service.manager(MANAGES).await;
    let mut frozen = service.directory.freeze_the_next_read();
    let resource = service.issuer.join("/v1");
    let form = [
        ("grant_type", "client_credentials"),
        ("resource", resource.as_str()),
        ("scope", "clients:read"),
    ];
    let call = service.post("/oauth/token").basic(ID, &secret());
    let asked = tokio::spawn(call.form(&form).send());
    frozen.answered().await;
    assert_eq!(delete(&service, &manager).await.status, 204);
    frozen.thaw();
    let answer = asked.await.unwrap();
    assert_eq!(answer.status, 200, "it was read before the delete");
    let late = answer.member("access_token");

    let call = service.get("/v1/clients").bearer(&late);
    assert_eq!(call.send().await.status, 401);
    assert_eq!(service.dead_by_snapshot(&late).await, Some("client"));
    // As long as the token could live.
    let life = jwt::claims(&late)["exp"].as_i64().unwrap() - NOW.as_second();
    service.clock.advance(jiff::SignedDuration::from_secs(life));
    assert_eq!(service.dead_by_snapshot(&late).await, Some("client"));
}

#[tokio::test]
async fn h43_a_token_that_was_frozen_across_a_disable_stays_dead_when_it_is_enabled() {
    let service = with_payments().await;
    let manager = service.manager(MANAGES).await;
    let mut frozen = service.directory.freeze_the_next_read();
    let form = [("grant_type", "client_credentials")];
    let call = service.post("/oauth/token").basic(ID, &secret());
    let asked = tokio::spawn(call.form(&form).send());
    frozen.answered().await;
    do_to(&service, &manager, "disable").await;
    do_to(&service, &manager, "enable").await;
    frozen.thaw();
    let late = asked.await.unwrap().member("access_token");
    assert!(!service.is_active("payments", &late).await);
    assert_eq!(service.dead_by_snapshot(&late).await, Some("client"));
}

#[tokio::test]
async fn h48_a_stop_is_written_whole_or_not_at_all() {
    for what in ["disable", "revoke-tokens", "delete"] {
        for fault in [
            Fault::ThroughputExceeded,
            Fault::AccessDenied,
            Fault::ServerError,
            Fault::NotDelivered,
            Fault::AnswerLost,
        ] {
            let service = with_payments().await;
            let manager = service.manager(MANAGES).await;
            let before = token(&service).await;
            service.faults.always("TransactWriteItems", fault);
            let answer = match what {
                "delete" => delete(&service, &manager).await,
                what => do_to(&service, &manager, what).await,
            };
            assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
            service.faults.clear();
            let written = fault == Fault::AnswerLost;
            let ports = service.deployment.ports();
            let found = ports.directory.find_client(&client_id("payments")).await;
            let stopped = found.unwrap().client.unwrap().generation > Default::default();
            let by_snapshot = service.dead_by_snapshot(&before).await;
            assert_eq!(
                (stopped, by_snapshot.is_some()),
                (written, written),
                "{what} {fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn h48_a_stop_whose_answer_was_lost_once_is_answered_and_counts_once() {
    for what in ["disable", "revoke-tokens"] {
        let service = with_payments().await;
        let manager = service.manager(MANAGES).await;
        service
            .faults
            .next(1, "TransactWriteItems", Fault::AnswerLost);
        assert_eq!(do_to(&service, &manager, what).await.status, 200);
        assert_eq!(service.snapshot().await["seq"], 1, "{what}");
    }
}

/// Puts a denial of a token of `payments` where a revocation puts it.
async fn put_denial(service: &TestService, jti: &str) {
    let dynamodb = aws_sdk_dynamodb::Client::new(&service.stand_in.sdk_config());
    let item = HashMap::from([
        ("pk", AttributeValue::S("REVOCATIONS".to_owned())),
        ("sk", AttributeValue::S(format!("JTI#{ID}#{jti}"))),
        ("schema_version", AttributeValue::N("1".to_owned())),
        ("generation", AttributeValue::N("0".to_owned())),
        (
            "expires_at",
            AttributeValue::N(kept_until(NOW).as_second().to_string()),
        ),
    ]);
    let item = item
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let put = dynamodb.put_item().table_name("m2m-test");
    put.set_item(Some(item.collect())).send().await.unwrap();
}

/// What is dead by the client's generation takes no room in the snapshot that all tenants share.
#[tokio::test]
async fn a_stop_takes_the_place_of_the_denials_of_single_tokens() {
    for what in ["disable", "revoke-tokens", "delete"] {
        let service = with_payments().await;
        let manager = service.manager(MANAGES).await;
        let token = token(&service).await;
        service.deny(&token).await;
        let denied = json!([jwt::claims(&token)["jti"]]);
        assert_eq!(service.snapshot().await["jtis"], denied);
        let stopped = match what {
            "delete" => delete(&service, &manager).await,
            _ => do_to(&service, &manager, what).await,
        };
        assert!(stopped.status < 300, "{what}: {}", stopped.text());
        assert_eq!(service.snapshot().await["jtis"], json!([]), "{what}");
        let dead = service.dead_by_snapshot(&token).await;
        assert_eq!(dead, Some("client"), "{what}");
    }
}

#[tokio::test]
async fn more_than_500_revoked_tokens_of_a_client_become_one_stop() {
    let service = with_payments().await;
    let tokens = [token(&service).await, token(&service).await];
    for number in 0..499 {
        put_denial(&service, &format!("{number:032x}")).await;
    }
    let revoke = |token: &str| {
        let call = service.post("/oauth/revoke").basic(ID, &secret());
        call.form(&[("token", token)]).send()
    };
    assert_eq!(revoke(&tokens[0]).await.status, 200);
    let snapshot = service.snapshot().await;
    assert_eq!(snapshot["jtis"].as_array().unwrap().len(), 500);
    assert_eq!(snapshot["clients"], json!({}));

    // The answer tells nothing of it, and the revoked token is dead whatever becomes of the stop.
    assert_eq!(revoke(&tokens[1]).await.status, 200);
    let snapshot = service.snapshot().await;
    assert_eq!(snapshot["jtis"], json!([]));
    assert_eq!(snapshot["clients"], json!({ID: 1}));
    for token in &tokens {
        assert_eq!(service.dead_by_snapshot(token).await, Some("client"));
        assert!(!service.is_active("payments", token).await);
    }
    let after = token(&service).await;
    assert!(service.is_active("payments", &after).await);
    let directory = &service.deployment.ports().directory;
    let found = directory.find_client(&client_id("payments")).await.unwrap();
    assert_eq!(found.client.unwrap().state, ClientState::Active);
    assert_eq!(service.ask(ID, &secret_of("payments")).await.status, 200);
}
