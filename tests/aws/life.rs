//! The life of a stack: made, used, guarded by its policies, unchanged, and gone.

use std::collections::BTreeSet;

use http::Method;
use m2m_local::serve::AdminFile;
use m2m_tests::call::Answer;
use serde_json::{Value, json};

use crate::account::Account;
use crate::deployment::Deployment;
use crate::ministack::ACCOUNT;

/// The principal that may come in through IAM, and an audience that a shell must not read.
fn variables() -> String {
    format!(
        r#"default_audience = "https://api.example.com/?a=1&b=2;$(c)"
        iam_principals = {{
          "arn:aws:iam::{ACCOUNT}:user/deployer" = {{
            owner        = "iam|deployer"
            organization = "main"
            permissions  = ["clients:read", "clients:write"]
          }}
        }}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_made_used_guarded_and_removed() {
    let Some(account) = Account::open().await else {
        return;
    };
    let Some(stack) = Deployment::make(&account, "m2m-life", &variables()) else {
        return;
    };
    stack.infra.plan().changes_nothing();
    what_needs_no_credentials_is_answered(&stack).await;
    let admin = stack.bootstrap(&account);
    clients_are_managed_and_get_tokens(&stack, &account, &admin).await;
    maintenance_finishes_what_is_left(&stack, &account).await;
    only_who_is_mapped_comes_in_through_iam(&stack, &account).await;
    each_policy_lists_what_is_called_and_nothing_else(&stack, &account);
    a_missing_permission_is_503(&stack, &admin).await;
    nothing_is_left(&stack, &account).await;
}

async fn what_needs_no_credentials_is_answered(stack: &Deployment) {
    let get = |path: &'static str| stack.call(Method::GET, path).send();
    let metadata = get("/.well-known/oauth-authorization-server").await;
    expect(&metadata, 200);
    assert_eq!(metadata.member("issuer"), stack.output("issuer"));
    // The first start of `clients` makes the keys.
    expect(&get("/healthz").await, 503);
    expect(&get("/v1/clients").await, 401);
    expect(&get("/healthz").await, 200);
    expect(&get("/no/such/path").await, 404);
    expect(&get("/oauth/token").await, 405);
    expect(&stack.token("nobody", "nothing", &[]).await, 401);
}

async fn clients_are_managed_and_get_tokens(
    stack: &Deployment,
    account: &Account,
    admin: &AdminFile,
) {
    let keys = stack
        .call(Method::GET, "/.well-known/jwks.json")
        .send()
        .await;
    expect(&keys, 200);
    let bearer = stack.admin_token(admin).await;
    let call = |method, path: &str| stack.call(method, path).bearer(&bearer);

    let new = json!({ "name": "billing", "scopes": ["clients:read"], "default_scopes": ["clients:read"] });
    let made = call(Method::POST, "/v1/clients").json(&new).send().await;
    expect(&made, 201);
    let (id, secret) = (made.member("client_id"), made.member("client_secret"));
    let path = format!("/v1/clients/{id}");
    expect(&call(Method::GET, &path).send().await, 200);
    let listed = call(Method::GET, "/v1/clients").send().await;
    assert!(listed.text().contains(&id), "{}", listed.text());
    let change = json!({ "description": "invoices" });
    let read = call(Method::GET, &path).send().await;
    let etag = read.headers["etag"].to_str().unwrap().to_owned();
    let patched = call(Method::PATCH, &path)
        .header("if-match", &etag)
        .json(&change);
    expect(&patched.send().await, 200);
    let value = format!("{path}/secrets/{}/value", made.member("client_secret_id"));
    let revealed = call(Method::GET, &value).send().await;
    expect(&revealed, 200);
    assert_eq!(revealed.member("client_secret"), secret);

    let resource = format!("{}/v1", stack.output("issuer"));
    let wanted = [("resource", resource.as_str()), ("scope", "clients:read")];
    expect(&stack.token(&id, "wrong", &wanted).await, 401);
    expect(&stack.token(&id, &secret, &wanted).await, 200);

    what_is_revoked_is_published(stack, (&id, &secret), &wanted).await;

    expect(&call(Method::DELETE, &path).send().await, 204);
    expect(&stack.token(&id, &secret, &wanted).await, 401);
    let restore = format!("{path}/restore");
    expect(&call(Method::POST, &restore).send().await, 200);
    expect(&stack.token(&id, &secret, &wanted).await, 200);

    // Removed by somebody else, and so neither shown nor in the way.
    account
        .remove_secret(&format!("m2m-life/clients/{id}"))
        .await;
    expect(&call(Method::GET, &value).send().await, 404);
    expect(&call(Method::DELETE, &path).send().await, 204);
    expect(&stack.token(&id, &secret, &wanted).await, 401);
    account.leave_a_note(stack.output("table_name"), &id).await;
}

/// A token is revoked, told about, and in the snapshot.
async fn what_is_revoked_is_published(
    stack: &Deployment,
    (id, secret): (&str, &str),
    wanted: &[(&str, &str)],
) {
    let token = stack.token(id, secret, wanted).await.member("access_token");
    let post = |path: &str| stack.call(Method::POST, path).basic(id, secret);
    let form = [("token", token.as_str())];
    let introspect = || post("/oauth/introspect").form(&form).send();
    assert_eq!(introspect().await.json()["active"], true);
    expect(&post("/oauth/revoke").form(&form).send().await, 200);
    assert_eq!(introspect().await.json()["active"], false);
    let snapshot = stack.call(Method::GET, "/.well-known/revocations");
    expect(&snapshot.send().await, 200);
}

/// The note of a delete that was stopped before its end.
async fn maintenance_finishes_what_is_left(stack: &Deployment, account: &Account) {
    let function = stack.outputs["function_names"]["maintenance"].as_str();
    let done = account.invoke(function.unwrap()).await;
    assert_eq!(done["finished"], 1, "{done} {}", account.emulator.log());
    let done = account.invoke(function.unwrap()).await;
    assert_eq!(done["finished"], 0, "{done}");
}

async fn only_who_is_mapped_comes_in_through_iam(stack: &Deployment, account: &Account) {
    let api = stack.output("iam_invoke_arn");
    let deployer = account.user("deployer", api).await;
    let stranger = account.user("stranger", api).await;
    let outsider = account
        .user("outsider", "arn:aws:execute-api:us-east-1:1:other/*")
        .await;
    let create = |by| {
        let body = json!({ "name": "by-iam", "scopes": ["clients:read"] }).to_string();
        stack.signed(by, account, Method::POST, "/iam/v1/clients", body)
    };
    let (status, text) = create(&deployer).await;
    assert_eq!(status, 201, "{text}");
    let (status, text) = create(&stranger).await;
    assert_eq!(status, 403, "{text}");
    assert!(text.contains("iam-principal-unknown"), "{text}");
    let (status, text) = create(&outsider).await;
    assert_eq!(status, 403, "{text}");
    let unsigned = stack.call(Method::GET, "/iam/v1/clients").send().await;
    expect(&unsigned, 403);
}

/// What is allowed and not called here, for want of an occasion: `tests/functions` and the suites of the stores have them.
const NOT_CALLED: &[(&str, &[&str])] = &[
    // Once more than 500 tokens of one client were revoked.
    ("token", &["dynamodb:DeleteItem"]),
    // When keys are rotated, by hand or by schedule, when a create was stopped, and when somebody asks why a token was refused.
    (
        "clients",
        &[
            "dynamodb:GetItem",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
    ),
    (
        "maintenance",
        &[
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
    ),
];

/// Lambda itself writes the logs, which are not seen here.
fn each_policy_lists_what_is_called_and_nothing_else(stack: &Deployment, account: &Account) {
    let called = account.recorder.actions();
    let functions = stack.outputs["function_names"].as_object().unwrap();
    for (function, name) in functions {
        let policy: Value =
            serde_json::from_str(stack.outputs["policies"][function].as_str().unwrap()).unwrap();
        let statements = policy["Statement"].as_array().unwrap().iter();
        let allowed = statements.flat_map(|statement| statement["Action"].as_array().unwrap());
        let allowed = allowed.map(|action| action.as_str().unwrap().to_owned());
        let allowed: BTreeSet<_> = allowed
            .filter(|action| !action.starts_with("logs:"))
            .collect();
        let mut expected = called[name.as_str().unwrap()].clone();
        let uncalled = NOT_CALLED.iter().filter(|(name, _)| name == function);
        expected.extend(uncalled.flat_map(|(_, all)| all.iter().map(|it| (*it).to_owned())));
        assert_eq!(expected, allowed, "called and allowed, {function}");
    }
}

/// Each action is taken from a copy of the policy, and the request that needs it fails.
async fn a_missing_permission_is_503(stack: &Deployment, admin: &AdminFile) {
    let bearer = stack.admin_token(admin).await;
    let infra = &stack.infra;
    let batch = "[\"dynamodb:BatchGetItem\", \"dynamodb:GetItem\"]";
    // Of `clients`: what follows tells it from that of `maintenance`.
    let rest = "          \"dynamodb:UpdateItem\",\n        ]\n        Resource = [local.table_arn]\n      },\n";
    let query = format!("          \"dynamodb:Query\",\n{rest}");
    infra.edit("policies.tf", batch, "[\"dynamodb:GetItem\"]");
    infra.edit("policies.tf", &query, rest);
    infra.apply().ok().says(&["2 changed"]);
    let (id, secret) = (admin.client_id.as_str(), admin.client_secret.expose());
    let refused = stack.token(id, secret, &[]).await;
    expect(&refused, 503);
    assert_eq!(refused.member("error"), "temporarily_unavailable");
    let list = || {
        stack
            .call(Method::GET, "/v1/clients")
            .bearer(&bearer)
            .send()
    };
    expect(&list().await, 503);

    infra.edit("policies.tf", "[\"dynamodb:GetItem\"]", batch);
    infra.edit("policies.tf", rest, &query);
    infra.apply().ok();
    expect(&list().await, 200);
    infra.plan().changes_nothing();
}

/// The secrets stay: losing them is not undone by another apply.
async fn nothing_is_left(stack: &Deployment, account: &Account) {
    let there = account.inventory().await;
    assert!(there.contains("m2m-life"), "{there}");
    stack.infra.run(&["destroy", "-auto-approve"]).ok();
    let there = account.inventory().await;
    assert!(!there.contains("m2m-life"), "{there}");
    let secrets = account.secrets().await;
    assert!(
        secrets.contains(&"m2m-life/signing-keys".to_owned()),
        "{secrets:?}"
    );
}

#[track_caller]
fn expect(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text());
}
