//! All ports of a deployment.

use std::sync::Arc;

use aws_types::SdkConfig;
use m2m_core::ports::{
    Answers, ApiTokens, Attempts, ClientStore, Directory, KeyStore, Quotas, ResourceServerStore,
    Revocations, SecretValues, SpentOnce,
};
use m2m_core::random::Random;
use m2m_types::issuer::Issuer;

use crate::config::StoresConfig;
use crate::dynamodb::{
    DynamoDbAnswers, DynamoDbApiTokens, DynamoDbAttempts, DynamoDbClientStore, DynamoDbDirectory,
    DynamoDbQuotas, DynamoDbResourceServerStore, DynamoDbRevocations, DynamoDbSpentOnce, Table,
};
use crate::sdk::{retries, timeouts};
use crate::secrets_manager::{Secrets, SecretsManagerKeyStore, SecretsManagerValues};
use crate::trace_header::TraceHeader;

/// All ports of a deployment. Clones share their connections.
#[derive(Clone)]
pub struct Stores {
    /// Reads what a request is decided by.
    pub directory: Arc<dyn Directory>,
    /// Writes clients.
    pub clients: Arc<dyn ClientStore>,
    /// Keeps answers.
    pub answers: Arc<dyn Answers>,
    /// Keeps API access tokens.
    pub api_tokens: Arc<dyn ApiTokens>,
    /// Keeps the values of secrets.
    pub values: Arc<dyn SecretValues>,
    /// Keeps the signing keys.
    pub keys: Arc<dyn KeyStore>,
    /// Keeps what was stopped.
    pub revocations: Arc<dyn Revocations>,
    /// Remembers what may be used once.
    pub spent: Arc<dyn SpentOnce>,
    /// Keeps the resource servers.
    pub resource_servers: Arc<dyn ResourceServerStore>,
    /// Counts tokens.
    pub quotas: Arc<dyn Quotas>,
    /// Remembers refused token requests.
    pub attempts: Arc<dyn Attempts>,
}

impl Stores {
    /// Makes the SDK's clients, with the patience of this service whatever `sdk` says, and the ports
    /// on them. Nothing is sent yet.
    pub fn new(
        sdk: &SdkConfig,
        config: &StoresConfig,
        issuer: &Issuer,
        random: Arc<dyn Random>,
    ) -> Self {
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(sdk)
            .timeout_config(timeouts())
            .retry_config(retries())
            .interceptor(TraceHeader)
            .build();
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb);
        let secrets = aws_sdk_secretsmanager::config::Builder::from(sdk)
            .timeout_config(timeouts())
            .retry_config(retries())
            .interceptor(TraceHeader)
            .build();
        let secrets = Secrets::new(aws_sdk_secretsmanager::Client::from_conf(secrets), config);
        let table = Table::new(dynamodb, config.table.clone(), random);
        Self {
            directory: Arc::new(DynamoDbDirectory::new(table.clone())),
            clients: Arc::new(DynamoDbClientStore::new(table.clone())),
            api_tokens: Arc::new(DynamoDbApiTokens::new(table.clone())),
            revocations: Arc::new(DynamoDbRevocations::new(table.clone())),
            spent: Arc::new(DynamoDbSpentOnce::new(table.clone())),
            resource_servers: Arc::new(DynamoDbResourceServerStore::new(table.clone())),
            quotas: Arc::new(DynamoDbQuotas::new(table.clone())),
            answers: Arc::new(DynamoDbAnswers::new(table.clone())),
            attempts: Arc::new(DynamoDbAttempts::new(table)),
            values: Arc::new(SecretsManagerValues::new(secrets.clone(), issuer.clone())),
            keys: Arc::new(SecretsManagerKeyStore::new(secrets)),
        }
    }
}
