//! What becomes of computed attributes: the value of their definition, or null.

use std::collections::BTreeMap;

use tfplugin::{Object, Value};

use crate::definition::{Attribute, Definition, Kind};
use crate::stored;

/// Gives every absent or unknown attribute of the object the value it is defined to get.
pub(crate) fn fill(definition: &Definition, object: &mut Object) -> Result<(), String> {
    fill_attributes(&definition.attributes, object)?;
    for (name, block) in &definition.blocks {
        let items = match object.get_mut(name) {
            Some(Value::List(items) | Value::Set(items)) => items,
            _ => continue,
        };
        for item in items {
            if let Value::Object(object) = item {
                fill(&block.body, object)?;
            }
        }
    }
    Ok(())
}

fn fill_attributes(
    attributes: &BTreeMap<String, Attribute>,
    object: &mut Object,
) -> Result<(), String> {
    for (name, attribute) in attributes {
        let value = object.entry(name.clone()).or_default();
        if value.is_null() || value.is_unknown() {
            *value = defined(attribute, name)?;
        }
        fill_value(attribute, value)?;
    }
    Ok(())
}

fn defined(attribute: &Attribute, name: &str) -> Result<Value, String> {
    let Some(json) = &attribute.value else {
        return Ok(Value::Null);
    };
    if !attribute.computed {
        return Err(format!(
            "the attribute {name} has a value but is not computed"
        ));
    }
    stored::read(Some(json), &crate::schema::value_type(attribute))
}

fn fill_value(attribute: &Attribute, value: &mut Value) -> Result<(), String> {
    match (&attribute.kind, value) {
        (Kind::List(element), Value::List(items)) | (Kind::Set(element), Value::Set(items)) => {
            items
                .iter_mut()
                .try_for_each(|item| fill_value(element, item))
        }
        (Kind::Map(element), Value::Map(items)) => items
            .values_mut()
            .try_for_each(|item| fill_value(element, item)),
        (Kind::Object(attributes), Value::Object(object)) => fill_attributes(attributes, object),
        _ => Ok(()),
    }
}
