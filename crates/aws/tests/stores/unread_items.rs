//! DynamoDB may leave items of a batch unread. They are asked for again, and never taken for absent.

use m2m_core::ports::ListedBy;
use m2m_testkit::builders::{client_id, client_ids, organization, owner};

use crate::meddler::{Meddler, Meddling};
use crate::support::Deployment;

async fn deployment() -> (Deployment, Meddler) {
    let meddler = Meddler::new("BatchGetItem", Meddling::LeaveOneUnread);
    let deployment = Deployment::behind(|inner| meddler.around(inner)).await;
    (deployment, meddler)
}

#[tokio::test(start_paused = true)]
async fn unread_items_are_asked_for_again() {
    let (deployment, meddler) = deployment().await;
    let (ada, acme) = (owner(), organization());
    let directory = &deployment.stores.directory;
    directory.insert_principals(&ada, &acme).await.unwrap();
    let present = deployment.create("payments").await;
    deployment.client("payments").await;
    deployment.faults.clear();
    meddler.next(2);
    let found = directory.find_client(&present.id).await.unwrap();
    assert_eq!(found.client, Some(present));
    let principals = found.principals.unwrap();
    assert_eq!(principals.owner, Some(ada));
    assert_eq!(principals.organization, Some(acme));
    assert_eq!(deployment.faults.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_stays_unread_is_a_failure() {
    let (deployment, meddler) = deployment().await;
    deployment.create("payments").await;
    meddler.next(usize::MAX);
    let (ada, acme) = (owner().id, organization().id);
    let directory = &deployment.stores.directory;
    for name in ["payments", "nobody"] {
        assert!(directory.find_client(&client_id(name)).await.is_err());
    }
    assert!(directory.find_principals(&ada, &acme).await.is_err());
    let of = ListedBy::Owner(ada);
    let list = deployment.stores.clients.list(&of, false, None, 10);
    assert!(list.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn lists_are_complete_and_in_order_all_the_same() {
    let (deployment, meddler) = deployment().await;
    for name in ["c", "a", "b"] {
        deployment.create(name).await;
    }
    meddler.next(2);
    let ada = ListedBy::Owner(owner().id);
    let list = deployment.stores.clients.list(&ada, false, None, 10);
    let ids: Vec<_> = list
        .await
        .unwrap()
        .into_iter()
        .map(|client| client.id)
        .collect();
    assert_eq!(ids, client_ids(["a", "b", "c"]));
}
