//! The deployment's own secrets at the first start.

use std::sync::Arc;

use m2m_aws::config::{Config, StoresConfig};
use m2m_aws::{Stores, deployment};
use m2m_core::clock::SystemClock;
use m2m_core::random::SystemRandom;
use m2m_local::stand_in::StandIn;
use m2m_local::stand_in::faults::{Fault, Faults};

const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd";

fn configured() -> Config {
    let set = [
        ("M2M_ISSUER", "https://auth.example"),
        ("M2M_TABLE", "m2m-test"),
        ("M2M_SECRET_PREFIX", "m2m/test"),
        ("M2M_SECRET_KMS_KEY", KEY),
    ];
    let lookup = |name: &str| {
        let found = set.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Config::from_env(lookup).unwrap()
}

/// What one instance has of the deployment.
fn instance(sdk: &aws_types::SdkConfig, config: &StoresConfig) -> m2m_core::deployment::Deployment {
    let service = configured().service;
    let random = Arc::new(SystemRandom);
    let stores = Stores::new(sdk, config, &service.issuer, Arc::clone(&random) as _);
    deployment(&service, stores, Arc::new(SystemClock), random).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_instances_that_start_at_once_agree_on_one_set_of_keys() {
    let sdk = StandIn::memory().unwrap().sdk_config();
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let deployment = instance(&sdk, &configured().stores);
            tokio::spawn(async move {
                deployment.provision_keys().await.unwrap();
                deployment.keys().current().await.unwrap().jwks()
            })
        })
        .collect();
    let mut published = Vec::new();
    for start in starts {
        published.push(start.await.unwrap());
    }
    assert!(published.iter().all(|jwks| *jwks == published[0]));
    let reader = instance(&sdk, &configured().stores);
    assert_eq!(reader.keys().current().await.unwrap().jwks(), published[0]);
    assert!(reader.ports().keys.find_root().await.unwrap().is_some());
}

#[tokio::test]
async fn a_start_that_was_stopped_between_root_and_keys_is_finished_by_the_next() {
    let sdk = StandIn::memory().unwrap().sdk_config();
    let next = instance(&sdk, &configured().stores);
    next.ports().keys.insert_root(&[7; 32]).await.unwrap();
    next.provision_keys().await.unwrap();
    assert_eq!(
        *next.ports().keys.find_root().await.unwrap().unwrap(),
        [7; 32]
    );
    next.keys().current().await.unwrap();
}

#[tokio::test]
async fn new_secrets_are_encrypted_with_the_configured_key() {
    let sdk = StandIn::memory().unwrap().sdk_config();
    let first = instance(&sdk, &configured().stores);
    first.provision_keys().await.unwrap();
    let (secret, value) = m2m_testkit::builders::secret("one");
    let client = m2m_testkit::builders::client_id("payments");
    let values = &first.ports().values;
    values.insert(&client, &secret.id, &value).await.unwrap();
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk);
    for name in ["signing-keys", "root", "clients/m2m_payments"] {
        let described = secrets
            .describe_secret()
            .secret_id(format!("m2m/test/{name}"));
        let described = described.send().await.unwrap();
        assert_eq!(described.kms_key_id(), Some(KEY), "{name}");
    }
}

#[tokio::test]
async fn keys_that_are_denied_because_they_do_not_exist_are_made() {
    let stand_in = StandIn::memory().unwrap();
    let faults = Faults::around(stand_in.http_client());
    let sdk = stand_in.sdk_config().into_builder();
    let sdk = sdk.http_client(faults.http_client()).build();
    let first = instance(&sdk, &configured().stores);
    faults.next(1, "GetSecretValue", Fault::AccessDenied);
    let error = first.keys().current().await.err().unwrap();
    assert!(error.to_string().contains("m2m admin bootstrap"), "{error}");
    faults.next(1, "GetSecretValue", Fault::AccessDenied);
    first.provision_keys().await.unwrap();
}

#[tokio::test]
async fn a_start_that_finds_its_keys_reads_once_and_writes_nothing() {
    let stand_in = StandIn::memory().unwrap();
    let faults = Faults::around(stand_in.http_client());
    let sdk = stand_in.sdk_config().into_builder();
    let sdk = sdk.http_client(faults.http_client()).build();
    let first = instance(&sdk, &configured().stores);
    first.provision_keys().await.unwrap();
    faults.clear();
    let second = instance(&sdk, &configured().stores);
    second.provision_keys().await.unwrap();
    assert_eq!(faults.calls(), ["GetSecretValue"]);
}
