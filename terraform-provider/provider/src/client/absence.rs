//! Before a 404 drops a client from the state: is this the service, and the caller, that would know?

use m2m_client::{Api, Error};
use m2m_types::admin::me::Me;
use tfplugin::{Attr, Diagnostic, Diagnostics};

use crate::client::model::ClientModel;
use crate::diagnose::failed;
use crate::session::Session;

/// Whether the typed 404 means that the client is gone.
///
/// # Errors
/// Another service answered, or the caller may not see this owner's clients, or `/me` cannot be
/// asked: then nothing is known, and the state must stay.
pub(crate) async fn confirm(
    session: &Session,
    api: &Api,
    state: &ClientModel,
    not_found: &Error,
) -> Result<(), Diagnostics> {
    let what = format!("tell whether {} is gone", state.called());
    let me = session
        .me(api)
        .await
        .map_err(|error| failed(&what, &error))?;
    match mismatch(state, me) {
        None => Ok(()),
        Some(mismatch) => {
            tracing::debug!(error = %not_found, "a 404 was not believed");
            let detail = format!(
                "The service does not show it, but {mismatch}, so that says nothing. The state is \
                 kept. Configure the provider for the service and an owner that can see the \
                 client; if it is really given up, take it out with terraform state rm."
            );
            Err(Diagnostic::error(format!("Could not {what}"), detail).into())
        }
    }
}

/// How the caller differs from whom the state was written by.
fn mismatch(state: &ClientModel, me: &Me) -> Option<String> {
    let differs = |attribute: &Attr<String>, now: &str| {
        attribute
            .as_str()
            .filter(|stored| *stored != now)
            .map(str::to_owned)
    };
    if let Some(issuer) = differs(&state.issuer, me.issuer.as_str()) {
        return Some(format!(
            "the state was written for the service {issuer} and this is {}",
            me.issuer
        ));
    }
    if let Some(organization) = differs(&state.organization, me.organization.as_str()) {
        return Some(format!(
            "the client belongs to the organization {organization} and the caller to {}",
            me.organization
        ));
    }
    differs(&state.owner, me.owner.as_str()).map(|owner| {
        format!(
            "the client belongs to the owner {owner} and the caller acts for {}",
            me.owner
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> Me {
        serde_json::from_value(serde_json::json!({
            "issuer": "https://a.example", "client_id": "m2m_tf", "owner": "local|admin",
            "organization": "local", "permissions": [], "scopes": [],
        }))
        .unwrap()
    }

    fn state(issuer: &str, organization: &str, owner: &str) -> ClientModel {
        ClientModel {
            issuer: issuer.into(),
            organization: organization.into(),
            owner: owner.into(),
            ..ClientModel::default()
        }
    }

    #[test]
    fn the_same_service_organization_and_owner_would_know() {
        assert_eq!(
            mismatch(&state("https://a.example", "local", "local|admin"), &me()),
            None
        );
        assert_eq!(mismatch(&ClientModel::default(), &me()), None);
    }

    #[test]
    fn any_other_does_not() {
        for state in [
            state("https://b.example", "local", "local|admin"),
            state("https://a.example", "other", "local|admin"),
            state("https://a.example", "local", "local|someone"),
        ] {
            assert!(mismatch(&state, &me()).is_some(), "{state:?}");
        }
    }
}
