//! Secrets Manager: a small store of ours, encrypted at rest, with the behaviours of the service
//! that its callers can notice.
//!
//! One file per operation; the rules about versions and staging labels, which several share, are
//! in [`versions`]. Not kept: `LastAccessedDate`, since every read would become a write; rotation,
//! replication and resource policies are refused by name.

mod batch_get_secret_value;
mod call;
mod create_secret;
mod delete_secret;
mod describe_secret;
mod error;
mod filters;
mod get_secret_value;
mod list_secret_version_ids;
mod list_secrets;
mod pages;
mod put_secret_value;
mod restore_secret;
mod rows;
mod seal;
mod store;
mod tags;
mod update_secret;
mod update_secret_version_stage;
mod value;
mod versions;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) use store::Secrets;

use super::answer::Answer;
use call::Call;
use error::SecretsError;

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

impl Secrets {
    /// Answers one call of `operation`.
    pub(super) fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        match self.run(operation, body) {
            Some(Ok(body)) => Answer::success(CONTENT_TYPE, body),
            Some(Err(error)) => error.answer(),
            None => Answer::unknown_operation(&format!("secretsmanager.{operation}")),
        }
    }

    /// Runs `operation`; `None` if there is no such operation.
    fn run(&self, operation: &str, body: &[u8]) -> Option<Result<Vec<u8>, SecretsError>> {
        Some(match operation {
            "BatchGetSecretValue" => self.read(body, batch_get_secret_value::run),
            "CreateSecret" => self.write(body, create_secret::run),
            "DeleteSecret" => self.write(body, delete_secret::run),
            "DescribeSecret" => self.read(body, describe_secret::run),
            "GetSecretValue" => self.read(body, get_secret_value::run),
            "ListSecretVersionIds" => self.read(body, list_secret_version_ids::run),
            "ListSecrets" => self.read(body, list_secrets::run),
            "PutSecretValue" => self.write(body, put_secret_value::run),
            "RestoreSecret" => self.write(body, restore_secret::run),
            "TagResource" => self.write(body, tags::tag_resource),
            "UntagResource" => self.write(body, tags::untag_resource),
            "UpdateSecret" => self.write(body, update_secret::run),
            "UpdateSecretVersionStage" => self.write(body, update_secret_version_stage::run),
            _ => return None,
        })
    }

    fn read<Request: DeserializeOwned, Response: Serialize>(
        &self,
        body: &[u8],
        run: impl FnOnce(&Call<'_>, Request) -> Result<Response, SecretsError>,
    ) -> Result<Vec<u8>, SecretsError> {
        let request = parse(body)?;
        self.with_rows(|call| render(&run(call, request)?))
    }

    /// The answer is rendered before the commit, so that nothing changes if it cannot be.
    fn write<Request: DeserializeOwned, Response: Serialize>(
        &self,
        body: &[u8],
        run: impl FnOnce(&Call<'_>, Request) -> Result<Response, SecretsError>,
    ) -> Result<Vec<u8>, SecretsError> {
        let request = parse(body)?;
        self.with_changes(|call| render(&run(call, request)?))
    }
}

/// The parser's own message might quote a value, so only the place is told.
fn parse<Request: DeserializeOwned>(body: &[u8]) -> Result<Request, SecretsError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = match error.to_string() {
            text if text.starts_with("unknown field") || text.starts_with("missing field") => text,
            _ => format!("at line {} column {}", error.line(), error.column()),
        };
        SecretsError::Malformed(message)
    })
}

fn render<Response: Serialize>(response: &Response) -> Result<Vec<u8>, SecretsError> {
    serde_json::to_vec(response).map_err(|_| SecretsError::Internal("an answer was not rendered"))
}
