//! From attributes to the bodies of the management API.

use std::collections::BTreeMap;

use m2m_types::admin::client::{CreateClient, PatchClient, SecretStorage, Tags};
use m2m_types::admin::patch::Patch;
use m2m_types::names::{ClientName, Description, TagKey, TagValue};
use m2m_types::ttl::AccessTokenTtl;
use tfplugin::{Attr, Diagnostics};

use crate::client::model::ClientModel;
use crate::words::{scopes, word};

/// The body that makes what is planned.
pub(crate) fn creation(planned: &ClientModel) -> Result<CreateClient, Diagnostics> {
    Ok(CreateClient {
        description: description(planned)?,
        scopes: scopes(&planned.scopes)?,
        default_scopes: scopes(&planned.default_scopes)?,
        access_token_ttl_seconds: ttl(planned)?,
        deletion_protection: protection(planned),
        tags: tags(planned)?,
        secret_storage: match planned.secret_storage.as_str() {
            Some("none") => Some(SecretStorage::None),
            Some(_) => Some(SecretStorage::SecretsManager),
            None => None,
        },
        ..CreateClient::named(name(planned)?)
    })
}

/// The body that turns `prior` into `planned`: what did not change is not in it.
pub(crate) fn change(
    prior: &ClientModel,
    planned: &ClientModel,
) -> Result<PatchClient, Diagnostics> {
    let mut patch = PatchClient::default();
    if prior.name != planned.name {
        patch.name = Patch::Value(name(planned)?);
    }
    if prior.description != planned.description {
        patch.description = value_or_null(description(planned)?);
    }
    if prior.scopes != planned.scopes {
        patch.scopes = value_or_null(scopes(&planned.scopes)?);
    }
    if prior.default_scopes != planned.default_scopes {
        patch.default_scopes = value_or_null(scopes(&planned.default_scopes)?);
    }
    if prior.access_token_ttl_seconds != planned.access_token_ttl_seconds {
        patch.access_token_ttl_seconds = value_or_null(ttl(planned)?);
    }
    if prior.deletion_protection != planned.deletion_protection {
        patch.deletion_protection = Patch::Value(protection(planned));
    }
    if prior.tags != planned.tags {
        patch.tags = changed_tags(tags(prior)?, tags(planned)?);
    }
    Ok(patch)
}

fn name(model: &ClientModel) -> Result<ClientName, Diagnostics> {
    word(ClientName::parse(model.name.as_str().unwrap_or_default()))
}

fn description(model: &ClientModel) -> Result<Option<Description>, Diagnostics> {
    model
        .description
        .as_str()
        .map(|text| word(Description::parse(text)))
        .transpose()
}

fn ttl(model: &ClientModel) -> Result<Option<AccessTokenTtl>, Diagnostics> {
    let seconds = |seconds: &i64| u32::try_from(*seconds).unwrap_or(u32::MAX);
    model
        .access_token_ttl_seconds
        .known()
        .map(|value| word(AccessTokenTtl::from_seconds(seconds(value))))
        .transpose()
}

fn protection(model: &ClientModel) -> bool {
    model.deletion_protection.known() == Some(&true)
}

fn tags(model: &ClientModel) -> Result<Tags, Diagnostics> {
    let Attr::Known(tags) = &model.tags else {
        return Ok(Tags::new());
    };
    tags.iter()
        .map(|(key, value)| {
            Ok((
                word(TagKey::parse(key.as_str()))?,
                word(TagValue::parse(value.as_str()))?,
            ))
        })
        .collect()
}

/// A merge patch: labels that are no longer wanted are null in it.
fn changed_tags(prior: Tags, planned: Tags) -> Patch<BTreeMap<TagKey, Option<TagValue>>> {
    let mut changes: BTreeMap<TagKey, Option<TagValue>> = BTreeMap::new();
    for key in prior.keys().filter(|key| !planned.contains_key(*key)) {
        changes.insert(key.clone(), None);
    }
    for (key, value) in planned {
        if prior.get(&key) != Some(&value) {
            changes.insert(key, Some(value));
        }
    }
    if changes.is_empty() {
        Patch::Absent
    } else {
        Patch::Value(changes)
    }
}

fn value_or_null<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Null, Patch::Value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn model() -> ClientModel {
        ClientModel {
            name: "a".into(),
            description: "d".into(),
            scopes: Attr::Known(BTreeSet::from(["orders:read".to_owned()])),
            access_token_ttl_seconds: Attr::Known(3_600),
            deletion_protection: Attr::Known(false),
            tags: Attr::Known(BTreeMap::from([
                ("kept".to_owned(), "1".to_owned()),
                ("gone".to_owned(), "1".to_owned()),
            ])),
            ..ClientModel::default()
        }
    }

    fn body(prior: &ClientModel, planned: &ClientModel) -> serde_json::Value {
        serde_json::to_value(change(prior, planned).unwrap()).unwrap()
    }

    #[test]
    fn nothing_changed_is_an_empty_patch() {
        assert_eq!(body(&model(), &model()), serde_json::json!({}));
        assert_eq!(change(&model(), &model()).unwrap(), PatchClient::default());
    }

    #[test]
    fn only_what_changed_is_sent() {
        let planned = ClientModel {
            name: "b".into(),
            ..model()
        };
        assert_eq!(body(&model(), &planned), serde_json::json!({"name": "b"}));
    }

    #[test]
    fn what_was_taken_out_of_the_configuration_is_null() {
        let planned = ClientModel {
            description: Attr::Null,
            scopes: Attr::Null,
            tags: Attr::Null,
            ..model()
        };
        assert_eq!(
            body(&model(), &planned),
            serde_json::json!({"description": null, "scopes": null,
                               "tags": {"gone": null, "kept": null}})
        );
    }

    #[test]
    fn no_scopes_and_all_scopes_differ_in_a_creation() {
        let mut planned = model();
        planned.scopes = Attr::Null;
        let body = serde_json::to_value(creation(&planned).unwrap()).unwrap();
        assert_eq!(body["scopes"], serde_json::Value::Null);
        planned.scopes = Attr::Known(BTreeSet::new());
        let body = serde_json::to_value(creation(&planned).unwrap()).unwrap();
        assert_eq!(body["scopes"], serde_json::json!([]));
    }
}
