//! Both stores as a whole, for an operator.

use std::sync::Arc;

use async_trait::async_trait;
use aws_types::SdkConfig;
use m2m_core::ports::{ListEntry, StoreError, Survey, SurveyedValue, TableSurvey};
use m2m_core::random::Random;
use m2m_types::client_id::ClientId;
use m2m_types::names::OrganizationId;

use crate::config::StoresConfig;
use crate::dynamodb::Table;
use crate::sdk::{retries, timeouts};
use crate::secrets_manager::Secrets;

/// The whole table and the list of secrets. Its actions are an operator's, never a function's.
pub fn survey(
    sdk: &SdkConfig,
    config: &StoresConfig,
    random: Arc<dyn Random>,
) -> impl Survey + use<> {
    let sdk = sdk
        .to_builder()
        .timeout_config(timeouts())
        .retry_config(retries())
        .build();
    let dynamodb = aws_sdk_dynamodb::Client::new(&sdk);
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk);
    StoresSurvey {
        table: Table::new(dynamodb, config.table.clone(), random),
        secrets: Secrets::new(secrets, config),
    }
}

struct StoresSurvey {
    table: Table,
    secrets: Secrets,
}

#[async_trait]
impl Survey for StoresSurvey {
    async fn read_table(&self) -> Result<TableSurvey, StoreError> {
        self.table.survey().await
    }

    async fn read_values(&self) -> Result<Vec<SurveyedValue>, StoreError> {
        self.secrets.survey().await
    }

    async fn has_live_value(&self, client: &ClientId) -> Result<bool, StoreError> {
        self.secrets.has_live_value(client).await
    }

    async fn write_entry(&self, entry: &ListEntry) -> Result<(), StoreError> {
        self.table.write_entry(entry).await
    }

    async fn remove_entry(&self, entry: &ListEntry) -> Result<(), StoreError> {
        self.table.remove_entry(entry).await
    }

    async fn set_count(
        &self,
        organization: &OrganizationId,
        expected: Option<i64>,
        count: i64,
    ) -> Result<bool, StoreError> {
        self.table.set_count(organization, expected, count).await
    }
}
