//! What lies in the stores, read past the service.

use aws_sdk_dynamodb::types::AttributeValue;
use m2m_tests::service::TestService;

/// The name of a client's secret without the client's id.
const PREFIX: &str = "m2m/test/clients/";

/// Everything about clients that is in the stores.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// The ids of all clients, whatever their state.
    pub(crate) clients: Vec<String>,
    /// The ids of clients whose create or delete has not been seen to finish.
    pub(crate) notes: Vec<String>,
    /// How many clients `acme` is counted to have.
    pub(crate) count: i64,
    /// The ids of the clients whose secret's value is kept.
    pub(crate) values: Vec<String>,
    /// The ids of the clients whose secret's value waits for its removal.
    pub(crate) leaving: Vec<String>,
}

impl Contents {
    /// Reads all of it.
    pub(crate) async fn of(service: &TestService) -> Self {
        let sdk = service.stand_in.sdk_config();
        let table = aws_sdk_dynamodb::Client::new(&sdk);
        let scan = table.scan().table_name("m2m-test").consistent_read(true);
        let items = scan.send().await.unwrap().items.unwrap_or_default();
        let below = |prefix: &str, attribute: &str| {
            let mut found: Vec<String> = items
                .iter()
                .filter(|item| text(&item["pk"]).starts_with(prefix))
                .map(|item| text(&item[attribute]).replace(prefix, ""))
                .collect();
            found.sort();
            found
        };
        let count = items
            .iter()
            .filter(|item| text(&item["pk"]) == "ORG#acme")
            .map(|item| item["clients"].as_n().unwrap().parse::<i64>().unwrap())
            .sum();
        let (values, leaving) = values(service).await;
        Self {
            clients: below("CLIENT#", "pk"),
            notes: below("UNFINISHED", "sk"),
            count,
            values,
            leaving,
        }
    }

    /// Every secret belongs to a client, and whatever is half done has a note.
    pub(crate) fn assert_reachable(&self, when: &str) {
        for id in self.values.iter().chain(&self.leaving).chain(&self.notes) {
            assert!(
                self.clients.contains(id),
                "{when}: nobody knows {id}: {self:?}"
            );
        }
    }
}

async fn values(service: &TestService) -> (Vec<String>, Vec<String>) {
    let sdk = service.stand_in.sdk_config();
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk);
    let list = secrets.list_secrets().include_planned_deletion(true);
    let (mut kept, mut leaving) = (Vec::new(), Vec::new());
    for entry in list.max_results(100).send().await.unwrap().secret_list() {
        let Some(id) = entry.name().unwrap().strip_prefix(PREFIX) else {
            continue;
        };
        if entry.deleted_date().is_some() {
            leaving.push(id.to_owned());
        } else {
            kept.push(id.to_owned());
        }
    }
    kept.sort();
    leaving.sort();
    (kept, leaving)
}

fn text(value: &AttributeValue) -> &str {
    value.as_s().unwrap()
}
