//! Tokens that are dead by themselves.

use jiff::Timestamp;
use m2m_core::ports::{Denial, DenyOutcome, StoreError, TokenName};
use m2m_types::client_id::ClientId;
use m2m_types::generation::Generation;

use super::writes::one_more;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::revocation;
use crate::dynamodb::key::{Key, REVOCATIONS};
use crate::dynamodb::query::Query;
use crate::dynamodb::transaction::{Transacted, Write};
use crate::dynamodb::{Item, Table};

/// As many writes as a transaction may have.
const MAX_WRITES: usize = 100;

impl Table {
    /// A denial whose time is over counts as well: so is the token's.
    pub(super) async fn any_denied(
        &self,
        what: &str,
        tokens: &[TokenName],
        kids: &[&str],
    ) -> Result<bool, StoreError> {
        let kids = kids.iter().map(|kid| Key::removed_kid(kid));
        let mut keys: Vec<_> = tokens.iter().map(Key::denied_token).chain(kids).collect();
        // DynamoDB refuses a read that names an item twice.
        keys.sort();
        keys.dedup();
        let found = self.find_all(what, keys).await?;
        Ok(!found.is_empty())
    }

    /// What is there already stays, since it says the same.
    pub(super) async fn deny(
        &self,
        what: &str,
        denial: &Denial,
    ) -> Result<DenyOutcome, StoreError> {
        let entry = revocation::denial_to_item(denial)?;
        let writes = vec![Write::Put(entry, Expression::when_absent()), one_more()];
        Ok(match self.transact(what, writes).await? {
            Transacted::Written => DenyOutcome::Denied,
            Transacted::Refused(_) => DenyOutcome::AlreadyDenied,
        })
    }

    pub(super) async fn count_denied(
        &self,
        what: &str,
        client: &ClientId,
        generation: Generation,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut count = 0;
        for item in self.denied(what, client).await? {
            if revocation::live_denial(item, now)?.is_some_and(|denied| denied >= generation) {
                count += 1;
            }
        }
        Ok(count)
    }

    /// An entry never changes, so one that was read as needless is needless when it goes.
    pub(super) async fn forget_denials(
        &self,
        what: &str,
        client: &ClientId,
        below: Generation,
    ) -> Result<(), StoreError> {
        let mut needless = Vec::new();
        for item in self.denied(what, client).await? {
            let key = Key::of(&item);
            let denied = revocation::live_denial(item, Timestamp::MIN)?;
            if denied.is_some_and(|generation| generation < below) {
                needless.push(key);
            }
        }
        for keys in needless.chunks(MAX_WRITES) {
            let writes = keys.iter().cloned().map(Write::delete).collect();
            self.transact(what, writes).await?;
        }
        Ok(())
    }

    async fn denied(&self, what: &str, client: &ClientId) -> Result<Vec<Item>, StoreError> {
        let query = Query {
            pk: REVOCATIONS.to_owned(),
            prefix: Key::denied_prefix(client).into(),
            after: None,
            limit: u32::MAX,
        };
        self.query(what, query).await
    }
}
