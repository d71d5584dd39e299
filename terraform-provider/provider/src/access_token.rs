//! `ephemeral "m2m_access_token"`.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_client::{Api, Credentials, Identity, TokenQuery};
use m2m_types::audience::Audience;
use m2m_types::client_id::ClientId;
use m2m_types::scope::Scope;
use m2m_types::token_request::UnverifiedSecret;
use tfplugin::{
    Attr, Call, Configured, Diagnostic, Diagnostics, EphemeralResource, Opened, Secret,
};

use crate::diagnose::failed;
use crate::interrupt::looking;
use crate::session::Session;
use crate::words::{scope_names, scopes, shown, text, word};

/// A token that lives shorter than this may end within an apply, and nothing renews it.
const SHORT: Duration = Duration::from_secs(15 * 60);

tfplugin::model! {
    /// A fresh access token, to configure another provider with. It is in no state and no plan.
    /// Terraform takes one in every plan and another in every apply; it cannot be renewed while
    /// Terraform runs.
    pub struct TokenModel {
        /// The client that the token is for; by default the one that Terraform acts as. Required when
        /// Terraform acts by AWS IAM, as no client.
        client_id: String = optional_computed().validate(text::<ClientId>()),
        /// The secret of that client; required together with `client_id`.
        client_secret: Secret = optional(),
        /// The API that the token is for, as an absolute URI; by default as the client says.
        resource: String = optional().validate(text::<Audience>()),
        /// What the token shall allow; by default as the client says.
        scopes: BTreeSet<String> = optional_computed().validate(text::<Scope>()),
        /// The token.
        access_token: Secret = computed(),
        /// When the token ends (RFC 3339).
        expires_at: String = computed(),
    }
}

/// The ephemeral resource.
pub(crate) struct AccessToken {
    session: Configured<Session>,
}

impl AccessToken {
    pub(crate) fn new(session: Configured<Session>) -> Self {
        Self { session }
    }
}

#[async_trait]
impl EphemeralResource for AccessToken {
    type Model = TokenModel;

    async fn validate(&self, _call: &Call, config: TokenModel) -> Diagnostics {
        let half = (config.client_id.is_null() && config.client_secret.is_known())
            || (config.client_id.is_known() && config.client_secret.is_null());
        if half {
            let detail = "Set client_id and client_secret together, or neither to get a token for \
                          the client that Terraform acts as.";
            return Diagnostic::error("Half of a client's credentials", detail)
                .at("client_id")
                .into();
        }
        Diagnostics::new()
    }

    async fn open(
        &self,
        call: &Call,
        config: TokenModel,
    ) -> Result<Opened<TokenModel>, Diagnostics> {
        let session = self.session.get()?;
        looking(call, mint(&session, config)).await
    }
}

async fn mint(session: &Session, config: TokenModel) -> Result<Opened<TokenModel>, Diagnostics> {
    let api = session.api().await?;
    let query = query(&config)?;
    let asked_at = now();
    let token = api
        .access_token(&query)
        .await
        .map_err(|error| failed("get an access token", &error))?;
    let ends = asked_at
        .checked_add(token.lifetime)
        .map_err(|error| Diagnostic::error("The token lives too long", error.to_string()))?;
    let model = TokenModel {
        client_id: Attr::from(client_of(api, &query).map(ToString::to_string)),
        scopes: scope_names(Some(&token.scope)),
        access_token: Secret::from(token.expose()).into(),
        expires_at: shown(&whole_second(ends)),
        ..config
    };
    let opened = Opened::new(model);
    Ok(if token.lifetime < SHORT {
        opened.with(short_lived(token.lifetime))
    } else {
        opened
    })
}

/// Whom the token is for: the client that was named, or the one that calls.
fn client_of<'a>(api: &'a Api, query: &'a TokenQuery) -> Option<&'a ClientId> {
    match (&query.credentials, api.identity()) {
        (Some(credentials), _) | (None, Identity::Client(credentials)) => {
            Some(&credentials.client_id)
        }
        (None, Identity::AwsIam(_)) => None,
    }
}

fn query(config: &TokenModel) -> Result<TokenQuery, Diagnostics> {
    let credentials = match (config.client_id.as_str(), config.client_secret.known()) {
        (Some(id), Some(secret)) => Some(Credentials::new(
            word(ClientId::parse(id))?,
            UnverifiedSecret::new(secret.expose()),
        )),
        _ => None,
    };
    let resource = config
        .resource
        .as_str()
        .map(|text| word(Audience::parse(text)));
    Ok(TokenQuery {
        credentials,
        resource: resource.transpose()?,
        scope: scopes(&config.scopes)?.filter(|scopes| !scopes.is_empty()),
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the end of a real token is on the real clock"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn short_lived(lifetime: Duration) -> Diagnostic {
    Diagnostic::warning(
        "The access token is short-lived",
        format!(
            "It ends in {} seconds and cannot be renewed while Terraform runs, so a long apply may \
             outlive it. A higher access_token_ttl_seconds of its client gives more time.",
            lifetime.as_secs()
        ),
    )
}
