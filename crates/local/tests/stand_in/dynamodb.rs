//! DynamoDB.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};

use crate::support::Clients;

/// A client with the table `items`, whose keys are `pk` and `sk`.
pub(crate) async fn with_table(client: Client) -> Client {
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let text = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    client
        .create_table()
        .table_name("items")
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .attribute_definitions(text("pk"))
        .attribute_definitions(text("sk"))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
    client
}

#[tokio::test]
async fn a_put_item_is_read_back() {
    let client = with_table(Clients::in_memory().dynamodb).await;
    let text = |value: &str| AttributeValue::S(value.to_owned());
    client
        .put_item()
        .table_name("items")
        .item("pk", text("a"))
        .item("sk", text("1"))
        .item("v", text("value"))
        .send()
        .await
        .unwrap();
    let got = client
        .get_item()
        .table_name("items")
        .key("pk", text("a"))
        .key("sk", text("1"))
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    assert_eq!(got.item().unwrap()["v"], text("value"));
}
