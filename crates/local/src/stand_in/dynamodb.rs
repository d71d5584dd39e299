//! DynamoDB: `dynoxide` behind the wire format of the AWS JSON 1.0 protocol.
//!
//! The crate has a dispatcher of its own, but only inside its HTTP server, which wants a port. This
//! one calls the same typed operations.

use std::path::Path;

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::error::StandInError;

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// A DynamoDB with its tables.
pub(super) struct DynamoDb {
    database: Database,
}

impl DynamoDb {
    /// Opens the tables in `file`, which may be empty.
    pub(super) fn open(file: &Path) -> Result<Self, StandInError> {
        let database = Database::new(&file.to_string_lossy())?;
        Ok(Self { database })
    }

    /// No tables yet, and none kept.
    pub(super) fn memory() -> Result<Self, StandInError> {
        Ok(Self {
            database: Database::memory()?,
        })
    }

    /// Answers one call of `operation`.
    pub(super) fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        match self.run(operation, body) {
            Some(Ok(body)) => Answer::success(CONTENT_TYPE, body),
            Some(Err(error)) => refuse(&error),
            None => Answer::unknown_operation(&format!("DynamoDB_20120810.{operation}")),
        }
    }

    /// Runs `operation`; `None` if there is no such operation.
    fn run(&self, operation: &str, body: &[u8]) -> Option<Result<Vec<u8>, DynoxideError>> {
        let db = &self.database;
        let result = match operation {
            "BatchGetItem" => call(body, |request| db.batch_get_item(request)),
            "BatchWriteItem" => call(body, |request| db.batch_write_item(request)),
            "CreateTable" => call(body, |request| db.create_table(request)),
            "DeleteItem" => call(body, |request| db.delete_item(request)),
            "DeleteTable" => call(body, |request| db.delete_table(request)),
            "DescribeTable" => call(body, |request| db.describe_table(request)),
            "DescribeTimeToLive" => call(body, |request| db.describe_time_to_live(request)),
            "GetItem" => call(body, |request| db.get_item(request)),
            "ListTables" => call(body, |request| db.list_tables(request)),
            "ListTagsOfResource" => call(body, |request| db.list_tags_of_resource(request)),
            "PutItem" => call(body, |request| db.put_item(request)),
            "Query" => call(body, |request| db.query(request)),
            "Scan" => call(body, |request| db.scan(request)),
            "TagResource" => call(body, |request| db.tag_resource(request)),
            "TransactGetItems" => call(body, |request| db.transact_get_items(request)),
            "TransactWriteItems" => call(body, |request| db.transact_write_items(request)),
            "UntagResource" => call(body, |request| db.untag_resource(request)),
            "UpdateItem" => call(body, |request| db.update_item(request)),
            "UpdateTable" => call(body, |request| db.update_table(request)),
            "UpdateTimeToLive" => call(body, |request| db.update_time_to_live(request)),
            _ => return None,
        };
        Some(result)
    }
}

fn call<Request, Response>(
    body: &[u8],
    run: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<Vec<u8>, DynoxideError>
where
    Request: DeserializeOwned,
    Response: Serialize,
{
    let request = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    let response = run(request)?;
    serde_json::to_vec(&response)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// A request that could not be read. The parsers of `dynoxide` mark what DynamoDB calls a
/// validation failure by a prefix of the message.
fn malformed(error: &serde_json::Error) -> DynoxideError {
    let message = error.to_string();
    for mark in ["VALIDATION_REQUEST:", "VALIDATION_AS_READ:", "VALIDATION:"] {
        if let Some(message) = message.strip_prefix(mark) {
            return DynoxideError::ValidationException(message.to_owned());
        }
    }
    if [
        "missing field",
        "unknown variant",
        "invalid type: null",
        "AttributeValue",
    ]
    .iter()
    .any(|sign| message.contains(sign))
    {
        return DynoxideError::ValidationException(message);
    }
    DynoxideError::SerializationException(message)
}

fn refuse(error: &DynoxideError) -> Answer {
    Answer {
        status: error.status_code(),
        content_type: CONTENT_TYPE,
        error_type: Some(error.error_type().to_owned()),
        body: error.to_json().into_bytes(),
    }
}
