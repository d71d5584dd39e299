//! Changes of one item.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use m2m_core::ports::StoreError;

use super::expression::Expression;
use super::key::Key;
use super::{Item, Table};

/// What became of an update.
pub(super) enum Updated {
    /// It is written.
    Written,
    /// The condition did not hold for what is there.
    Refused(Option<Item>),
}

impl Table {
    /// Changes one item. A conflict with a transaction passes, so it is tried again; the SDK does not.
    pub(super) async fn update(
        &self,
        what: &str,
        key: Key,
        expression: Expression,
    ) -> Result<Updated, StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.into_item()))
            .set_expression_attribute_names(expression.names())
            .set_expression_attribute_values(expression.values())
            .set_update_expression(expression.update)
            .set_condition_expression(expression.condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut backoff = self.backoff(what);
        loop {
            let Err(error) = request.clone().send().await else {
                return Ok(Updated::Written);
            };
            match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    return Ok(Updated::Refused(refused.item.clone()));
                }
                Some(conflict @ UpdateItemError::TransactionConflictException(_)) => {
                    backoff.pause(conflict.to_string()).await?;
                }
                _ => return Err(self.failed(what, "UpdateItem", &error)),
            }
        }
    }
}

/// Whether every attribute that was to be written is there already.
pub(super) fn has_all(there: Option<&Item>, wanted: &Item) -> bool {
    there.is_some_and(|there| {
        wanted
            .iter()
            .all(|(name, value)| there.get(name) == Some(value))
    })
}
