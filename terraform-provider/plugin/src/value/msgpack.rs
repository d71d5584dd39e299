//! The MessagePack form of values, driven by the type.

use rmp::Marker;
use rmp::decode::{self, Bytes, RmpRead};
use rmp::encode;

use super::{CodecError, Number, Object, Path, Type, Value};

/// How deep values may nest: far beyond any schema, well within the stack.
const MAX_DEPTH: usize = 128;

/// Encodes `value` as the type `ty`.
///
/// # Errors
/// If the value is not of the type.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    write(&mut out, value, ty, &Path::root())?;
    Ok(out)
}

/// Decodes all of `bytes` as a value of the type `ty`.
///
/// # Errors
/// If the bytes are not exactly one value of the type.
pub(crate) fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let mut input = Bytes::new(bytes);
    let value = read(&mut input, ty, &Path::root(), 0)?;
    if !input.remaining_slice().is_empty() {
        return Err(CodecError::new(&Path::root(), "bytes after the value"));
    }
    Ok(value)
}

/// An unknown is an extension of one zero byte, which every reader takes for "any unknown".
const UNKNOWN: [u8; 3] = [0xd4, 0, 0];

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type, path: &Path) -> Result<(), CodecError> {
    let wrong = || CodecError::new(path, format!("{} is not a {}", kind(value), type_name(ty)));
    // Writing to a Vec cannot fail.
    let full = |_| CodecError::new(path, "could not be written");
    match (value, ty) {
        (Value::Unknown, _) => out.extend(UNKNOWN),
        (Value::Null, _) => encode::write_nil(out).map_err(|_| wrong())?,
        (Value::Bool(value), Type::Bool) => {
            encode::write_bool(out, *value).map_err(|_| wrong())?;
        }
        (Value::Number(number), Type::Number) => write_number(out, number).map_err(full)?,
        (Value::String(text), Type::String) => encode::write_str(out, text).map_err(full)?,
        (Value::List(items), Type::List(element)) | (Value::Set(items), Type::Set(element)) => {
            encode::write_array_len(out, length(items.len(), path)?).map_err(full)?;
            for (index, item) in items.iter().enumerate() {
                write(out, item, element, &path.index(index))?;
            }
        }
        (Value::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            encode::write_array_len(out, length(items.len(), path)?).map_err(full)?;
            for (index, (item, ty)) in items.iter().zip(types).enumerate() {
                write(out, item, ty, &path.index(index))?;
            }
        }
        (Value::Map(items), Type::Map(element)) => {
            encode::write_map_len(out, length(items.len(), path)?).map_err(full)?;
            for (key, item) in items {
                encode::write_str(out, key).map_err(full)?;
                write(out, item, element, &path.key(key))?;
            }
        }
        (Value::Object(object), Type::Object(attributes)) => {
            encode::write_map_len(out, length(attributes.len(), path)?).map_err(full)?;
            if let Some(name) = object.keys().find(|name| !attributes.contains_key(*name)) {
                return Err(CodecError::new(
                    path,
                    format!("no attribute is named {name:?}"),
                ));
            }
            for (name, ty) in attributes {
                encode::write_str(out, name).map_err(full)?;
                let item = object.get(name).unwrap_or(&Value::Null);
                write(out, item, ty, &path.attribute(name))?;
            }
        }
        (Value::Dynamic(inner), Type::Dynamic) => {
            encode::write_array_len(out, 2).map_err(full)?;
            encode::write_bin(out, &inner.0.to_bytes()).map_err(full)?;
            write(out, &inner.1, &inner.0, path)?;
        }
        _ => return Err(wrong()),
    }
    Ok(())
}

/// Numbers go as text, which the protocol allows for any of them. Terraform reads a number from
/// text with the precision it gives numbers of its state file, but one from an integer with
/// another, and from 1.11 on takes the two for a change that `-refresh-only` has to record.
fn write_number(
    out: &mut Vec<u8>,
    number: &Number,
) -> Result<(), encode::ValueWriteError<std::io::Error>> {
    encode::write_str(out, &number.to_string())
}

fn length(len: usize, path: &Path) -> Result<u32, CodecError> {
    u32::try_from(len).map_err(|_| CodecError::new(path, "too many elements"))
}

fn read(input: &mut Bytes<'_>, ty: &Type, path: &Path, depth: usize) -> Result<Value, CodecError> {
    let broken = |_| CodecError::new(path, "ends too soon");
    if depth > MAX_DEPTH {
        return Err(CodecError::new(path, "nests too deep"));
    }
    let Some(&first) = input.remaining_slice().first() else {
        return Err(CodecError::new(path, "ends too soon"));
    };
    let marker = Marker::from_u8(first);
    if let Some(header) = extension(marker) {
        skip_extension(input, header).ok_or_else(|| CodecError::new(path, "ends too soon"))?;
        return Ok(Value::Unknown);
    }
    if marker == Marker::Null {
        decode::read_nil(input).map_err(|_| CodecError::new(path, "ends too soon"))?;
        return Ok(Value::Null);
    }
    match ty {
        Type::Bool => decode::read_bool(input)
            .map(Value::Bool)
            .map_err(|_| mismatch(path, ty)),
        Type::Number => read_number(input, marker)
            .ok_or_else(|| mismatch(path, ty))
            .map(Value::Number),
        Type::String => read_text(input)
            .ok_or_else(|| mismatch(path, ty))
            .map(Value::String),
        Type::List(element) => read_items(input, element, path, depth).map(Value::List),
        Type::Set(element) => read_items(input, element, path, depth).map(Value::Set),
        Type::Tuple(types) => {
            let count = decode::read_array_len(input).map_err(|_| mismatch(path, ty))?;
            if count as usize != types.len() {
                return Err(CodecError::new(path, "has the wrong number of elements"));
            }
            let items = types.iter().enumerate();
            items
                .map(|(index, ty)| read(input, ty, &path.index(index), depth + 1))
                .collect::<Result<_, _>>()
                .map(Value::Tuple)
        }
        Type::Map(element) => {
            let count = decode::read_map_len(input).map_err(|_| mismatch(path, ty))?;
            let mut items = std::collections::BTreeMap::new();
            for _ in 0..count {
                let key = read_text(input).ok_or_else(|| mismatch(path, ty))?;
                let item = read(input, element, &path.key(&key), depth + 1)?;
                items.insert(key, item);
            }
            Ok(Value::Map(items))
        }
        Type::Object(attributes) => read_object(input, attributes, path, depth),
        Type::Dynamic => {
            if decode::read_array_len(input).ok() != Some(2) {
                return Err(mismatch(path, ty));
            }
            let length = decode::read_bin_len(input).map_err(|_| mismatch(path, ty))?;
            let bytes = take(input, length as usize).ok_or(()).map_err(broken)?;
            let inner = serde_json::from_slice(bytes)
                .ok()
                .and_then(|json| Type::from_json(&json))
                .ok_or_else(|| CodecError::new(path, "brings an unreadable type"))?;
            let value = read(input, &inner, path, depth + 1)?;
            Ok(Value::Dynamic(Box::new((inner, value))))
        }
    }
}

fn read_items(
    input: &mut Bytes<'_>,
    element: &Type,
    path: &Path,
    depth: usize,
) -> Result<Vec<Value>, CodecError> {
    let count =
        decode::read_array_len(input).map_err(|_| CodecError::new(path, "is not a sequence"))?;
    // The count is not trusted for an allocation: each element takes at least a byte.
    let mut items = Vec::with_capacity((count as usize).min(input.remaining_slice().len()));
    for index in 0..count as usize {
        items.push(read(input, element, &path.index(index), depth + 1)?);
    }
    Ok(items)
}

fn read_object(
    input: &mut Bytes<'_>,
    attributes: &std::collections::BTreeMap<String, Type>,
    path: &Path,
    depth: usize,
) -> Result<Value, CodecError> {
    let count =
        decode::read_map_len(input).map_err(|_| CodecError::new(path, "is not an object"))?;
    let mut object = Object::new();
    for _ in 0..count {
        let name = read_text(input)
            .ok_or_else(|| CodecError::new(path, "has an attribute name that is no text"))?;
        let ty = attributes
            .get(&name)
            .ok_or_else(|| CodecError::new(path, format!("no attribute is named {name:?}")))?;
        let item = read(input, ty, &path.attribute(&name), depth + 1)?;
        object.insert(name, item);
    }
    for name in attributes.keys() {
        if !object.contains_key(name) {
            return Err(CodecError::new(
                path,
                format!("attribute {name:?} is missing"),
            ));
        }
    }
    Ok(Value::Object(object))
}

fn read_number(input: &mut Bytes<'_>, marker: Marker) -> Option<Number> {
    match marker {
        Marker::F32 => Number::from_wire_f64(f64::from(decode::read_f32(input).ok()?)).ok(),
        Marker::F64 => Number::from_wire_f64(decode::read_f64(input).ok()?).ok(),
        Marker::U64 => decode::read_u64(input).ok().map(Number::from),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            read_text(input)?.parse().ok()
        }
        _ => decode::read_int::<i64, _>(input).ok().map(Number::from),
    }
}

fn read_text(input: &mut Bytes<'_>) -> Option<String> {
    let length = decode::read_str_len(input).ok()?;
    let bytes = take(input, length as usize)?;
    String::from_utf8(bytes.to_vec()).ok()
}

fn take<'a>(input: &mut Bytes<'a>, length: usize) -> Option<&'a [u8]> {
    let rest = input.remaining_slice();
    if rest.len() < length {
        return None;
    }
    let (bytes, rest) = rest.split_at(length);
    *input = Bytes::new(rest);
    Some(bytes)
}

/// How many bytes follow the marker of an extension: the size field, or the fixed payload.
enum Extension {
    Fixed(usize),
    Sized(usize),
}

fn extension(marker: Marker) -> Option<Extension> {
    match marker {
        Marker::FixExt1 => Some(Extension::Fixed(1)),
        Marker::FixExt2 => Some(Extension::Fixed(2)),
        Marker::FixExt4 => Some(Extension::Fixed(4)),
        Marker::FixExt8 => Some(Extension::Fixed(8)),
        Marker::FixExt16 => Some(Extension::Fixed(16)),
        Marker::Ext8 => Some(Extension::Sized(1)),
        Marker::Ext16 => Some(Extension::Sized(2)),
        Marker::Ext32 => Some(Extension::Sized(4)),
        _ => None,
    }
}

/// Every extension is an unknown; what it says about the value (its refinement) may be ignored.
fn skip_extension(input: &mut Bytes<'_>, header: Extension) -> Option<()> {
    input.read_u8().ok()?;
    let length = match header {
        Extension::Fixed(length) => length,
        Extension::Sized(width) => take(input, width)?
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte)),
    };
    take(input, length.checked_add(1)?).map(|_| ())
}

fn mismatch(path: &Path, ty: &Type) -> CodecError {
    CodecError::new(path, format!("is not a {}", type_name(ty)))
}

pub(super) fn type_name(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::Number => "number",
        Type::String => "string",
        Type::Dynamic => "dynamic value",
        Type::List(_) => "list",
        Type::Set(_) => "set",
        Type::Map(_) => "map",
        Type::Object(_) => "object",
        Type::Tuple(_) => "tuple",
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Unknown => "unknown",
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "list",
        Value::Set(_) => "set",
        Value::Tuple(_) => "tuple",
        Value::Map(_) => "map",
        Value::Object(_) => "object",
        Value::Dynamic(_) => "dynamic value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
        digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    fn check(bytes: &str, ty: &Type, value: &Value) {
        assert_eq!(decode(&hex(bytes), ty).unwrap(), *value);
        assert_eq!(encode(value, ty).unwrap(), hex(bytes), "{value:?}");
    }

    fn number(text: &str) -> Value {
        Value::Number(text.parse().unwrap())
    }

    #[test]
    fn values_have_the_bytes_terraform_sends() {
        check("c0", &Type::String, &Value::Null);
        check("d4 00 00", &Type::Bool, &Value::Unknown);
        check("c3", &Type::Bool, &true.into());
        check("a3 73 76 63", &Type::String, &"svc".into());
        check("a2 34 32", &Type::Number, &42.into());
        check("a4 33 2e 31 34", &Type::Number, &number("3.14"));
        check(
            "b4 31 38 34 34 36 37 34 34 30 37 33 37 30 39 35 35 31 36 31 35",
            &Type::Number,
            &number("18446744073709551615"),
        );
        let object = Type::object([("a", Type::set(Type::String)), ("b", Type::map(Type::Bool))]);
        let value = crate::testing::object([
            ("a", Value::Set(vec!["x".into()])),
            ("b", Value::Map([("k".to_owned(), Value::Null)].into())),
        ]);
        check("82 a1 61 91 a1 78 a1 62 81 a1 6b c0", &object, &value);
        let dynamic = Value::Dynamic(Box::new((Type::String, "x".into())));
        check(
            "92 c4 08 22 73 74 72 69 6e 67 22 a1 78",
            &Type::Dynamic,
            &dynamic,
        );
        let tuple = Value::Tuple(vec![true.into(), "x".into()]);
        check(
            "92 c3 a1 78",
            &Type::Tuple(vec![Type::Bool, Type::String]),
            &tuple,
        );
    }

    #[test]
    fn a_refined_unknown_is_an_unknown() {
        // Not null, with the prefix "svc-"; then a number between two bounds.
        for (bytes, ty) in [
            ("c7 08 0c 82 01 c2 02 a4 73 76 63 2d", Type::String),
            ("c7 0b 0c 83 01 c2 03 92 01 c3 04 92 02 c3", Type::Number),
        ] {
            let mut bytes = hex(bytes);
            bytes[1] = u8::try_from(bytes.len() - 3).unwrap();
            assert_eq!(decode(&bytes, &ty).unwrap(), Value::Unknown);
        }
    }

    #[test]
    fn numbers_are_read_in_every_form() {
        for (bytes, text) in [
            ("2a", "42"),
            ("e0", "-32"),
            ("d1 ff 00", "-256"),
            ("d3 80 00 00 00 00 00 00 00", "-9223372036854775808"),
            ("cf ff ff ff ff ff ff ff ff", "18446744073709551615"),
            ("ca 3f 00 00 00", "0.5"),
            ("cb 3f e0 00 00 00 00 00 00", "0.5"),
            ("cb 43 f0 00 00 00 00 00 00", "18446744073709551616"),
        ] {
            assert_eq!(
                decode(&hex(bytes), &Type::Number).unwrap(),
                number(text),
                "{bytes}"
            );
        }
    }

    #[test]
    fn an_object_has_exactly_its_attributes() {
        let ty = Type::object([("a", Type::String), ("b", Type::String)]);
        let error = decode(&hex("81 a1 61 c0"), &ty).unwrap_err();
        assert_eq!(error.to_string(), "(root): attribute \"b\" is missing");
        let error = decode(&hex("81 a1 7a c0"), &ty).unwrap_err();
        assert_eq!(error.to_string(), "(root): no attribute is named \"z\"");
        // What is left out of a value is written as null.
        let value = crate::testing::object([("a", "x".into())]);
        assert_eq!(encode(&value, &ty).unwrap(), hex("82 a1 61 a1 78 a1 62 c0"));
    }

    #[test]
    fn broken_bytes_are_errors() {
        let list = Type::list(Type::String);
        for (bytes, ty) in [
            ("", Type::String),
            ("a3 73", Type::String),
            ("c3", Type::String),
            ("c0 c0", Type::String),
            ("a1 ff", Type::String),
            ("dd ff ff ff ff", list),
            ("c9 ff ff ff ff 0c", Type::Bool),
            ("a1 78", Type::Number),
            ("cb 7f f8 00 00 00 00 00 00", Type::Number),
        ] {
            assert!(decode(&hex(bytes), &ty).is_err(), "{bytes}");
        }
        let mut deep = Type::Bool;
        let mut bytes = vec![0xc3];
        for _ in 0..200 {
            deep = Type::list(deep);
            bytes.insert(0, 0x91);
        }
        assert!(
            decode(&bytes, &deep)
                .unwrap_err()
                .to_string()
                .ends_with("nests too deep")
        );
    }

    fn value_of(ty: &Type) -> BoxedStrategy<Value> {
        let known = match ty {
            Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
            Type::String => ".{0,12}".prop_map(Value::from).boxed(),
            Type::Number => prop_oneof![
                any::<i64>().prop_map(Value::from),
                any::<u64>().prop_map(|number| Value::Number(Number::from(number))),
                "-?[0-9]{1,40}(\\.[0-9]{1,30})?".prop_map(|text| number(&text)),
                proptest::num::f64::NORMAL
                    .prop_map(|float| Value::Number(Number::from_wire_f64(float).unwrap())),
            ]
            .boxed(),
            Type::List(element) => prop::collection::vec(value_of(element), 0..4)
                .prop_map(Value::List)
                .boxed(),
            Type::Set(element) => prop::collection::vec(value_of(element), 0..4)
                .prop_map(Value::Set)
                .boxed(),
            Type::Map(element) => prop::collection::btree_map(".{0,4}", value_of(element), 0..4)
                .prop_map(Value::Map)
                .boxed(),
            Type::Object(attributes) => {
                let mut object = Just(Object::new()).boxed();
                for (name, ty) in attributes.clone() {
                    object = (object, value_of(&ty))
                        .prop_map(move |(mut object, value)| {
                            object.insert(name.clone(), value);
                            object
                        })
                        .boxed();
                }
                object.prop_map(Value::Object).boxed()
            }
            Type::Tuple(_) | Type::Dynamic => Just(Value::Null).boxed(),
        };
        prop_oneof![1 => Just(Value::Null), 1 => Just(Value::Unknown), 8 => known].boxed()
    }

    fn any_type() -> impl Strategy<Value = Type> {
        let leaf = prop_oneof![Just(Type::Bool), Just(Type::String), Just(Type::Number)];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(Type::list),
                inner.clone().prop_map(Type::set),
                inner.clone().prop_map(Type::map),
                prop::collection::btree_map("[a-z]{1,5}", inner, 1..4).prop_map(Type::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_survives_the_wire(
            (ty, value) in any_type().prop_flat_map(|ty| {
                let values = value_of(&ty);
                (Just(ty), values)
            })
        ) {
            let bytes = encode(&value, &ty).unwrap();
            prop_assert_eq!(decode(&bytes, &ty).unwrap(), value);
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(
            ty in any_type(),
            bytes in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let _ = decode(&bytes, &ty);
        }
    }
}
