//! `/v1/clients`: M2M OAuth clients.

use m2m_types::admin::client::{
    ClientStatus, ClientView, CreateClient, CreatedClient, PatchClient,
};
use m2m_types::admin::page::Page;
use m2m_types::admin::scopes::ManagementScope::{ClientsRead, ClientsWrite};
use m2m_types::client_id::ClientId;
use m2m_types::idempotency_key::IdempotencyKey;
use reqwest::{Method, StatusCode};

use crate::api::{Api, ETag, Tagged};
use crate::error::Error;

/// How many clients a page of [`Api::all_clients`] holds: the most that the service gives.
const LARGEST_PAGE: u16 = 200;

/// Which clients to list.
#[derive(Debug, Clone, Default)]
pub struct ListClients {
    /// How many at once, 1 to 200.
    pub limit: Option<u16>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Only those of this status; absent: those that live.
    pub status: Option<ClientStatus>,
}

impl Api {
    /// Makes a client. The key makes a repetition find the same client and the same secret.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn create_client(
        &self,
        client: &CreateClient,
        key: &IdempotencyKey,
    ) -> Result<Tagged<CreatedClient>, Error> {
        let call = self
            .call(Method::POST, "/clients", ClientsWrite)
            .body("application/json", client)
            .idempotency_key(key)
            .delegating();
        self.fetch(&call).await
    }

    /// Reads a client.
    ///
    /// # Errors
    /// [`Error::NotFound`] only when the service itself says so; [`Error`] says what else.
    pub async fn get_client(&self, id: &ClientId) -> Result<Tagged<ClientView>, Error> {
        let call = self.call(Method::GET, &client_path(id), ClientsRead);
        self.fetch(&call).await
    }

    /// Changes what the patch names; with an `ETag` only if the client is still as it was read.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`] when it is not; [`Error`] says what else.
    pub async fn patch_client(
        &self,
        id: &ClientId,
        patch: &PatchClient,
        etag: Option<&ETag>,
    ) -> Result<Tagged<ClientView>, Error> {
        let call = self
            .call(Method::PATCH, &client_path(id), ClientsWrite)
            .body("application/merge-patch+json", patch)
            .if_match(etag)
            .delegating();
        self.fetch(&call).await
    }

    /// Deletes a client. Its tokens are refused from then on.
    ///
    /// # Errors
    /// [`Error::Conflict`] of kind `deletion-protection`, [`Error::NotFound`] when it is gone
    /// already, which a repeated attempt may meet too; [`Error`] says what else.
    pub async fn delete_client(&self, id: &ClientId) -> Result<(), Error> {
        let call = self.call(Method::DELETE, &client_path(id), ClientsWrite);
        let answer = self.run(&call).await?;
        // A page that somebody else puts in front of everything is a 200 too.
        if answer.status == StatusCode::NO_CONTENT {
            Ok(())
        } else {
            Err(self.protocol(&answer.outline(&self.redactor)))
        }
    }

    /// One page of the caller's clients.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn list_clients(&self, list: &ListClients) -> Result<Page<ClientView>, Error> {
        let mut call = self.call(Method::GET, "/clients", ClientsRead);
        {
            let mut query = call.url.query_pairs_mut();
            if let Some(limit) = list.limit {
                query.append_pair("limit", &limit.to_string());
            }
            if let Some(cursor) = &list.cursor {
                query.append_pair("cursor", cursor);
            }
            if let Some(status) = list.status {
                query.append_pair("status", status_word(status));
            }
        }
        Ok(self.fetch(&call).await?.body)
    }

    /// All of the caller's clients that live.
    ///
    /// # Errors
    /// [`Error::Protocol`] when the pages lead in a circle; [`Error`] says what else.
    pub async fn all_clients(&self) -> Result<Vec<ClientView>, Error> {
        let mut clients = Vec::new();
        let mut list = ListClients {
            limit: Some(LARGEST_PAGE),
            ..ListClients::default()
        };
        loop {
            let page = self.list_clients(&list).await?;
            let is_empty = page.items.is_empty();
            clients.extend(page.items);
            let Some(next) = page.next_cursor else {
                return Ok(clients);
            };
            if is_empty || list.cursor.as_ref() == Some(&next) {
                return Err(self.protocol("the pages of a list lead nowhere"));
            }
            list.cursor = Some(next);
        }
    }
}

/// The path of a client below `/v1`; the grammar of the id needs no escape.
pub(crate) fn client_path(id: &ClientId) -> String {
    format!("/clients/{id}")
}

fn status_word(status: ClientStatus) -> &'static str {
    match status {
        ClientStatus::Active => "active",
        ClientStatus::Disabled => "disabled",
        ClientStatus::Deleted => "deleted",
    }
}
