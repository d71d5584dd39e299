//! Who is in the service at the start of a test, and how to add to them.

use m2m_core::client::{Client, ClientState, Revision};
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{InsertOutcome, PendingClient, WriteOutcome};
use m2m_testkit::builders::{self, NOW};
use m2m_types::admin::client::SecretStorage;
use m2m_types::names::{OrganizationId, OwnerId};
use serde_json::Value;

use crate::service::TestService;

/// Every scope of the management API.
pub const MANAGEMENT: &str = "admin clients:delegate clients:read clients:reveal clients:write m2m:introspect operator tokens:read tokens:write";
/// What [`ada`] may do at the organization's own API.
pub const ORDERS: &str = "orders:read orders:write";
/// What tokens of new clients are for.
pub const DEFAULT_AUDIENCE: &str = "urn:m2m-oauth:api";

/// `local|ada` of the organization `acme`, who may do everything there is.
pub fn ada() -> Owner {
    Owner {
        permissions: builders::scopes(&format!("{MANAGEMENT} {ORDERS}")),
        ..builders::owner()
    }
}

/// An owner like [`ada`] with another name, in that organization.
pub fn owner(name: &str, organization: &Organization) -> Owner {
    Owner {
        id: OwnerId::parse(format!("local|{name}")).unwrap(),
        organization: organization.id.clone(),
        ..ada()
    }
}

/// An organization without a limit.
pub fn organization(name: &str) -> Organization {
    Organization {
        id: OrganizationId::parse(name).unwrap(),
        max_clients: None,
        ..builders::organization()
    }
}

/// A client of that owner, with the secret of [`secret_of`].
pub fn client_of(owner: &Owner, name: &str) -> Client {
    Client {
        owner: owner.id.clone(),
        organization: owner.organization.clone(),
        ..builders::client(name)
    }
}

/// The value of the secret of the client of that name.
pub fn secret_of(name: &str) -> String {
    builders::secret(name).1.expose().to_owned()
}

impl TestService {
    /// Adds an owner and its organization.
    pub async fn add_principals(&self, owner: &Owner, organization: &Organization) {
        let directory = &self.deployment.ports().directory;
        let added = directory.insert_principals(owner, organization).await;
        assert!(added.unwrap(), "they exist already");
    }

    /// Adds a client in whatever state, as the management API would have: its secret's value is kept where
    /// it says.
    pub async fn add_client(&self, client: Client) -> Client {
        let ports = self.deployment.ports();
        let pending = Client {
            state: ClientState::Pending,
            revision: Revision::FIRST,
            ..client.clone()
        };
        let insert = PendingClient {
            client: &pending,
            max_clients: None,
            max_made_a_day: u32::MAX,
            answer: None,
            now: NOW,
        };
        let inserted = ports.clients.insert_pending(insert).await.unwrap();
        assert_eq!(inserted, InsertOutcome::Inserted);
        if client.state == ClientState::Pending {
            return pending;
        }
        let mut client = client;
        if client.secret_storage == SecretStorage::SecretsManager {
            let value = builders::secret(client.name.as_str()).1;
            let kept = &mut client.secrets[0];
            let arn = ports.values.insert(&client.id, &kept.id, &value).await;
            kept.arn = Some(arn.unwrap());
        }
        let active = Client {
            state: ClientState::Active,
            revision: Revision::FIRST.next(),
            ..client.clone()
        };
        let written = ports
            .clients
            .activate(&active, pending.revision, None)
            .await;
        assert_eq!(written.unwrap(), WriteOutcome::Written);
        if client.state == ClientState::Active {
            return active;
        }
        let ended = Client {
            revision: active.revision.next(),
            ..client
        };
        let written = match ended.state {
            ClientState::Disabled => ports.clients.stop(&ended, active.revision, NOW, None).await,
            _ => ports.clients.delete(&ended, active.revision, NOW).await,
        };
        assert_eq!(written.unwrap(), WriteOutcome::Written);
        ended
    }

    /// Adds a client of [`ada`] with all of her scopes and gets it a management token with those scopes.
    pub async fn manager(&self, scope: &str) -> String {
        self.manager_of(&ada(), "manager", scope).await
    }

    /// Adds a client of that owner and gets it a management token.
    pub async fn manager_of(&self, owner: &Owner, name: &str, scope: &str) -> String {
        self.add_client(client_of(owner, name)).await;
        self.management_token(name, scope).await
    }

    /// A token for the management API, of the client of that name.
    pub async fn management_token(&self, name: &str, scope: &str) -> String {
        let resource = self.issuer.join("/v1");
        let answer = self
            .post("/oauth/token")
            .basic(&format!("m2m_{name}"), &secret_of(name))
            .form(&[
                ("grant_type", "client_credentials"),
                ("resource", &resource),
                ("scope", scope),
            ])
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.member("access_token")
    }

    /// Makes a client through the management API and returns the whole answer.
    pub async fn create(&self, token: &str, body: &Value) -> Value {
        let answer = self
            .post("/v1/clients")
            .bearer(token)
            .json(body)
            .send()
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// Asks for a token with that id and secret, by Basic, without a scope.
    pub async fn ask(&self, id: &str, secret: &str) -> crate::call::Answer {
        self.post("/oauth/token")
            .basic(id, secret)
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
    }
}
