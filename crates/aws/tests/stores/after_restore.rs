//! A table that went back in time beside a Secrets Manager that did not.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use m2m_aws::{deployment, survey};
use m2m_core::after_restore::{AfterRestore, AfterRestoreError, Decision};
use m2m_core::client::{Client, ClientState};
use m2m_core::clock::{Clock as _, SystemClock};
use m2m_core::ports::{
    ListEntry, ListedBy, PendingClient, StoreError, Survey, SurveyedValue, TableSurvey,
};
use m2m_testkit::SeededRandom;
use m2m_testkit::builders::{client_id, next, pending};
use m2m_types::admin::client::SecretStorage;
use m2m_types::client_id::ClientId;
use m2m_types::names::OrganizationId;

use crate::support::{Deployment, config, service_config};

/// The rules on the stores of that deployment.
async fn rules(of: &Deployment) -> AfterRestore {
    let random = Arc::new(SeededRandom::new(9));
    let service = service_config();
    let put_together = deployment(
        &service,
        of.stores.clone(),
        Arc::new(SystemClock),
        random.clone(),
    )
    .unwrap();
    put_together.provision_keys().await.unwrap();
    AfterRestore {
        clients: put_together.clients(),
        keys: of.stores.keys.clone(),
        survey: Arc::new(survey(&of.sdk, &config(), random)),
    }
}

/// An active client of that name whose secret's value is kept.
async fn kept(of: &Deployment, name: &str) -> Client {
    let (secret, value) = m2m_testkit::builders::secret(name);
    let values = &of.stores.values;
    let mut new = pending(name);
    let arn = values.insert(&new.id, &secret.id, &value).await.unwrap();
    new.secrets[0].arn = Some(arn);
    make(of, &new).await
}

/// Makes an active client.
async fn make(of: &Deployment, new: &Client) -> Client {
    of.insert(new, None, None).await.unwrap();
    let active = next(new, ClientState::Active);
    let activate = of.stores.clients.activate(&active, new.revision, None);
    activate.await.unwrap();
    active
}

/// An active client of that name whose secret's value is kept nowhere.
async fn unkept(of: &Deployment, name: &str) {
    let new = Client {
        secret_storage: SecretStorage::None,
        ..pending(name)
    };
    make(of, &new).await;
}

async fn state(of: &Deployment, name: &str) -> ClientState {
    of.client(name).await.unwrap().state
}

fn is_deleted(state: ClientState) -> bool {
    matches!(state, ClientState::Deleted { .. })
}

fn all_kept() -> Decision {
    Decision {
        keep_others: true,
        ..Decision::default()
    }
}

fn expecting(deletes: usize) -> Decision {
    Decision {
        expected_deletes: Some(deletes),
        ..all_kept()
    }
}

/// Removes an item behind the ports' back.
async fn remove(of: &Deployment, pk: &str, sk: &str) {
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let delete = of.dynamodb.delete_item().table_name(config().table);
    let delete = delete.key("pk", key(pk)).key("sk", key(sk));
    delete.send().await.unwrap();
}

#[tokio::test]
async fn what_was_deleted_since_is_deleted_again() {
    let of = Deployment::start().await;
    let rules = rules(&of).await;
    let (live, scheduled, gone) = (
        kept(&of, "live").await,
        kept(&of, "scheduled").await,
        kept(&of, "gone").await,
    );
    let values = &of.stores.values;
    values.schedule_removal(&scheduled.id).await.unwrap();
    values.remove(&gone.id).await.unwrap();

    // Most of them at once may be the wrong region, and has to be said.
    let refused = rules.run(&all_kept(), &|_| ()).await.unwrap_err();
    assert!(matches!(
        refused,
        AfterRestoreError::MostAreGone {
            deleted: 2,
            stay: 1
        }
    ));
    assert_eq!(state(&of, "gone").await, ClientState::Active);
    let restored = rules.run(&expecting(2), &|_| ()).await.unwrap();
    let expected = BTreeSet::from([scheduled.id.clone(), gone.id.clone()]);
    assert_eq!(
        restored.deleted.iter().cloned().collect::<BTreeSet<_>>(),
        expected
    );
    assert_eq!(state(&of, "live").await, ClientState::Active);
    assert_eq!(of.client("live").await, Some(live));
    for name in ["scheduled", "gone"] {
        let client = of.client(name).await.unwrap();
        assert!(is_deleted(client.state), "{name}");
        assert!(client.generation > Default::default(), "{name}");
    }
    assert_eq!(of.count().await, "1");
    assert!(
        of.stores
            .clients
            .unfinished(None, 9)
            .await
            .unwrap()
            .is_empty()
    );

    // Again there is nothing to do, but every token of before dies once more.
    let again = rules.run(&all_kept(), &|_| ()).await.unwrap();
    assert!(again.deleted.is_empty());
    assert_eq!(again.generation, restored.generation.raised());
}

#[tokio::test]
async fn a_secret_that_lists_do_not_show_yet_saves_its_client() {
    let of = Deployment::start().await;
    let rules = rules(&of).await;
    let client = kept(&of, "payments").await;
    // Without its tag the secret is not found by the list, as one that was made just now.
    let untag = of.secrets.untag_resource().tag_keys("m2m:client_id");
    let untag = untag.secret_id("m2m/test/clients/m2m_payments");
    untag.send().await.unwrap();
    assert_eq!(rules.examine().await.unwrap().deleted_since.len(), 1);
    let restored = rules.run(&expecting(1), &|_| ()).await.unwrap();
    assert!(restored.deleted.is_empty());
    assert_eq!(of.client("payments").await, Some(client));
}

#[tokio::test]
async fn what_was_made_since_is_told_and_its_secret_goes() {
    let of = Deployment::start().await;
    let rules = rules(&of).await;
    let (secret, value) = m2m_testkit::builders::secret("newer");
    let id = client_id("newer");
    of.stores
        .values
        .insert(&id, &secret.id, &value)
        .await
        .unwrap();
    // More than the clients that are confirmed may be the wrong table, and has to be said.
    let refused = rules.run(&all_kept(), &|_| ()).await.unwrap_err();
    assert!(matches!(
        refused,
        AfterRestoreError::MostAreNewer {
            removed: 1,
            stay: 0
        }
    ));
    assert_eq!(rules.examine().await.unwrap().made_since.len(), 1);
    let expected = Decision {
        expected_removals: Some(1),
        ..all_kept()
    };
    let restored = rules.run(&expected, &|_| ()).await.unwrap();
    assert_eq!(restored.findings.made_since, [id]);
    let described = of.secrets.describe_secret();
    let described = described.secret_id("m2m/test/clients/m2m_newer").send();
    assert!(described.await.unwrap().deleted_date().is_some());
    assert!(rules.examine().await.unwrap().made_since.is_empty());
}

#[tokio::test]
async fn what_cannot_be_told_has_to_be_decided_before_anything_is_done() {
    let of = Deployment::start().await;
    let rules = rules(&of).await;
    for name in ["ended", "going-on"] {
        unkept(&of, name).await;
    }
    let generation = || async {
        let kept = of.stores.keys.find_signing_keys().await;
        kept.unwrap().unwrap().generation
    };
    let before = generation().await;
    let refused = rules.run(&Decision::default(), &|_| ()).await.unwrap_err();
    assert!(matches!(&refused, AfterRestoreError::Undecided(clients) if clients.len() == 2));
    let delete = |name: &str| BTreeSet::from([client_id(name)]);
    let of_nobody = Decision {
        delete: delete("nobody"),
        ..all_kept()
    };
    let refused = rules.run(&of_nobody, &|_| ()).await.unwrap_err();
    assert!(matches!(refused, AfterRestoreError::NotUnverifiable(_)));
    assert_eq!(generation().await, before);

    let decided = Decision {
        delete: delete("ended"),
        ..all_kept()
    };
    // The same again, as after a stop in between, finds it deleted.
    for _ in 0..2 {
        rules.run(&decided, &|_| ()).await.unwrap();
        assert!(is_deleted(state(&of, "ended").await));
        assert_eq!(state(&of, "going-on").await, ClientState::Active);
    }
}

/// Somebody makes a client between the reading of the table and of the list of secrets, every time.
struct MadeInBetween {
    of: Arc<Deployment>,
    survey: Arc<dyn Survey>,
    times: AtomicUsize,
}

#[async_trait]
impl Survey for MadeInBetween {
    async fn read_table(&self) -> Result<TableSurvey, StoreError> {
        self.survey.read_table().await
    }

    async fn read_values(&self) -> Result<Vec<SurveyedValue>, StoreError> {
        let time = self.times.fetch_add(1, Ordering::Relaxed);
        kept(&self.of, &format!("between-{time}")).await;
        self.survey.read_values().await
    }

    async fn has_live_value(&self, client: &ClientId) -> Result<bool, StoreError> {
        self.survey.has_live_value(client).await
    }

    async fn write_entry(&self, entry: &ListEntry) -> Result<(), StoreError> {
        self.survey.write_entry(entry).await
    }

    async fn remove_entry(&self, entry: &ListEntry) -> Result<(), StoreError> {
        self.survey.remove_entry(entry).await
    }

    async fn set_count(
        &self,
        organization: &OrganizationId,
        expected: Option<i64>,
        count: i64,
    ) -> Result<bool, StoreError> {
        self.survey.set_count(organization, expected, count).await
    }
}

#[tokio::test]
async fn clients_that_are_made_meanwhile_keep_their_secrets() {
    let of = Arc::new(Deployment::start().await);
    let rules = rules(&of).await;
    let before = kept(&of, "before").await;
    let survey = MadeInBetween {
        of: Arc::clone(&of),
        survey: Arc::clone(&rules.survey),
        times: AtomicUsize::new(0),
    };
    let busy = AfterRestore {
        survey: Arc::new(survey),
        ..rules
    };
    let restored = busy.run(&all_kept(), &|_| ()).await.unwrap();
    assert_eq!(restored.findings.made_since, [client_id("between-1")]);
    let of_now = self::rules(&of).await;
    for id in [before.id, client_id("between-0"), client_id("between-1")] {
        assert!(of_now.survey.has_live_value(&id).await.unwrap(), "{id}");
    }
    let again = of_now.examine().await.unwrap();
    assert_eq!((again.confirmed, again.made_since.len()), (3, 0));
}

#[tokio::test]
async fn a_create_under_way_goes_on() {
    let of = Deployment::start().await;
    let rules = rules(&of).await;
    let now = SystemClock.now();
    let young = Client {
        created_at: now,
        ..pending("young")
    };
    let insert = PendingClient {
        client: &young,
        max_clients: None,
        max_made_a_day: u32::MAX,
        answer: None,
        now,
    };
    of.stores.clients.insert_pending(insert).await.unwrap();
    let restored = rules.run(&all_kept(), &|_| ()).await.unwrap();
    assert_eq!(restored.findings.unfinished, [young.id]);
    assert_eq!(state(&of, "young").await, ClientState::Pending);
}

#[tokio::test]
async fn lists_and_counts_are_made_to_fit() {
    let of = Deployment::start().await;
    let rules = rules(&of).await;
    kept(&of, "live").await;
    let deleted = kept(&of, "deleted").await;
    of.delete(&deleted).await;
    remove(&of, "OWNER#local|ada", "CLIENT#m2m_live").await;
    remove(&of, "ORG#acme#CLIENTS", "CLIENT#m2m_live").await;
    let stale = of.dynamodb.put_item().table_name(config().table);
    let stale = stale
        .item("pk", AttributeValue::S("OWNER#local|ada".to_owned()))
        .item("sk", AttributeValue::S("CLIENT#m2m_deleted".to_owned()));
    stale.send().await.unwrap();
    remove(&of, "ORG#acme", "COUNT").await;

    let found = rules.run(&all_kept(), &|_| ()).await.unwrap().findings;
    assert_eq!(found.missing_entries.len(), 2);
    assert_eq!(found.stale_entries.len(), 1);
    assert_eq!(found.wrong_counts.len(), 1);
    assert_eq!(of.count().await, "1");
    let ada = ListedBy::Owner(m2m_testkit::builders::owner().id);
    for (deleted, name) in [(false, "live"), (true, "deleted")] {
        let list = of.stores.clients.list(&ada, deleted, None, 9);
        let ids: Vec<_> = list
            .await
            .unwrap()
            .into_iter()
            .map(|client| client.id)
            .collect();
        assert_eq!(ids, [client_id(name)]);
    }
    let again = rules.examine().await.unwrap();
    assert!(again.missing_entries.is_empty() && again.stale_entries.is_empty());
    assert!(again.wrong_counts.is_empty());
}

#[tokio::test]
async fn creates_and_deletes_under_way_are_ended() {
    let of = Deployment::start().await;
    let rules = rules(&of).await;
    of.insert(&pending("half"), None, None).await.unwrap();
    of.insert(&pending("unnoted"), None, None).await.unwrap();
    remove(&of, "UNFINISHED", "m2m_unnoted").await;
    let deleted = kept(&of, "deleted").await;
    of.delete(&deleted).await;
    let restored = rules.run(&all_kept(), &|_| ()).await.unwrap();
    assert_eq!((restored.repaired.undone, restored.repaired.failed), (2, 0));
    for name in ["half", "unnoted"] {
        assert_eq!(of.client(name).await, None);
    }
    assert_eq!(of.count().await, "0");
    let values = &of.stores.values;
    let secret = &deleted.secrets[0].id;
    assert!(values.find(&deleted.id, secret).await.unwrap().is_none());
}

#[tokio::test]
async fn the_whole_of_a_large_table_is_seen() {
    let of = Deployment::start().await;
    let rules = rules(&of).await;
    let text = AttributeValue::S("x".repeat(300_000));
    for number in 0..5 {
        let filler = of.dynamodb.put_item().table_name(config().table);
        let filler = filler
            .item("pk", AttributeValue::S(format!("FILLER#{number}")))
            .item("sk", AttributeValue::S("FILLER".to_owned()))
            .item("text", text.clone());
        filler.send().await.unwrap();
    }
    for number in 0..12 {
        kept(&of, &format!("c{number}")).await;
    }
    let survey = survey(&of.sdk, &config(), Arc::new(SeededRandom::new(3)));
    assert_eq!(survey.read_table().await.unwrap().clients.len(), 12);
    assert_eq!(survey.read_values().await.unwrap().len(), 12);
    assert!(rules.examine().await.unwrap().deleted_since.is_empty());
}

#[tokio::test]
async fn stopped_anywhere_it_is_finished_by_running_it_again() {
    for stop_at in 1.. {
        let of = Deployment::start().await;
        let rules = rules(&of).await;
        kept(&of, "live").await;
        let gone = kept(&of, "gone").await;
        of.stores.values.schedule_removal(&gone.id).await.unwrap();
        of.faults.clear();
        of.faults.kill_at(stop_at);
        let ended = rules.run(&all_kept(), &|_| ()).await;
        of.faults.clear();
        rules.run(&all_kept(), &|_| ()).await.unwrap();
        assert!(is_deleted(state(&of, "gone").await), "stopped at {stop_at}");
        assert_eq!(state(&of, "live").await, ClientState::Active);
        assert_eq!(of.count().await, "1", "stopped at {stop_at}");
        if ended.is_ok() {
            assert!(stop_at > 5);
            return;
        }
    }
}
