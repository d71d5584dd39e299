//! Spending names, each by one conditional write.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use m2m_core::ports::{Spending, SpentName, SpentOnce, StoreError};

use super::Table;
use super::expression::{Expression, number};
use super::items::spent;
use crate::deadline::within_deadline;

/// Spent names in the table.
pub(crate) struct DynamoDbSpentOnce {
    table: Table,
}

impl DynamoDbSpentOnce {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }
}

#[async_trait]
impl SpentOnce for DynamoDbSpentOnce {
    async fn spend(
        &self,
        name: &SpentName,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        within_deadline(
            "spend a name",
            self.table.store(),
            self.table.spend(name, until, now),
        )
        .await
    }
}

impl Table {
    /// The item says who wrote it, so that a repetition by the SDK after a lost answer finds out that it was the first.
    async fn spend(
        &self,
        name: &SpentName,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        let by: [u8; 16] = self.random.bytes();
        let condition = Expression::when("attribute_not_exists(pk) OR expires_at < :now")
            .value(":now", number(now.as_second()));
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(spent::to_item(name, by, until)?))
            .set_condition_expression(condition.condition.clone())
            .set_expression_attribute_values(condition.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(error) = put else {
            return Ok(Spending::First);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                let there = refused.item().and_then(|item| item.get(spent::BY));
                let is_ours =
                    there.is_some_and(|there| *there == AttributeValue::B(by.to_vec().into()));
                Ok(if is_ours {
                    Spending::First
                } else {
                    Spending::Again
                })
            }
            _ => Err(self.failed("spend a name", "PutItem", &error)),
        }
    }
}
