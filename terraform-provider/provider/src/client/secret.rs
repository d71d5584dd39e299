//! The secret's value, for those who want it in the state.

use m2m_client::Api;
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;
use tfplugin::{Attr, Diagnostic, Diagnostics, Secret};

use crate::client::model::ClientModel;
use crate::diagnose::failed;

/// Fills the secret into a model that wants it and lacks it, empties it in one that does not.
pub(crate) async fn fill(
    api: &Api,
    id: &ClientId,
    model: &mut ClientModel,
) -> Result<(), Diagnostics> {
    if !model.exposes_secret() {
        model.client_secret = Attr::Null;
        return Ok(());
    }
    if model.client_secret.is_known() {
        return Ok(());
    }
    // Whatever happens below, an apply ends with a known value.
    model.client_secret = Attr::Null;
    let secret_id = model
        .secret_id
        .as_str()
        .and_then(|id| SecretId::parse(id).ok());
    let Some(secret_id) = secret_id else {
        return Err(none_to_show(model));
    };
    let revealed = api
        .reveal_secret(id, &secret_id)
        .await
        .map_err(|error| failed(&format!("read the secret of {}", model.called()), &error))?;
    model.client_secret = Attr::Known(Secret::from(revealed.client_secret.expose()));
    Ok(())
}

fn none_to_show(model: &ClientModel) -> Diagnostics {
    Diagnostic::error(
        format!("{} has no secret to show", model.called()),
        "Make a new secret at the service, or set expose_secret_in_state = false.",
    )
    .into()
}
