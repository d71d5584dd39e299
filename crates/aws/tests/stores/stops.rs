//! Any sequence of stops: what is read of them stops exactly what was stopped.

use m2m_core::client::{Client, ClientState};
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{Denial, TokenName, WriteOutcome};
use m2m_testkit::builders::{NOW, next, organization, owner, pending};
use m2m_types::audience::Audience;
use m2m_types::claims::AccessTokenClaims;
use m2m_types::custom_claims::CustomClaims;
use m2m_types::generation::{Generation, Generations};
use m2m_types::names::OwnerId;
use m2m_types::revocations::RevocationsClaims;
use m2m_types::scope::ScopeSet;
use proptest::prelude::*;

use crate::support::Deployment;

const CLIENTS: usize = 3;
const KEYS: usize = 2;

/// What happens; numbers choose among what there is.
#[derive(Debug, Clone, Copy)]
enum Event {
    Issue { client: usize, key: usize },
    StopClient(usize),
    StopOwner,
    StopOrganization,
    Deny(usize),
    RemoveKey(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..CLIENTS, 0..KEYS).prop_map(|(client, key)| Event::Issue { client, key }),
        2 => (0..CLIENTS).prop_map(Event::StopClient),
        1 => Just(Event::StopOwner),
        1 => Just(Event::StopOrganization),
        2 => any::<usize>().prop_map(Event::Deny),
        1 => (0..KEYS).prop_map(Event::RemoveKey),
    ]
}

/// A token, and whether something has stopped it.
struct Token {
    claims: AccessTokenClaims,
    key: usize,
    is_dead: bool,
}

/// The store and what should be in it. The first client is of another owner than the rest.
struct Model {
    deployment: Deployment,
    owner: Owner,
    organization: Organization,
    clients: Vec<Client>,
    tokens: Vec<Token>,
    stops: u64,
}

impl Model {
    async fn start() -> Self {
        let deployment = Deployment::start().await;
        let (owner, organization) = (owner(), organization());
        let directory = &deployment.stores.directory;
        let insert = directory.insert_principals(&owner, &organization);
        assert!(insert.await.unwrap());
        let mut clients = Vec::new();
        for number in 0..CLIENTS {
            let mut new = pending(&number.to_string());
            if number == 0 {
                new.owner = OwnerId::parse("local|bea").unwrap();
            }
            deployment.insert(&new, None, None).await.unwrap();
            let active = next(&new, ClientState::Active);
            let activate = deployment
                .stores
                .clients
                .activate(&active, new.revision, None);
            assert_eq!(activate.await.unwrap(), WriteOutcome::Written);
            clients.push(active);
        }
        Self {
            deployment,
            owner,
            organization,
            clients,
            tokens: Vec::new(),
            stops: 0,
        }
    }

    async fn meet(&mut self, event: Event) {
        match event {
            Event::Issue { client, key } => self.issue(client, key),
            Event::StopClient(client) => self.stop_client(client).await,
            Event::StopOwner => self.stop_owner().await,
            Event::StopOrganization => self.stop_organization().await,
            Event::Deny(token) if !self.tokens.is_empty() => {
                self.deny(token % self.tokens.len()).await;
            }
            Event::Deny(_) => {}
            Event::RemoveKey(key) => self.remove_key(key).await,
        }
    }

    fn issue(&mut self, number: usize, key: usize) {
        let client = &self.clients[number];
        let is_of_owner = client.owner == self.owner.id;
        let claims = AccessTokenClaims {
            iss: "https://auth.example".to_owned(),
            sub: client.owner.clone(),
            aud: Audience::parse("urn:m2m-oauth:api").unwrap(),
            exp: NOW.as_second() + 3_600,
            iat: NOW.as_second(),
            nbf: None,
            jti: format!("{:032x}", self.tokens.len()),
            client_id: client.id.clone(),
            scope: ScopeSet::default(),
            org: client.organization.clone(),
            generations: Generations {
                client: client.generation,
                owner: if is_of_owner {
                    self.owner.generation
                } else {
                    Generation::default()
                },
                organization: self.organization.generation,
                deployment: Generation::default(),
                owner_handle: if is_of_owner {
                    self.owner.handle
                } else {
                    m2m_types::handle::Handle::from_random_bytes([9; 12])
                },
                organization_handle: self.organization.handle,
            },
            cnf: None,
            act: None,
            ancestors: vec![],
            authorization_details: None,
            custom: CustomClaims::default(),
        };
        // Once a key is removed nothing is signed with it: what says so has its kid.
        self.tokens.push(Token {
            claims,
            key,
            is_dead: false,
        });
    }

    async fn stop_client(&mut self, number: usize) {
        let present = self.clients[number].clone();
        let stopped = present.clone().stopped(ClientState::Active, NOW);
        let clients = &self.deployment.stores.clients;
        let written = clients.stop(&stopped, present.revision, NOW, None).await;
        assert_eq!(written.unwrap(), WriteOutcome::Written);
        self.kill(|token| token.claims.client_id == stopped.id);
        self.clients[number] = stopped;
    }

    async fn stop_owner(&mut self) {
        let stopped = Owner {
            generation: self.owner.generation.raised(),
            ..self.owner.clone()
        };
        let directory = &self.deployment.stores.directory;
        let written = directory.stop_owner(&stopped, &self.owner, NOW).await;
        assert_eq!(written.unwrap(), WriteOutcome::Written);
        self.kill(|token| token.claims.sub == stopped.id);
        self.owner = stopped;
    }

    async fn stop_organization(&mut self) {
        let stopped = Organization {
            generation: self.organization.generation.raised(),
            ..self.organization.clone()
        };
        let directory = &self.deployment.stores.directory;
        let written = directory
            .stop_organization(&stopped, &self.organization, NOW)
            .await;
        assert_eq!(written.unwrap(), WriteOutcome::Written);
        self.kill(|_| true);
        self.organization = stopped;
    }

    async fn deny(&mut self, number: usize) {
        let claims = &self.tokens[number].claims;
        let denial = Denial {
            token: TokenName {
                client_id: claims.client_id.clone(),
                jti: claims.jti.clone(),
            },
            generation: claims.generations.client,
            expires_at: NOW + jiff::SignedDuration::from_hours(1),
        };
        let revocations = &self.deployment.stores.revocations;
        let outcome = revocations.deny(&denial).await.unwrap();
        self.stops += u64::from(outcome == m2m_core::ports::DenyOutcome::Denied);
        self.tokens[number].is_dead = true;
    }

    async fn remove_key(&mut self, key: usize) {
        let until = NOW + jiff::SignedDuration::from_hours(1);
        let revocations = &self.deployment.stores.revocations;
        revocations.remove_kid(&kid(key), until).await.unwrap();
        self.kill(|token| token.key == key);
    }

    fn kill(&mut self, is_met: impl Fn(&Token) -> bool) {
        self.stops += 1;
        for token in &mut self.tokens {
            token.is_dead |= is_met(token);
        }
    }

    async fn check(&self) {
        let found = self.deployment.stores.revocations.read_all(NOW).await;
        let found = found.unwrap();
        assert_eq!(found.sequence, self.stops);
        let removed = found.revoked.kids.clone();
        let snapshot = RevocationsClaims {
            iss: "https://auth.example".to_owned(),
            iat: NOW.as_second(),
            exp: NOW.as_second() + 86_400,
            seq: found.sequence,
            generation: Generation::default(),
            revoked: found.revoked,
        };
        for token in &self.tokens {
            let kid = kid(token.key);
            let is_dead = token.is_dead || removed.contains(&kid);
            let stop = snapshot.stops(&token.claims, &kid);
            assert_eq!(stop.is_some(), is_dead, "{stop:?} {:?}", token.claims);
        }
    }
}

fn kid(key: usize) -> String {
    format!("key-{key}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_stopped_in_whatever_order_is_dead_and_nothing_else(
        events in prop::collection::vec(event(), 1..24)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut model = Model::start().await;
            for event in events {
                model.meet(event).await;
            }
            model.check().await;
        });
    }
}
