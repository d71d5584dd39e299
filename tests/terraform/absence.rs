//! When a client is not found: gone, or asked for in the wrong place?

use crate::service::Service;
use crate::terraform::Terraform;

const ONE: &str = r#"resource "m2m_oauth_client" "a" { name = "billing" }"#;

#[test]
fn a_client_deleted_elsewhere_is_planned_anew() {
    let service = Service::start();
    let Some(terraform) = Terraform::new(ONE, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let id = terraform.attribute("m2m_oauth_client.a", "client_id");
    service.delete(&id);
    terraform.plan().has_changes().says(&[
        "is gone",
        "It was deleted outside of Terraform",
        "1 to add, 0 to change, 0 to destroy",
    ]);
    terraform.apply().ok();
    terraform.plan().changes_nothing();
    assert_ne!(terraform.attribute("m2m_oauth_client.a", "client_id"), id);
}

#[test]
fn a_client_deleted_elsewhere_is_destroyed_without_complaint() {
    let service = Service::start();
    let Some(terraform) = Terraform::new(ONE, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    service.delete(&terraform.attribute("m2m_oauth_client.a", "client_id"));
    terraform
        .run(&["destroy", "-auto-approve", "-refresh=false"])
        .ok()
        .says(&["1 destroyed"]);
}

#[test]
fn another_service_says_nothing_about_the_client() {
    let (service, other) = (Service::start(), Service::start());
    let Some(mut terraform) = Terraform::new(ONE, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let state = terraform.state();
    terraform.environment = other.environment();
    let texts = [
        "the state was written for the service",
        service.admin.endpoint.as_str(),
        other.admin.endpoint.as_str(),
        "The state is kept",
    ];
    terraform.plan().fails_with(&texts);
    terraform.apply().fails_with(&texts);
    terraform
        .run(&["destroy", "-auto-approve", "-refresh=false"])
        .fails_with(&texts);
    assert_eq!(terraform.state(), state);

    terraform.environment = service.environment();
    terraform.plan().changes_nothing();
}
