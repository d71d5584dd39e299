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
                return Err(CodecError::new(path, format!("no attribute is named {name:?}")));
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

fn write_number(
    out: &mut Vec<u8>,
    number: &Number,
) -> Result<(), encode::ValueWriteError<std::io::Error>> {
    if let Some(value) = number.as_i64() {
        encode::write_sint(out, value).map(|_| ())
    } else if let Some(value) = number.exact_f64() {
        encode::write_f64(out, value)
    } else {
        encode::write_str(out, &number.to_string())
    }
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
        Type::Bool => decode::read_bool(input).map(Value::Bool).map_err(|_| mismatch(path, ty)),
        Type::Number => read_number(input, marker).ok_or_else(|| mismatch(path, ty)).map(Value::Number),
        Type::String => read_text(input).ok_or_else(|| mismatch(path, ty)).map(Value::String),
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
    let count = decode::read_array_len(input)
        .map_err(|_| CodecError::new(path, "is not a sequence"))?;
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
            return Err(CodecError::new(path, format!("attribute {name:?} is missing")));
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
        Extension::Sized(width) => {
            take(input, width)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
        }
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
