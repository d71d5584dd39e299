//! DynamoDB: `dynoxide` behind the wire format of the AWS JSON 1.0 protocol.
//!
//! The crate has a dispatcher of its own, but only inside its HTTP server, which wants a port. This
//! one calls the same typed operations.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, UNIX_EPOCH};

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ambient::Clock;
use super::answer::Answer;
use super::error::StandInError;

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// A DynamoDB with its tables.
///
/// `dynoxide` puts a lock around its connection, and a write holds it until the disk has the
/// change. So point reads of a file have a second connection: SQLite lets readers pass a writer,
/// and they see all that was committed before they began.
pub(super) struct DynamoDb {
    writer: Database,
    reader: RwLock<Database>,
    file: Option<String>,
}

impl DynamoDb {
    /// Opens the tables in `file`, which may be empty.
    pub(super) fn open(file: &Path) -> Result<Self, StandInError> {
        let file = file.to_string_lossy().into_owned();
        let writer = Database::new(&file)?;
        let reader = RwLock::new(Database::new(&file)?);
        Ok(Self {
            writer,
            reader,
            file: Some(file),
        })
    }

    /// No tables yet, and none kept.
    pub(super) fn memory(clock: Clock) -> Result<Self, StandInError> {
        let writer = Database::memory_with_clock(Arc::new(Told(clock)))?;
        Ok(Self {
            reader: RwLock::new(writer.clone()),
            writer,
            file: None,
        })
    }

    /// Removes the items whose time to live has ended, and tells how many those were.
    pub(super) fn remove_expired(&self) -> Result<usize, StandInError> {
        Ok(self.writer.sweep_ttl()?)
    }

    /// Answers one call of `operation`.
    pub(super) fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        let reply = self
            .read_points(operation, body)
            .or_else(|| self.use_items(operation, body))
            .or_else(|| self.describe_tables(operation, body))
            .or_else(|| self.change_tables(operation, body));
        match reply {
            Some(Ok(body)) => Answer::success(CONTENT_TYPE, body),
            Some(Err(error)) => refuse(&error),
            None => Answer::unknown_operation(&format!("DynamoDB_20120810.{operation}")),
        }
    }

    fn read_points(&self, operation: &str, body: &[u8]) -> Option<Reply> {
        Some(match operation {
            "BatchGetItem" => call(body, |request| self.reader().batch_get_item(request)),
            "GetItem" => call(body, |request| self.reader().get_item(request)),
            _ => return None,
        })
    }

    /// Writes, and the reads that are not quick or must see one state of several items.
    fn use_items(&self, operation: &str, body: &[u8]) -> Option<Reply> {
        let db = &self.writer;
        Some(match operation {
            "BatchWriteItem" => call(body, |request| db.batch_write_item(request)),
            "DeleteItem" => call(body, |request| db.delete_item(request)),
            "PutItem" => call(body, |request| db.put_item(request)),
            "Query" => call(body, |request| db.query(request)),
            "Scan" => call(body, |request| db.scan(request)),
            "TransactGetItems" => call(body, |request| db.transact_get_items(request)),
            "TransactWriteItems" => call(body, |request| db.transact_write_items(request)),
            "UpdateItem" => call(body, |request| db.update_item(request)),
            _ => return None,
        })
    }

    fn describe_tables(&self, operation: &str, body: &[u8]) -> Option<Reply> {
        let db = &self.writer;
        Some(match operation {
            "DescribeTable" => call(body, |request| db.describe_table(request)),
            "DescribeTimeToLive" => call(body, |request| db.describe_time_to_live(request)),
            "ListTables" => call(body, |request| db.list_tables(request)),
            "ListTagsOfResource" => call(body, |request| db.list_tags_of_resource(request)),
            _ => return None,
        })
    }

    fn change_tables(&self, operation: &str, body: &[u8]) -> Option<Reply> {
        let db = &self.writer;
        let reply = match operation {
            "CreateTable" => call(body, |request| db.create_table(request)),
            "DeleteTable" => call(body, |request| db.delete_table(request)),
            "TagResource" => call(body, |request| db.tag_resource(request)),
            "UntagResource" => call(body, |request| db.untag_resource(request)),
            "UpdateTable" => call(body, |request| db.update_table(request)),
            "UpdateTimeToLive" => call(body, |request| db.update_time_to_live(request)),
            _ => return None,
        };
        Some(reply.and_then(|body| self.renew_reader().map(|()| body)))
    }

    fn reader(&self) -> RwLockReadGuard<'_, Database> {
        self.reader.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection remembers the tables' keys, so it must not outlive a change of them.
    fn renew_reader(&self) -> Result<(), DynoxideError> {
        if let Some(file) = &self.file {
            let renewed = Database::new(file)?;
            *self.reader.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        }
        Ok(())
    }
}

/// A clock of ours, for `dynoxide`.
struct Told(Clock);

impl dynoxide::storage_backend::Clock for Told {
    fn now_unix_secs(&self) -> u64 {
        self.since_1970().as_secs()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.since_1970().as_secs_f64()
    }
}

impl Told {
    /// Times before 1970 count as 1970.
    fn since_1970(&self) -> Duration {
        (self.0)().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

/// An answer's body, or why there is none.
type Reply = Result<Vec<u8>, DynoxideError>;

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
    let text = error.to_string();
    // DynamoDB does not tell the position.
    let message = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(message, _)| message);
    for mark in ["VALIDATION_REQUEST:", "VALIDATION_AS_READ:", "VALIDATION:"] {
        if let Some(message) = message.strip_prefix(mark) {
            return DynoxideError::ValidationException(message.to_owned());
        }
    }
    let signs = [
        "missing field",
        "unknown variant",
        "invalid type: null",
        "AttributeValue",
    ];
    if signs.iter().any(|sign| message.contains(sign)) {
        return DynoxideError::ValidationException(message.to_owned());
    }
    DynoxideError::SerializationException(message.to_owned())
}

fn refuse(error: &DynoxideError) -> Answer {
    Answer {
        status: error.status_code(),
        content_type: CONTENT_TYPE,
        error_type: Some(error.error_type().to_owned()),
        body: error.to_json().into_bytes(),
    }
}
