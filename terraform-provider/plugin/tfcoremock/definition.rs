//! Types as `dynamic_resources.json` defines them.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use serde_json::{Map, Value as Json};

/// A resource and data source type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Definition {
    pub(crate) description: String,
    pub(crate) attributes: BTreeMap<String, Attribute>,
    pub(crate) blocks: BTreeMap<String, Block>,
}

/// Blocks of one name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) set: bool,
    pub(crate) body: Definition,
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Boolean,
    Float,
    Integer,
    Number,
    String,
    List(Box<Attribute>),
    Set(Box<Attribute>),
    Map(Box<Attribute>),
    Object(BTreeMap<String, Attribute>),
}

/// An attribute, or the element of one.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) kind: Kind,
    pub(crate) description: String,
    pub(crate) optional: bool,
    pub(crate) required: bool,
    pub(crate) computed: bool,
    pub(crate) sensitive: bool,
    pub(crate) replace: bool,
    /// Make it one value of a collection or object type, without nested attributes.
    pub(crate) skip_nested_metadata: bool,
    /// What a computed attribute becomes, in the form of stored values.
    pub(crate) value: Option<Json>,
}

impl Attribute {
    /// An optional attribute.
    pub(crate) fn optional(kind: Kind, description: &str) -> Self {
        Self {
            kind,
            description: description.to_owned(),
            optional: true,
            required: false,
            computed: false,
            sensitive: false,
            replace: false,
            skip_nested_metadata: false,
            value: None,
        }
    }
}

/// Reads the definitions of a file; there need not be one.
pub(crate) fn read(file: &str) -> Result<BTreeMap<String, Definition>, String> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(format!("{file}: {error}")),
    };
    parse(&text).map_err(|reason| format!("{file}: {reason}"))
}

fn parse(text: &str) -> Result<BTreeMap<String, Definition>, String> {
    if text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    named(&json, "", definition)
}

fn definition(json: &Json, at: &str) -> Result<Definition, String> {
    let definition = body(
        fields(json, at, &["attributes", "blocks", "description"])?,
        at,
    )?;
    if definition.attributes.contains_key("id") {
        return Err(format!("{at}: the attribute id is added by the provider"));
    }
    Ok(definition)
}

fn body(fields: &Map<String, Json>, at: &str) -> Result<Definition, String> {
    let none = Json::Object(Map::new());
    Ok(Definition {
        description: text(fields, "description", at)?,
        attributes: named(fields.get("attributes").unwrap_or(&none), at, attribute)?,
        blocks: named(fields.get("blocks").unwrap_or(&none), at, block)?,
    })
}

fn block(json: &Json, at: &str) -> Result<Block, String> {
    let fields = fields(json, at, &["attributes", "blocks", "mode", "description"])?;
    let set = match text(fields, "mode", at)?.as_str() {
        "" | "list" => false,
        "set" => true,
        other => return Err(format!("{at}: invalid nesting mode {other:?}")),
    };
    Ok(Block {
        set,
        body: body(fields, at)?,
    })
}

const ATTRIBUTE_FIELDS: [&str; 14] = [
    "type",
    "description",
    "optional",
    "required",
    "computed",
    "sensitive",
    "replace",
    "skip_nested_metadata",
    "value",
    "list",
    "set",
    "map",
    "object",
    "markdown_description",
];

fn attribute(json: &Json, at: &str) -> Result<Attribute, String> {
    let fields = fields(json, at, &ATTRIBUTE_FIELDS)?;
    let element = |name: &str| match fields.get(name) {
        Some(json) => attribute(json, &format!("{at}.{name}")).map(Box::new),
        None => Err(format!("{at}: {name} is missing")),
    };
    let kind = match text(fields, "type", at)?.as_str() {
        "boolean" => Kind::Boolean,
        "float" => Kind::Float,
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "string" => Kind::String,
        "list" => Kind::List(element("list")?),
        "set" => Kind::Set(element("set")?),
        "map" => Kind::Map(element("map")?),
        "object" => match fields.get("object") {
            Some(json) => Kind::Object(named(json, at, attribute)?),
            None => Kind::Object(BTreeMap::new()),
        },
        "" => return Err(format!("{at}: the type is missing")),
        other => return Err(format!("{at}: unknown type {other:?}")),
    };
    Ok(Attribute {
        kind,
        description: text(fields, "description", at)?,
        optional: flag(fields, "optional", at)?,
        required: flag(fields, "required", at)?,
        computed: flag(fields, "computed", at)?,
        sensitive: flag(fields, "sensitive", at)?,
        replace: flag(fields, "replace", at)?,
        skip_nested_metadata: flag(fields, "skip_nested_metadata", at)?,
        value: fields.get("value").cloned(),
    })
}

/// Reads an object of things by name.
fn named<T>(
    json: &Json,
    at: &str,
    read: impl Fn(&Json, &str) -> Result<T, String>,
) -> Result<BTreeMap<String, T>, String> {
    let Json::Object(items) = json else {
        return Err(format!("{at}: is not an object"));
    };
    items
        .iter()
        .map(|(name, json)| {
            let at = if at.is_empty() {
                name.clone()
            } else {
                format!("{at}.{name}")
            };
            Ok((name.clone(), read(json, &at)?))
        })
        .collect()
}

fn fields<'a>(json: &'a Json, at: &str, known: &[&str]) -> Result<&'a Map<String, Json>, String> {
    let Json::Object(fields) = json else {
        return Err(format!("{at}: is not an object"));
    };
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("{at}: unknown property {name:?}")),
        None => Ok(fields),
    }
}

fn text(fields: &Map<String, Json>, name: &str, at: &str) -> Result<String, String> {
    match fields.get(name) {
        None | Some(Json::Null) => Ok(String::new()),
        Some(Json::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("{at}: {name} is not a string")),
    }
}

fn flag(fields: &Map<String, Json>, name: &str, at: &str) -> Result<bool, String> {
    match fields.get(name) {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(flag)) => Ok(*flag),
        Some(_) => Err(format!("{at}: {name} is not a boolean")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named_with_their_place() {
        let check = |text: &str, expected: &str| assert_eq!(parse(text).unwrap_err(), expected);
        check(
            r#"{"a":{"attributes":{"x":{"type":"str"}}}}"#,
            r#"a.x: unknown type "str""#,
        );
        check(
            r#"{"a":{"atributes":{}}}"#,
            r#"a: unknown property "atributes""#,
        );
        check(
            r#"{"a":{"attributes":{"x":{"type":"list"}}}}"#,
            "a.x: list is missing",
        );
        check(
            r#"{"a":{"attributes":{"id":{"type":"string"}}}}"#,
            "a: the attribute id is added by the provider",
        );
        assert!(parse(" ").unwrap().is_empty());
    }
}
