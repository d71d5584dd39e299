//! The ports on one DynamoDB table. `key.rs` says what lies where.

mod answers;
mod api_tokens;
mod attempts;
mod backoff;
mod client_store;
mod directory;
mod entries;
mod expression;
mod items;
mod key;
mod principal_writes;
mod principals_memory;
mod query;
mod quotas;
mod resource_server_store;
mod revocations;
mod spent_once;
mod survey;
mod table;
mod transaction;
mod update;

pub(crate) use answers::DynamoDbAnswers;
pub(crate) use api_tokens::DynamoDbApiTokens;
pub(crate) use attempts::DynamoDbAttempts;
pub(crate) use client_store::DynamoDbClientStore;
pub(crate) use directory::DynamoDbDirectory;
pub(crate) use items::EXPIRES_AT;
pub(crate) use key::{PARTITION_KEY, SORT_KEY};
pub(crate) use quotas::DynamoDbQuotas;
pub(crate) use resource_server_store::DynamoDbResourceServerStore;
pub(crate) use revocations::DynamoDbRevocations;
pub(crate) use spent_once::DynamoDbSpentOnce;
pub(crate) use table::Table;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;
