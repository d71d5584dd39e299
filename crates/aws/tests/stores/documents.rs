//! What lies in Secrets Manager, for workloads and operators to read.

use aws_sdk_secretsmanager::types::Tag;
use m2m_core::keys::{KeyState, SigningAlgorithm};
use m2m_core::ports::KeyRecord;
use m2m_testkit::builders::{NOW, client_id, secret};
use m2m_types::generation::Generation;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::support::Deployment;

async fn document(deployment: &Deployment, name: &str) -> Value {
    let secrets = &deployment.secrets;
    let output = secrets
        .get_secret_value()
        .secret_id(name)
        .send()
        .await
        .unwrap();
    serde_json::from_str(output.secret_string().unwrap()).unwrap()
}

async fn put(deployment: &Deployment, name: &str, text: &str) {
    let secrets = &deployment.secrets;
    secrets
        .create_secret()
        .name(name)
        .secret_string(text)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_workload_finds_all_it_needs_for_a_token() {
    let deployment = Deployment::start().await;
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    let values = &deployment.stores.values;
    values.insert(&client, &secret.id, &value).await.unwrap();
    let name = "m2m/test/clients/m2m_payments";
    let expected = json!({
        "client_id": "m2m_payments",
        "secret_id": secret.id,
        "client_secret": value.expose(),
        "issuer": "https://auth.example",
        "token_endpoint": "https://auth.example/oauth/token",
    });
    assert_eq!(document(&deployment, name).await, expected);
    let described = deployment.secrets.describe_secret().secret_id(name).send();
    let described = described.await.unwrap();
    let tag = Tag::builder()
        .key("m2m:client_id")
        .value("m2m_payments")
        .build();
    assert_eq!(described.tags(), [tag]);
    let versions = described.version_ids_to_stages().unwrap();
    assert_eq!(versions[secret.id.as_str()], ["AWSCURRENT"]);
}

#[tokio::test]
async fn a_deleted_client_s_value_can_be_restored_for_thirty_days() {
    let deployment = Deployment::start().await;
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    let values = &deployment.stores.values;
    values.insert(&client, &secret.id, &value).await.unwrap();
    values.schedule_removal(&client).await.unwrap();
    let name = "m2m/test/clients/m2m_payments";
    let described = deployment.secrets.describe_secret().secret_id(name).send();
    assert!(described.await.unwrap().deleted_date().is_some());
    deployment
        .secrets
        .restore_secret()
        .secret_id(name)
        .send()
        .await
        .unwrap();
    assert!(values.find(&client, &secret.id).await.unwrap().is_some());
}

#[tokio::test]
async fn signing_keys_and_root_are_laid_out_as_documented() {
    let deployment = Deployment::start().await;
    let record = |algorithm, state| KeyRecord {
        algorithm,
        state,
        pkcs8: Zeroizing::new(vec![0xff; 3]),
    };
    let keys = [
        record(SigningAlgorithm::Es256, KeyState::Active { since: NOW }),
        record(SigningAlgorithm::EdDsa, KeyState::Retiring { until: NOW }),
    ];
    deployment
        .stores
        .keys
        .insert_signing_keys(&keys, Generation::default())
        .await
        .unwrap();
    deployment
        .stores
        .keys
        .insert_root(&[0xff; 32])
        .await
        .unwrap();
    let moment = "2026-01-01T00:00:00Z";
    let expected = json!({
        "schema_version": 1,
        "generation": 0,
        "keys": [
            { "algorithm": "ES256", "state": "active", "since": moment, "pkcs8": "////" },
            { "algorithm": "EdDSA", "state": "retiring", "until": moment, "pkcs8": "////" },
        ],
    });
    assert_eq!(
        document(&deployment, "m2m/test/signing-keys").await,
        expected
    );
    let root = "//////////////////////////////////////////8=";
    let expected = json!({ "schema_version": 1, "root": root });
    assert_eq!(document(&deployment, "m2m/test/root").await, expected);
}

#[tokio::test]
async fn damaged_documents_are_a_failure_that_quotes_nothing() {
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    for text in [
        "CANARY",
        "{}",
        r#"{"client_secret":"CANARY"}"#,
        r#"{"schema_version":2,"keys":[],"root":"CANARY"}"#,
        r#"{"schema_version":1,"keys":[{"algorithm":"CANARY","state":"active","since":"2026-01-01T00:00:00Z","pkcs8":""}],"root":"CANARY"}"#,
        r#"{"schema_version":1,"keys":[{"algorithm":"ES256","state":"CANARY","pkcs8":""}],"root":"AAAA"}"#,
        r#"{"schema_version":1,"keys":[{"algorithm":"ES256","state":"active","since":"2026-01-01T00:00:00Z","pkcs8":"CANARY!"}]}"#,
    ] {
        let deployment = Deployment::start().await;
        for name in ["signing-keys", "root"] {
            put(&deployment, &format!("m2m/test/{name}"), text).await;
        }
        let secrets = &deployment.secrets;
        secrets
            .create_secret()
            .name("m2m/test/clients/m2m_payments")
            .client_request_token(secret.id.as_str())
            .secret_string(text)
            .send()
            .await
            .unwrap();
        let stores = &deployment.stores;
        let errors = [
            stores.values.find(&client, &secret.id).await.map(drop),
            stores
                .values
                .insert(&client, &secret.id, &value)
                .await
                .map(drop),
            stores.keys.find_signing_keys().await.map(drop),
            stores.keys.find_root().await.map(drop),
        ];
        for error in errors {
            let error = error.unwrap_err();
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{text}");
        }
    }
}
