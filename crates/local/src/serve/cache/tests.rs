use std::path::Path;
use std::pin::pin;
use std::sync::mpsc;

use m2m_aws::config::StoresConfig;
use m2m_aws::tables::create_table_if_missing;
use m2m_core::client::{Client, ClientState};
use m2m_core::ports::{PendingClient, WriteOutcome};
use m2m_testkit::{Ports, SeededRandom, builders};
use m2m_types::issuer::Issuer;
use tokio::task::{spawn_blocking, yield_now};

use super::*;

async fn cached_ports() -> Ports {
    ports_on(&StandIn::memory().unwrap()).await
}

async fn ports_on(stand_in: &StandIn) -> Ports {
    let sdk = stand_in.sdk_config();
    let config = StoresConfig {
        table: "m2m-test".to_owned(),
        secret_prefix: "m2m/test".to_owned(),
        secret_kms_key: None,
    };
    create_table_if_missing(&sdk, &config).await.unwrap();
    let issuer = Issuer::parse("https://auth.example").unwrap();
    let random: Arc<SeededRandom> = Arc::new(SeededRandom::new(1));
    let survey = Arc::new(m2m_aws::survey(&sdk, &config, random.clone()));
    let stores = Stores::new(&sdk, &config, &issuer, random);
    let stores = in_front_of(stores, stand_in);
    Ports {
        directory: stores.directory,
        clients: stores.clients,
        answers: stores.answers,
        values: stores.values,
        keys: stores.keys,
        revocations: stores.revocations,
        spent: stores.spent,
        resource_servers: stores.resource_servers,
        quotas: stores.quotas,
        attempts: stores.attempts,
        api_tokens: stores.api_tokens,
        survey,
        guard: None,
    }
}

m2m_testkit::directory_contract!(cached_ports);
m2m_testkit::client_store_contract!(cached_ports);
m2m_testkit::answers_contract!(cached_ports);
m2m_testkit::revocations_contract!(cached_ports);

/// A runtime with one thread for what waits for the disk: whoever holds that thread holds up all writes.
fn with_one_disk_thread(test: impl AsyncFnOnce(StandIn)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let open = |path: &Path| StandIn::open(path).unwrap();
    runtime.block_on(test(open(directory.path())));
}

/// Gives up on a write that has begun, does something before it takes effect, and lets it take effect.
async fn give_up<T>(stand_in: &StandIn, write: impl Future<Output = T>, meanwhile: impl Future) {
    let (go_on, held) = mpsc::channel::<()>();
    let holding = spawn_blocking(move || held.recv());
    {
        let mut write = pin!(write);
        while stand_in.quiet().is_some() {
            tokio::select! {
                biased;
                _ = &mut write => panic!("the write was not held up"),
                () = yield_now() => {}
            }
        }
    }
    meanwhile.await;
    go_on.send(()).unwrap();
    holding.await.unwrap().unwrap();
    spawn_blocking(|| ()).await.unwrap();
    assert!(stand_in.quiet().is_some(), "the write is over");
}

async fn insert(ports: &Ports, client: &Client) {
    let pending = builders::pending("a");
    let insert = PendingClient {
        client: &pending,
        max_clients: None,
        max_made_a_day: u32::MAX,
        answer: None,
        now: client.created_at,
    };
    ports.clients.insert_pending(insert).await.unwrap();
    let active = ports.clients.activate(client, pending.revision, None).await;
    assert_eq!(active.unwrap(), WriteOutcome::Written);
}

#[test]
fn a_delete_that_nobody_waits_for_is_seen_when_it_lands() {
    with_one_disk_thread(async |stand_in| {
        let ports = ports_on(&stand_in).await;
        let client = builders::client("a");
        insert(&ports, &client).await;
        let state = async || {
            let found = ports.directory.find_client(&client.id).await.unwrap();
            found.client.map(|client| client.state)
        };
        assert_eq!(state().await, Some(ClientState::Active));
        let restorable_until = client.created_at;
        let deleted = builders::next(
            &client,
            ClientState::Deleted {
                restorable_until,
                was_disabled: false,
            },
        );
        let delete = ports
            .clients
            .delete(&deleted, client.revision, client.created_at);
        give_up(&stand_in, delete, async {
            assert_eq!(state().await, Some(ClientState::Active));
        })
        .await;
        assert_eq!(state().await, Some(deleted.state));
    });
}

#[test]
fn principals_that_nobody_waits_for_are_seen_when_they_land() {
    with_one_disk_thread(async |stand_in| {
        let ports = ports_on(&stand_in).await;
        let client = builders::client("a");
        insert(&ports, &client).await;
        let owner = async || {
            let found = ports.directory.find_client(&client.id).await.unwrap();
            found.principals.and_then(|principals| principals.owner)
        };
        assert_eq!(owner().await, None);
        let (first, organization) = (builders::owner(), builders::organization());
        let write = ports.directory.insert_principals(&first, &organization);
        give_up(&stand_in, write, async {
            assert_eq!(owner().await, None);
        })
        .await;
        assert_eq!(owner().await, Some(first));
    });
}

#[tokio::test]
async fn a_write_leaves_what_is_kept_of_other_clients() {
    let stand_in = StandIn::memory().unwrap();
    let cache = ExactCache {
        found: Cache::new(CAPACITY),
        one_at_a_time: Mutex::new(()),
        stand_in: stand_in.clone(),
    };
    let [written, other] = ["a", "b"].map(builders::client_id);
    for id in [&written, &other] {
        cache.keep(id, &Lookup::default(), stand_in.quiet());
    }
    cache.write(Some(&written), async {}).await;
    assert_eq!(cache.found.get(&written), None);
    assert_eq!(cache.found.get(&other), Some(Lookup::default()));
}
