//! Terraform as a client with few rights.

use crate::service::Service;
use crate::terraform::Terraform;

const ONE: &str = r#"
    resource "m2m_oauth_client" "a" {
      name   = "billing"
      scopes = ["orders:read"]
    }"#;

/// The settings of a provider whose client has these scopes, none of them by default.
fn acting_with(service: &Service, scopes: &[&str]) -> Vec<(String, String)> {
    let made = service.create(serde_json::json!({"name": "terraform", "scopes": scopes}));
    service.environment_of(
        made.client.client_id.as_str(),
        made.secret.as_ref().unwrap().client_secret.expose(),
    )
}

/// Applies the configuration as a client with these scopes, and takes all of it away again.
fn is_managed_with(configuration: &str, scopes: &[&str]) {
    let service = Service::start();
    let environment = acting_with(&service, scopes);
    let Some(terraform) = Terraform::new(configuration, environment) else {
        return;
    };
    terraform.apply().ok();
    terraform.plan().changes_nothing();
    terraform.run(&["destroy", "-auto-approve"]).ok();
    assert_eq!(service.clients().len(), 1);
}

#[test]
fn managing_takes_read_write_and_what_is_passed_on() {
    is_managed_with(ONE, &["clients:read", "clients:write", "orders:read"]);
    let reader = ONE.replace("orders:read", "clients:read");
    is_managed_with(&reader, &["clients:read", "clients:write"]);
}

#[test]
fn delegating_lifts_the_limit_to_the_owner() {
    let scopes = ["clients:read", "clients:write", "clients:delegate"];
    is_managed_with(ONE, &scopes);
    is_managed_with(
        r#"resource "m2m_oauth_client" "a" { name = "billing" }"#,
        &scopes,
    );
}

#[test]
fn a_secret_is_seen_by_who_could_have_made_the_client() {
    let secret = r#"
        ephemeral "m2m_oauth_client_secret" "a" { client_id = m2m_oauth_client.a.client_id }"#;
    let seen = format!("{ONE}{secret}");
    let mut scopes = vec!["clients:read", "clients:write", "clients:reveal"];
    scopes.push("orders:read");
    is_managed_with(&seen, &scopes);
    scopes.pop();
    scopes.push("clients:delegate");
    is_managed_with(&seen, &scopes);
}

#[test]
fn the_secret_of_a_stronger_client_stays_hidden() {
    let service = Service::start();
    let made = service.create(serde_json::json!({"name": "a", "scopes": ["orders:read"]}));
    let one = format!(
        r#"ephemeral "m2m_oauth_client_secret" "a" {{ client_id = "{}" }}"#,
        made.client.client_id
    );
    let environment = acting_with(&service, &["clients:read", "clients:reveal"]);
    let Some(terraform) = Terraform::new(&one, environment) else {
        return;
    };
    terraform
        .plan()
        .fails_with(&["orders:read", "nor sees its secret", "clients:delegate"]);
}

#[test]
fn planning_takes_read_alone() {
    let service = Service::start();
    let Some(mut terraform) = Terraform::new(ONE, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let state = terraform.state();
    terraform.environment = acting_with(&service, &["clients:read"]);
    terraform.plan().changes_nothing();
    terraform.run(&["destroy", "-auto-approve"]).fails_with(&[
        "may not use the scope clients:write",
        "Give the client that Terraform acts as this scope",
    ]);
    assert_eq!(terraform.state(), state);
}

#[test]
fn a_client_cannot_make_one_stronger_than_itself() {
    let service = Service::start();
    let environment = acting_with(&service, &["clients:read", "clients:write"]);
    let Some(terraform) = Terraform::new(ONE, environment) else {
        return;
    };
    terraform
        .apply()
        .fails_with(&["orders:read", "stronger than itself", "clients:delegate"]);
    assert_eq!(service.clients().len(), 1);
}

#[test]
fn what_the_owner_does_not_hold_is_said_at_the_attribute() {
    let service = Service::start();
    let wide = ONE.replace("orders:read", "payments:all");
    let Some(terraform) = Terraform::new(&wide, service.environment()) else {
        return;
    };
    terraform.apply().fails_with(&[
        "Could not create the M2M OAuth client \"billing\"",
        "scopes: the owner local|admin does not hold the scope payments:all",
    ]);
}
