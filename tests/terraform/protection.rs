//! A protected client survives a destroy.

use crate::service::Service;
use crate::terraform::Terraform;

#[test]
fn a_protected_client_survives_a_destroy() {
    let service = Service::start();
    let one = |protected: bool| {
        format!(
            r#"resource "m2m_oauth_client" "a" {{
              name                = "billing"
              deletion_protection = {protected}
            }}"#
        )
    };
    let Some(terraform) = Terraform::new(&one(true), service.environment()) else {
        return;
    };
    terraform.apply().ok();
    terraform.run(&["destroy", "-auto-approve"]).fails_with(&[
        "\"billing\"",
        "is protected from deletion",
        "set deletion_protection = false, apply, and then destroy it",
    ]);
    assert_eq!(service.clients().len(), 1);

    terraform.write(&one(false));
    terraform.apply().ok();
    terraform.run(&["destroy", "-auto-approve"]).ok();
    assert!(service.clients().is_empty());
}

#[test]
fn protection_that_was_switched_on_elsewhere_holds_too() {
    let service = Service::start();
    let one = r#"resource "m2m_oauth_client" "a" { name = "billing" }"#;
    let Some(terraform) = Terraform::new(one, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let id = terraform.attribute("m2m_oauth_client.a", "client_id");
    service.patch(&id, serde_json::json!({"deletion_protection": true}));
    let texts = ["is protected from deletion"];
    terraform
        .run(&["destroy", "-auto-approve", "-refresh=false"])
        .fails_with(&texts);
    assert_eq!(terraform.attribute("m2m_oauth_client.a", "client_id"), id);
}
