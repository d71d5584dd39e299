//! How fast the stand-in is: `cargo run --release -p m2m-local --example stand_in_throughput`.
//!
//! Everything runs through the SDK on one thread, as it does behind the local server.

#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(
    clippy::unwrap_used,
    reason = "a measurement may stop at the first failure"
)]

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use m2m_local::stand_in::StandIn;

const RUN: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    measure("memory", &StandIn::memory().unwrap()).await;
    let directory = tempfile::tempdir_in(".").unwrap();
    measure(
        "file",
        &StandIn::open(&directory.path().join("data")).unwrap(),
    )
    .await;
}

async fn measure(name: &str, stand_in: &StandIn) {
    let client = Client::new(&stand_in.sdk_config());
    create_table(&client).await;
    put(&client, "0").await;
    report(name, "PutItem", 1, run(1, || put(&client, "1"), RUN).await);
    report(name, "PutItem", 8, run(8, || put(&client, "1"), RUN).await);
    report(name, "GetItem", 1, run(1, || get(&client), RUN).await);
    report(name, "GetItem", 8, run(8, || get(&client), RUN).await);
    let writes = run(1, || put(&client, "2"), RUN);
    let (writes, reads) = tokio::join!(writes, run(1, || get(&client), RUN));
    report(name, "PutItem beside GetItem", 1, writes);
    report(name, "GetItem beside PutItem", 1, reads);
}

/// Latencies of `call`, made over and over by `callers` at once.
async fn run<F: Future<Output = ()>>(
    callers: usize,
    call: impl Fn() -> F,
    time: Duration,
) -> Vec<Duration> {
    let end = Instant::now() + time;
    let callers = (0..callers).map(|_| async {
        let mut latencies = Vec::new();
        while Instant::now() < end {
            let start = Instant::now();
            call().await;
            latencies.push(start.elapsed());
            tokio::task::yield_now().await;
        }
        latencies
    });
    let mut all = all(callers.map(Box::pin).collect()).await.concat();
    all.sort();
    all
}

/// Waits for all futures at once.
async fn all<F: Future + Unpin>(mut futures: Vec<F>) -> Vec<F::Output> {
    let mut outputs: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        let mut waiting = false;
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none() {
                match std::pin::Pin::new(future).poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(outputs.iter_mut().filter_map(Option::take).collect())
    })
    .await
}

fn report(name: &str, operation: &str, callers: usize, latencies: Vec<Duration>) {
    let at = |percent: usize| latencies[(latencies.len() - 1) * percent / 100];
    println!(
        "{name:6} {operation:22} callers {callers}: {:6.0}/s  p50 {:?}  p99 {:?}",
        latencies.len() as f64 / RUN.as_secs_f64(),
        at(50),
        at(99)
    );
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn put(client: &Client, sk: &str) {
    let put = client
        .put_item()
        .table_name("items")
        .item("pk", text("a"))
        .item("sk", text(sk));
    put.item("value", text(&"v".repeat(500)))
        .send()
        .await
        .unwrap();
}

async fn get(client: &Client) {
    let get = client
        .get_item()
        .table_name("items")
        .key("pk", text("a"))
        .key("sk", text("0"));
    get.consistent_read(true).send().await.unwrap();
}

async fn create_table(client: &Client) {
    let mut create = client.create_table().table_name("items");
    for (name, key) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(key)
            .build();
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build();
        create = create
            .key_schema(key.unwrap())
            .attribute_definitions(attribute.unwrap());
    }
    create
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}
