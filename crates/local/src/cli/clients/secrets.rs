//! `m2m clients secrets`.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use m2m_client::{Api, RetireSecret};
use m2m_types::admin::secret::{AddedSecret, NewSecret, SecretRotation, SecretView};
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;

use super::{new_key, second};
use crate::cli::{Outcome, output};

#[derive(Debug, Args)]
pub(super) struct Secrets {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List what is known of a client's secrets, never their values.
    List {
        /// Whose.
        client_id: ClientId,
    },
    /// Make a second secret; it is printed this once.
    Rotate {
        /// For whom.
        client_id: ClientId,
        /// How many seconds the one before still works; left out: until it is retired.
        #[arg(long)]
        overlap_seconds: Option<u32>,
        /// When the new one stops working, as in 2027-01-31T00:00:00Z; left out: never.
        #[arg(long)]
        expires_at: Option<Timestamp>,
    },
    /// Tell whether the old secret can be retired, and why.
    Rotation {
        /// Whose.
        client_id: ClientId,
    },
    /// End a secret that nobody uses any more.
    Retire {
        /// Whose.
        client_id: ClientId,
        /// Which one.
        secret_id: SecretId,
        /// Also if programs use it.
        #[arg(long)]
        force: bool,
        /// Let it work for so many seconds more.
        #[arg(long)]
        overlap_seconds: Option<u32>,
    },
    /// Take a rotation back: the new secret ends, the one before has its former end again.
    Cancel {
        /// Whose.
        client_id: ClientId,
        /// The new one.
        secret_id: SecretId,
    },
}

impl Secrets {
    pub(super) async fn run(self, api: &Api, json: bool) -> Outcome {
        match self.action {
            Action::List { client_id } => print_list(&api.list_secrets(&client_id).await?, json),
            Action::Rotate {
                client_id,
                overlap_seconds,
                expires_at,
            } => {
                let new = NewSecret {
                    overlap_seconds,
                    expires_at,
                    client_secret: None,
                };
                print_added(&api.add_secret(&client_id, &new, &new_key()).await?, json)
            }
            Action::Rotation { client_id } => {
                print_rotation(&api.secret_rotation(&client_id).await?, json)
            }
            Action::Retire {
                client_id,
                secret_id,
                force,
                overlap_seconds,
            } => {
                let retirement = RetireSecret {
                    force,
                    overlap_seconds,
                };
                api.retire_secret(&client_id, &secret_id, &retirement)
                    .await?;
                output::remark(format_args!("retired {secret_id}"));
                Ok(())
            }
            Action::Cancel {
                client_id,
                secret_id,
            } => print_list(
                &[api
                    .cancel_secret(&client_id, &secret_id, &new_key())
                    .await?],
                json,
            ),
        }
    }
}

fn print_list(secrets: &[SecretView], json: bool) -> Outcome {
    if json {
        return Ok(output::json(&secrets)?);
    }
    let header = format_args!(
        "{:<36}  {:<4}  {:<20}  {:<20}  LAST USED",
        "SECRET_ID", "HINT", "CREATED", "EXPIRES"
    );
    output::line(header)?;
    let or_never = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), second);
    for secret in secrets {
        output::line(format_args!(
            "{:<36}  {:<4}  {:<20}  {:<20}  {}",
            secret.secret_id,
            secret.hint,
            second(secret.created_at),
            or_never(secret.expires_at),
            or_never(secret.last_used_at)
        ))?;
    }
    Ok(())
}

/// The secret exists whether or not it can be printed, so an error has to name it.
fn print_added(added: &AddedSecret, json: bool) -> Outcome {
    let id = &added.secret.secret_id;
    let printed = match &added.client_secret {
        Some(value) if !json => {
            let value = value.expose();
            output::line(format_args!("secret_id      {id}\nclient_secret  {value}"))
        }
        Some(_) | None => output::json(added),
    };
    printed.map_err(|error| {
        format!("the secret {id} was made, but it could not be printed: {error}").into()
    })
}

fn print_rotation(rotation: &SecretRotation, json: bool) -> Outcome {
    if json {
        return Ok(output::json(rotation)?);
    }
    let verdict = if rotation.safe_to_retire {
        "safe to retire"
    } else {
        "not safe to retire"
    };
    Ok(output::line(format_args!(
        "{verdict}: {}",
        rotation.because
    ))?)
}
