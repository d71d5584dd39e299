//! Making the table where no infrastructure code does: on a laptop and in tests.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};
use aws_smithy_types::error::operation::BuildError;
use aws_types::SdkConfig;
use m2m_core::ports::StoreError;

use crate::config::StoresConfig;
use crate::dynamodb::{EXPIRES_AT, PARTITION_KEY, SORT_KEY};
use crate::failure::failed;

/// Makes the table unless it exists, paid per request, with its expiry.
///
/// # Errors
/// DynamoDB refused.
pub async fn create_table_if_missing(
    sdk: &SdkConfig,
    config: &StoresConfig,
) -> Result<(), StoreError> {
    let client = Client::new(sdk);
    create(&client, &config.table).await?;
    expire(&client, &config.table).await
}

async fn create(client: &Client, table: &str) -> Result<(), StoreError> {
    let what = "make the table";
    let mut request = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [(PARTITION_KEY, KeyType::Hash), (SORT_KEY, KeyType::Range)] {
        let (definition, key) = attribute(name, kind).map_err(|error| failed(what, &error))?;
        request = request.attribute_definitions(definition).key_schema(key);
    }
    match request.send().await {
        Ok(_) => Ok(()),
        Err(error) => match error.as_service_error() {
            Some(refused) if refused.is_resource_in_use_exception() => Ok(()),
            _ => Err(failed(what, &error)),
        },
    }
}

fn attribute(
    name: &str,
    kind: KeyType,
) -> Result<(AttributeDefinition, KeySchemaElement), BuildError> {
    let definition = AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::S)
        .build()?;
    let key = KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(kind)
        .build()?;
    Ok((definition, key))
}

/// Switches the expiry on unless it is.
async fn expire(client: &Client, table: &str) -> Result<(), StoreError> {
    let what = "let the table's items expire";
    let described = client
        .describe_time_to_live()
        .table_name(table)
        .send()
        .await
        .map_err(|error| failed(what, &error))?;
    let known = described.time_to_live_description();
    if known.and_then(|known| known.attribute_name()) == Some(EXPIRES_AT) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(EXPIRES_AT)
        .enabled(true)
        .build()
        .map_err(|error| failed(what, &error))?;
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(specification)
        .send()
        .await
        .map_err(|error| failed(what, &error))?;
    Ok(())
}
