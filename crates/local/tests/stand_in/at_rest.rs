//! What lies on the disk.

use std::fs;
use std::path::Path;

use aws_sdk_secretsmanager::primitives::Blob;
use m2m_local::stand_in::StandIn;

use crate::support::{Clients, token};

/// Looks for `needle` in all files of the directory.
fn holds(directory: &Path, needle: &[u8]) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[tokio::test]
async fn no_file_holds_a_value_in_plain() {
    let directory = tempfile::tempdir().unwrap();
    let secrets = Clients::on(directory.path()).secrets;
    let values = ["correct-horse-1", "correct-horse-2", "correct-horse-3"];
    let create = secrets
        .create_secret()
        .name("public-name")
        .secret_string(values[0]);
    create
        .client_request_token(token("first"))
        .send()
        .await
        .unwrap();
    let put = secrets
        .put_secret_value()
        .secret_id("public-name")
        .secret_string(values[1]);
    put.send().await.unwrap();
    let put = secrets.put_secret_value().secret_id("public-name");
    put.secret_binary(Blob::new(values[2]))
        .send()
        .await
        .unwrap();

    assert!(
        holds(directory.path(), b"public-name"),
        "the search itself does not work"
    );
    assert!(!holds(directory.path(), b"correct-horse"));
    // `correct-horse` in base64, as a binary value travels.
    assert!(!holds(directory.path(), b"Y29ycmVjdC1ob3Jz"));
}

#[tokio::test]
async fn a_value_moved_to_another_secret_does_not_open() {
    let directory = tempfile::tempdir().unwrap();
    {
        let secrets = Clients::on(directory.path()).secrets;
        for name in ["one", "two"] {
            let create = secrets.create_secret().name(name).secret_string(name);
            create
                .client_request_token(token("first"))
                .send()
                .await
                .unwrap();
        }
    }
    let store = rusqlite::Connection::open(directory.path().join("secrets.db")).unwrap();
    let swap = "UPDATE versions SET sealed = (SELECT sealed FROM versions
                WHERE arn LIKE '%secret:one-%') WHERE arn LIKE '%secret:two-%'";
    assert_eq!(store.execute(swap, []).unwrap(), 1);
    drop(store);

    let secrets = Clients::on(directory.path()).secrets;
    let error = secrets
        .get_secret_value()
        .secret_id("two")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_decryption_failure());
    let one = secrets
        .get_secret_value()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    assert_eq!(one.secret_string(), Some("one"));
}

#[tokio::test]
async fn debug_output_shows_no_secret() {
    let stand_in = StandIn::memory().unwrap();
    let create = Clients::of(&stand_in).secrets.create_secret().name("one");
    create.secret_string("correct-horse").send().await.unwrap();
    assert_eq!(format!("{stand_in:?}"), "StandIn { data_dir: None, .. }");
}
