//! Records of each version of the layout, as programs wrote them.
//!
//! Old and new programs work side by side on the same data, so a fixture never changes. What this program writes
//! is compared with the last one: whoever changes the layout sees it here, and adds a fixture beside those that
//! are there (`M2M_WRITE_FIXTURES=1` writes it). Within a version a record's own attributes may only be added, and
//! must do without in what is read; anything else, a member of a secret too, is a new `schema_version`, which
//! programs learn to read in one release and write in the next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use m2m_core::api_tokens::ApiToken;
use m2m_core::client::{AudienceGrant, Client, ClientState};
use m2m_core::client_auth::{AuthMethod, RegisteredAuth, RetiringMethod};
use m2m_core::error_chain::chain;
use m2m_core::keys::{KeyState, SigningAlgorithm};
use m2m_core::owner::Owner;
use m2m_core::ports::{
    KeyRecord, ListedBy, Principals, RevokedAt, Spending, SpentName, Unfinished, WriteOutcome,
};
use m2m_core::resource_servers::{KeptCatalog, ResourceServer, ResourceServerRecord};
use m2m_testkit::builders::{
    NOW, answer, api_token, denial, next, organization, owner, pending, resource_server, scopes,
    secret,
};
use m2m_types::admin::credentials::Trust;
use m2m_types::authorization_details::DetailType;
use m2m_types::cidr::Cidr;
use m2m_types::generation::Generation;
use m2m_types::names::{Description, OwnerId, TagKey, TagValue};
use m2m_types::revocations::Revoked;
use m2m_types::ttl::AccessTokenTtl;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::support::{Deployment, config};

/// The fixture that this program writes.
const PRESENT: &str = "1";
/// All fixtures; later ones of a version carry further attributes.
const ALL: [&str; 1] = ["1"];

/// When the tokens of a removed key have ended.
const END: Timestamp = Timestamp::constant(1_767_312_000, 0);

/// Whatever can be in a client, in it.
fn full() -> Client {
    let mut client = Client {
        description: Some(Description::parse("Pays the bills").unwrap()),
        scopes: Some(scopes("orders:read orders:write")),
        default_scopes: Some(scopes("orders:read")),
        tags: BTreeMap::from([(
            TagKey::parse("team").unwrap(),
            TagValue::parse("billing").unwrap(),
        )]),
        audience_grants: Some(vec![AudienceGrant {
            audience: ResourceServer::Management,
            scopes: scopes("clients:read"),
        }]),
        authorization_details_types: vec![DetailType::parse("payment").unwrap()],
        auth: RegisteredAuth {
            method: AuthMethod::WorkloadIdentity(vec![trust()]),
            retiring: Some(RetiringMethod {
                method: AuthMethod::ClientSecret,
                until: NOW,
            }),
        },
        custom_claims: serde_json::from_value(json!({ "tier": "gold" })).unwrap(),
        token_quota: serde_json::from_value(json!({ "limit": 100, "per": "hour" })).unwrap(),
        allowed_cidrs: vec![Cidr::parse("192.0.2.0/24").unwrap()],
        ..pending("payments")
    };
    client.secrets[0].expires_at = Some(NOW + SignedDuration::from_hours(24 * 90));
    client.secrets[0].arn = Some("arn:aws:secretsmanager:eu-west-1:1:secret:a-AbCdEf".to_owned());
    client
}

fn trust() -> Trust {
    serde_json::from_value(json!({
        "issuer": "https://token.example",
        "subject": "repo:acme/payments",
        "audience": "https://auth.example",
        "claims": { "environment": "production" },
    }))
    .unwrap()
}

/// Whatever can be in a resource server, in it.
fn full_server() -> ResourceServerRecord {
    ResourceServerRecord {
        access_token_ttl: Some(AccessTokenTtl::from_seconds(600).unwrap()),
        algorithm: Some(SigningAlgorithm::Rs256),
        introspection_clients: BTreeSet::from([full().id]),
        authorization_details_types: BTreeSet::from([DetailType::parse("urn:x:y").unwrap()]),
        ..resource_server("orders")
    }
}

/// One that lasts, and one that ends and has neither a client nor any limit.
fn api_tokens() -> [ApiToken; 2] {
    let ending = ApiToken {
        client: None,
        grants: BTreeSet::new(),
        referers: BTreeSet::new(),
        expires_at: Some(END),
        ..api_token(2).0
    };
    [api_token(1).0, ending]
}

fn deleted(client: &Client) -> Client {
    let restorable_until = NOW + SignedDuration::from_hours(24 * 29);
    Client {
        generation: Generation::default().raised(),
        ..next(
            client,
            ClientState::Deleted {
                restorable_until,
                was_disabled: false,
            },
        )
    }
}

fn other_owner() -> Owner {
    Owner {
        id: OwnerId::parse("local|bea").unwrap(),
        ..owner()
    }
}

fn stopped_owner() -> Owner {
    Owner {
        active: false,
        generation: Generation::default().raised(),
        ..other_owner()
    }
}

/// What is stopped once the former client is deleted.
fn stopped() -> RevokedAt {
    let former = pending("former").id;
    RevokedAt {
        sequence: 4,
        revoked: Revoked {
            clients: [(former, Generation::default().raised())].into(),
            handles: [(stopped_owner().handle, stopped_owner().generation)].into(),
            jtis: ["0a".to_owned()].into(),
            kids: ["kid".to_owned()].into(),
        },
    }
}

fn keys() -> [KeyRecord; 3] {
    [
        KeyState::Active { since: NOW },
        KeyState::Pending { since: NOW },
        KeyState::Retiring { until: NOW },
    ]
    .map(|state| KeyRecord {
        algorithm: SigningAlgorithm::Es256,
        state,
        pkcs8: Zeroizing::new(vec![0xff; 3]),
    })
}

/// Spends the one name there is.
async fn spend(of: &Deployment) -> Spending {
    let name = SpentName::of(&["fixture", "jti"]);
    let until = NOW + SignedDuration::from_mins(5);
    of.stores.spent.spend(&name, until, NOW).await.unwrap()
}

/// One of everything, made through the ports.
async fn write_everything(of: &Deployment) {
    let stores = &of.stores;
    stores
        .directory
        .insert_principals(&owner(), &organization())
        .await
        .unwrap();
    for new in [full(), pending("former")] {
        of.insert(&new, None, None).await.unwrap();
        let active = next(&new, ClientState::Active);
        let activate = stores.clients.activate(&active, new.revision, None);
        activate.await.unwrap();
    }
    let used = full().secrets[0].id.clone();
    stores
        .clients
        .record_use(&full().id, &used, NOW)
        .await
        .unwrap();
    let former = next(&pending("former"), ClientState::Active);
    let gone = deleted(&former);
    let delete = stores.clients.delete(&gone, former.revision, NOW);
    delete.await.unwrap();
    let new = pending("new");
    of.insert(&new, None, Some(&answer(7, &new))).await.unwrap();

    let (other, stopped) = (other_owner(), stopped_owner());
    let replace = stores.directory.replace_owner(&other, None);
    replace.await.unwrap();
    let stop = stores.directory.stop_owner(&stopped, &other, NOW);
    stop.await.unwrap();
    stores.revocations.deny(&denial("0a")).await.unwrap();
    stores.revocations.remove_kid("kid", END).await.unwrap();

    for token in api_tokens() {
        let owned = stores.api_tokens.owned(&token.owner, NOW).await.unwrap();
        let insert = stores.api_tokens.insert(&token, owned.inserts, None);
        assert_eq!(insert.await.unwrap(), WriteOutcome::Written);
    }
    assert_eq!(spend(of).await, Spending::First);
    let servers = &stores.resource_servers;
    servers.write(&full_server(), 0, None).await.unwrap();
    stores
        .keys
        .insert_signing_keys(&keys(), Generation::default())
        .await
        .unwrap();
    stores.keys.insert_root(&[0xab; 32]).await.unwrap();
    let (id, value) = secret("payments");
    stores
        .values
        .insert(&full().id, &id.id, &value)
        .await
        .unwrap();
}

/// What is read through the ports is what was written.
async fn assert_everything_is_read(of: &Deployment, fixture: &str) {
    let stores = &of.stores;
    let found = stores
        .directory
        .find_principals(&owner().id, &organization().id)
        .await;
    let expected = Principals {
        owner: Some(owner()),
        organization: Some(organization()),
    };
    assert_eq!(found.unwrap(), expected, "{fixture}");

    let used = full().secrets[0].id.clone();
    let payments = Client {
        last_used: BTreeMap::from([(used, NOW)]),
        ..next(&full(), ClientState::Active)
    };
    let former = deleted(&next(&pending("former"), ClientState::Active));
    let new = pending("new");
    for (name, expected) in [("payments", &payments), ("former", &former), ("new", &new)] {
        assert_eq!(of.client(name).await.as_ref(), Some(expected), "{fixture}");
    }
    let ada = ListedBy::Owner(owner().id);
    for (deleted, expected) in [(false, payments), (true, former)] {
        let list = stores.clients.list(&ada, deleted, None, 9);
        assert_eq!(list.await.unwrap(), [expected], "{fixture}");
    }
    assert_eq!(of.count().await, "2", "{fixture}");
    let kept = answer(7, &new);
    let found = stores.answers.find(&kept.id).await.unwrap();
    assert_eq!(found, Some(kept), "{fixture}");
    let notes = stores.clients.unfinished(None, 9).await.unwrap();
    let note = |name| Unfinished {
        client: m2m_testkit::builders::client_id(name),
        since: NOW,
    };
    assert_eq!(notes, [note("former"), note("new")], "{fixture}");

    let found = stores.revocations.read_all(NOW).await.unwrap();
    assert_eq!(found, stopped(), "{fixture}");
    let catalog = stores.resource_servers.list().await.unwrap();
    let servers = vec![full_server()];
    assert_eq!(
        catalog,
        KeptCatalog {
            revision: 1,
            servers
        },
        "{fixture}"
    );

    let whose = owner().id;
    let listed = stores.api_tokens.list_by_owner(&whose, None, 9, NOW);
    assert_eq!(listed.await.unwrap(), api_tokens(), "{fixture}");
    for token in api_tokens() {
        let found = stores.api_tokens.find(&token.digest, NOW).await.unwrap();
        assert_eq!(found, Some(token), "{fixture}");
    }
    assert_eq!(spend(of).await, Spending::Again, "{fixture}");
    let found = stores.keys.find_signing_keys().await.unwrap().unwrap();
    assert_eq!(found.generation, Generation::default(), "{fixture}");
    for (found, expected) in found.keys.iter().zip(keys()) {
        assert_eq!(found.algorithm, expected.algorithm, "{fixture}");
        assert_eq!(found.state, expected.state, "{fixture}");
        assert_eq!(*found.pkcs8, *expected.pkcs8, "{fixture}");
    }
    let root = stores.keys.find_root().await.unwrap();
    assert_eq!(root.as_deref(), Some(&[0xab; 32]), "{fixture}");
    let (id, value) = secret("payments");
    let kept = stores.values.find(&full().id, &id.id).await.unwrap();
    assert_eq!(kept.unwrap().value.expose(), value.expose(), "{fixture}");
}

#[tokio::test]
async fn what_this_program_writes_is_the_last_fixture() {
    let of = Deployment::start().await;
    write_everything(&of).await;
    assert_everything_is_read(&of, "the present").await;
    let written = json!({ "table": table(&of).await, "secrets": secrets(&of).await });
    if std::env::var_os("M2M_WRITE_FIXTURES").is_some() {
        let text = serde_json::to_string_pretty(&written).unwrap() + "\n";
        std::fs::write(path(PRESENT), text).unwrap();
    }
    assert_eq!(
        written,
        fixture(PRESENT),
        "the layout has changed: keep the fixture, read the head of fixtures.rs"
    );
}

#[tokio::test]
async fn every_fixture_is_understood() {
    for name in ALL {
        let of = Deployment::start().await;
        restore(&of, &fixture(name)).await;
        assert_everything_is_read(&of, name).await;
    }
}

#[tokio::test]
async fn a_fixture_with_attributes_of_later_programs_is_understood() {
    for name in ALL {
        let of = Deployment::start().await;
        let mut later = fixture(name);
        for item in later["table"].as_array_mut().unwrap() {
            item["colour"] = json!({ "S": "blue" });
        }
        for secret in later["secrets"].as_array_mut().unwrap() {
            secret["document"]["colour"] = json!("blue");
        }
        restore(&of, &later).await;
        assert_everything_is_read(&of, name).await;
    }
}

/// The attributes of `payments` in a fixture.
fn payments_in(fixture: &mut Value) -> &mut Value {
    let items = fixture["table"].as_array_mut().unwrap();
    let payments = json!({ "S": "m2m_payments" });
    let client = |item: &&mut Value| item["client_id"] == payments && item.get("secrets").is_some();
    items.iter_mut().find(client).unwrap()
}

#[tokio::test]
async fn a_change_leaves_attributes_of_later_programs_alone() {
    let of = Deployment::start().await;
    let mut later = fixture(PRESENT);
    payments_in(&mut later)["colour"] = json!({ "S": "blue" });
    restore(&of, &later).await;
    let present = of.client("payments").await.unwrap();
    let changed = next(&present, ClientState::Active);
    let replaced = of.stores.clients.replace(&changed, present.revision, None);
    assert_eq!(replaced.await.unwrap(), WriteOutcome::Written);
    let mut written = json!({ "table": table(&of).await });
    assert_eq!(payments_in(&mut written)["colour"], json!({ "S": "blue" }));
}

#[tokio::test]
async fn a_member_of_a_secret_that_would_be_lost_is_refused() {
    let of = Deployment::start().await;
    let mut later = fixture(PRESENT);
    payments_in(&mut later)["secrets"]["L"][0]["M"]["colour"] = json!({ "S": "blue" });
    restore(&of, &later).await;
    let found = of.stores.directory.find_client(&full().id).await;
    let error = chain(&found.unwrap_err());
    assert!(error.contains("unknown field `colour`"), "{error}");
}

#[tokio::test]
async fn keys_of_before_the_deployment_had_a_generation_are_understood() {
    let of = Deployment::start().await;
    let mut earlier = fixture("1");
    for secret in earlier["secrets"].as_array_mut().unwrap() {
        secret["document"]
            .as_object_mut()
            .unwrap()
            .remove("generation");
    }
    restore(&of, &earlier).await;
    assert_everything_is_read(&of, "without generation").await;
}

fn path(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    directory.join(format!("tests/stores/fixtures/version-{name}.json"))
}

fn fixture(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path(name)).unwrap()).unwrap()
}

/// All items, as DynamoDB writes them in JSON, in the order of their keys.
async fn table(of: &Deployment) -> Vec<Value> {
    let scan = of.dynamodb.scan().table_name(config().table).send();
    let items = scan.await.unwrap().items.unwrap_or_default();
    let mut items: Vec<_> = items
        .into_iter()
        .map(|item| {
            let members = item
                .into_iter()
                .map(|(name, value)| (name, to_json(&value)));
            Value::Object(members.collect())
        })
        .collect();
    items.sort_by_key(|item| format!("{} {}", item["pk"], item["sk"]));
    items
}

/// All secrets with their documents, in the order of their names.
async fn secrets(of: &Deployment) -> Vec<Value> {
    let mut written = Vec::new();
    for name in ["clients/m2m_payments", "root", "signing-keys"] {
        let value = of.secrets.get_secret_value();
        let value = value
            .secret_id(format!("m2m/test/{name}"))
            .send()
            .await
            .unwrap();
        let document: Value = serde_json::from_str(value.secret_string().unwrap()).unwrap();
        // Only a client's version has a name that counts.
        let version = name.starts_with("clients/").then_some(value.version_id);
        written.push(json!({ "name": name, "version": version, "document": document }));
    }
    written
}

/// Puts a fixture into an empty deployment, behind the ports' back.
async fn restore(of: &Deployment, fixture: &Value) {
    for item in fixture["table"].as_array().unwrap() {
        let members = item.as_object().unwrap().iter();
        let item = members.map(|(name, value)| (name.clone(), from_json(value)));
        let put = of.dynamodb.put_item().table_name(config().table);
        put.set_item(Some(item.collect())).send().await.unwrap();
    }
    for secret in fixture["secrets"].as_array().unwrap() {
        let name = format!("m2m/test/{}", secret["name"].as_str().unwrap());
        let create = of.secrets.create_secret().name(name);
        create
            .set_client_request_token(secret["version"].as_str().map(str::to_owned))
            .secret_string(secret["document"].to_string())
            .send()
            .await
            .unwrap();
    }
}

fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": STANDARD.encode(bytes) }),
        AttributeValue::Bool(yes) => json!({ "BOOL": yes }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(to_json).collect::<Vec<_>>() }),
        AttributeValue::M(map) => {
            let members = map
                .iter()
                .map(|(name, value)| (name.clone(), to_json(value)));
            json!({ "M": members.collect::<Map<_, _>>() })
        }
        other => unreachable!("no item of ours has {other:?}"),
    }
}

fn from_json(value: &Value) -> AttributeValue {
    let (kind, content) = value.as_object().unwrap().iter().next().unwrap();
    let text = || content.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "B" => AttributeValue::B(Blob::new(STANDARD.decode(text()).unwrap())),
        "BOOL" => AttributeValue::Bool(content.as_bool().unwrap()),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(content.as_array().unwrap().iter().map(from_json).collect()),
        "M" => {
            let members = content.as_object().unwrap().iter();
            let members = members.map(|(name, value)| (name.clone(), from_json(value)));
            AttributeValue::M(members.collect())
        }
        other => unreachable!("no fixture has {other:?}"),
    }
}
