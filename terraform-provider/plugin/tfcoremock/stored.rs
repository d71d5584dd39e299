//! The form of values in files: `{"string": "x"}`, `{"list": [...]}`; what is null is left out.

use serde_json::{Map, Value as Json, json};
use tfplugin::{Block, BlockNesting, Object, Type, Value};

use crate::number;

/// Reads the attributes and blocks of an object; what is missing is null, or no blocks.
pub(crate) fn read_object(values: &Map<String, Json>, block: &Block) -> Result<Object, String> {
    let mut object = Object::new();
    for (name, attribute) in block.attributes() {
        let value = read(values.get(name), &attribute.value_type());
        object.insert(
            name.clone(),
            value.map_err(|reason| format!("{name}: {reason}"))?,
        );
    }
    for (name, nested) in block.blocks() {
        let set = nested.nesting() == BlockNesting::Set;
        let stored = values
            .get(name)
            .and_then(|json| json.get(if set { "set" } else { "list" }));
        let items = stored
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .map(|item| match item.get("object").and_then(Json::as_object) {
                Some(values) => read_object(values, nested.block()).map(Value::Object),
                None => Err(format!("{name}: a block is not an object")),
            });
        let items = items.collect::<Result<Vec<_>, String>>()?;
        object.insert(
            name.clone(),
            if set {
                Value::Set(items)
            } else {
                Value::List(items)
            },
        );
    }
    Ok(object)
}

/// Reads a value of a type.
pub(crate) fn read(json: Option<&Json>, ty: &Type) -> Result<Value, String> {
    let Some(Json::Object(holder)) = json else {
        return Ok(Value::Null);
    };
    let field = match ty {
        Type::Bool => "boolean",
        Type::Number => "number",
        Type::String => "string",
        Type::List(_) => "list",
        Type::Set(_) => "set",
        Type::Map(_) => "map",
        Type::Object(_) => "object",
        Type::Dynamic | Type::Tuple(_) => return Err("the type cannot be stored".to_owned()),
    };
    let wrong = || Err(format!("{field} holds something else"));
    match (ty, holder.get(field)) {
        (_, None | Some(Json::Null)) => Ok(Value::Null),
        (Type::Bool, Some(Json::Bool(value))) => Ok(Value::Bool(*value)),
        (Type::String, Some(Json::String(text))) => Ok(Value::String(text.clone())),
        (Type::Number, Some(Json::String(text))) => {
            text.parse().map(Value::Number).or_else(|_| wrong())
        }
        (Type::Number, Some(Json::Number(number))) => number
            .to_string()
            .parse()
            .map(Value::Number)
            .or_else(|_| wrong()),
        (Type::List(element), Some(Json::Array(items))) => items
            .iter()
            .map(|item| read(Some(item), element))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Type::Set(element), Some(Json::Array(items))) => items
            .iter()
            .map(|item| read(Some(item), element))
            .collect::<Result<_, _>>()
            .map(Value::Set),
        (Type::Map(element), Some(Json::Object(items))) => items
            .iter()
            .map(|(key, item)| Ok((key.clone(), read(Some(item), element)?)))
            .collect::<Result<_, String>>()
            .map(Value::Map),
        (Type::Object(attributes), Some(Json::Object(items))) => attributes
            .iter()
            .map(|(name, ty)| Ok((name.clone(), read(items.get(name), ty)?)))
            .collect::<Result<_, String>>()
            .map(Value::Object),
        _ => wrong(),
    }
}

/// Writes the attributes of an object.
pub(crate) fn write_object(object: &Object) -> Map<String, Json> {
    let present = object
        .iter()
        .filter(|(_, value)| !value.is_null() && !value.is_unknown());
    present
        .map(|(name, value)| (name.clone(), write(value)))
        .collect()
}

fn write(value: &Value) -> Json {
    let each = |items: &[Value]| items.iter().map(write).collect::<Vec<_>>();
    match value {
        Value::Bool(value) => json!({ "boolean": value }),
        Value::Number(number) => json!({ "number": number::scientific(number) }),
        Value::String(text) => json!({ "string": text }),
        Value::List(items) | Value::Tuple(items) => json!({ "list": each(items) }),
        Value::Set(items) => json!({ "set": each(items) }),
        Value::Map(items) => {
            let items: Map<_, _> = items
                .iter()
                .map(|(key, item)| (key.clone(), write(item)))
                .collect();
            json!({ "map": items })
        }
        Value::Object(object) => json!({ "object": write_object(object) }),
        Value::Null | Value::Unknown | Value::Dynamic(_) => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_file() {
        let ty = Type::object([
            ("n", Type::list(Type::Number)),
            ("s", Type::set(Type::String)),
            ("m", Type::map(Type::Bool)),
            ("nothing", Type::String),
        ]);
        let stored = json!({"object": {
            "n": {"list": [{"number": "9.87654321e+08"}, {"number": 2}]},
            "s": {"set": [{"string": "a"}]},
            "m": {"map": {"k": {"boolean": true}}},
        }});
        let value = read(Some(&stored), &ty).unwrap();
        assert_eq!(
            value.attribute("n"),
            &Value::List(vec![987_654_321.into(), 2.into()])
        );
        assert!(value.attribute("nothing").is_null());
        let written = write(&value);
        assert_eq!(read(Some(&written), &ty).unwrap(), value);
        assert_eq!(
            written["object"]["n"]["list"][0]["number"],
            "9.87654321e+08"
        );
    }
}
