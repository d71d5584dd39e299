//! Secrets Manager.

mod batch;
mod creation;
mod deletion;
mod listing;
mod staging;
mod tags;
mod values;
mod versions;

use aws_sdk_secretsmanager::Client;

/// The current value of a secret, which is text.
async fn current(client: &Client, id: &str) -> String {
    let got = client
        .get_secret_value()
        .secret_id(id)
        .send()
        .await
        .unwrap();
    got.secret_string().unwrap().to_owned()
}

/// Makes a secret with its first version under `version_id`.
async fn create(client: &Client, name: &str, value: &str, version_id: &str) {
    let create = client.create_secret().name(name).secret_string(value);
    create
        .client_request_token(version_id)
        .send()
        .await
        .unwrap();
}

/// Puts a version under `version_id`, which becomes the current one.
async fn put(client: &Client, name: &str, value: &str, version_id: &str) {
    let put = client
        .put_secret_value()
        .secret_id(name)
        .secret_string(value);
    put.client_request_token(version_id).send().await.unwrap();
}
