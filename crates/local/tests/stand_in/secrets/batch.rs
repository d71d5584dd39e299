//! Many values at once.

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};

use super::create;
use crate::support::{Clients, token};

#[tokio::test]
async fn a_batch_tells_for_each_secret_what_is_wrong_with_it() {
    let secrets = Clients::in_memory().secrets;
    for name in ["one", "two", "deleted"] {
        create(&secrets, name, name, &token("first")).await;
    }
    secrets.create_secret().name("empty").send().await.unwrap();
    secrets
        .delete_secret()
        .secret_id("deleted")
        .send()
        .await
        .unwrap();
    let ids = ["one", "absent", "deleted", "two", "empty"]
        .map(str::to_owned)
        .to_vec();
    let batch = secrets
        .batch_get_secret_value()
        .set_secret_id_list(Some(ids))
        .send()
        .await;
    let batch = batch.unwrap();
    let values: Vec<_> = batch
        .secret_values()
        .iter()
        .map(|entry| entry.secret_string().unwrap())
        .collect();
    assert_eq!(values, ["one", "two"]);
    let errors: Vec<_> = batch
        .errors()
        .iter()
        .map(|error| (error.secret_id().unwrap(), error.error_code().unwrap()))
        .collect();
    let expected = [
        ("absent", "ResourceNotFoundException"),
        ("deleted", "InvalidRequestException"),
        ("empty", "ResourceNotFoundException"),
    ];
    assert_eq!(errors, expected);
}

#[tokio::test]
async fn a_filtered_batch_comes_in_pages() {
    let secrets = Clients::in_memory().secrets;
    for name in ["app/1", "app/2", "app/3", "other"] {
        create(&secrets, name, name, &token("first")).await;
    }
    let filter = Filter::builder()
        .key(FilterNameStringType::Name)
        .values("app/")
        .build();
    let batch = secrets
        .batch_get_secret_value()
        .filters(filter)
        .into_paginator()
        .page_size(2);
    let pages = batch.send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let sizes: Vec<_> = pages
        .iter()
        .map(|page| page.secret_values().len())
        .collect();
    assert_eq!(sizes, [2, 1]);
}

#[tokio::test]
async fn a_batch_is_by_names_or_by_filters_and_has_at_most_20() {
    let secrets = Clients::in_memory().secrets;
    let ids = |count: usize| Some((0..count).map(|number| number.to_string()).collect());
    let filter = Filter::builder()
        .key(FilterNameStringType::Name)
        .values("app/")
        .build();
    let batch = || secrets.batch_get_secret_value();
    for call in [
        batch(),
        batch().set_secret_id_list(ids(21)),
        batch().set_secret_id_list(ids(1)).filters(filter),
    ] {
        let error = call.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_exception());
    }
    let full = batch().set_secret_id_list(ids(20)).send().await.unwrap();
    assert_eq!(full.errors().len(), 20);
}
