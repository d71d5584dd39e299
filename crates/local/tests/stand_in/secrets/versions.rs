//! How long versions are kept, and their list.

use super::{create, put};
use crate::support::{Clients, token};

async fn count(client: &aws_sdk_secretsmanager::Client, deprecated: bool) -> usize {
    let list = client
        .list_secret_version_ids()
        .secret_id("one")
        .include_deprecated(deprecated);
    let pages: Result<Vec<_>, _> = list
        .into_paginator()
        .page_size(30)
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await;
    pages
        .unwrap()
        .iter()
        .map(|page| page.versions().len())
        .sum()
}

#[tokio::test]
async fn the_list_has_labelled_versions_and_others_if_asked() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put(&secrets, "one", "v2", &token("second")).await;
    put(&secrets, "one", "v3", &token("third")).await;
    assert_eq!(count(&secrets, false).await, 2);
    assert_eq!(count(&secrets, true).await, 3);
}

#[tokio::test]
async fn versions_over_a_hundred_go_once_they_are_a_day_old() {
    let (clients, clock) = Clients::with_clock();
    let secrets = clients.secrets;
    create(&secrets, "one", "v", &token("first")).await;
    let keep = secrets
        .update_secret_version_stage()
        .secret_id("one")
        .version_stage("KEEP");
    keep.move_to_version_id(token("first"))
        .send()
        .await
        .unwrap();
    for number in 0..119 {
        put(&secrets, "one", "v", &token(&format!("n{number}"))).await;
    }
    // All of today are kept, however many.
    assert_eq!(count(&secrets, true).await, 120);
    clock.advance_hours(25);
    put(&secrets, "one", "v", &token("last")).await;
    // The hundred most recent, and the one that has a label.
    assert_eq!(count(&secrets, true).await, 101);
    let kept = secrets
        .get_secret_value()
        .secret_id("one")
        .version_stage("KEEP")
        .send()
        .await;
    assert_eq!(kept.unwrap().version_id(), Some(token("first").as_str()));
}
