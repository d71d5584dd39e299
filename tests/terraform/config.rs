//! The provider block, the environment, and what is wrong with them.

use crate::service::Service;
use crate::terraform::Terraform;

const ONE: &str = r#"resource "m2m_oauth_client" "a" { name = "billing" }"#;

#[test]
fn a_provider_without_settings_says_which_and_where_from() {
    let Some(terraform) = Terraform::new(ONE, Vec::new()) else {
        return;
    };
    terraform.run(&["validate"]).ok();
    terraform.plan().fails_with(&[
        "The provider is not configured",
        "endpoint: set it in the provider block, or M2M_ENDPOINT in the environment",
        "client_id: set it in the provider block, or M2M_CLIENT_ID in the environment",
        "M2M_CLIENT_SECRET or M2M_CLIENT_SECRET_FILE",
    ]);
}

#[test]
fn the_block_wins_over_the_environment_and_a_file_may_hold_the_secret() {
    let service = Service::start();
    let Some(mut terraform) = Terraform::new(ONE, Vec::new()) else {
        return;
    };
    std::fs::write(
        terraform.work().join("secret"),
        service.admin.client_secret.expose(),
    )
    .unwrap();
    terraform.environment = service.environment_of("m2m_wrong", "wrong");
    terraform.write(&format!(
        r#"
        provider "m2m" {{
          client_id          = "{}"
          client_secret_file = "${{path.module}}/secret"
        }}
        {ONE}"#,
        service.admin.client_id
    ));
    terraform.apply().ok();
    assert_eq!(service.clients().len(), 1);
}

#[test]
fn settings_that_come_from_a_resource_do_not_stop_the_plan() {
    let service = Service::start();
    let Some(mut terraform) = Terraform::new(ONE, Vec::new()) else {
        return;
    };
    terraform.environment = service.environment();
    terraform
        .environment
        .retain(|(name, _)| name != "M2M_ENDPOINT");
    terraform.write(&format!(
        r#"
        resource "terraform_data" "endpoint" {{ input = "{}" }}
        provider "m2m" {{ endpoint = terraform_data.endpoint.output }}
        resource "m2m_oauth_client" "a" {{ name = "billing-${{terraform_data.endpoint.id}}" }}"#,
        service.admin.endpoint
    ));
    terraform.plan().has_changes();
    terraform.apply().ok();
    terraform.plan().changes_nothing();
}

#[test]
fn what_is_malformed_is_named_before_anything_is_called() {
    let Some(terraform) = Terraform::new(ONE, Vec::new()) else {
        return;
    };
    let refused = |configuration: &str, texts: &[&str]| {
        terraform.write(configuration);
        terraform.run(&["validate"]).fails_with(texts);
    };
    refused(
        r#"resource "m2m_oauth_client" "a" {
          name                     = " x"
          scopes                   = ["a b"]
          access_token_ttl_seconds = 59
          tags                     = { "a b" = "c" }
        }"#,
        &[
            "Invalid value for name",
            "A scope must be 1 to 128",
            "Expected 60 to 86400",
            "Tag key must be",
        ],
    );
    refused(
        r#"resource "m2m_oauth_client" "a" {
          name           = "x"
          secret_storage = "none"
        }"#,
        &["Nobody would ever see the secret"],
    );
    refused(
        r#"provider "m2m" { endpoint = "http://far.example" }
        resource "m2m_oauth_client" "a" { name = "x" }"#,
        &["Invalid value for endpoint", "an https URL"],
    );
    refused(
        r#"provider "m2m" {
          client_secret      = "a"
          client_secret_file = "b"
        }
        resource "m2m_oauth_client" "a" { name = "x" }"#,
        &["The secret is given twice"],
    );
}

#[test]
fn a_malformed_variable_is_named() {
    let Some(mut terraform) = Terraform::new(ONE, Vec::new()) else {
        return;
    };
    terraform.environment = vec![("M2M_ENDPOINT".to_owned(), "ftp://x".to_owned())];
    terraform
        .plan()
        .fails_with(&["The provider's settings are wrong", "M2M_ENDPOINT"]);
}

#[test]
fn a_private_authority_has_to_be_given() {
    let service = Service::start_with_tls();
    let Some(mut terraform) = Terraform::new(ONE, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    terraform
        .environment
        .retain(|(name, _)| name != "M2M_CA_CERT_FILE");
    terraform
        .plan()
        .fails_with(&["certificate is not accepted", "M2M_CA_CERT_FILE"]);
}
