//! Terraform as a principal of AWS IAM, with nothing but credentials of AWS: what an engineer has who makes
//! the first client of a new deployment.

use std::fs;

use crate::gateway::{Gateway, KEY_ID, REGION, ROLE, SECRET, SESSION_TOKEN};
use crate::leaks::Traces;
use crate::terraform::Terraform;

const ADDRESS: &str = "m2m_oauth_client.a";
const CLIENT: &str = r#"resource "m2m_oauth_client" "a" { name = "billing" }"#;

#[test]
fn the_first_apply_of_a_deployment_needs_no_secret_of_the_service() {
    let gateway = Gateway::start(ROLE);
    let all = r#"
        resource "m2m_oauth_client" "a" {
          name   = "billing"
          scopes = ["orders:read"]
        }
        data "m2m_oauth_client" "a" { client_id = m2m_oauth_client.a.client_id }
        ephemeral "m2m_oauth_client_secret" "a" { client_id = m2m_oauth_client.a.client_id }
        ephemeral "m2m_access_token" "a" {
          client_id     = m2m_oauth_client.a.client_id
          client_secret = ephemeral.m2m_oauth_client_secret.a.client_secret
        }
    "#;
    let Some(terraform) = Terraform::new(all, gateway.environment()) else {
        return;
    };
    let trace = [("TF_LOG", "trace"), ("TF_LOG_PATH", "trace.log")];
    let applied = terraform.run_with(&["apply", "-auto-approve"], &trace).ok();
    assert_eq!(terraform.attribute(ADDRESS, "owner"), "iam|terraform");
    assert_eq!(terraform.attribute(ADDRESS, "organization"), "platform");
    let planned = terraform.run_with(&["plan", "-detailed-exitcode", "-out=saved.plan"], &trace);
    let traces = Traces::of(&terraform.work())
        .with("apply", &applied)
        .with("plan", &planned);
    planned.changes_nothing();
    assert!(
        traces
            .names()
            .iter()
            .any(|name| name.ends_with("trace.log"))
    );
    for secret in [SECRET, SESSION_TOKEN] {
        assert_eq!(traces.places_of(KEY_ID, secret), Vec::<&str>::new());
    }
    let renamed = all.replace("billing", "billing-2");
    terraform.write(&renamed);
    terraform.apply().ok();
    terraform.plan().changes_nothing();
    terraform.run(&["destroy", "-auto-approve"]).ok();
}

#[test]
fn a_profile_is_found_where_programs_of_aws_look() {
    let gateway = Gateway::start(ROLE);
    let by_profile = format!(
        r#"
        provider "m2m" {{
          aws_iam = {{
            region  = "{REGION}"
            profile = "ops"
          }}
        }}
        {CLIENT}
        "#
    );
    let mut environment = gateway.without_credentials();
    environment.retain(|(name, _)| !["M2M_AWS_IAM", "AWS_REGION"].contains(&name.as_str()));
    let Some(terraform) = Terraform::new(&by_profile, environment) else {
        return;
    };
    let home = terraform.work().parent().unwrap().join(".aws");
    fs::create_dir(&home).unwrap();
    let profile = format!(
        "[ops]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n\
         aws_session_token = {SESSION_TOKEN}\n"
    );
    fs::write(home.join("credentials"), profile).unwrap();
    terraform.apply().ok();
    terraform.plan().changes_nothing();
}

#[test]
fn without_credentials_it_is_said_where_they_were_looked_for() {
    let gateway = Gateway::start(ROLE);
    let Some(terraform) = Terraform::new(CLIENT, gateway.without_credentials()) else {
        return;
    };
    terraform.apply().fails_with(&[
        "no AWS credentials were found",
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "name a profile in aws_iam",
    ]);
}

#[test]
fn a_signature_that_does_not_hold_is_the_gateways_refusal() {
    let gateway = Gateway::start(ROLE);
    let mut environment = gateway.environment();
    environment.push(("AWS_SECRET_ACCESS_KEY".to_owned(), "another".to_owned()));
    let Some(terraform) = Terraform::new(CLIENT, environment) else {
        return;
    };
    terraform.apply().fails_with(&[
        "does not accept the signature of AWS IAM",
        "execute-api:Invoke",
    ]);
}

#[test]
fn a_role_that_is_not_listed_learns_what_to_ask_for() {
    let gateway = Gateway::start("stranger");
    let Some(terraform) = Terraform::new(CLIENT, gateway.environment()) else {
        return;
    };
    terraform.apply().fails_with(&[
        "assumed-role/stranger/ci is not in M2M_IAM_PRINCIPALS",
        "ask the operator to add arn:aws:iam::123456789012:role/stranger",
    ]);
}

#[test]
fn a_token_takes_a_client() {
    let gateway = Gateway::start(ROLE);
    let token = r#"
        ephemeral "m2m_access_token" "a" {}
        resource "m2m_oauth_client" "a" { name = "billing" }
    "#;
    let Some(terraform) = Terraform::new(token, gateway.environment()) else {
        return;
    };
    terraform.apply().fails_with(&[
        "access token takes a client",
        "Set client_id and client_secret",
    ]);
}

#[test]
fn two_callers_are_refused() {
    let gateway = Gateway::start(ROLE);
    let two = format!(
        r#"
        provider "m2m" {{
          client_id = "m2m_x"
          aws_iam   = {{}}
        }}
        {CLIENT}
        "#
    );
    let Some(terraform) = Terraform::new(CLIENT, gateway.environment()) else {
        return;
    };
    terraform.write(&two);
    terraform.plan().fails_with(&["Two callers", "aws_iam"]);
    terraform.write(CLIENT);
    let both = [("M2M_CLIENT_ID", "m2m_x")];
    let run = terraform.run_with(&["plan"], &both);
    run.fails_with(&["The environment names two callers", "M2M_AWS_IAM"]);
}
