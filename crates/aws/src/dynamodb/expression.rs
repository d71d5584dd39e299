//! Expressions with their names and values.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use m2m_core::client::Revision;

use super::{Item, PARTITION_KEY, SORT_KEY};

/// An update or a condition, or both, with the names and values they speak of.
#[derive(Debug, Clone, Default)]
pub(super) struct Expression {
    pub(super) update: Option<String>,
    pub(super) condition: Option<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl Expression {
    /// A condition on what is there.
    pub(super) fn when(condition: impl Into<String>) -> Self {
        Self::default().and_when(condition)
    }

    /// A condition on a new item's place.
    pub(super) fn when_absent() -> Self {
        Self::when("attribute_not_exists(pk)")
    }

    /// A change of what is there.
    pub(super) fn update(update: impl Into<String>) -> Self {
        Self {
            update: Some(update.into()),
            ..Self::default()
        }
    }

    /// Sets every attribute of the item, so that nothing of what they were remains; attributes that
    /// the item lacks stay.
    pub(super) fn set_all(item: &Item) -> Self {
        let attributes = attributes(item);
        let assignments: Vec<_> = attributes
            .iter()
            .map(|(name, _)| format!("#{name} = :{name}"))
            .collect();
        attributes.into_iter().fold(
            Self::update(format!("SET {}", assignments.join(", "))),
            |expression, (name, value)| {
                expression
                    .name(&format!("#{name}"), name)
                    .value(&format!(":{name}"), value.clone())
            },
        )
    }

    /// A further clause of the update, such as `REMOVE …`.
    pub(super) fn and_update(mut self, clause: &str) -> Self {
        let update = self.update.take().unwrap_or_default();
        self.update = Some(format!("{update} {clause}"));
        self
    }

    /// The condition that goes with the update.
    pub(super) fn and_when(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// The condition that nobody changed the client meanwhile.
    pub(super) fn at_revision(self, expected: Revision) -> Self {
        self.and_when("revision = :expected")
            .value(":expected", number(expected.0))
    }

    /// The condition that what [`Expression::set_all`] changes still is this item; none: that there is
    /// none yet.
    pub(super) fn when_still(self, expected: Option<&Item>) -> Self {
        let Some(expected) = expected else {
            return self.and_when("attribute_not_exists(pk)");
        };
        let attributes = attributes(expected);
        let equal: Vec<_> = attributes
            .iter()
            .map(|(name, _)| format!("#{name} = :was_{name}"))
            .collect();
        let expression = self.and_when(equal.join(" AND "));
        attributes
            .into_iter()
            .fold(expression, |expression, (name, value)| {
                expression.value(&format!(":was_{name}"), value.clone())
            })
    }

    pub(super) fn name(mut self, placeholder: &str, attribute: &str) -> Self {
        self.names
            .insert(placeholder.to_owned(), attribute.to_owned());
        self
    }

    pub(super) fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    /// DynamoDB refuses empty maps.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// DynamoDB refuses empty maps.
    pub(super) fn values(&self) -> Option<Item> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

/// What an item has beside its key, in order.
fn attributes(item: &Item) -> Vec<(&String, &AttributeValue)> {
    let mut attributes: Vec<_> = item
        .iter()
        .filter(|(name, _)| *name != PARTITION_KEY && *name != SORT_KEY)
        .collect();
    attributes.sort_by_key(|(name, _)| *name);
    attributes
}

/// A number as DynamoDB has it.
pub(super) fn number(number: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A text as DynamoDB has it.
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}
