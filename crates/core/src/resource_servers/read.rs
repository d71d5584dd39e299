//! Showing resource servers.

use std::sync::Arc;

use m2m_types::admin::page::Page;
use m2m_types::admin::resource_server::ResourceServerView;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::names::ResourceServerId;

use super::settings::view;
use super::{KnownServers, Registry, ResourceServerRecord, ResourceServersError};
use crate::caller::{Caller, InsufficientScope};

/// What cursors of the list are bound to.
const LIST: &str = "resource-servers";

/// Which page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Only the one with this identifier.
    pub unverified_identifier: Option<String>,
    /// How many, 1 to 200.
    pub limit: u32,
    /// Where the page starts, as the page before said.
    pub unverified_cursor: Option<String>,
}

impl Registry {
    /// A page of all resource servers in the order they were made.
    ///
    /// # Errors
    /// The caller may not read them, or the cursor is not one of this list.
    pub async fn list(
        &self,
        caller: &Caller,
        selection: &Selection,
    ) -> Result<Page<ResourceServerView>, ResourceServersError> {
        let known = self.read_for(caller).await?;
        let after = match &selection.unverified_cursor {
            Some(cursor) => Some(
                self.cursors
                    .open(LIST, cursor)
                    .await?
                    .ok_or(ResourceServersError::InvalidCursor)?,
            ),
            None => None,
        };
        let is_chosen = |server: &&ResourceServerRecord| {
            let identifier = selection.unverified_identifier.as_deref();
            after
                .as_deref()
                .is_none_or(|after| server.id.as_str() > after)
                && identifier.is_none_or(|wanted| server.identifier.as_str() == wanted)
        };
        let mut chosen = known.recorded().iter().filter(is_chosen);
        let page: Vec<_> = chosen.by_ref().take(selection.limit as usize).collect();
        let next_cursor = match (page.last(), chosen.next()) {
            (Some(last), Some(_)) => Some(self.cursors.seal(LIST, last.id.as_str()).await?),
            _ => None,
        };
        Ok(Page {
            items: page.into_iter().map(view).collect(),
            next_cursor,
        })
    }

    /// One resource server.
    ///
    /// # Errors
    /// The caller may not read it, or there is none.
    pub async fn get(
        &self,
        caller: &Caller,
        id: &ResourceServerId,
    ) -> Result<ResourceServerRecord, ResourceServersError> {
        let known = self.read_for(caller).await?;
        let found = known.recorded_as(id).cloned();
        found.ok_or(ResourceServersError::NotFound)
    }

    /// A resource server as every call shows it.
    pub fn view(&self, server: &ResourceServerRecord) -> ResourceServerView {
        view(server)
    }

    /// Whoever may see clients may see what their tokens can be for.
    async fn read_for(&self, caller: &Caller) -> Result<Arc<KnownServers>, ResourceServersError> {
        let may_read = [ManagementScope::Operator, ManagementScope::ClientsRead];
        if !may_read.iter().any(|scope| scope.is_in(caller.scopes())) {
            let lacking = ManagementScope::ClientsRead.as_str().to_owned();
            return Err(InsufficientScope::ForCall(lacking).into());
        }
        Ok(self.catalog.read_now().await?)
    }
}
