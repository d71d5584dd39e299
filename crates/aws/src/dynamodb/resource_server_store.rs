//! Keeping resource servers.

use async_trait::async_trait;
use m2m_core::ports::{KeptAnswer, ResourceServerStore, StoreError, WriteOutcome};
use m2m_core::resource_servers::{KeptCatalog, ResourceServerRecord};
use m2m_types::names::ResourceServerId;

use super::expression::{Expression, number};
use super::items::resource_server;
use super::key::{Key, RESOURCE_SERVERS};
use super::query::Query;
use super::transaction::Write;
use super::{Table, answers};
use crate::deadline::within_deadline;

/// Resource servers in one partition of the table.
pub(crate) struct DynamoDbResourceServerStore {
    table: Table,
}

impl DynamoDbResourceServerStore {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    /// The revision sorts before the servers, so what is read after it is at least as new, also on a later page.
    async fn read(&self) -> Result<KeptCatalog, StoreError> {
        let query = Query {
            pk: RESOURCE_SERVERS.to_owned(),
            prefix: "".into(),
            after: None,
            limit: u32::MAX,
        };
        let items = self.table.query("read the resource servers", query).await?;
        let revision_key = Key::catalog_revision();
        let mut catalog = KeptCatalog::default();
        for item in items {
            if revision_key.is_of(&item) {
                catalog.revision = resource_server::from_revision_item(item)?;
            } else {
                catalog.servers.push(resource_server::from_item(item)?);
            }
        }
        Ok(catalog)
    }

    /// Does writes together with raising the catalog's revision.
    async fn change(
        &self,
        what: &str,
        mut writes: Vec<Write>,
        expected: u64,
    ) -> Result<WriteOutcome, StoreError> {
        let raised = resource_server::to_revision_item(expected + 1)?;
        let still = if expected == 0 {
            Expression::when_absent()
        } else {
            Expression::when("revision = :expected").value(":expected", number(expected))
        };
        writes.push(Write::Put(raised, still));
        let transacted = self.table.transact(what, writes);
        let transacted = within_deadline(what, self.table.store(), transacted).await?;
        Ok(transacted.into())
    }
}

#[async_trait]
impl ResourceServerStore for DynamoDbResourceServerStore {
    async fn list(&self) -> Result<KeptCatalog, StoreError> {
        let what = "read the resource servers";
        within_deadline(what, self.table.store(), self.read()).await
    }

    async fn write(
        &self,
        server: &ResourceServerRecord,
        expected: u64,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let mut writes = vec![Write::put(resource_server::to_item(server)?)];
        writes.extend(answer.map(answers::kept).transpose()?);
        self.change("write a resource server", writes, expected)
            .await
    }

    async fn remove(
        &self,
        id: &ResourceServerId,
        expected: u64,
    ) -> Result<WriteOutcome, StoreError> {
        let delete = vec![Write::delete(Key::resource_server(id))];
        self.change("remove a resource server", delete, expected)
            .await
    }
}
