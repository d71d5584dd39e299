//! The four verbs of the resource.

use m2m_client::Error;
use m2m_types::admin::client::{CreatedClient, PatchClient};
use m2m_types::idempotency_key::IdempotencyKey;
use tfplugin::{Attr, Diagnostic, Diagnostics, Secret, State};

use crate::client::model::ClientModel;
use crate::client::{absence, id_of, request, secret, view};
use crate::diagnose::failed;
use crate::session::Session;
use crate::words::shown;

/// Makes the client. Everything that can fail without having made it comes first.
pub(crate) async fn create(
    session: &Session,
    planned: &ClientModel,
) -> Result<State<ClientModel>, Diagnostics> {
    let what = format!("create the {}", planned.called());
    let api = session.api().await?;
    let body = request::creation(planned)?;
    let key = idempotency_key()?;
    let me = session
        .me(api)
        .await
        .map_err(|error| failed(&what, &error))?;
    let created = api
        .create_client(&body, &key)
        .await
        .map_err(|error| failed(&what, &error))?
        .body;
    let mut model = planned.clone();
    model.issuer = shown(&me.issuer);
    take_created(&mut model, &created);
    tracing::info!(client_id = %created.client.client_id, "the client was created");
    if view::storage_word(created.client.secret_storage) == "none" && !model.exposes_secret() {
        return Ok(State::partial(model, unseen_secret()));
    }
    match api.list_secrets(&created.client.client_id).await {
        Ok(secrets) => {
            let own = view::own_or_newest(&secrets, &model.secret_id);
            view::take_secret(&mut model, own);
            Ok(State::new(model))
        }
        // The rest comes with the next refresh; that is no reason to make the client again.
        Err(error) => {
            tracing::warn!(%error, "the dates and the ARN of the new secret could not be read");
            Ok(State::new(model))
        }
    }
}

/// What the answer of a create says, the secret included if it is wanted.
fn take_created(model: &mut ClientModel, created: &CreatedClient) {
    view::take_client(model, &created.client);
    let secret = created.secret.as_ref();
    model.secret_id = secret.map_or(Attr::Null, |secret| shown(&secret.client_secret_id));
    model.secret_hint = secret.map_or(Attr::Null, |secret| {
        Attr::Known(secret.client_secret.hint())
    });
    model.secret_created_at = Attr::Null;
    model.secret_expires_at = Attr::Null;
    model.secret_arn = Attr::Null;
    model.client_secret = match secret {
        Some(secret) if model.exposes_secret() => {
            Attr::Known(Secret::from(secret.client_secret.expose()))
        }
        Some(_) | None => Attr::Null,
    };
}

/// Looks at the client.
pub(crate) async fn read(
    session: &Session,
    state: ClientModel,
) -> Result<State<ClientModel>, Diagnostics> {
    let what = format!("read the {}", state.called());
    let api = session.api().await?;
    let id = id_of(&state)?;
    let (client, secrets, me) =
        tokio::join!(api.get_client(&id), api.list_secrets(&id), session.me(api));
    let client = match client {
        Ok(client) => client.body,
        Err(error) if error.is_absent_client() => {
            absence::confirm(session, api, &state, &error).await?;
            return Ok(gone(&state, &error));
        }
        Err(error) => return Err(failed(&what, &error)),
    };
    let secrets = secrets.map_err(|error| failed(&what, &error))?;
    let me = me.map_err(|error| failed(&what, &error))?;
    let mut model = state;
    view::take_client(&mut model, &client);
    model.issuer = shown(&me.issuer);
    let before = model.secret_id.clone();
    view::take_secret(&mut model, view::own_or_newest(&secrets, &before));
    if before != model.secret_id || !model.exposes_secret() {
        // The value in the state is no longer that of this secret; the plan fetches it if wanted.
        model.client_secret = Attr::Null;
    }
    Ok(State::new(model))
}

fn gone(state: &ClientModel, error: &Error) -> State<ClientModel> {
    let how = match error.kind() {
        Some("client-deleted") => {
            "It was deleted outside of Terraform; the service can restore it."
        }
        _ => "The service has no client of this id any more.",
    };
    let summary = format!("The {} is gone", state.called());
    let detail = format!("{how} It is taken out of the state and planned anew.");
    State::gone().with(Diagnostic::warning(summary, detail))
}

/// Changes what differs, then fetches the secret if it is newly wanted.
pub(crate) async fn update(
    session: &Session,
    prior: &ClientModel,
    planned: &ClientModel,
) -> Result<State<ClientModel>, Diagnostics> {
    let what = format!("change the {}", prior.called());
    let api = session.api().await?;
    let id = id_of(prior)?;
    let patch = request::change(prior, planned)?;
    let client = if patch == PatchClient::default() {
        api.get_client(&id).await
    } else {
        api.patch_client(&id, &patch, None).await
    };
    let client = client.map_err(|error| failed(&what, &error))?.body;
    let mut model = planned.clone();
    view::take_client(&mut model, &client);
    match secret::fill(api, &id, &mut model).await {
        Ok(()) => Ok(State::new(model)),
        Err(errors) => Ok(State::partial(model, errors)),
    }
}

/// Deletes the client; one that is gone already is deleted.
pub(crate) async fn delete(
    session: &Session,
    prior: &ClientModel,
) -> Result<State<ClientModel>, Diagnostics> {
    let api = session.api().await?;
    match api.delete_client(&id_of(prior)?).await {
        Ok(()) => Ok(State::gone()),
        Err(error) if error.is_absent_client() => {
            absence::confirm(session, api, prior, &error).await?;
            Ok(State::gone())
        }
        Err(error) if error.kind() == Some("deletion-protection") => Err(protected(prior).into()),
        Err(error) => Err(failed(&format!("delete the {}", prior.called()), &error)),
    }
}

/// Why a destroy is refused, and what to do.
pub(crate) fn protected(client: &ClientModel) -> Diagnostic {
    Diagnostic::error(
        format!("The {} is protected from deletion", client.called()),
        "Every program that uses it would stop working. To delete it nevertheless, set \
         deletion_protection = false, apply, and then destroy it.",
    )
}

fn unseen_secret() -> Diagnostics {
    Diagnostic::error(
        "Nobody has seen the secret",
        "This deployment keeps the secrets of new clients nowhere, and the secret was not to be \
         kept in the state. Set secret_storage = \"secrets_manager\", or expose_secret_in_state = \
         true, and apply again: the client is then replaced.",
    )
    .into()
}

/// 256 random bits, made at the apply: what a plan keeps does not survive to it.
fn idempotency_key() -> Result<IdempotencyKey, Diagnostics> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Diagnostic::error("No random numbers", format!("{error}.")))?;
    Ok(IdempotencyKey::from_random_bytes(&bytes))
}
