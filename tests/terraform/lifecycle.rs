//! From create to destroy, with an empty plan after each step.

use crate::service::Service;
use crate::terraform::Terraform;

const ADDRESS: &str = "m2m_oauth_client.a";

#[test]
fn the_whole_life_of_a_client() {
    let service = Service::start();
    let first = r#"
        resource "m2m_oauth_client" "a" {
          name   = "billing"
          scopes = ["orders:read"]
          tags   = { team = "payments", stage = "test" }
        }"#;
    let Some(terraform) = Terraform::new(first, service.environment()) else {
        return;
    };
    terraform
        .apply()
        .ok()
        .says(&["1 added, 0 changed, 0 destroyed"]);
    terraform.plan().changes_nothing();
    terraform
        .run(&["plan", "-detailed-exitcode", "-refresh-only"])
        .changes_nothing();
    let id = terraform.attribute(ADDRESS, "client_id");
    is_as_created(&service, &terraform);

    forget_and_import(&terraform, &id);
    terraform.plan().changes_nothing();
    is_as_created(&service, &terraform);

    let second = r#"
        resource "m2m_oauth_client" "a" {
          name                     = "billing-2"
          description              = "Pays the bills"
          scopes                   = ["orders:read", "orders:write"]
          default_scopes           = ["orders:read"]
          access_token_ttl_seconds = 600
          tags                     = { stage = "live" }
        }"#;
    terraform.write(second);
    terraform
        .apply()
        .ok()
        .says(&["0 added, 1 changed, 0 destroyed"]);
    terraform.plan().changes_nothing();
    is_as_updated(&service, &id);

    service.patch(
        &id,
        serde_json::json!({"name": "renamed", "tags": {"stage": "test"}}),
    );
    terraform.plan().has_changes().says(&[
        "name = \"renamed\" -> \"billing-2\"",
        "0 to add, 1 to change, 0 to destroy",
    ]);
    terraform.apply().ok();
    terraform.plan().changes_nothing();
    is_as_updated(&service, &id);

    let bare = r#"resource "m2m_oauth_client" "a" { name = "billing-2" }"#;
    terraform.write(bare);
    terraform.apply().ok();
    terraform.plan().changes_nothing();
    let client = &service.clients()[0];
    assert!(client.description.is_none() && client.scopes.is_none() && client.tags.is_empty());
    assert_eq!(client.access_token_ttl_seconds.seconds(), 3_600);

    terraform
        .run(&["destroy", "-auto-approve"])
        .ok()
        .says(&["1 destroyed"]);
    assert!(service.clients().is_empty());
}

fn is_as_created(service: &Service, terraform: &Terraform) {
    let attributes = terraform.attributes(ADDRESS);
    assert_eq!(attributes["name"], "billing");
    assert_eq!(attributes["scopes"], serde_json::json!(["orders:read"]));
    assert_eq!(attributes["issuer"], service.admin.endpoint.as_str());
    assert_eq!(attributes["owner"], "local|admin");
    assert_eq!(attributes["organization"], "local");
    assert_eq!(attributes["secret_storage"], "secrets_manager");
    assert_eq!(attributes["client_secret"], serde_json::Value::Null);
    let secret = service.secret_of(attributes["client_id"].as_str().unwrap());
    assert!(secret.contains(attributes["secret_hint"].as_str().unwrap()));
    for name in ["secret_id", "secret_created_at", "created_at", "updated_at"] {
        assert!(attributes[name].is_string(), "{name}: {attributes}");
    }
    is_an_arn(&attributes["secret_arn"]);
}

/// Where AWS Secrets Manager keeps a secret.
fn is_an_arn(attribute: &serde_json::Value) {
    let is_one = |arn: &str| arn.starts_with("arn:aws:secretsmanager:");
    assert!(attribute.as_str().is_some_and(is_one), "{attribute}");
}

fn is_as_updated(service: &Service, id: &str) {
    let clients = service.clients();
    let [client] = clients.as_slice() else {
        panic!("{} clients", clients.len())
    };
    assert_eq!(
        (client.client_id.as_str(), client.name.as_str()),
        (id, "billing-2")
    );
    assert_eq!(client.access_token_ttl_seconds.seconds(), 600);
    let tags: Vec<_> = client
        .tags
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(tags, [("stage", "live")]);
}

fn forget_and_import(terraform: &Terraform, id: &str) {
    terraform.run(&["state", "rm", ADDRESS]).ok();
    terraform.run(&["import", ADDRESS, id]).ok();
}

#[test]
fn a_second_client_of_a_name_is_announced() {
    let service = Service::start();
    let existing = service.create(serde_json::json!({"name": "billing"}));
    let one = r#"resource "m2m_oauth_client" "a" { name = "billing" }"#;
    let Some(terraform) = Terraform::new(one, service.environment()) else {
        return;
    };
    let id = existing.client.client_id;
    terraform
        .plan()
        .has_changes()
        .says(&["A client of this name exists", id.as_str()]);
}

#[test]
fn a_client_that_never_was_cannot_be_imported() {
    let service = Service::start();
    let one = r#"resource "m2m_oauth_client" "a" { name = "billing" }"#;
    let Some(terraform) = Terraform::new(one, service.environment()) else {
        return;
    };
    let run = terraform.run(&["import", ADDRESS, "m2m_01jd0000000000000000000000"]);
    run.fails_with(&["Cannot import non-existent remote object"]);
    let run = terraform.run(&["import", ADDRESS, "no id"]);
    run.fails_with(&["Client_id must be 1 to 128 characters"]);
}

#[test]
fn a_data_source_shows_what_exists() {
    let service = Service::start();
    let made = service.create(serde_json::json!({"name": "old", "scopes": ["orders:read"]}));
    let id = made.client.client_id.as_str();
    let one = format!(
        r#"
        data "m2m_oauth_client" "a" {{ client_id = "{id}" }}
        output "all" {{ value = data.m2m_oauth_client.a }}
        "#
    );
    let Some(terraform) = Terraform::new(&one, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let shown = terraform.run(&["output", "-json", "all"]).ok().stdout;
    let all: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&all["name"], &all["grant_types"][0]),
        (&"old".into(), &"client_credentials".into())
    );
    assert_eq!(
        all["secret_id"],
        made.secret.as_ref().unwrap().client_secret_id.as_str()
    );
    is_an_arn(&all["secret_arn"]);
    assert!(!shown.contains(made.secret.as_ref().unwrap().client_secret.expose()));

    service.delete(id);
    terraform
        .plan()
        .fails_with(&["Could not read the M2M OAuth client", "Not found"]);
}
