//! Creates and deletes under way.

use m2m_core::ports::{StoreError, Unfinished};
use m2m_types::client_id::ClientId;

use crate::dynamodb::Table;
use crate::dynamodb::items::unfinished;
use crate::dynamodb::key::{Key, UNFINISHED};
use crate::dynamodb::query::Query;

impl Table {
    pub(super) async fn unfinished(
        &self,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Unfinished>, StoreError> {
        let query = Query {
            pk: UNFINISHED.to_owned(),
            prefix: "".into(),
            after: after.map(Key::unfinished),
            limit,
        };
        let page = self.query("list unfinished changes", query).await?;
        page.into_iter().map(unfinished::from_item).collect()
    }
}
