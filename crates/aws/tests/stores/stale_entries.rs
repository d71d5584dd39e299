//! A list is read in two steps, and a client may move or go in between.

use aws_sdk_dynamodb::types::AttributeValue;
use m2m_core::ports::ListedBy;
use m2m_testkit::builders::{client_ids, owner};

use crate::support::{Deployment, config};

/// Writes an entry into a list of `local|ada` behind the ports' back.
async fn put_entry(deployment: &Deployment, sk: &str) {
    deployment
        .dynamodb
        .put_item()
        .table_name(config().table)
        .item("pk", AttributeValue::S("OWNER#local|ada".to_owned()))
        .item("sk", AttributeValue::S(sk.to_owned()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn what_moved_is_left_out_and_the_page_stays_full() {
    let deployment = Deployment::start().await;
    for name in ["b", "d", "f"] {
        deployment.create(name).await;
    }
    // As if it had been read as an entry before the delete of `c` and before `a` and `e` went.
    let moved = deployment.create("c").await;
    deployment.delete(&moved).await;
    for gone in ["a", "c", "e"] {
        put_entry(&deployment, &format!("CLIENT#m2m_{gone}")).await;
    }
    let clients = &deployment.stores.clients;
    let ada = ListedBy::Owner(owner().id);
    for (limit, expected) in [
        (1, client_ids(["b"])),
        (2, client_ids(["b", "d"])),
        (3, client_ids(["b", "d", "f"])),
        (9, client_ids(["b", "d", "f"])),
    ] {
        let list = clients.list(&ada, false, None, limit).await.unwrap();
        let ids: Vec<_> = list.into_iter().map(|client| client.id).collect();
        assert_eq!(ids, expected, "{limit}");
    }
    let list = clients.list(&ada, true, None, 9).await.unwrap();
    assert_eq!(list.len(), 1);
}

#[tokio::test]
async fn an_entry_that_is_no_client_s_is_a_failure() {
    let deployment = Deployment::start().await;
    put_entry(&deployment, "CLIENT#a b").await;
    let ada = ListedBy::Owner(owner().id);
    let clients = &deployment.stores.clients;
    assert!(clients.list(&ada, false, None, 9).await.is_err());
}
