//! DynamoDB and Secrets Manager in this process, behind the AWS SDK.
//!
//! The SDK's HTTP connector is replaced by one that answers in process: DynamoDB with `dynoxide`
//! (DynamoDB on SQLite), Secrets Manager with a small store of ours, encrypted at rest. So the code
//! that runs on a laptop is the code that runs in AWS: no second adapter, no ports, no credentials.
//! [`StandIn::serve`] offers the same on a loopback port, for programs that are told of it by
//! `AWS_ENDPOINT_URL`.
//!
//! ```no_run
//! # use m2m_local::stand_in::{StandIn, StandInError};
//! # use std::path::Path;
//! # fn main() -> Result<(), StandInError> {
//! let stand_in = StandIn::open(Path::new(".m2m"))?;
//! let config = stand_in.sdk_config();
//! // let dynamodb = aws_sdk_dynamodb::Client::new(&config);
//! // let secrets = aws_sdk_secretsmanager::Client::new(&config);
//! # Ok(())
//! # }
//! ```

mod ambient;
mod answer;
mod config;
mod connector;
mod data_dir;
mod dynamodb;
mod error;
#[cfg(feature = "faults")]
pub mod faults;
mod route;
mod secrets;
mod serve;
mod writes;

use std::path::Path;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use zeroize::Zeroizing;

pub use ambient::{Ambient, Clock, Random, RandomError};
pub use error::StandInError;

use answer::Answer;
use data_dir::DataDir;
use dynamodb::DynamoDb;
use route::{Service, Target};
use secrets::Secrets;
use writes::Writes;

/// The in-process DynamoDB and Secrets Manager. Clones share the same stores.
#[derive(Clone)]
pub struct StandIn {
    stores: Arc<Stores>,
}

struct Stores {
    dynamodb: DynamoDb,
    secrets: Secrets,
    writes: Arc<Writes>,
    /// Holds the lock on the directory; `None` in memory.
    data_dir: Option<DataDir>,
}

impl StandIn {
    /// Opens the stores in `data_dir`, making what is not there yet: the directory itself (mode
    /// 0700), `secrets.key`, `secrets.db` and `dynamodb.db` (mode 0600).
    ///
    /// # Errors
    /// When another process has the directory open, when files of an earlier run are missing or
    /// do not belong together, and when the disk fails.
    pub fn open(data_dir: &Path) -> Result<Self, StandInError> {
        Self::open_with(data_dir, Ambient::system())
    }

    /// [`StandIn::open`] with a clock and a source of randomness of the caller's.
    ///
    /// # Errors
    /// As [`StandIn::open`].
    pub fn open_with(data_dir: &Path, ambient: Ambient) -> Result<Self, StandInError> {
        let data_dir = DataDir::open(data_dir)?;
        let key = data_dir.secrets_key(&ambient)?;
        // In this order, so that a directory with a `dynamodb.db` always has the other two.
        let secrets = Secrets::open(&data_dir.secrets_db()?, &key, ambient)?;
        let dynamodb = DynamoDb::open(&data_dir.dynamodb_db()?)?;
        Ok(Self::of(dynamodb, secrets, Some(data_dir)))
    }

    /// Empty stores in memory, for tests.
    ///
    /// # Errors
    /// When SQLite cannot be started.
    pub fn memory() -> Result<Self, StandInError> {
        Self::memory_with(Ambient::system())
    }

    /// [`StandIn::memory`] with a clock and a source of randomness of the caller's.
    ///
    /// # Errors
    /// As [`StandIn::memory`].
    pub fn memory_with(ambient: Ambient) -> Result<Self, StandInError> {
        let dynamodb = DynamoDb::memory(Arc::clone(&ambient.clock))?;
        Ok(Self::of(dynamodb, Secrets::memory(ambient)?, None))
    }

    fn of(dynamodb: DynamoDb, secrets: Secrets, data_dir: Option<DataDir>) -> Self {
        let stores = Stores {
            dynamodb,
            secrets,
            writes: Arc::default(),
            data_dir,
        };
        Self {
            stores: Arc::new(stores),
        }
    }

    /// An HTTP client for the SDK which answers in process, whatever address it is given.
    pub fn http_client(&self) -> SharedHttpClient {
        connector::http_client(self.clone())
    }

    /// The configuration to make both SDK clients from. Reads nothing from the environment.
    pub fn sdk_config(&self) -> SdkConfig {
        config::sdk_config(self.http_client())
    }

    /// Removes the DynamoDB items whose time to live has ended, and tells how many those were. AWS
    /// does this by itself, within days; here it happens when asked for. May wait for the disk.
    ///
    /// # Errors
    /// When the items could not be read or removed.
    pub fn remove_expired_items(&self) -> Result<usize, StandInError> {
        let _write = self.stores.writes.begin();
        self.stores.dynamodb.remove_expired()
    }

    /// How many writes of items have been, if none is under way, whether or not anybody still waits for it.
    /// Two equal answers: no item was changed in between.
    pub(crate) fn quiet(&self) -> Option<u64> {
        self.stores.writes.quiet()
    }

    /// Answers one call. `target` is the `X-Amz-Target` header.
    ///
    /// A point read of a file takes microseconds and is done here and now. Everything else may
    /// wait for the disk, several milliseconds on some, and goes to another thread: the caller's
    /// may be the one that serves all token requests. In memory nothing waits.
    async fn answer(&self, target: &str, body: &[u8]) -> Answer {
        let Some(target) = Target::parse(target) else {
            return Answer::unknown_operation(target);
        };
        // Before the first await: a caller that gives up then has either begun no write or one that counts.
        let write = target
            .may_change_items()
            .then(|| self.stores.writes.begin());
        if self.stores.data_dir.is_none() || target.is_point_read() {
            return self.stores.answer(&target, body);
        }
        let stores = Arc::clone(&self.stores);
        let body = Zeroizing::new(body.to_vec());
        let answer = move || {
            let _write = write;
            stores.answer(&target, &body)
        };
        tokio::task::spawn_blocking(answer)
            .await
            .unwrap_or_else(|_| Answer::failure("The stand-in failed; the call may have worked."))
    }
}

impl std::fmt::Debug for StandIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StandIn")
            .field("data_dir", &self.stores.data_dir)
            .finish_non_exhaustive()
    }
}

impl Stores {
    fn answer(&self, target: &Target, body: &[u8]) -> Answer {
        match target.service {
            Service::DynamoDb => self.dynamodb.answer(&target.operation, body),
            Service::SecretsManager => self.secrets.answer(&target.operation, body),
        }
    }
}
