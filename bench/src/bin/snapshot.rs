//! The revocation snapshot of 10,000 stopped clients: how large it is, and how long it takes to make it and to
//! see that nothing has changed.
//!
//! The table is the one in this process, so what DynamoDB takes for its part comes on top: three small reads and
//! a query of as many megabytes as are printed.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use m2m_aws::config::StoresConfig;
use m2m_aws::{Stores, tables};
use m2m_core::clock::{Clock, SystemClock};
use m2m_core::keys::{self, KeyRing, SigningAlgorithm};
use m2m_core::ports::kept_until;
use m2m_core::random::SystemRandom;
use m2m_core::revocation::Snapshots;
use m2m_local::stand_in::StandIn;
use m2m_types::issuer::Issuer;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How many clients were stopped within a day.
const STOPPED: usize = 10_000;
/// How often an unchanged snapshot is asked for.
const REPEATS: u32 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told when standard error is gone.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<()> {
    let config = StoresConfig {
        table: "m2m-bench".to_owned(),
        secret_prefix: "m2m/bench".to_owned(),
        secret_kms_key: None,
    };
    let sdk = StandIn::memory()?.sdk_config();
    tables::create_table_if_missing(&sdk, &config).await?;
    let issuer = Issuer::parse("https://auth.example")?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stores = Stores::new(&sdk, &config, &issuer, Arc::new(SystemRandom));
    keys::provision(&*stores.keys, SigningAlgorithm::Es256, &*clock).await?;
    let stored = stop_clients(&Client::new(&sdk), &config.table, &*clock).await?;

    let keys = Arc::new(KeyRing::new(
        stores.keys,
        SigningAlgorithm::Es256,
        Arc::clone(&clock),
    ));
    let snapshots = Snapshots::new(issuer, stores.revocations, keys, clock);
    let started = Instant::now();
    let snapshot = snapshots.current().await?;
    let made = started.elapsed();
    let started = Instant::now();
    for _ in 0..REPEATS {
        snapshots.current().await?;
    }
    let unchanged = started.elapsed() / REPEATS;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "snapshot of {STOPPED} stopped clients: {:.0} kB from {:.1} MB of the table, made in {:.1} ms, found unchanged in {:.2} ms",
        snapshot.len() as f64 / 1e3,
        stored as f64 / 1e6,
        milliseconds(made),
        milliseconds(unchanged),
    )?;
    Ok(())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Writes what the stops of clients write beside the clients; how many bytes.
async fn stop_clients(dynamodb: &Client, table: &str, clock: &dyn Clock) -> Outcome<usize> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: i64| AttributeValue::N(number.to_string());
    let expires_at = kept_until(clock.now()).as_second();
    let mut bytes = 0;
    for client in 0..STOPPED {
        // As long as the ids of ours.
        let sort_key = format!("CLIENT#m2m_{client:026}");
        bytes += sort_key.len() + 69;
        dynamodb
            .put_item()
            .table_name(table)
            .item("pk", text("REVOCATIONS"))
            .item("sk", text(&sort_key))
            .item("schema_version", number(1))
            .item("generation", number(1))
            .item("expires_at", number(expires_at))
            .send()
            .await?;
    }
    Ok(bytes)
}
