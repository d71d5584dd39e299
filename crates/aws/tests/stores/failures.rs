//! AWS is throttled, slow, broken or forbidden: bounded repetition, then a failure in time.

use std::error::Error;
use std::time::Duration;

use m2m_core::ports::{Attempt, Counted, Counter, InsertOutcome, ListedBy, StoreError};
use m2m_local::stand_in::StandIn;
use m2m_local::stand_in::faults::Fault;
use m2m_testkit::builders::{
    NOW, answer, client, client_id, denial, organization, owner, pending, secret,
};
use m2m_types::admin::limits::QuotaPeriod;
use m2m_types::correlation_id::CorrelationId;
use m2m_types::generation::Generation;
use tokio::time::Instant;

use crate::meddler::{Meddler, Meddling};
use crate::support::{Deployment, stores_without_table};

/// A method of a port, more than this is never waited for.
const DEADLINE: Duration = Duration::from_millis(5_100);

#[tokio::test(start_paused = true)]
async fn a_throttled_read_is_repeated() {
    let deployment = Deployment::start().await;
    let present = deployment.create("payments").await;
    for fault in [
        Fault::ThroughputExceeded,
        Fault::Throttled,
        Fault::ServerError,
    ] {
        deployment.faults.clear();
        deployment.faults.next(2, "BatchGetItem", fault);
        let found = deployment.client("payments").await;
        assert_eq!(found.as_ref(), Some(&present), "{fault:?}");
        assert_eq!(deployment.faults.calls().len(), 3, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_insert_is_repeated_and_counted_once() {
    let deployment = Deployment::start().await;
    deployment
        .faults
        .next(2, "TransactWriteItems", Fault::ThroughputExceeded);
    let inserted = deployment.insert(&pending("payments"), Some(1), None).await;
    assert_eq!(inserted.unwrap(), InsertOutcome::Inserted);
    assert_eq!(deployment.count().await, "1");
}

/// Everything that a port can be asked, one after the other.
async fn ask_everything(
    deployment: &Deployment,
) -> Vec<(&'static str, Result<(), StoreError>, Duration)> {
    let stores = &deployment.stores;
    let (ada, acme, present) = (owner(), organization(), client("payments"));
    let (new, revision) = (pending("new"), present.revision);
    let kept = answer(1, &new);
    let (secret, value) = secret("one");
    let counter = Counter {
        counted: Counted::Client(present.id.clone()),
        period: QuotaPeriod::Day,
        begins: NOW,
        ends: NOW,
    };
    let attempt = Attempt {
        correlation_id: CorrelationId::from_random_bytes([1; 16]),
        at: NOW,
        client_id: None,
        auth_method: String::new(),
        grant_type: None,
        error: String::new(),
        reason: String::new(),
        source: [192, 0, 2, 1].into(),
    };
    let mut results = Vec::new();
    macro_rules! ask {
        ($port:ident.$method:ident($($argument:expr),*)) => {
            let started = Instant::now();
            let result = stores.$port.$method($($argument),*).await.map(drop);
            results.push((stringify!($method), result, started.elapsed()));
        };
    }
    ask!(directory.find_client(&present.id));
    ask!(directory.find_principals(&ada.id, &acme.id));
    ask!(directory.insert_principals(&ada, &acme));
    ask!(directory.replace_owner(&ada, None));
    ask!(directory.stop_owner(&ada, &ada, NOW));
    ask!(directory.replace_organization(&acme, None));
    ask!(directory.stop_organization(&acme, &acme, NOW));
    ask!(directory.ping());
    ask!(clients.insert_pending(m2m_core::ports::PendingClient {
        client: &new,
        max_clients: None,
        max_made_a_day: u32::MAX,
        answer: None,
        now: NOW,
    }));
    ask!(clients.activate(&present, revision, None));
    ask!(clients.abandon(&present, revision));
    ask!(clients.remove_abandoned(&present));
    ask!(clients.replace(&present, revision, None));
    ask!(clients.stop(&present, revision, NOW, None));
    ask!(clients.delete(&present, revision, NOW));
    ask!(clients.remove_note(&present.id, None));
    ask!(clients.begin_restore(&present.id, NOW, NOW));
    ask!(clients.transfer(&present, &present, NOW, None));
    ask!(values.restore(&present.id));
    ask!(clients.unfinished(None, 10));
    ask!(clients.list(&ListedBy::Owner(ada.id.clone()), false, None, 10));
    ask!(clients.record_use(&present.id, &secret.id, NOW));
    ask!(answers.find(&[1; 32]));
    ask!(answers.insert(&kept));
    ask!(values.insert(&present.id, &secret.id, &value));
    ask!(values.find(&present.id, &secret.id));
    ask!(values.schedule_removal(&present.id));
    ask!(values.remove(&present.id));
    ask!(keys.find_signing_keys());
    ask!(keys.insert_signing_keys(&[], Generation::default()));
    ask!(keys.replace_signing_keys(&[], &m2m_core::ports::KeysRevision(String::new())));
    ask!(keys.raise_generation());
    ask!(quotas.count(&counter, Some(1)));
    ask!(quotas.counted(&counter));
    ask!(attempts.insert(&attempt, NOW));
    ask!(attempts.find(&attempt.correlation_id, NOW));
    ask!(keys.find_root());
    ask!(keys.insert_root(&[1; 32]));
    ask!(revocations.any_denied(&[denial("1").token], &[]));
    ask!(revocations.deny(&denial("1")));
    ask!(revocations.count_live(&present.id, present.generation, NOW, 10));
    ask!(revocations.forget_denials(&present.id, present.generation));
    ask!(revocations.remove_kid("kid", NOW));
    ask!(revocations.sequence());
    ask!(revocations.read_all(NOW));
    results
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_is_a_failure_in_time() {
    for fault in [
        Fault::ThroughputExceeded,
        Fault::Throttled,
        Fault::AccessDenied,
        Fault::ServerError,
        Fault::NotDelivered,
        Fault::Hang,
    ] {
        let deployment = Deployment::start().await;
        deployment.faults.always("*", fault);
        let results = ask_everything(&deployment).await;
        assert_eq!(results.len(), 45);
        for (method, result, took) in results {
            assert!(result.is_err(), "{method} with {fault:?}");
            assert!(took < DEADLINE, "{method} with {fault:?} took {took:?}");
        }
        // At most three attempts each.
        assert!(deployment.faults.calls().len() <= 3 * 45, "{fault:?}");
    }
}

#[tokio::test]
async fn what_is_forbidden_is_not_repeated() {
    let deployment = Deployment::start().await;
    deployment.faults.always("*", Fault::AccessDenied);
    let id = client_id("payments");
    let error = deployment
        .stores
        .directory
        .find_client(&id)
        .await
        .unwrap_err();
    assert_eq!(deployment.faults.calls(), ["BatchGetItem"]);
    assert_eq!(error.to_string(), "read a client");
}

#[tokio::test(start_paused = true)]
async fn a_hanging_attempt_is_given_up_and_repeated() {
    let deployment = Deployment::start().await;
    let present = deployment.create("payments").await;
    deployment.faults.clear();
    deployment.faults.next(1, "BatchGetItem", Fault::Hang);
    assert_eq!(deployment.client("payments").await, Some(present));
    assert_eq!(deployment.faults.calls().len(), 2);
}

#[tokio::test]
async fn a_missing_table_is_a_failure_everywhere() {
    let sdk = StandIn::memory().unwrap().sdk_config();
    let stores = stores_without_table(&sdk);
    assert!(stores.directory.ping().await.is_err());
    assert!(stores.resource_servers.list().await.is_err());
    let id = client_id("payments");
    assert!(stores.directory.find_client(&id).await.is_err());
}

/// An error as the log has it.
fn told(error: &StoreError) -> String {
    format!("{error}: {}", error.source().unwrap())
}

#[tokio::test(start_paused = true)]
async fn every_failure_names_the_store_that_failed() {
    for fault in [Fault::AccessDenied, Fault::Throttled, Fault::Hang] {
        let deployment = Deployment::start().await;
        deployment.faults.always("*", fault);
        for (method, result, _) in ask_everything(&deployment).await {
            let told = told(&result.unwrap_err());
            let names_it =
                told.contains("the table m2m-test: ") || told.contains("the secret m2m/test/");
            assert!(names_it, "{method} with {fault:?}: {told}");
        }
    }
}

#[tokio::test]
async fn what_is_forbidden_is_told_with_the_action_and_the_resource() {
    let deployment = Deployment::start().await;
    deployment.faults.always("*", Fault::AccessDenied);
    let error = deployment.stores.directory.ping().await.unwrap_err();
    assert_eq!(
        told(&error),
        "reach the table: dynamodb:GetItem on the table m2m-test: AccessDeniedException: the role \
         or user that calls lacks the permission, or the one to use the KMS key (Scripted fault)"
    );
    let error = deployment.stores.keys.find_signing_keys().await;
    let told = told(&error.unwrap_err());
    let call = "secretsmanager:GetSecretValue on the secret m2m/test/signing-keys: AccessDenied";
    assert!(told.contains(call), "{told}");
}

#[tokio::test]
async fn a_missing_table_is_told_with_what_to_check() {
    let stores = stores_without_table(&StandIn::memory().unwrap().sdk_config());
    let told = told(&stores.directory.ping().await.unwrap_err());
    let advice = "on the table m2m-test: ResourceNotFoundException: the table does not exist in this \
                  account and region: check M2M_TABLE";
    assert!(told.contains(advice), "{told}");
}

#[test]
fn the_documentation_knows_what_the_log_advises() {
    let documented = include_str!("../../../../docs/observability.md");
    for told in [
        "`ResourceNotFoundException`: the table does not exist in this account and region",
        "`AccessDeniedException`: the role or user that calls lacks the permission, or the one to use the KMS key",
        "`ThrottlingException`, `ProvisionedThroughputExceededException`: AWS throttles",
        "`InvalidSignatureException`: the credentials are not accepted",
        "no answer in time",
        "the connection failed",
    ] {
        assert!(
            documented.contains(told),
            "docs/observability.md lacks {told:?}"
        );
    }
}

#[tokio::test]
async fn no_error_tells_a_secret() {
    let deployment = Deployment::start().await;
    let (client, (secret, value), (_, other)) =
        (client_id("payments"), secret("one"), secret("two"));
    let values = &deployment.stores.values;
    values.insert(&client, &secret.id, &value).await.unwrap();
    let error = values
        .insert(&client, &secret.id, &other)
        .await
        .unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(!told.contains(value.expose()) && !told.contains(other.expose()));
}

#[tokio::test]
async fn an_answer_cut_short_is_a_failure_that_quotes_nothing() {
    let body = r#"{"Name":"x","SecretString":"CANARY"#.to_owned();
    let meddler = Meddler::new("GetSecretValue", Meddling::Answer(200, body));
    let deployment = Deployment::behind(|inner| meddler.around(inner)).await;
    meddler.next(usize::MAX);
    let (client, (secret, _)) = (client_id("payments"), secret("one"));
    let stores = &deployment.stores;
    let errors = [
        stores.values.find(&client, &secret.id).await.unwrap_err(),
        stores.keys.find_signing_keys().await.unwrap_err(),
    ];
    for error in errors {
        assert!(
            !format!("{error} {error:?}").contains("CANARY"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn what_is_denied_because_it_is_gone_is_told_from_what_is_denied() {
    let deployment = Deployment::start().await;
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    let values = &deployment.stores.values;
    let deny = |operation| deployment.faults.next(1, operation, Fault::AccessDenied);
    deny("GetSecretValue");
    assert!(values.find(&client, &secret.id).await.unwrap().is_none());
    deny("DeleteSecret");
    values.remove(&client).await.unwrap();
    deny("DeleteSecret");
    values.schedule_removal(&client).await.unwrap();

    values.insert(&client, &secret.id, &value).await.unwrap();
    deny("GetSecretValue");
    assert!(values.find(&client, &secret.id).await.is_err());
    deny("DeleteSecret");
    assert!(values.remove(&client).await.is_err());
    deny("DeleteSecret");
    assert!(values.schedule_removal(&client).await.is_err());
}
