//! JSON objects whose members must be unique, which JSON itself leaves open (RFC 8259 §4).

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::admin::patch::Patch;

/// Reads an object and refuses a repeated member instead of taking the last.
///
/// # Errors
/// It is no object, or a member is repeated or malformed.
pub fn unique<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    UniqueMap::deserialize(deserializer).map(|map| map.0)
}

/// The same inside a merge patch.
pub(super) fn unique_patch<'de, D, K, V>(deserializer: D) -> Result<Patch<BTreeMap<K, V>>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    let map = Option::<UniqueMap<K, V>>::deserialize(deserializer)?;
    Ok(map.map_or(Patch::Null, |map| Patch::Value(map.0)))
}

struct UniqueMap<K, V>(BTreeMap<K, V>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for UniqueMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueVisitor(PhantomData))
    }
}

struct UniqueVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for UniqueVisitor<K, V> {
    type Value = UniqueMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = access.next_entry()? {
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("a member is repeated"));
            }
        }
        Ok(UniqueMap(map))
    }
}

#[cfg(test)]
mod tests {
    use crate::admin::client::{CreateClient, PatchClient};

    #[test]
    fn a_repeated_tag_is_refused() {
        let create = r#"{"name":"a","tags":{"k":"1","k":"2"}}"#;
        assert!(serde_json::from_str::<CreateClient>(create).is_err());
        assert!(serde_json::from_str::<PatchClient>(r#"{"tags":{"k":null,"k":"2"}}"#).is_err());
        assert!(serde_json::from_str::<PatchClient>(r#"{"tags":{"k":null,"l":"2"}}"#).is_ok());
    }
}
