//! `make demo`: from `terraform apply` to a verified token and its end, on real parts.
//!
//! Every step is checked; the exit status is 0 only if all of them held.

mod child;
mod machine;
mod say;
mod server;
mod terraform;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use m2m_core::random::{Random, SystemRandom};
use m2m_types::admin::client::CreateClient;
use m2m_types::client_id::ClientId;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::ClientName;
use m2m_types::scope::ScopeSet;

use crate::machine::Machine;
use crate::server::Server;
use crate::terraform::Terraform;

/// What a step may end with.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What the demo's client may do: read orders, and look at clients, so that its token can be shown to die.
const SCOPES: &str = "orders:read clients:read";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failed(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<()> {
    let binaries = std::env::current_exe()?
        .parent()
        .map(Path::to_owned)
        .ok_or("the demo has no directory")?;
    let work = tempfile::Builder::new().prefix("m2m-demo-").tempdir()?;

    let server = Server::start(&binaries, &work.path().join("data")).await?;
    say::step(
        "the service answers over HTTPS",
        server.admin().endpoint.as_str(),
    );

    let terraform = Terraform::find(&binaries, work.path(), server.admin()).await?;
    let client_id = match &terraform {
        Some(terraform) => create_with_terraform(terraform).await?,
        None => create_with_api(&server).await?,
    };

    let machine = Machine::new(&server, &client_id).await?;
    say::step(
        "a machine has the client's credentials",
        &format!("{client_id} and its secret"),
    );
    let token = machine.token(None).await?;
    let claims = verify::against_published_keys(&server, &client_id, token.expose()).await?;
    say::step("its token verifies against the published keys", "");
    say::json(&claims)?;

    let management = machine.token(Some("/v1")).await?;
    machine.expect_accepted(&management).await?;
    say::step("the token is accepted", "GET /v1/me: 200");

    match &terraform {
        Some(terraform) => terraform.destroy().await?,
        None => server.api()?.delete_client(&client_id).await?,
    }
    say::step("the client is deleted", client_id.as_str());
    machine.expect_refused(&management).await?;
    say::step("the same token is refused", "GET /v1/me: 401 invalid_token");
    machine.expect_no_token().await?;
    say::step(
        "and there is no new one",
        "POST /oauth/token: 401 invalid_client",
    );

    server.stop().await?;
    say::how_to_go_on(terraform.is_some())
}

async fn create_with_terraform(terraform: &Terraform) -> Outcome<ClientId> {
    terraform.init().await?;
    terraform.apply().await?;
    let client_id = terraform.output("client_id").await?;
    say::step("terraform apply made an M2M OAuth client", &client_id);
    terraform.expect_empty_plan().await?;
    say::step("a second plan is empty", "");
    Ok(ClientId::parse(client_id)?)
}

async fn create_with_api(server: &Server) -> Outcome<ClientId> {
    say::remark(
        "there is no terraform on this machine: the client is made through the API instead",
    );
    let request = CreateClient {
        scopes: Some(ScopeSet::parse(SCOPES)?),
        ..CreateClient::named(ClientName::parse("demo")?)
    };
    let random: &dyn Random = &SystemRandom;
    let key = IdempotencyKey::from_random_bytes(&random.bytes());
    let created = server.api()?.create_client(&request, &key).await?;
    let client_id = created.body.client.client_id;
    say::step("the API made an M2M OAuth client", client_id.as_str());
    Ok(client_id)
}

/// A binary that was built beside this one.
fn beside(binaries: &Path, name: &str) -> Outcome<PathBuf> {
    let path = binaries.join(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("{name} is not built: run `make demo`").into())
    }
}
