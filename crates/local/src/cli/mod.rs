//! The command line.

mod admin;
mod api_tokens;
mod aws_stand_in;
mod clients;
mod connection;
mod dev_login;
mod env;
mod output;
mod serve;
mod signals;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// M2M OAuth on this machine: serve it, and call it.
#[derive(Debug, Parser)]
#[command(name = "m2m", version, about, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the token endpoint and the management API from a data directory.
    Serve(serve::Serve),
    /// Print the admin client's credentials as exports, for `eval "$(m2m env)"`.
    Env(env::Env),
    /// Log in to a local service as anybody, and print the token that people call its management API with.
    DevLogin(dev_login::DevLogin),
    /// Get an access token and print it.
    Token(token::Token),
    /// Make, list, show and delete M2M OAuth clients.
    Clients(clients::Clients),
    /// Make, list and delete API access tokens.
    ApiTokens(api_tokens::ApiTokens),
    /// Make admin clients with an operator's credentials.
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Serve DynamoDB and Secrets Manager on a loopback port, for functions run by cargo-lambda.
    AwsStandIn(aws_stand_in::AwsStandIn),
}

/// What a command may end with.
type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> ExitCode {
    let outcome = runtime().and_then(|runtime| {
        runtime.block_on(async {
            match cli.command {
                Command::Serve(command) => command.run().await,
                Command::Env(command) => command.run(),
                Command::DevLogin(command) => command.run(),
                Command::Token(command) => command.run().await,
                Command::Clients(command) => command.run().await,
                Command::ApiTokens(command) => command.run().await,
                Command::Admin(command) => command.run().await,
                Command::AwsStandIn(command) => command.run().await,
            }
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&*error);
            ExitCode::FAILURE
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Box<dyn std::error::Error>> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
