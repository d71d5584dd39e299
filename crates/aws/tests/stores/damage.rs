//! Records that are damaged or of a later version: a failure, never a guess and never "absent".

use aws_sdk_dynamodb::types::AttributeValue;
use m2m_core::client::ClientState;
use m2m_core::ports::{ListedBy, StoreError};
use m2m_testkit::builders::{answer, client_id, next, organization, owner, pending};

use crate::support::{Deployment, config};

/// Sets or removes an attribute of an item behind the ports' back.
async fn damage(
    deployment: &Deployment,
    (pk, sk): (&str, &str),
    attribute: &str,
    value: Option<AttributeValue>,
) {
    let update = deployment
        .dynamodb
        .update_item()
        .table_name(config().table)
        .key("pk", AttributeValue::S(pk.to_owned()))
        .key("sk", AttributeValue::S(sk.to_owned()))
        .expression_attribute_names("#it", attribute);
    let update = match value {
        Some(value) => update
            .update_expression("SET #it = :value")
            .expression_attribute_values(":value", value),
        None => update.update_expression("REMOVE #it"),
    };
    update.send().await.unwrap();
}

fn text(text: &str) -> Option<AttributeValue> {
    Some(AttributeValue::S(text.to_owned()))
}

fn number(number: &str) -> Option<AttributeValue> {
    Some(AttributeValue::N(number.to_owned()))
}

async fn find(deployment: &Deployment) -> Result<(), StoreError> {
    let id = client_id("payments");
    deployment.stores.directory.find_client(&id).await.map(drop)
}

#[tokio::test]
async fn a_damaged_client_is_a_failure() {
    let empty = || Some(AttributeValue::M([].into()));
    for (attribute, value) in [
        ("schema_version", number("2")),
        ("schema_version", number("0")),
        ("schema_version", None),
        ("revision", None),
        ("revision", number("-1")),
        ("revision", text("1")),
        ("client_id", text("a#b")),
        ("name", text("")),
        ("owner", text("nobody")),
        ("state", text("sleeping")),
        ("state", text("deleted")),
        ("restorable_until", text("2026-01-01T00:00:00Z")),
        ("created_at", text("yesterday")),
        (
            "grants",
            Some(AttributeValue::L(vec![AttributeValue::S(
                "password".to_owned(),
            )])),
        ),
        (
            "scopes",
            Some(AttributeValue::L(vec![AttributeValue::S("a b".to_owned())])),
        ),
        (
            "secrets",
            Some(AttributeValue::L(vec![AttributeValue::M([].into())])),
        ),
        ("secrets", None),
        ("default_audience", empty()),
        ("access_token_ttl_seconds", number("0")),
        ("last_used", None),
    ] {
        let deployment = Deployment::start().await;
        deployment.create("payments").await;
        find(&deployment).await.unwrap();
        let key = ("CLIENT#m2m_payments", "CLIENT");
        damage(&deployment, key, attribute, value.clone()).await;
        let error = find(&deployment).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "understand a client",
            "{attribute} {value:?}"
        );
        let ada = ListedBy::Owner(owner().id);
        let list = deployment.stores.clients.list(&ada, false, None, 10);
        assert!(list.await.is_err(), "{attribute} {value:?}");
    }
}

#[tokio::test]
async fn attributes_of_later_programs_are_left_alone() {
    let deployment = Deployment::start().await;
    let present = deployment.create("payments").await;
    let key = ("CLIENT#m2m_payments", "CLIENT");
    damage(&deployment, key, "colour", text("blue")).await;
    assert_eq!(deployment.client("payments").await, Some(present.clone()));
    let changed = next(&present, ClientState::Active);
    let clients = &deployment.stores.clients;
    clients
        .replace(&changed, present.revision, None)
        .await
        .unwrap();
    let item = deployment
        .dynamodb
        .get_item()
        .table_name(config().table)
        .key("pk", AttributeValue::S(key.0.to_owned()))
        .key("sk", AttributeValue::S(key.1.to_owned()))
        .send();
    let item = item.await.unwrap().item.unwrap();
    assert_eq!(item["colour"], AttributeValue::S("blue".to_owned()));
}

#[tokio::test]
async fn damaged_principals_are_a_failure() {
    let (ada, acme) = (owner(), organization());
    let copies: Vec<_> = (0..8).map(|copy| format!("ORG#acme#{copy}")).collect();
    for (attribute, value) in [
        ("schema_version", number("2")),
        ("generation", None),
        ("active", text("yes")),
    ] {
        for damaged in ["owner", "organization"] {
            let deployment = Deployment::start().await;
            let directory = &deployment.stores.directory;
            directory.insert_principals(&ada, &acme).await.unwrap();
            if damaged == "owner" {
                let key = ("OWNER#local|ada", "OWNER");
                damage(&deployment, key, attribute, value.clone()).await;
            } else {
                for copy in &copies {
                    damage(&deployment, (copy, "ORG"), attribute, value.clone()).await;
                }
            }
            let found = directory.find_principals(&ada.id, &acme.id).await;
            assert!(found.is_err(), "{damaged}: {attribute} {value:?}");
        }
    }
}

#[tokio::test]
async fn a_damaged_answer_or_note_is_a_failure() {
    let deployment = Deployment::start().await;
    let new = pending("payments");
    let kept = answer(1, &new);
    deployment.insert(&new, None, Some(&kept)).await.unwrap();
    let clients = &deployment.stores.clients;
    let answer_key = format!("ANSWER#{}", "01".repeat(32));
    damage(
        &deployment,
        (&answer_key, "ANSWER"),
        "request",
        text("short"),
    )
    .await;
    assert!(deployment.stores.answers.find(&kept.id).await.is_err());
    let note = ("UNFINISHED", "m2m_payments");
    damage(&deployment, note, "schema_version", number("2")).await;
    assert!(clients.unfinished(None, 10).await.is_err());
}
