//! Two stacks in one account do not meet.

use std::collections::BTreeSet;

use http::Method;
use serde_json::json;

use crate::account::Account;
use crate::deployment::Deployment;

#[tokio::test(flavor = "multi_thread")]
async fn two_stacks_of_one_account_do_not_meet() {
    let Some(account) = Account::open().await else {
        return;
    };
    let make = |name| Deployment::make(&account, name, "");
    // One name is the beginning of the other, as happens.
    let (Some(red), Some(blue)) = (make("m2m"), make("m2m-blue")) else {
        return;
    };
    assert_eq!(shared_names(&red, &blue), BTreeSet::new());

    let (red_admin, blue_admin) = (red.bootstrap(&account), blue.bootstrap(&account));
    let red_token = red.admin_token(&red_admin).await;
    let blue_token = blue.admin_token(&blue_admin).await;

    let (id, secret) = (
        red_admin.client_id.as_str(),
        red_admin.client_secret.expose(),
    );
    let answer = blue.token(id, secret, &[]).await;
    assert_eq!(answer.status, 401, "the other's client: {}", answer.text());
    let answer = blue
        .call(Method::GET, "/v1/clients")
        .bearer(&red_token)
        .send()
        .await;
    assert_eq!(answer.status, 401, "the other's token: {}", answer.text());
    let keys = |answer: &m2m_tests::call::Answer| answer.json()["keys"].clone();
    let red_keys = keys(&red.call(Method::GET, "/.well-known/jwks.json").send().await);
    let blue_keys = keys(
        &blue
            .call(Method::GET, "/.well-known/jwks.json")
            .send()
            .await,
    );
    assert_ne!(red_keys, blue_keys);

    red.infra.run(&["destroy", "-auto-approve"]).ok();
    let answer = blue
        .call(Method::GET, "/v1/clients")
        .bearer(&blue_token)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let made = blue.call(Method::POST, "/v1/clients").bearer(&blue_token);
    let made = made.json(&json!({ "name": "after" })).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    blue.infra.plan().changes_nothing();
}

/// What the state of both calls the same, among everything that is named.
fn shared_names(one: &Deployment, other: &Deployment) -> BTreeSet<String> {
    let (one, other) = (names(one), names(other));
    assert!(one.len() > 20, "{one:?}");
    one.intersection(&other).cloned().collect()
}

/// The identifiers of what is made. A route is named within its API, as a permission is within its function.
fn names(deployment: &Deployment) -> BTreeSet<String> {
    let shown = deployment.infra.run(&["show", "-json"]).ok();
    let state: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let modules = state["values"]["root_module"]["child_modules"]
        .as_array()
        .unwrap();
    let resources = modules
        .iter()
        .flat_map(|module| module["resources"].as_array().unwrap());
    let managed = resources.filter(|resource| resource["mode"] == "managed");
    let within = ["aws_lambda_permission", "aws_apigatewayv2_stage"];
    let own = managed.filter(|resource| !within.contains(&resource["type"].as_str().unwrap()));
    own.map(|resource| {
        let (kind, id) = (&resource["type"], &resource["values"]["id"]);
        format!("{kind} {id}")
    })
    .collect()
}
