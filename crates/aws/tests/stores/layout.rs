//! What lies in the table: its keys, and records of version 1 as they were first written.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use m2m_aws::tables::create_table_if_missing;
use m2m_core::client::{Client, ClientState};
use m2m_core::ports::{Principals, WriteOutcome};
use m2m_local::stand_in::StandIn;
use m2m_testkit::builders::{NOW, answer, client, next, organization, owner, pending, scopes};
use m2m_types::generation::Generation;

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
        "OWNER#local|ada / CLIENT#m2m_payments",
    ];
    assert_eq!(keys(&deployment).await, expected);

    let restorable_until = NOW;
    let deleted = next(&active, ClientState::Deleted { restorable_until });
    clients
        .delete(&deleted, active.revision, NOW)
        .await
        .unwrap();
    let expected = [
        answer_key.as_str(),
        "CLIENT#m2m_payments / CLIENT",
        "ORG#acme / COUNT",
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

/// Attributes of an item as they are written by hand.
struct Attributes(BTreeMap<&'static str, AttributeValue>);

impl Attributes {
    fn at(pk: &str, sk: &str) -> Self {
        Self(BTreeMap::new())
            .text("pk", pk)
            .text("sk", sk)
            .number("schema_version", "1")
    }

    fn with(mut self, name: &'static str, value: AttributeValue) -> Self {
        self.0.insert(name, value);
        self
    }

    fn text(self, name: &'static str, value: &str) -> Self {
        self.with(name, AttributeValue::S(value.to_owned()))
    }

    fn number(self, name: &'static str, value: &str) -> Self {
        self.with(name, AttributeValue::N(value.to_owned()))
    }

    fn texts(self, name: &'static str, values: &[&str]) -> Self {
        let texts = values
            .iter()
            .map(|text| AttributeValue::S((*text).to_owned()));
        self.with(name, AttributeValue::L(texts.collect()))
    }

    fn yes(self, name: &'static str, value: bool) -> Self {
        self.with(name, AttributeValue::Bool(value))
    }

    fn null(self, name: &'static str) -> Self {
        self.with(name, AttributeValue::Null(true))
    }

    async fn put(self, deployment: &Deployment) {
        let put = deployment.dynamodb.put_item().table_name(config().table);
        let put = self
            .0
            .into_iter()
            .fold(put, |put, (name, value)| put.item(name, value));
        put.send().await.unwrap();
    }
}

#[tokio::test]
async fn a_client_of_version_1_is_understood() {
    let deployment = Deployment::start().await;
    let expected = Client {
        scopes: Some(scopes("orders:read")),
        last_used: BTreeMap::from([(client("payments").secrets[0].id.clone(), NOW)]),
        generation: Generation::default().raised(),
        ..client("payments")
    };
    let secret = &expected.secrets[0];
    let digest = Blob::new(secret.digest.as_bytes().to_vec());
    let moment = "2026-01-01T00:00:00Z";
    let secret_item = AttributeValue::M(
        [
            ("secret_id", AttributeValue::S(secret.id.to_string())),
            ("hint", AttributeValue::S(secret.hint.clone())),
            ("sha256", AttributeValue::B(digest)),
            ("created_at", AttributeValue::S(moment.to_owned())),
            ("expires_at", AttributeValue::Null(true)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
    );
    let audience = AttributeValue::S("urn:m2m-oauth:api".to_owned());
    let used = AttributeValue::N("1767225600".to_owned());
    Attributes::at("CLIENT#m2m_payments", "CLIENT")
        .number("revision", "2")
        .text("client_id", "m2m_payments")
        .text("name", "payments")
        .null("description")
        .text("owner", "local|ada")
        .text("organization", "acme")
        .text("state", "active")
        .null("restorable_until")
        .texts("scopes", &["orders:read"])
        .null("default_scopes")
        .with(
            "default_audience",
            AttributeValue::M([("api".to_owned(), audience)].into()),
        )
        .texts("grants", &["client_credentials"])
        .number("access_token_ttl_seconds", "3600")
        .yes("deletion_protection", false)
        .with("tags", AttributeValue::M([].into()))
        .text("secret_storage", "secrets_manager")
        .with("secrets", AttributeValue::L(vec![secret_item]))
        .number("generation", "1")
        .text("created_at", moment)
        .text("updated_at", moment)
        .with(
            "last_used",
            AttributeValue::M([(secret.id.to_string(), used)].into()),
        )
        .put(&deployment)
        .await;
    assert_eq!(deployment.client("payments").await, Some(expected));
}

#[tokio::test]
async fn principals_of_version_1_are_understood() {
    let deployment = Deployment::start().await;
    Attributes::at("OWNER#local|ada", "OWNER")
        .text("owner", "local|ada")
        .text("organization", "acme")
        .texts("permissions", &["orders:read", "orders:write"])
        .yes("active", true)
        .number("generation", "0")
        .put(&deployment)
        .await;
    for copy in 0..8 {
        Attributes::at(&format!("ORG#acme#{copy}"), "ORG")
            .text("organization", "acme")
            .text("name", "Acme")
            .text("plan", "standard")
            .yes("m2m_clients_allowed", true)
            .number("max_clients", "10")
            .yes("active", true)
            .number("generation", "0")
            .put(&deployment)
            .await;
    }
    let (ada, acme) = (owner(), organization());
    let found = deployment
        .stores
        .directory
        .find_principals(&ada.id, &acme.id)
        .await;
    let expected = Principals {
        owner: Some(ada),
        organization: Some(acme),
    };
    assert_eq!(found.unwrap(), expected);
}
