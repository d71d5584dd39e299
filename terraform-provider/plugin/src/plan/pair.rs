//! Which element of a set an element of another set comes from.

use crate::value::Value;

/// The configured element that `planned` was proposed from: the same wherever it says anything.
pub(super) fn partner_in_config<'a>(planned: &Value, config: &'a Value) -> Option<&'a Value> {
    let items = config.as_elements()?;
    items
        .iter()
        .find(|item| *item == planned)
        .or_else(|| items.iter().find(|item| agrees(item, planned)))
}

/// The stored element that `planned` still is.
pub(super) fn partner_in_prior<'a>(planned: &Value, prior: &'a Value) -> Option<&'a Value> {
    prior.as_elements()?.iter().find(|item| *item == planned)
}

/// True if `planned` holds all that `config` says.
fn agrees(config: &Value, planned: &Value) -> bool {
    match (config, planned) {
        (Value::Null, _) => true,
        (Value::Object(config), Value::Object(planned)) => config
            .iter()
            .all(|(name, value)| agrees(value, planned.get(name).unwrap_or(&Value::Null))),
        (Value::List(config), Value::List(planned)) => {
            config.len() == planned.len()
                && config
                    .iter()
                    .zip(planned)
                    .all(|(config, planned)| agrees(config, planned))
        }
        (Value::Set(config), Value::Set(planned)) => {
            config.len() == planned.len()
                && config
                    .iter()
                    .all(|config| planned.iter().any(|planned| agrees(config, planned)))
        }
        (Value::Map(config), Value::Map(planned)) => {
            config.len() == planned.len()
                && config.iter().all(|(key, value)| {
                    planned
                        .get(key)
                        .is_some_and(|planned| agrees(value, planned))
                })
        }
        _ => config == planned,
    }
}
