//! From what the service shows to attributes.

use std::collections::BTreeMap;

use m2m_types::admin::client::{ClientView, SecretStorage};
use m2m_types::admin::secret::SecretView;
use tfplugin::Attr;

use crate::client::model::ClientModel;
use crate::words::{scope_names, shown};

/// Takes over what the service shows of the client. What only Terraform knows stays as it is.
pub(crate) fn take_client(model: &mut ClientModel, view: &ClientView) {
    model.client_id = shown(&view.client_id);
    model.name = shown(&view.name);
    model.description = same_or(
        &model.description,
        view.description.as_ref().map(ToString::to_string),
    );
    model.scopes = scope_names(view.scopes.as_ref());
    model.default_scopes = scope_names(view.default_scopes.as_ref());
    model.access_token_ttl_seconds = Attr::Known(view.access_token_ttl_seconds.seconds().into());
    model.deletion_protection = Attr::Known(view.deletion_protection);
    let tags: BTreeMap<String, String> = view
        .tags
        .iter()
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect();
    model.tags = same_or(&model.tags, Some(tags));
    model.secret_storage = storage_word(view.secret_storage).into();
    model.owner = shown(&view.owner);
    model.organization = shown(&view.organization);
    model.created_at = shown(&view.created_at);
    model.updated_at = shown(&view.updated_at);
    if model.expose_secret_in_state.is_null() {
        model.expose_secret_in_state = Attr::Known(false);
    }
}

/// Takes over what the service shows of the secret; `None`: the client has none that lives.
pub(crate) fn take_secret(model: &mut ClientModel, secret: Option<&SecretView>) {
    model.secret_id = secret.map(|secret| secret.secret_id.to_string()).into();
    model.secret_hint = secret.map(|secret| secret.hint.clone()).into();
    model.secret_created_at = secret.map(|secret| secret.created_at.to_string()).into();
    model.secret_expires_at = secret
        .and_then(|secret| secret.expires_at)
        .map(|time| time.to_string())
        .into();
    model.secret_arn = secret.and_then(|secret| secret.secret_arn.clone()).into();
}

/// The secret that the state speaks of; if that one is gone, the newest.
pub(crate) fn own_or_newest<'a>(
    secrets: &'a [SecretView],
    own: &Attr<String>,
) -> Option<&'a SecretView> {
    secrets
        .iter()
        .find(|secret| own.as_str() == Some(secret.secret_id.as_str()))
        .or_else(|| newest(secrets))
}

/// The newest of a client's secrets.
pub(crate) fn newest(secrets: &[SecretView]) -> Option<&SecretView> {
    secrets.iter().max_by_key(|secret| secret.created_at)
}

/// How configurations write it.
pub(crate) fn storage_word(storage: SecretStorage) -> &'static str {
    match storage {
        SecretStorage::SecretsManager => "secrets_manager",
        SecretStorage::None => "none",
    }
}

/// The service does not tell absent from empty, Terraform does: whichever of the two the model has
/// stays.
fn same_or<T: Default + PartialEq + Clone>(model: &Attr<T>, shown: Option<T>) -> Attr<T> {
    match shown.filter(|shown| *shown != T::default()) {
        Some(shown) => Attr::Known(shown),
        None if model.known() == Some(&T::default()) => model.clone(),
        None => Attr::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_and_empty_stay_what_they_were() {
        let empty = Attr::Known(String::new());
        assert_eq!(same_or(&empty, None), empty);
        assert_eq!(same_or(&empty, Some(String::new())), empty);
        assert_eq!(same_or(&Attr::Null, Some(String::new())), Attr::Null);
        assert_eq!(same_or(&Attr::Known("x".to_owned()), None), Attr::Null);
        assert_eq!(
            same_or(&Attr::Null, Some("x".to_owned())),
            Attr::Known("x".to_owned())
        );
    }

    fn secret(id: u32, created_at: &str) -> SecretView {
        serde_json::from_value(serde_json::json!({
            "secret_id": format!("{id:08}-0000-0000-0000-000000000000"),
            "hint": "wxyz", "created_at": created_at, "expires_at": null, "last_used_at": null,
            "secret_arn": null,
        }))
        .unwrap()
    }

    #[test]
    fn the_own_secret_is_followed_until_it_is_gone() {
        let secrets = [
            secret(1, "2025-01-01T00:00:00Z"),
            secret(2, "2025-02-01T00:00:00Z"),
        ];
        let own = shown(&secrets[0].secret_id);
        assert_eq!(own_or_newest(&secrets, &own), Some(&secrets[0]));
        assert_eq!(own_or_newest(&secrets[1..], &own), Some(&secrets[1]));
        assert_eq!(own_or_newest(&[], &own), None);
    }
}
