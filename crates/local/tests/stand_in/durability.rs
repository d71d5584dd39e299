//! What was acknowledged is there after a sudden end.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::dynamodb::{create_table, get, put, text};
use crate::support::Clients;

/// In the environment of the process that is going to be killed: the directory it writes to.
const DIRECTORY: &str = "STAND_IN_TEST_DIRECTORY";

/// The test runs itself as another process, which writes until it is killed.
#[tokio::test]
async fn acknowledged_writes_survive_kill_9() {
    if let Ok(directory) = std::env::var(DIRECTORY) {
        write_forever(Path::new(&directory)).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let acknowledged = kill_after(directory.path(), 40);

    let clients = Clients::on(directory.path());
    for number in 0..=acknowledged {
        let name = number.to_string();
        assert_eq!(
            get(&clients.dynamodb, "a", &name).await.as_deref(),
            Some("value"),
            "{name}"
        );
        let secret = clients
            .secrets
            .get_secret_value()
            .secret_id(&name)
            .send()
            .await
            .unwrap();
        assert_eq!(
            secret.secret_string(),
            Some(format!("secret {name}").as_str())
        );
    }
}

/// Writes items and secrets, and tells of each pair after it was acknowledged.
#[expect(clippy::print_stdout, reason = "the other process reads it")]
async fn write_forever(directory: &Path) {
    let clients = Clients::on(directory);
    create_table(&clients.dynamodb).await;
    for number in 0_u32.. {
        let name = number.to_string();
        put(&clients.dynamodb, "a", &name, "value").await;
        let create = clients.secrets.create_secret().name(&name);
        create
            .secret_string(format!("secret {name}"))
            .send()
            .await
            .unwrap();
        println!("\nacknowledged {number}");
    }
}

/// Runs the writer, kills it after it told of so many writes, and returns the last it told of.
fn kill_after(directory: &Path, count: u32) -> u32 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "durability::acknowledged_writes_survive_kill_9",
            "--nocapture",
        ])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut numbers = lines.filter_map(|line| {
        line.strip_prefix("acknowledged ")
            .and_then(|n| n.parse::<u32>().ok())
    });
    numbers.find(|number| *number >= count).unwrap();
    // SIGKILL, in the middle of whatever it does.
    child.kill().unwrap();
    child.wait().unwrap();
    numbers.last().unwrap_or(count)
}

/// The test runs itself as another process, whose files may not grow beyond a megabyte.
#[tokio::test]
async fn on_a_full_disk_writes_fail_and_reads_go_on() {
    if let Ok(directory) = std::env::var(DIRECTORY) {
        return fill_up(Path::new(&directory)).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let name = "durability::on_a_full_disk_writes_fail_and_reads_go_on";
    // The signal would end the process; ignored, the write fails instead, as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" --exact \"$1\"";
    let status = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(DIRECTORY, directory.path())
        .status();
    assert!(status.unwrap().success());
    // With room again everything works.
    let clients = Clients::on(directory.path());
    put(&clients.dynamodb, "a", "new", "value").await;
    assert_eq!(
        get(&clients.dynamodb, "a", "first").await.as_deref(),
        Some("value")
    );
}

/// Writes until it fails, and then checks what still works.
async fn fill_up(directory: &Path) {
    let clients = Clients::on(directory);
    create_table(&clients.dynamodb).await;
    put(&clients.dynamodb, "a", "first", "value").await;
    let create = clients
        .secrets
        .create_secret()
        .name("one")
        .secret_string("secret");
    create.send().await.unwrap();
    let large = "x".repeat(60_000);
    let item_failure = loop {
        let put = clients
            .dynamodb
            .put_item()
            .table_name("items")
            .item("pk", text("a"));
        if let Err(error) = put
            .item("sk", text("large"))
            .item("v", text(&large))
            .send()
            .await
        {
            break error;
        }
    };
    assert_eq!(item_failure.raw_response().unwrap().status().as_u16(), 500);
    let secret_failure = loop {
        let put = clients
            .secrets
            .put_secret_value()
            .secret_id("one")
            .secret_string(&large);
        if let Err(error) = put.send().await {
            break error;
        }
    };
    assert!(
        secret_failure
            .into_service_error()
            .is_internal_service_error()
    );
    assert_eq!(
        get(&clients.dynamodb, "a", "first").await.as_deref(),
        Some("value")
    );
    clients
        .secrets
        .get_secret_value()
        .secret_id("one")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    {
        let clients = Clients::on(directory.path());
        create_table(&clients.dynamodb).await;
        put(&clients.dynamodb, "a", "1", "value").await;
        let create = clients
            .secrets
            .create_secret()
            .name("one")
            .secret_string("secret");
        create.send().await.unwrap();
    }
    let clients = Clients::on(directory.path());
    assert_eq!(
        get(&clients.dynamodb, "a", "1").await.as_deref(),
        Some("value")
    );
    let secret = clients
        .secrets
        .get_secret_value()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    assert_eq!(secret.secret_string(), Some("secret"));
}
