//! No secret is anywhere, unless the user asked for it in the state.

use crate::leaks::Traces;
use crate::service::Service;
use crate::terraform::Terraform;

const ADDRESS: &str = "m2m_oauth_client.a";

/// Every verb, with everything written down that Terraform can write down.
fn all_verbs(terraform: &Terraform) -> Traces {
    let trace = [("TF_LOG", "trace"), ("TF_LOG_PATH", "trace.log")];
    let mut traces = Traces::default();
    for command in [
        "plan -out=saved.plan",
        "apply -auto-approve",
        "plan -out=second.plan",
        "show -json saved.plan",
        "show -json",
        "state pull",
        "output -json",
    ] {
        let arguments: Vec<&str> = command.split(' ').collect();
        let run = terraform.run_with(&arguments, &trace).ok();
        traces = traces.with(command, &run);
    }
    // Once more with the log on standard error.
    let run = terraform
        .run_with(&["plan", "-out=third.plan"], &[("TF_LOG", "trace")])
        .ok();
    traces
        .with("plan with a trace", &run)
        .and(Traces::of(&terraform.work()))
}

#[test]
fn no_secret_is_left_anywhere() {
    let service = Service::start();
    let source = service.create(serde_json::json!({"name": "source"}));
    let source_id = source.client.client_id.as_str();
    let one = format!(
        r#"
        resource "m2m_oauth_client" "a" {{ name = "billing" }}
        data "m2m_oauth_client" "a" {{ client_id = m2m_oauth_client.a.client_id }}
        ephemeral "m2m_oauth_client_secret" "new" {{ client_id = m2m_oauth_client.a.client_id }}
        ephemeral "m2m_oauth_client_secret" "old" {{ client_id = "{source_id}" }}
        ephemeral "m2m_access_token" "a" {{
          client_id     = "{source_id}"
          client_secret = ephemeral.m2m_oauth_client_secret.old.client_secret
        }}
        output "client_id" {{ value = m2m_oauth_client.a.client_id }}
        "#
    );
    let Some(terraform) = Terraform::new(&one, service.environment()) else {
        return;
    };
    let traces = all_verbs(&terraform);
    let names = traces.names().join("\n");
    for expected in [
        "saved.plan: tfplan",
        "terraform.tfstate",
        "trace.log",
        "show -json",
    ] {
        assert!(
            names.contains(expected),
            "{expected} was not looked at:\n{names}"
        );
    }
    let id = terraform.attribute(ADDRESS, "client_id");
    let secret = service.secret_of(&id);
    let nowhere: [&str; 0] = [];
    assert_eq!(traces.places_of(&id, &secret), nowhere);
    assert_eq!(
        traces.places_of(
            source_id,
            source.secret.as_ref().unwrap().client_secret.expose()
        ),
        nowhere
    );
    let admin = &service.admin;
    assert_eq!(
        traces.places_of(admin.client_id.as_str(), admin.client_secret.expose()),
        nowhere
    );
    assert_eq!(traces.places_of_tokens(), nowhere);
}

#[test]
fn an_exposed_secret_is_in_the_state_alone() {
    let service = Service::start();
    let exposed = r#"
        resource "m2m_oauth_client" "a" {
          name                   = "billing"
          expose_secret_in_state = true
        }"#;
    let Some(terraform) = Terraform::new(exposed, service.environment()) else {
        return;
    };
    let traces = all_verbs(&terraform);
    let id = terraform.attribute(ADDRESS, "client_id");
    let secret = service.secret_of(&id);
    assert_eq!(terraform.attribute(ADDRESS, "client_secret"), secret);
    for place in traces.places_of(&id, &secret) {
        let is_state = [
            "tfstate",
            "show -json",
            "state pull",
            "second.plan",
            "third.plan",
        ]
        .iter()
        .any(|name| place.contains(name));
        assert!(is_state, "the secret is in {place}");
    }
    assert!(
        !traces.places_of(&id, &secret).is_empty(),
        "the search finds nothing"
    );
    terraform.plan().changes_nothing();
}

#[test]
fn exposing_is_switched_on_and_off_in_place() {
    let service = Service::start();
    let one = |exposed: bool| {
        format!(
            r#"resource "m2m_oauth_client" "a" {{
              name                   = "billing"
              expose_secret_in_state = {exposed}
            }}"#
        )
    };
    let Some(terraform) = Terraform::new(&one(false), service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let id = terraform.attribute(ADDRESS, "client_id");
    assert!(terraform.attributes(ADDRESS)["client_secret"].is_null());

    terraform.write(&one(true));
    terraform.apply().ok().says(&["1 changed"]);
    assert_eq!(
        terraform.attribute(ADDRESS, "client_secret"),
        service.secret_of(&id)
    );
    terraform.plan().changes_nothing();

    terraform.write(&one(false));
    terraform.apply().ok().says(&["1 changed"]);
    assert!(terraform.attributes(ADDRESS)["client_secret"].is_null());
    terraform.plan().changes_nothing();
    assert_eq!(service.clients().len(), 1);
}

#[test]
fn a_secret_that_is_kept_nowhere_lies_in_the_state() {
    let service = Service::start();
    let one = r#"
        resource "m2m_oauth_client" "a" {
          name                   = "billing"
          secret_storage         = "none"
          expose_secret_in_state = true
        }"#;
    let Some(terraform) = Terraform::new(one, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    terraform.plan().changes_nothing();
    assert!(
        terraform
            .attribute(ADDRESS, "client_secret")
            .starts_with("m2ms_")
    );
    assert!(terraform.attributes(ADDRESS)["secret_arn"].is_null());

    terraform.write(&one.replace("none", "secrets_manager"));
    terraform
        .plan()
        .fails_with(&["secret_storage is fixed once the client exists"]);
}
