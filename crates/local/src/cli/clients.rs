//! `m2m clients`.

mod secrets;

use clap::{Args, Subcommand};
use m2m_core::random::{Random, SystemRandom};
use m2m_types::admin::client::{ClientView, CreateClient, CreatedClient};
use m2m_types::client_id::ClientId;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::{ClientName, Description};
use m2m_types::scope::ScopeSet;

use super::connection::Connection;
use super::{Outcome, output};

#[derive(Debug, Args)]
pub(super) struct Clients {
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
    /// Make a client; its secret is printed this once.
    Create {
        /// What people call it.
        name: ClientName,
        /// What it is for.
        #[arg(long)]
        description: Option<Description>,
        /// What it may ask for: scopes with spaces between them; left out: all that its owner may.
        #[arg(long, value_parser = ScopeSet::parse)]
        scopes: Option<ScopeSet>,
    },
    /// List your clients.
    List,
    /// Show a client.
    Get {
        /// Which one.
        client_id: ClientId,
    },
    /// Delete a client; its tokens are dead at once.
    Delete {
        /// Which one.
        client_id: ClientId,
    },
    /// Rotate a client's secret without downtime.
    Secrets(secrets::Secrets),
}

impl Clients {
    pub(super) async fn run(self) -> Outcome {
        let api = self.connection.api()?;
        match self.action {
            Action::Create {
                name,
                description,
                scopes,
            } => {
                if scopes.is_none() {
                    output::remark(
                        "without --scopes the client may ask for all that its owner may, by name also for the \
                         scopes of the management API; --scopes 'one another' gives it less",
                    );
                }
                let request = CreateClient {
                    description,
                    scopes,
                    ..CreateClient::named(name)
                };
                let created = api.create_client(&request, &new_key()).await?;
                print_created(&created.body, self.json)
            }
            Action::List => print_list(&api.all_clients().await?, self.json),
            Action::Get { client_id } => Ok(output::json(&api.get_client(&client_id).await?.body)?),
            Action::Delete { client_id } => {
                api.delete_client(&client_id).await?;
                output::remark(format_args!("deleted {client_id}"));
                Ok(())
            }
            Action::Secrets(secrets) => secrets.run(&api, self.json).await,
        }
    }
}

/// A key for this one create and its retries.
pub(super) fn new_key() -> IdempotencyKey {
    let random: &dyn Random = &SystemRandom;
    IdempotencyKey::from_random_bytes(&random.bytes())
}

/// The client exists whether or not it can be printed, so an error has to name it.
fn print_created(created: &CreatedClient, json: bool) -> Outcome {
    let id = &created.client.client_id;
    let printed = match &created.secret {
        Some(secret) if !json => {
            let secret = secret.client_secret.expose();
            output::line(format_args!("client_id      {id}\nclient_secret  {secret}"))
        }
        Some(_) | None => output::json(created),
    };
    printed.map_err(|error| {
        format!("the client {id} was made, but its secret could not be printed: {error}").into()
    })
}

fn print_list(clients: &[ClientView], json: bool) -> Outcome {
    if json {
        return Ok(output::json(&clients)?);
    }
    output::line(format_args!(
        "{:<30}  {:<20}  {:<20}  NAME",
        "CLIENT_ID", "CREATED", "LAST USED"
    ))?;
    for client in clients {
        let last_used = client
            .last_used_at
            .map_or_else(|| "never".to_owned(), second);
        output::line(format_args!(
            "{:<30}  {:<20}  {last_used:<20}  {}",
            client.client_id,
            second(client.created_at),
            client.name
        ))?;
    }
    Ok(())
}

/// RFC 3339 without fractions.
fn second(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
