//! DynamoDB.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, KeySchemaElement, KeyType,
    KeysAndAttributes, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, ScalarAttributeType,
    TimeToLiveSpecification, TimeToLiveStatus, TransactWriteItem,
};

use crate::support::{Clients, TestClock};

/// Makes the table `items`, whose keys are `pk` and `sk`.
pub(crate) async fn create_table(client: &Client) {
    let mut create = client.create_table().table_name("items");
    for (name, key) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(key)
            .build();
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build();
        create = create
            .key_schema(key.unwrap())
            .attribute_definitions(attribute.unwrap());
    }
    create
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn key(pk: &str, sk: &str) -> HashMap<String, AttributeValue> {
    [("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))].into()
}

fn item(pk: &str, sk: &str, value: &str) -> HashMap<String, AttributeValue> {
    let mut item = key(pk, sk);
    item.insert("value".to_owned(), text(value));
    item
}

pub(crate) async fn put(client: &Client, pk: &str, sk: &str, value: &str) {
    let put = client
        .put_item()
        .table_name("items")
        .set_item(Some(item(pk, sk, value)));
    put.send().await.unwrap();
}

/// The `value` of an item.
pub(crate) async fn get(client: &Client, pk: &str, sk: &str) -> Option<String> {
    let get = client
        .get_item()
        .table_name("items")
        .set_key(Some(key(pk, sk)));
    let got = get.consistent_read(true).send().await.unwrap();
    Some(got.item()?["value"].as_s().unwrap().clone())
}

async fn in_memory() -> Client {
    let client = Clients::in_memory().dynamodb;
    create_table(&client).await;
    client
}

#[tokio::test]
async fn a_put_item_is_read_back() {
    let client = in_memory().await;
    put(&client, "a", "1", "value").await;
    assert_eq!(get(&client, "a", "1").await.as_deref(), Some("value"));
    assert_eq!(get(&client, "a", "2").await, None);
}

#[tokio::test]
async fn a_failed_condition_is_typed_and_shows_the_item_if_asked() {
    let client = in_memory().await;
    put(&client, "a", "1", "old").await;
    let put = client
        .put_item()
        .table_name("items")
        .set_item(Some(item("a", "1", "new")))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let error = put.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
        failed,
    ) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(failed.item().unwrap()["value"], text("old"));
    assert_eq!(get(&client, "a", "1").await.as_deref(), Some("old"));
}

#[tokio::test]
async fn an_update_counts_and_returns_the_new_item() {
    let client = in_memory().await;
    for expected in ["1", "2"] {
        let update = client
            .update_item()
            .table_name("items")
            .set_key(Some(key("a", "1")))
            .update_expression("ADD tally :one")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::AllNew);
        let updated = update.send().await.unwrap();
        assert_eq!(
            updated.attributes().unwrap()["tally"],
            AttributeValue::N(expected.to_owned())
        );
    }
}

fn transact_put(sk: &str, value: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("items")
        .set_item(Some(item("a", sk, value)))
        .condition_expression("attribute_not_exists(pk)");
    TransactWriteItem::builder()
        .put(put.build().unwrap())
        .build()
}

fn transact_check(sk: &str) -> TransactWriteItem {
    let check = ConditionCheck::builder()
        .table_name("items")
        .set_key(Some(key("a", sk)))
        .condition_expression("attribute_exists(pk)");
    TransactWriteItem::builder()
        .condition_check(check.build().unwrap())
        .build()
}

#[tokio::test]
async fn a_cancelled_transaction_gives_a_reason_for_each_item_and_writes_none() {
    let client = in_memory().await;
    put(&client, "a", "1", "old").await;
    let items = vec![
        transact_put("0", "new"),
        transact_put("1", "new"),
        transact_check("2"),
    ];
    let write = client
        .transact_write_items()
        .set_transact_items(Some(items));
    let error = write.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError
        ::TransactionCanceledException(cancelled) = error
    else {
        panic!("{error:?}");
    };
    let codes: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap())
        .collect();
    assert_eq!(
        codes,
        ["None", "ConditionalCheckFailed", "ConditionalCheckFailed"]
    );
    assert_eq!(get(&client, "a", "0").await, None);
}

#[tokio::test]
async fn a_repeated_transaction_token_does_nothing_and_succeeds() {
    let client = in_memory().await;
    let write = |value: &str| {
        let items = vec![transact_put("1", value)];
        let write = client
            .transact_write_items()
            .set_transact_items(Some(items));
        write.client_request_token("one-token").send()
    };
    write("new").await.unwrap();
    // Its condition would fail now.
    write("new").await.unwrap();
    let other = write("other").await.unwrap_err().into_service_error();
    assert!(other.is_idempotent_parameter_mismatch_exception());
}

#[tokio::test]
async fn a_query_comes_in_pages_and_in_order() {
    let client = in_memory().await;
    for sk in ["x#3", "x#1", "y#1", "x#2"] {
        put(&client, "a", sk, sk).await;
    }
    put(&client, "b", "x#9", "").await;
    let pages = client
        .query()
        .table_name("items")
        .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
        .expression_attribute_values(":pk", text("a"))
        .expression_attribute_values(":prefix", text("x#"))
        .consistent_read(true)
        .limit(2)
        .into_paginator()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .unwrap();
    let keys: Vec<_> = pages
        .iter()
        .flat_map(|page| page.items())
        .map(|item| &item["sk"])
        .collect();
    assert_eq!(keys, [&text("x#1"), &text("x#2"), &text("x#3")]);
    assert_eq!(pages[0].items().len(), 2);
}

#[tokio::test]
async fn a_batch_get_returns_what_exists() {
    let client = in_memory().await;
    put(&client, "a", "1", "one").await;
    put(&client, "b", "2", "two").await;
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(vec![key("a", "1"), key("b", "2"), key("c", "3")]))
        .consistent_read(true);
    let get = client
        .batch_get_item()
        .request_items("items", keys.build().unwrap());
    let got = get.send().await.unwrap();
    let mut values: Vec<_> = got.responses().unwrap()["items"]
        .iter()
        .map(|item| item["value"].clone())
        .collect();
    values.sort_by_key(|value| format!("{value:?}"));
    assert_eq!(values, [text("one"), text("two")]);
    assert!(got.unprocessed_keys().unwrap().is_empty());
}

async fn switch_ttl_on(client: &Client) {
    let specification = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name("ttl");
    let update = client.update_time_to_live().table_name("items");
    update
        .time_to_live_specification(specification.build().unwrap())
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn time_to_live_can_be_switched_on_and_is_described() {
    let client = in_memory().await;
    switch_ttl_on(&client).await;
    let described = client
        .describe_time_to_live()
        .table_name("items")
        .send()
        .await
        .unwrap();
    let described = described.time_to_live_description().unwrap();
    assert_eq!(described.attribute_name(), Some("ttl"));
    assert_eq!(
        described.time_to_live_status(),
        Some(&TimeToLiveStatus::Enabled)
    );
}

#[tokio::test]
async fn expired_items_stay_until_they_are_removed() {
    let (stand_in, clock) = TestClock::stand_in();
    let client = Clients::of(&stand_in).dynamodb;
    create_table(&client).await;
    switch_ttl_on(&client).await;
    for (sk, after) in [("1", 1800), ("2", 2 * 3600)] {
        let mut item = item("a", sk, "value");
        let ends = (TestClock::START + after).to_string();
        item.insert("ttl".to_owned(), AttributeValue::N(ends));
        client
            .put_item()
            .table_name("items")
            .set_item(Some(item))
            .send()
            .await
            .unwrap();
    }
    assert_eq!(stand_in.remove_expired_items().unwrap(), 0);
    clock.advance_hours(1);
    assert!(get(&client, "a", "1").await.is_some());
    assert_eq!(stand_in.remove_expired_items().unwrap(), 1);
    assert!(get(&client, "a", "1").await.is_none());
    assert!(get(&client, "a", "2").await.is_some());
}

#[tokio::test]
async fn errors_are_typed_and_unknown_operations_named() {
    let client = in_memory().await;
    let get = client
        .get_item()
        .table_name("absent")
        .set_key(Some(key("a", "1")));
    let error = get.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    let create = client.get_item().table_name("items").key("pk", text("a"));
    assert_eq!(
        create.send().await.unwrap_err().code(),
        Some("ValidationException")
    );
    let number = AttributeValue::N("9".repeat(39));
    let put = client
        .put_item()
        .table_name("items")
        .set_item(Some(item("a", "1", "")));
    let error = put.item("number", number).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    assert!(
        error
            .message()
            .unwrap()
            .ends_with("more than 38 significant digits in a Number")
    );
    let error = client.describe_limits().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert!(error.message().unwrap().contains("DescribeLimits"));
}

#[tokio::test]
async fn one_of_many_racing_conditional_writes_wins() {
    let directory = tempfile::tempdir().unwrap();
    let client = Clients::on(directory.path()).dynamodb;
    create_table(&client).await;
    let writers = (0..16).map(|number: usize| {
        let put = client
            .put_item()
            .table_name("items")
            .set_item(Some(item("a", "1", &number.to_string())))
            .condition_expression("attribute_not_exists(pk)");
        tokio::spawn(put.send())
    });
    let mut won = 0;
    for writer in writers.collect::<Vec<_>>() {
        won += usize::from(writer.await.unwrap().is_ok());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_read_sees_every_write_acknowledged_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let client = Clients::on(directory.path()).dynamodb;
    create_table(&client).await;
    for number in 0..50 {
        put(&client, "a", "1", &number.to_string()).await;
        assert_eq!(get(&client, "a", "1").await, Some(number.to_string()));
    }
}

#[tokio::test]
async fn a_table_made_anew_is_read_by_its_new_keys() {
    let directory = tempfile::tempdir().unwrap();
    let client = Clients::on(directory.path()).dynamodb;
    create_table(&client).await;
    put(&client, "a", "1", "value").await;
    assert!(get(&client, "a", "1").await.is_some());
    client
        .delete_table()
        .table_name("items")
        .send()
        .await
        .unwrap();
    create_table(&client).await;
    assert_eq!(get(&client, "a", "1").await, None);
    put(&client, "a", "1", "new").await;
    assert_eq!(get(&client, "a", "1").await.as_deref(), Some("new"));
}
