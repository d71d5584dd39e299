//! What the plan of a client needs beyond the schema.

use tfplugin::{Attr, Diagnostic, Diagnostics, Plan};

use crate::client::model::ClientModel;
use crate::session::Session;

/// What is wrong with a configuration as a whole.
pub(crate) fn problems(config: &ClientModel) -> Diagnostics {
    let unseen = !config.exposes_secret() && !config.expose_secret_in_state.is_unknown();
    if unseen && config.secret_storage.as_str() == Some("none") {
        return Diagnostic::error(
            "Nobody would ever see the secret",
            "With secret_storage = \"none\" the service shows the secret only once, when it makes \
             it. Leave secret_storage out and read the secret with the ephemeral \
             m2m_oauth_client_secret, or set expose_secret_in_state = true to keep it in the state.",
        )
        .at("secret_storage")
        .into();
    }
    Diagnostics::new()
}

/// Plans the secret's value, and refuses what the service cannot change.
pub(crate) fn adjust(plan: &mut Plan<ClientModel>) -> Result<(), Diagnostics> {
    plan.planned.client_secret = planned_secret(plan);
    let Some(prior) = &plan.prior else {
        return Ok(());
    };
    // An update makes no secret, so that there is none, that it never ends or is kept nowhere, stays
    // too.
    plan.planned.secret_id = prior.secret_id.clone();
    plan.planned.secret_hint = prior.secret_hint.clone();
    plan.planned.secret_created_at = prior.secret_created_at.clone();
    plan.planned.secret_expires_at = prior.secret_expires_at.clone();
    plan.planned.secret_arn = prior.secret_arn.clone();
    let before = prior.secret_storage.as_str();
    let after = plan.planned.secret_storage.as_str();
    if before.is_some() && after.is_some() && before != after {
        return Err(Diagnostic::error(
            "secret_storage is fixed once the client exists",
            "The service does not move the secret of an existing client. Set secret_storage back, \
             or make another client.",
        )
        .at("secret_storage")
        .into());
    }
    Ok(())
}

/// A value that is in the state stays, one that is wanted and not there is fetched at the apply,
/// one that is not wanted goes.
fn planned_secret(plan: &Plan<ClientModel>) -> Attr<tfplugin::Secret> {
    if plan.planned.expose_secret_in_state.is_unknown() {
        return Attr::Unknown;
    }
    if !plan.planned.exposes_secret() {
        return Attr::Null;
    }
    match plan.prior.as_ref().map(|prior| &prior.client_secret) {
        Some(Attr::Known(secret)) => Attr::Known(secret.clone()),
        _ => Attr::Unknown,
    }
}

/// Warns when the caller already has a client of the planned name. This is a courtesy: if the
/// service cannot be asked, the apply says so.
pub(crate) async fn warn_of_namesake(
    session: &Session,
    plan: &mut Plan<ClientModel>,
) -> Result<(), Diagnostics> {
    let api = session.api().await?;
    let Some(name) = plan.planned.name.as_str() else {
        return Ok(());
    };
    let clients = match session.some_clients(api).await {
        Ok(clients) => clients,
        Err(error) => {
            tracing::debug!(%error, "the clients could not be listed for the plan");
            return Ok(());
        }
    };
    let Some(namesake) = clients.iter().find(|client| client.name.as_str() == name) else {
        return Ok(());
    };
    let detail = format!(
        "{id} has the name {name:?} too. If it is the client that is meant, import it \
         (terraform import ADDRESS {id}) instead of making a second one; if this plan replaces \
         it, all is well.",
        id = namesake.client_id
    );
    plan.push(Diagnostic::warning("A client of this name exists", detail).at("name"));
    Ok(())
}
