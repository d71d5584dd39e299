//! Nothing that goes wrong at the other end drops anything from the state.

use crate::service::Service;
use crate::stranger::{Answer, Stranger, TOKEN};
use crate::terraform::Terraform;

/// No time is spent on repetitions.
const ONE: &str = r#"
    provider "m2m" { max_retries = 0 }
    resource "m2m_oauth_client" "a" { name = "billing" }
"#;

/// Applies the configuration once, then runs each verb with the service replaced.
fn with_the_service_replaced(answers: Option<(Answer, Answer)>, texts: &[&str]) {
    let mut service = Service::start();
    let Some(terraform) = Terraform::new(ONE, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let state = terraform.state();
    service.stop();
    let stranger = answers.map(|(token, other)| Stranger::listen(&service.address(), token, other));

    terraform.plan().fails_with(texts);
    terraform.apply().fails_with(texts);
    terraform
        .run(&["destroy", "-auto-approve", "-refresh=false"])
        .fails_with(texts);
    assert_eq!(terraform.state(), state);

    if let Some(stranger) = stranger {
        stranger.stop();
    }
    service.restart();
    terraform.plan().changes_nothing();
}

#[test]
fn a_service_that_is_down() {
    with_the_service_replaced(
        None,
        &[
            "cannot be reached",
            "check that the service runs",
            "M2M_ENDPOINT",
        ],
    );
}

#[test]
fn a_token_endpoint_that_fails() {
    let failure: Answer = (500, "text/plain", "oops");
    with_the_service_replaced(
        Some((failure, failure)),
        &[
            "cannot answer now (status 500)",
            "Run Terraform again later",
        ],
    );
}

#[test]
fn a_service_that_fails() {
    with_the_service_replaced(
        Some((TOKEN, (500, "application/json", "{}"))),
        &[
            "cannot answer now (status 500)",
            "Run Terraform again later",
        ],
    );
}

#[test]
fn a_proxy_that_knows_no_such_page() {
    let page: Answer = (404, "text/html", "<html><h1>Not Found</h1></html>");
    with_the_service_replaced(
        Some((TOKEN, page)),
        &["does not answer like an m2m-oauth service", "M2M_ENDPOINT"],
    );
}

#[test]
fn a_page_instead_of_an_answer() {
    let page: Answer = (200, "text/html", "<html>Welcome</html>");
    let other = Some((TOKEN, page));
    let mut service = Service::start();
    let Some(terraform) = Terraform::new(ONE, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let state = terraform.state();
    service.stop();
    let stranger = other.map(|(token, other)| Stranger::listen(&service.address(), token, other));
    terraform
        .plan()
        .fails_with(&["does not answer like an m2m-oauth service"]);
    assert_eq!(terraform.state(), state);
    drop(stranger);
}

#[test]
fn a_wrong_secret() {
    let service = Service::start();
    let Some(mut terraform) = Terraform::new(ONE, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let state = terraform.state();
    let wrong = service.secret_of(&terraform.attribute("m2m_oauth_client.a", "client_id"));
    terraform.environment = service.environment_of(service.admin.client_id.as_str(), &wrong);
    let texts = [
        "does not accept the credentials",
        "invalid_client",
        "M2M_CLIENT_SECRET",
    ];
    terraform.plan().fails_with(&texts);
    terraform
        .run(&["destroy", "-auto-approve", "-refresh=false"])
        .fails_with(&texts);
    assert_eq!(terraform.state(), state);
}
