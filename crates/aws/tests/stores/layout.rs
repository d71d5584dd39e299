//! What lies in the table: its keys. What is in the records is held by `fixtures.rs`.

use aws_sdk_dynamodb::types::AttributeValue;
use m2m_aws::tables::create_table_if_missing;
use m2m_core::client::ClientState;
use m2m_core::ports::WriteOutcome;
use m2m_local::stand_in::StandIn;
use m2m_testkit::builders::{NOW, answer, next, organization, owner, pending};

use crate::support::{Deployment, config};

async fn keys(deployment: &Deployment) -> Vec<String> {
    let scan = deployment.dynamodb.scan().table_name(config().table).send();
    let items = scan.await.unwrap().items.unwrap();
    let key = |item: &std::collections::HashMap<String, AttributeValue>| {
        let part = |name: &str| item[name].as_s().unwrap().clone();
        format!("{} / {}", part("pk"), part("sk"))
    };
    let mut keys: Vec<_> = items.iter().map(key).collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn a_client_s_items_come_and_go() {
    let deployment = Deployment::start().await;
    let clients = &deployment.stores.clients;
    let new = pending("payments");
    let kept = answer(0xab, &new);
    let answer_key = format!("ANSWER#{} / ANSWER", "ab".repeat(32));

    deployment
        .insert(&new, Some(10), Some(&kept))
        .await
        .unwrap();
    let expected = [
        answer_key.as_str(),
        "CLIENT#m2m_payments / CLIENT",
        "ORG#acme / COUNT",
        "UNFINISHED / m2m_payments",
    ];
    assert_eq!(keys(&deployment).await, expected);

    let active = next(&new, ClientState::Active);
    let activate = clients.activate(&active, new.revision, Some(&kept.id));
    assert_eq!(activate.await.unwrap(), WriteOutcome::Written);
    let expected = [
        answer_key.as_str(),
        "CLIENT#m2m_payments / CLIENT",
        "ORG#acme / COUNT",
        "ORG#acme#CLIENTS / CLIENT#m2m_payments",
        "OWNER#local|ada / CLIENT#m2m_payments",
    ];
    assert_eq!(keys(&deployment).await, expected);

    let restorable_until = NOW;
    let deleted = next(
        &active,
        ClientState::Deleted {
            restorable_until,
            was_disabled: false,
        },
    );
    clients
        .delete(&deleted, active.revision, NOW)
        .await
        .unwrap();
    let expected = [
        answer_key.as_str(),
        "CLIENT#m2m_payments / CLIENT",
        "ORG#acme / COUNT",
        "ORG#acme#CLIENTS / DELETED#m2m_payments",
        "OWNER#local|ada / DELETED#m2m_payments",
        "REVOCATIONS / CLIENT#m2m_payments",
        "REVOCATIONS / SEQUENCE",
        "UNFINISHED / m2m_payments",
    ];
    assert_eq!(keys(&deployment).await, expected);
    assert_eq!(deployment.count().await, "0");
}

#[tokio::test]
async fn an_organization_lies_in_eight_copies() {
    let deployment = Deployment::start().await;
    let directory = &deployment.stores.directory;
    directory
        .insert_principals(&owner(), &organization())
        .await
        .unwrap();
    let mut expected: Vec<_> = (0..8)
        .map(|copy| format!("ORG#acme#{copy} / ORG"))
        .collect();
    expected.push("OWNER#local|ada / OWNER".to_owned());
    assert_eq!(keys(&deployment).await, expected);
}

#[tokio::test]
async fn making_the_table_again_changes_nothing() {
    let sdk = StandIn::memory().unwrap().sdk_config();
    for _ in 0..2 {
        create_table_if_missing(&sdk, &config()).await.unwrap();
    }
    let dynamodb = aws_sdk_dynamodb::Client::new(&sdk);
    let expiry = dynamodb
        .describe_time_to_live()
        .table_name(config().table)
        .send();
    let expiry = expiry.await.unwrap().time_to_live_description.unwrap();
    assert_eq!(expiry.attribute_name(), Some("expires_at"));
}
