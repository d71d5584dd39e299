//! Starts that meet something wrong.

use std::time::Duration;

use m2m_aws::config::StoresConfig;
use m2m_aws::tables;
use m2m_lambda_emulator::Function;
use m2m_tests::world::secret_of;
use serde_json::Value;
use tokio::time::timeout;

use crate::answer::{assert_is_ours, read};
use crate::event::{Carriage, Plain};
use crate::fixtures;
use crate::programs;
use crate::stores::{self, Stores};

/// What a function has to be told: the authorizer has no stores.
fn needed(name: &str) -> &'static [&'static str] {
    match name {
        "authorizer" => &["M2M_ISSUER", "M2M_AUDIENCE"],
        _ => &["M2M_ISSUER", "M2M_TABLE", "M2M_SECRET_PREFIX"],
    }
}

/// What a process that cannot run has written before it ended with status 1.
async fn refused(name: &str, environment: &[(&str, &str)]) -> Value {
    let program = programs::program(name);
    let mut function = Function::start(&program, environment).await.unwrap();
    assert_eq!(function.ended().await.unwrap().code(), Some(1), "{name}");
    let log = function.log();
    assert_eq!(log.lines().count(), 1, "{log}");
    serde_json::from_str(&log).unwrap()
}

#[tokio::test]
async fn everything_missing_is_named_in_one_line() {
    for name in programs::names() {
        let said = refused(name, &[]).await;
        let reason = said["reason"].as_str().unwrap();
        for variable in needed(name) {
            assert!(reason.contains(variable), "{name}: {said}");
        }
        assert_eq!(said["level"], "ERROR");
    }
}

#[tokio::test]
async fn a_refused_level_of_the_log_hides_nothing_else() {
    for name in programs::names() {
        let said = refused(name, &[("M2M_LOG", "loud")]).await;
        let reason = said["reason"].as_str().unwrap();
        for variable in ["M2M_LOG"].iter().chain(needed(name)) {
            assert!(reason.contains(variable), "{name}: {said}");
        }
    }
}

#[tokio::test]
async fn a_refused_level_of_the_log_alone_is_refused() {
    let stores = Stores::start().await;
    let usual = stores.environment();
    let mut environment: Vec<_> = usual.iter().map(|(k, v)| (*k, v.as_str())).collect();
    environment.push(("M2M_LOG", "loud"));
    for name in programs::names() {
        let said = refused(name, &environment).await;
        let expected = "M2M_LOG must be off, error, warn, info, debug or trace";
        assert_eq!(said["reason"], expected, "{name}");
    }
}

#[tokio::test]
async fn a_refused_value_is_named() {
    for name in programs::names() {
        for (variable, value) in [("M2M_LOG", "loud"), ("M2M_ISSUER", "http://auth.example")] {
            let said = refused(name, &[(variable, value)]).await;
            let reason = said["reason"].as_str().unwrap();
            assert!(reason.contains(variable), "{name}: {said}");
            assert!(!reason.contains(value), "{name}: {said}");
        }
    }
}

/// A token request of a client that is there.
fn token_request() -> Value {
    let fixture = fixtures::requests().remove(0);
    Plain::token("m2m_payments", &secret_of("payments")).in_place_of(&fixture, Carriage::Text)
}

/// Fails unless it refuses a token now, for lack of a store, and names that one in its log.
async fn assert_unavailable(token: &mut Function, store: &str) {
    let answer = read(token.invoke(&token_request()).await.unwrap());
    assert_eq!(answer.refusal().0, 503, "{}", answer.text());
    assert_is_ours(&answer);
    assert!(!answer.text().contains(store), "{}", answer.text());
    let logged = timeout(Duration::from_secs(10), token.logged(store)).await;
    assert!(logged.is_ok(), "{}", token.log());
}

async fn assert_issues(token: &mut Function) {
    let answer = read(token.invoke(&token_request()).await.unwrap());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn stores_that_are_down_at_the_start_are_used_as_soon_as_they_are_up() {
    let mut stores = Stores::prepare(stores::free_address().await).await;
    for name in programs::names() {
        programs::start(name, &stores).await;
    }
    let mut token = programs::start("token", &stores).await;
    assert_unavailable(&mut token, "m2m/test/signing-keys").await;
    stores.open().await;
    assert_issues(&mut token).await;
}

#[tokio::test]
async fn a_denied_secret_is_503_until_it_is_allowed() {
    let stores = Stores::start().await;
    stores.deny("GetSecretValue", true);
    let mut token = programs::start("token", &stores).await;
    assert_unavailable(&mut token, "secretsmanager:GetSecretValue").await;
    stores.deny("GetSecretValue", false);
    assert_issues(&mut token).await;
}

#[tokio::test]
async fn a_missing_table_is_503_until_it_is_made() {
    let stores = Stores::start().await;
    let more = [("M2M_TABLE", "m2m-absent")];
    let mut token = programs::start_with("token", &stores, &more).await;
    assert_unavailable(&mut token, "m2m-absent").await;
    let absent = StoresConfig {
        table: "m2m-absent".to_owned(),
        ..stores.config()
    };
    let sdk = stores.service.stand_in.sdk_config();
    tables::create_table_if_missing(&sdk, &absent)
        .await
        .unwrap();
    let answer = read(token.invoke(&token_request()).await.unwrap());
    // Nobody is in it.
    assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
}
