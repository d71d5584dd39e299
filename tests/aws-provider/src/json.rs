//! Values of Terraform as the JSON of AWS, and back.

use serde_json::{Map, Value as Json};
use tfplugin::{Number, Object, Value};

/// A read of attributes that may be absent.
pub(crate) trait Attributes {
    /// A text; empty if there is none.
    fn text(&self, name: &str) -> &str;

    /// The only block of a name.
    fn block(&self, name: &str) -> Option<&Object>;

    /// All blocks of a name.
    fn blocks(&self, name: &str) -> impl Iterator<Item = &Object>;

    /// The attributes that are set, each as the member that AWS has for it.
    fn members(&self, names: &[(&str, &str)]) -> Map<String, Json>;

    /// True if the attribute is the truth.
    fn is_true(&self, name: &str) -> bool;
}

impl Attributes for Object {
    fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn block(&self, name: &str) -> Option<&Object> {
        self.blocks(name).next()
    }

    fn blocks(&self, name: &str) -> impl Iterator<Item = &Object> {
        let elements = self.get(name).and_then(Value::as_elements);
        elements
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_object)
    }

    fn members(&self, names: &[(&str, &str)]) -> Map<String, Json> {
        let set = names.iter().filter_map(|(attribute, member)| {
            let value = to_json(self.get(*attribute)?)?;
            Some(((*member).to_owned(), value))
        });
        set.collect()
    }

    fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some(&Value::Bool(true))
    }
}

/// The value as JSON, without what is null; `None` if it is nothing, or not known.
pub(crate) fn to_json(value: &Value) -> Option<Json> {
    let object = |items: &Object| {
        let items = items
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), to_json(value)?)));
        Json::Object(items.collect())
    };
    match value {
        Value::Unknown | Value::Null => None,
        Value::Bool(value) => Some(Json::Bool(*value)),
        Value::Number(number) => serde_json::from_str(&number.to_string()).ok(),
        Value::String(text) => Some(Json::String(text.clone())),
        Value::List(items) | Value::Set(items) | Value::Tuple(items) => {
            Some(items.iter().filter_map(to_json).collect())
        }
        Value::Map(items) | Value::Object(items) => Some(object(items)),
        Value::Dynamic(inner) => to_json(&inner.1),
    }
}

/// A plain value; `None` for null, arrays and objects.
pub(crate) fn plain(json: &Json) -> Option<Value> {
    match json {
        Json::Bool(value) => Some(Value::Bool(*value)),
        Json::String(text) => Some(Value::from(text.as_str())),
        Json::Number(number) => number.to_string().parse::<Number>().ok().map(Value::Number),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// What AWS says of attributes that are set: the plain members of its answer.
pub(crate) fn seen(state: &Object, answer: &Json, names: &[(&str, &str)]) -> Object {
    let seen = names.iter().filter_map(|(attribute, member)| {
        let stored = state.get(*attribute)?;
        let value = plain(answer.get(*member)?)?;
        let same_type = std::mem::discriminant(stored) == std::mem::discriminant(&value);
        same_type.then(|| ((*attribute).to_owned(), value))
    });
    seen.collect()
}

/// Texts as attributes.
pub(crate) fn texts<const N: usize>(named: [(&str, &str); N]) -> Object {
    named
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect()
}

/// A text within an answer; empty if there is none.
pub(crate) fn text_at<'a>(answer: &'a Json, pointer: &str) -> &'a str {
    answer
        .pointer(pointer)
        .and_then(Json::as_str)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_what_is_set() {
        let tags = Object::from([("a".to_owned(), "b".into())]);
        let object = Object::from([
            ("name".to_owned(), "x".into()),
            ("count".to_owned(), 3.into()),
            ("tags".to_owned(), Value::Map(tags)),
            ("kept".to_owned(), Value::Null),
            ("open".to_owned(), Value::Unknown),
        ]);
        let names = [
            ("name", "Name"),
            ("count", "Count"),
            ("tags", "Tags"),
            ("kept", "Kept"),
            ("open", "Open"),
            ("absent", "Absent"),
        ];
        let members = Json::Object(object.members(&names));
        let expected = json!({ "Name": "x", "Count": 3, "Tags": { "a": "b" } });
        assert_eq!(members, expected);
    }

    #[test]
    fn what_is_seen_is_plain_set_and_of_the_same_type() {
        let state = Object::from([
            ("name".to_owned(), "x".into()),
            ("count".to_owned(), 3.into()),
            ("unset".to_owned(), Value::Null),
            ("other".to_owned(), true.into()),
        ]);
        let answer = json!({ "Name": "y", "Count": 4.5, "Unset": "z", "Other": "true" });
        let names = [
            ("name", "Name"),
            ("count", "Count"),
            ("unset", "Unset"),
            ("other", "Other"),
        ];
        let seen = seen(&state, &answer, &names);
        let expected = [
            ("name", Value::from("y")),
            ("count", Value::Number("4.5".parse().unwrap())),
        ];
        assert_eq!(
            seen,
            expected
                .map(|(name, value)| (name.to_owned(), value))
                .into()
        );
    }
}
