//! `m2m api-tokens`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use m2m_types::admin::api_token::{ApiTokenStatus, ApiTokenView, CreateApiToken, CreatedApiToken};
use m2m_types::audience::Audience;
use m2m_types::data_grant::DataGrant;
use m2m_types::names::{ApiTokenId, ApiTokenName};
use m2m_types::referer::Referer;
use m2m_types::scope::ScopeSet;

use super::clients::new_key;
use super::connection::Connection;
use super::{Outcome, output};

#[derive(Debug, Args)]
pub(super) struct ApiTokens {
    #[command(subcommand)]
    action: Action,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an API access token; its value is printed this once.
    Create(Box<Create>),
    /// List your API access tokens.
    List,
    /// Delete an API access token; it is dead at once.
    Delete {
        /// Which one.
        api_token_id: ApiTokenId,
    },
}

#[derive(Debug, Args)]
struct Create {
    /// What people call it; left out: a name is made.
    name: Option<ApiTokenName>,
    /// The identifier of a resource server that it is for; may be repeated.
    #[arg(long = "api", required = true, value_parser = |text: &str| Audience::parse(text))]
    apis: Vec<Audience>,
    /// What it may do there: scopes with spaces between them; left out: all that this client could get.
    #[arg(long, value_parser = ScopeSet::parse)]
    scopes: Option<ScopeSet>,
    /// Data that it opens, as JSON: {"connection": "warehouse", "source": {"table": "sales.orders"}}; may be repeated.
    #[arg(long = "grant", value_parser = |text: &str| serde_json::from_str::<DataGrant>(text))]
    grants: Vec<DataGrant>,
    /// A web origin that it may be used from, such as https://*.example.com; may be repeated; left out: everywhere.
    #[arg(long = "referer")]
    referers: Vec<Referer>,
    /// When it ends, such as 2027-01-01T00:00:00Z; left out: when it is deleted.
    #[arg(long)]
    expires_at: Option<Timestamp>,
}

impl From<Create> for CreateApiToken {
    fn from(create: Create) -> Self {
        Self {
            name: create.name,
            allowed_apis: create.apis,
            scopes: create.scopes,
            grants: BTreeSet::from_iter(create.grants),
            referers: BTreeSet::from_iter(create.referers),
            expires_at: create.expires_at,
        }
    }
}

impl ApiTokens {
    pub(super) async fn run(self) -> Outcome {
        let api = self.connection.api()?;
        match self.action {
            Action::Create(create) => {
                let request = CreateApiToken::from(*create);
                let created = api.create_api_token(&request, &new_key()).await?;
                print_created(&created.body, self.json)
            }
            Action::List => print_list(&api.all_api_tokens().await?, self.json),
            Action::Delete { api_token_id } => {
                api.delete_api_token(&api_token_id).await?;
                output::remark(format_args!("deleted {api_token_id}"));
                Ok(())
            }
        }
    }
}

/// The token exists whether or not it can be printed, so an error has to name it.
fn print_created(created: &CreatedApiToken, json: bool) -> Outcome {
    let id = &created.token.api_token_id;
    let printed = if json {
        output::json(created)
    } else {
        let value = created.api_token.expose();
        output::line(format_args!("api_token_id  {id}\napi_token     {value}"))
    };
    printed.map_err(|error| {
        format!("the API access token {id} was made, but its value could not be printed: {error}")
            .into()
    })
}

fn print_list(tokens: &[ApiTokenView], json: bool) -> Outcome {
    if json {
        return Ok(output::json(&tokens)?);
    }
    output::line(format_args!(
        "{:<29}  {:<7}  {:<20}  NAME",
        "API_TOKEN_ID", "STATUS", "EXPIRES"
    ))?;
    for token in tokens {
        let expires = token
            .expires_at
            .map_or_else(|| "never".to_owned(), |end| end.to_string());
        let status = match token.status {
            ApiTokenStatus::Active => "active",
            ApiTokenStatus::Stopped => "stopped",
        };
        output::line(format_args!(
            "{:<29}  {status:<7}  {expires:<20}  {}",
            token.api_token_id, token.name
        ))?;
    }
    Ok(())
}
