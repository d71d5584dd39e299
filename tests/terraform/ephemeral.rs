//! Ephemeral values reach those who may take them.

use crate::service::Service;
use crate::terraform::Terraform;

#[test]
fn a_secret_and_a_token_flow_into_another_provider() {
    let service = Service::start();
    let made = service.create(serde_json::json!({
        "name": "second", "scopes": ["clients:read", "clients:write", "clients:delegate"],
        "default_scopes": ["clients:read", "clients:write", "clients:delegate"],
    }));
    // The provider itself is what is configured with the secret: nothing else is installed here.
    let one = format!(
        r#"
        ephemeral "m2m_oauth_client_secret" "second" {{ client_id = "{id}" }}
        ephemeral "m2m_access_token" "second" {{
          client_id     = "{id}"
          client_secret = ephemeral.m2m_oauth_client_secret.second.client_secret
          resource      = "{endpoint}/v1"
          scopes        = ["clients:read"]
        }}
        provider "m2m" {{
          alias         = "second"
          client_id     = "{id}"
          client_secret = ephemeral.m2m_oauth_client_secret.second.client_secret
        }}
        resource "m2m_oauth_client" "a" {{
          provider = m2m.second
          name     = "made by the second client"
        }}"#,
        id = made.client.client_id,
        endpoint = service.admin.endpoint
    );
    let Some(terraform) = Terraform::new(&one, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    terraform.plan().changes_nothing();
    assert_eq!(service.clients().len(), 2);
}

#[test]
fn a_short_lived_token_is_warned_of() {
    let service = Service::start();
    let made = service.create(serde_json::json!({
        "name": "second", "scopes": ["orders:read"], "access_token_ttl_seconds": 60,
    }));
    let one = format!(
        r#"
        ephemeral "m2m_access_token" "second" {{
          client_id     = "{}"
          client_secret = var.secret
        }}
        variable "secret" {{
          type      = string
          ephemeral = true
        }}"#,
        made.client.client_id
    );
    let Some(terraform) = Terraform::new(&one, service.environment()) else {
        return;
    };
    let secret = [(
        "TF_VAR_secret",
        made.secret.as_ref().unwrap().client_secret.expose(),
    )];
    let run = terraform.run_with(&["plan"], &secret).ok();
    run.says(&["The access token is short-lived", "It ends in 60 seconds"]);
}

#[test]
fn half_of_a_clients_credentials_are_refused() {
    let one = r#"ephemeral "m2m_access_token" "a" { client_id = "m2m_x" }"#;
    let Some(terraform) = Terraform::new(one, Vec::new()) else {
        return;
    };
    terraform
        .run(&["validate"])
        .fails_with(&["Half of a client's credentials"]);
}

#[test]
fn an_ephemeral_secret_cannot_flow_into_the_state() {
    let one = r#"
        ephemeral "m2m_oauth_client_secret" "a" { client_id = "m2m_x" }
        resource "m2m_oauth_client" "a" {
          name        = "x"
          description = ephemeral.m2m_oauth_client_secret.a.client_secret
        }"#;
    let Some(terraform) = Terraform::new(one, Vec::new()) else {
        return;
    };
    terraform
        .run(&["validate"])
        .fails_with(&["Invalid use of ephemeral value"]);
}
