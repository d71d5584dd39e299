//! The JSON form of values: what lies in a state file, and Terraform's fallback on the wire.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{CodecError, Number, Object, Path, Type, Value};

type RawObject<'a> = BTreeMap<String, &'a RawValue>;

/// Reads `json` as a value of the type `ty`, leniently where states need it: an attribute that is
/// missing is null, one that the type does not have is dropped.
///
/// # Errors
/// If the text is not JSON or a value has another type.
pub(crate) fn decode(json: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let raw: &RawValue = serde_json::from_slice(json)
        .map_err(|error| CodecError::new(&Path::root(), format!("is not JSON: {error}")))?;
    read(raw, ty, &Path::root())
}

fn read(raw: &RawValue, ty: &Type, path: &Path) -> Result<Value, CodecError> {
    let text = raw.get();
    if text == "null" {
        return Ok(Value::Null);
    }
    let wrong = |_| CodecError::new(path, format!("is not a {}", super::msgpack::type_name(ty)));
    match ty {
        Type::Bool => scalar::<bool>(text).map(Value::Bool).map_err(wrong),
        Type::String => scalar::<String>(text).map(Value::String).map_err(wrong),
        Type::Number => {
            // A number may also stand as text, to keep its digits.
            let unquoted = scalar::<String>(text);
            let digits = unquoted.as_deref().unwrap_or(text);
            digits
                .parse::<Number>()
                .map(Value::Number)
                .map_err(|_| wrong(()))
        }
        Type::List(element) => items(text, element, path).map(Value::List),
        Type::Set(element) => items(text, element, path).map(Value::Set),
        Type::Tuple(types) => {
            let raws: Vec<&RawValue> = parse(text, path)?;
            if raws.len() != types.len() {
                return Err(CodecError::new(path, "has the wrong number of elements"));
            }
            let pairs = raws.iter().zip(types).enumerate();
            pairs
                .map(|(index, (raw, ty))| read(raw, ty, &path.index(index)))
                .collect::<Result<_, _>>()
                .map(Value::Tuple)
        }
        Type::Map(element) => {
            let raws: RawObject<'_> = parse(text, path)?;
            raws.into_iter()
                .map(|(key, raw)| Ok((key.clone(), read(raw, element, &path.key(key))?)))
                .collect::<Result<_, CodecError>>()
                .map(Value::Map)
        }
        Type::Object(attributes) => {
            let raws: RawObject<'_> = parse(text, path)?;
            attributes
                .iter()
                .map(|(name, ty)| {
                    let value = match raws.get(name) {
                        Some(raw) => read(raw, ty, &path.attribute(name))?,
                        None => Value::Null,
                    };
                    Ok((name.clone(), value))
                })
                .collect::<Result<Object, CodecError>>()
                .map(Value::Object)
        }
        Type::Dynamic => dynamic(text, path),
    }
}

/// A dynamic value stands as `{"type": …, "value": …}`.
fn dynamic(text: &str, path: &Path) -> Result<Value, CodecError> {
    let raws: RawObject<'_> = parse(text, path)?;
    let ty = raws
        .get("type")
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .and_then(|json| Type::from_json(&json))
        .ok_or_else(|| CodecError::new(path, "brings no readable type"))?;
    let value = match raws.get("value") {
        Some(raw) => read(raw, &ty, path)?,
        None => Value::Null,
    };
    Ok(Value::Dynamic(Box::new((ty, value))))
}

fn items(text: &str, element: &Type, path: &Path) -> Result<Vec<Value>, CodecError> {
    let raws: Vec<&RawValue> = parse(text, path)?;
    raws.iter()
        .enumerate()
        .map(|(index, raw)| read(raw, element, &path.index(index)))
        .collect()
}

fn scalar<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, ()> {
    serde_json::from_str(text).map_err(drop)
}

fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str, path: &Path) -> Result<T, CodecError> {
    serde_json::from_str(text).map_err(|_| CodecError::new(path, "has another type in the state"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let ty = Type::list(Type::Number);
        let value = decode(br#"[18446744073709551615, 3.14, "2.50", 7, 1e3]"#, &ty).unwrap();
        let texts: Vec<String> = value
            .as_elements()
            .unwrap()
            .iter()
            .map(|value| match value {
                Value::Number(number) => number.to_string(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(texts, ["18446744073709551615", "3.14", "2.5", "7", "1000"]);
    }

    #[test]
    fn a_missing_attribute_is_null_and_a_removed_one_is_dropped() {
        let ty = Type::object([("kept", Type::String), ("new", Type::Bool)]);
        let value = decode(br#"{"kept":"x","removed":[1,{"a":2}]}"#, &ty).unwrap();
        assert_eq!(value.attribute("kept"), &Value::from("x"));
        assert_eq!(value.as_object().unwrap().len(), 2);
        assert!(value.attribute("new").is_null());
    }

    #[test]
    fn another_type_is_an_error_with_its_path() {
        let ty = Type::object([("a", Type::list(Type::Bool))]);
        let error = decode(br#"{"a":[true,"x"]}"#, &ty).unwrap_err();
        assert_eq!(error.to_string(), "a[1]: is not a bool");
        assert!(decode(b"{", &ty).is_err());
    }

    #[test]
    fn a_dynamic_value_brings_its_type() {
        let value = decode(
            br#"{"type":["list","string"],"value":["a"]}"#,
            &Type::Dynamic,
        )
        .unwrap();
        let inner = (Type::list(Type::String), Value::List(vec!["a".into()]));
        assert_eq!(value, Value::Dynamic(Box::new(inner)));
    }
}
