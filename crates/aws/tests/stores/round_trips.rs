//! How often AWS is asked. More than this costs every request time and money.

use jiff::SignedDuration;
use m2m_core::client::ClientState;
use m2m_core::ports::{ListedBy, Spending, SpentName};
use m2m_testkit::builders::{
    NOW, answer, client_id, next, organization, owner, pending, resource_server, secret,
};

use crate::support::Deployment;

/// What was called since the last time.
fn calls(deployment: &Deployment) -> Vec<String> {
    deployment.faults.take_calls()
}

#[tokio::test]
async fn a_token_costs_one_round_trip_once_the_client_is_known() {
    let deployment = Deployment::start().await;
    let directory = &deployment.stores.directory;
    let (ada, acme) = (owner(), organization());
    directory.insert_principals(&ada, &acme).await.unwrap();
    let present = deployment.create("payments").await;
    calls(&deployment);

    let cold = directory.find_client(&present.id).await.unwrap();
    assert_eq!(cold.principals, None);
    directory.find_principals(&ada.id, &acme.id).await.unwrap();
    assert_eq!(calls(&deployment), ["BatchGetItem", "BatchGetItem"]);

    let warm = directory.find_client(&present.id).await.unwrap();
    assert_eq!(warm.client, Some(present));
    let principals = warm.principals.unwrap();
    assert_eq!(principals.owner, Some(ada));
    assert_eq!(principals.organization, Some(acme));
    assert_eq!(calls(&deployment), ["BatchGetItem"]);
}

#[tokio::test]
async fn an_unknown_client_costs_one_round_trip() {
    let deployment = Deployment::start().await;
    for _ in 0..2 {
        let id = client_id("nobody");
        deployment.stores.directory.find_client(&id).await.unwrap();
        assert_eq!(calls(&deployment), ["BatchGetItem"]);
    }
}

#[tokio::test]
async fn every_change_is_one_write() {
    let deployment = Deployment::start().await;
    let clients = &deployment.stores.clients;
    // The first of a day takes a second attempt, since another day is counted.
    let first = deployment.insert(&pending("first"), None, None).await;
    first.unwrap();
    let attempts = ["TransactWriteItems", "GetItem", "TransactWriteItems"];
    assert_eq!(calls(&deployment), attempts);
    let new = pending("payments");
    let kept = answer(1, &new);
    deployment
        .insert(&new, Some(10), Some(&kept))
        .await
        .unwrap();
    assert_eq!(calls(&deployment), ["TransactWriteItems"]);
    let active = next(&new, ClientState::Active);
    clients
        .activate(&active, new.revision, Some(&kept.id))
        .await
        .unwrap();
    assert_eq!(calls(&deployment), ["TransactWriteItems"]);
    let changed = next(&active, ClientState::Active);
    clients
        .replace(&changed, active.revision, None)
        .await
        .unwrap();
    assert_eq!(calls(&deployment), ["UpdateItem"]);
    let secret = &changed.secrets[0].id;
    clients.record_use(&changed.id, secret, NOW).await.unwrap();
    assert_eq!(calls(&deployment), ["UpdateItem"]);
    let restorable_until = NOW;
    let deleted = next(
        &changed,
        ClientState::Deleted {
            restorable_until,
            was_disabled: false,
        },
    );
    clients
        .delete(&deleted, changed.revision, NOW)
        .await
        .unwrap();
    assert_eq!(calls(&deployment), ["TransactWriteItems"]);
    clients.remove_note(&changed.id, None).await.unwrap();
    assert_eq!(calls(&deployment), ["DeleteItem"]);
}

#[tokio::test]
async fn a_list_costs_the_same_at_any_depth() {
    let deployment = Deployment::start().await;
    for number in 0..120 {
        deployment.create(&format!("client-{number:03}")).await;
    }
    calls(&deployment);
    let ada = ListedBy::Owner(owner().id);
    for after in [
        None,
        Some(client_id("client-010")),
        Some(client_id("client-060")),
    ] {
        let list = deployment
            .stores
            .clients
            .list(&ada, false, after.as_ref(), 51);
        assert_eq!(list.await.unwrap().len(), 51);
        assert_eq!(calls(&deployment), ["Query", "BatchGetItem"]);
    }
    let list = deployment.stores.clients.list(&ada, false, None, 101);
    assert_eq!(list.await.unwrap().len(), 101);
    assert_eq!(
        calls(&deployment),
        ["Query", "BatchGetItem", "BatchGetItem"]
    );
}

#[tokio::test]
async fn a_value_costs_one_call() {
    let deployment = Deployment::start().await;
    let values = &deployment.stores.values;
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    values.insert(&client, &secret.id, &value).await.unwrap();
    values.find(&client, &secret.id).await.unwrap();
    values.schedule_removal(&client).await.unwrap();
    let expected = ["CreateSecret", "GetSecretValue", "DeleteSecret"];
    assert_eq!(calls(&deployment), expected);
}

#[tokio::test]
async fn a_spent_name_costs_one_write() {
    let deployment = Deployment::start().await;
    let name = SpentName::of(&["test", "jti"]);
    let until = NOW + SignedDuration::from_mins(5);
    for expected in [Spending::First, Spending::Again] {
        let spent = deployment.stores.spent.spend(&name, until, NOW).await;
        assert_eq!(spent.unwrap(), expected);
        assert_eq!(calls(&deployment), ["PutItem"]);
    }
}

#[tokio::test]
async fn resource_servers_cost_one_read_and_their_changes_one_transaction() {
    let deployment = Deployment::start().await;
    let servers = &deployment.stores.resource_servers;
    servers.list().await.unwrap();
    let orders = resource_server("orders");
    servers.write(&orders, 0, None).await.unwrap();
    servers.remove(&orders.id, 1).await.unwrap();
    let expected = ["Query", "TransactWriteItems", "TransactWriteItems"];
    assert_eq!(calls(&deployment), expected);
}
