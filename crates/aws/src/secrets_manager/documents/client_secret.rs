//! A client's secret, with all that a workload needs to get a token.

use m2m_core::ports::StoreError;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::issuer::Issuer;
use m2m_types::metadata::paths;
use m2m_types::names::SecretId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const WHAT: &str = "the value of a secret";

/// Workloads read it too, so members are only ever added.
#[derive(Serialize)]
struct Written<'a> {
    client_id: &'a ClientId,
    secret_id: &'a SecretId,
    client_secret: &'a str,
    issuer: &'a str,
    token_endpoint: String,
}

#[derive(Deserialize)]
struct Read {
    client_secret: ClientSecret,
}

pub(in crate::secrets_manager) fn write_client_secret(
    client: &ClientId,
    secret: &SecretId,
    value: &ClientSecret,
    issuer: &Issuer,
) -> Result<String, StoreError> {
    let document = Written {
        client_id: client,
        secret_id: secret,
        client_secret: value.expose(),
        issuer: issuer.as_str(),
        token_endpoint: issuer.join(paths::TOKEN),
    };
    super::write(WHAT, &document).map(|text| text.to_string())
}

pub(in crate::secrets_manager) fn read_client_secret(
    document: Option<String>,
) -> Result<ClientSecret, StoreError> {
    let text = Zeroizing::new(document.unwrap_or_default());
    super::read::<Read>(WHAT, &text).map(|document| document.client_secret)
}
