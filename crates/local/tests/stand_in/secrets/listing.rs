//! Lists of secrets.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SortOrderType, Tag};

use super::create;
use crate::support::{Clients, token};

async fn with_secrets(names: &[&str]) -> Client {
    let secrets = Clients::in_memory().secrets;
    for name in names {
        create(&secrets, name, "value", &token("first")).await;
    }
    secrets
}

fn filter(key: FilterNameStringType, values: &[&str]) -> Filter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Filter::builder().key(key).set_values(Some(values)).build()
}

async fn names(client: &Client, filters: Vec<Filter>) -> Vec<String> {
    let list = client
        .list_secrets()
        .set_filters(Some(filters))
        .sort_order(SortOrderType::Asc);
    let listed = list.send().await.unwrap();
    listed
        .secret_list()
        .iter()
        .map(|secret| secret.name().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_hold_every_secret_once_in_the_order_of_creation() {
    let secrets = with_secrets(&["a", "b", "c", "d", "e"]).await;
    let list = secrets.list_secrets().sort_order(SortOrderType::Asc);
    let pages = list
        .into_paginator()
        .page_size(2)
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await;
    let pages = pages.unwrap();
    let sizes: Vec<usize> = pages.iter().map(|page| page.secret_list().len()).collect();
    assert_eq!(sizes, [2, 2, 1]);
    let names: Vec<_> = pages.iter().flat_map(|page| page.secret_list()).collect();
    let names: Vec<_> = names.iter().map(|secret| secret.name().unwrap()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn the_newest_secret_comes_first_unless_asked_otherwise() {
    let secrets = with_secrets(&["a", "b"]).await;
    let listed = secrets.list_secrets().send().await.unwrap();
    assert_eq!(listed.secret_list()[0].name(), Some("b"));
}

#[tokio::test]
async fn a_page_of_another_list_is_refused() {
    let secrets = with_secrets(&["a"]).await;
    for forged in ["x", "after:x", "after:99"] {
        let error = secrets
            .list_secrets()
            .next_token(forged)
            .send()
            .await
            .unwrap_err();
        assert!(
            error.into_service_error().is_invalid_next_token_exception(),
            "{forged}"
        );
    }
    let error = secrets
        .list_secrets()
        .max_results(101)
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_invalid_parameter_exception());
}

#[tokio::test]
async fn names_are_filtered_by_prefix_in_their_case() {
    let secrets = with_secrets(&["app/one", "app/two", "App/three", "other/app/"]).await;
    let by = |values: &[&str]| vec![filter(FilterNameStringType::Name, values)];
    assert_eq!(names(&secrets, by(&["app/"])).await, ["app/one", "app/two"]);
    assert_eq!(
        names(&secrets, by(&["app/t", "App"])).await,
        ["app/two", "App/three"]
    );
    assert_eq!(
        names(&secrets, by(&["!app/"])).await,
        ["App/three", "other/app/"]
    );
    let both = [by(&["app/"]), by(&["!app/one"])].concat();
    assert_eq!(names(&secrets, both).await, ["app/two"]);
}

#[tokio::test]
async fn tags_and_descriptions_are_filtered_too() {
    let secrets = with_secrets(&["plain"]).await;
    let tag = Tag::builder().key("client").value("m2m_1").build();
    let create = secrets
        .create_secret()
        .name("tagged")
        .description("Of the Client")
        .tags(tag);
    create.send().await.unwrap();
    let filters = [
        filter(FilterNameStringType::TagKey, &["cli"]),
        filter(FilterNameStringType::TagValue, &["m2m_"]),
        filter(FilterNameStringType::Description, &["of the"]),
        filter(FilterNameStringType::All, &["CLIENT tag"]),
    ];
    for filter in filters {
        assert_eq!(
            names(&secrets, vec![filter.clone()]).await,
            ["tagged"],
            "{filter:?}"
        );
    }
    assert!(
        names(
            &secrets,
            vec![filter(FilterNameStringType::TagKey, &["Cli"])]
        )
        .await
        .is_empty()
    );
}

#[tokio::test]
async fn deleted_secrets_are_listed_only_if_asked_for() {
    let secrets = with_secrets(&["a", "b"]).await;
    secrets.delete_secret().secret_id("a").send().await.unwrap();
    assert_eq!(names(&secrets, Vec::new()).await, ["b"]);
    let all = secrets
        .list_secrets()
        .include_planned_deletion(true)
        .send()
        .await
        .unwrap();
    let deleted: Vec<_> = all
        .secret_list()
        .iter()
        .filter(|secret| secret.deleted_date().is_some())
        .collect();
    assert_eq!((all.secret_list().len(), deleted[0].name()), (2, Some("a")));
}

#[tokio::test]
async fn an_entry_tells_what_a_description_tells() {
    let secrets = with_secrets(&["a"]).await;
    let listed = secrets.list_secrets().send().await.unwrap();
    let entry = &listed.secret_list()[0];
    let described = secrets
        .describe_secret()
        .secret_id("a")
        .send()
        .await
        .unwrap();
    assert_eq!(entry.arn(), described.arn());
    assert_eq!(entry.created_date(), described.created_date());
    assert_eq!(
        entry.secret_versions_to_stages(),
        described.version_ids_to_stages()
    );
}
