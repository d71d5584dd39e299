//! Callers by AWS IAM: whom the gateway vouches for and the operator listed, and nobody else.

use http::Method;
use m2m_core::caller::{GatewayContext, IamCallers};
use m2m_tests::call::Answer;
use m2m_tests::iam::{callers, context, session};
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::MANAGEMENT;
use serde_json::{Value, json};

const ME: (Method, &str) = (Method::GET, "/iam/v1/me");

fn one_role() -> IamCallers {
    callers([(
        "deploy",
        "iam|deploy",
        "platform",
        "clients:read clients:write clients:reveal orders:read",
    )])
}

async fn start() -> TestService {
    let setup = Setup {
        iam_callers: Some(one_role()),
        ..Setup::default()
    };
    service::start_with(setup).await
}

fn deploy() -> GatewayContext {
    context(&session("deploy"))
}

async fn ask(service: &TestService, context: Option<GatewayContext>) -> Answer {
    service
        .through_gateway(ME, &[], &Value::Null, context)
        .await
}

fn refused(answer: &Answer, kind: &str) {
    assert_eq!(
        answer.refusal(),
        (403, kind.to_owned()),
        "{}",
        answer.text()
    );
    assert_eq!(answer.header("www-authenticate"), None);
}

#[tokio::test]
async fn a_client_lives_its_whole_life_by_iam_alone() {
    let service = start().await;
    let send = async |method: Method, path: &str, body: &Value| {
        let call = (method, path);
        service
            .through_gateway(call, &[], body, Some(deploy()))
            .await
    };
    let wanted = json!({"name": "orders", "scopes": ["orders:read"]});
    let created = send(Method::POST, "/iam/v1/clients", &wanted).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.member("owner"), "iam|deploy");
    assert_eq!(created.member("organization"), "platform");
    let (id, secret) = (created.member("client_id"), created.member("client_secret"));
    assert_eq!(service.ask(&id, &secret).await.status, 200);

    let path = format!("/iam/v1/clients/{id}");
    let listed = send(Method::GET, "/iam/v1/clients", &Value::Null).await;
    assert_eq!(listed.json()["items"][0]["client_id"], id);
    let secret_id = created.member("client_secret_id");
    let value = format!("{path}/secrets/{secret_id}/value");
    let revealed = send(Method::GET, &value, &Value::Null).await;
    assert_eq!(revealed.member("client_secret"), secret);
    let patched = send(Method::PATCH, &path, &json!({"name": "orders-2"})).await;
    assert_eq!(patched.status, 200, "{}", patched.text());
    let deleted = send(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(service.ask(&id, &secret).await.status, 401);
}

#[tokio::test]
async fn the_caller_learns_who_it_is() {
    let service = start().await;
    let me = service.who_is("deploy").await.json();
    assert_eq!(me["principal_arn"], session("deploy"));
    assert_eq!(me["owner"], "iam|deploy");
    assert_eq!(me["organization"], "platform");
    let scopes = json!([
        "clients:read",
        "clients:reveal",
        "clients:write",
        "orders:read"
    ]);
    assert_eq!((&me["scopes"], &me["permissions"]), (&scopes, &scopes));
    assert_eq!(me.get("client_id"), None);
}

#[tokio::test]
async fn who_is_not_listed_is_told_what_to_ask_for() {
    let service = start().await;
    let stranger = service.who_is("stranger").await;
    refused(&stranger, "iam-principal-unknown");
    for text in [
        &session("stranger"),
        "arn:aws:iam::123456789012:role/stranger",
        "operator",
    ] {
        assert!(stranger.text().contains(text), "{}", stranger.text());
    }
    for arn in [
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:federated-user/deploy",
        "arn:aws:iam::123456789012:user/deploy",
        "arn:aws:iam::123456789012:role/ci/deploy",
        "arn:aws-cn:sts::123456789012:assumed-role/deploy/ci",
    ] {
        let answer = ask(&service, Some(context(arn))).await;
        refused(&answer, "iam-principal-unknown");
    }
}

#[tokio::test]
async fn only_the_deployments_own_route_is_believed() {
    let service = start().await;
    type Change = fn(&mut GatewayContext);
    let changes: [Change; 8] = [
        |context| context.api_id = Some("other".to_owned()),
        |context| context.api_id = None,
        |context| context.account_id = Some("123456789013".to_owned()),
        |context| context.account_id = None,
        |context| context.route_key = Some("$default".to_owned()),
        |context| context.route_key = None,
        |context| context.principal_account_id = Some("123456789013".to_owned()),
        |context| context.principal_arn = None,
    ];
    for change in changes {
        let mut changed = deploy();
        change(&mut changed);
        let answer = ask(&service, Some(changed)).await;
        refused(&answer, "iam-required");
    }
    refused(&ask(&service, None).await, "iam-required");
    assert_eq!(ask(&service, Some(deploy())).await.status, 200);
}

#[tokio::test]
async fn headers_are_never_believed() {
    let service = start().await;
    let claim = json!({"authorizer": {"iam": {"userArn": session("deploy")}}}).to_string();
    let arn = session("deploy");
    let signed = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/eu-west-1/execute-api/aws4_request, \
                  SignedHeaders=host, Signature=00";
    for (name, value) in [
        ("x-amzn-request-context", claim.as_str()),
        ("x-amz-caller-arn", &arn),
        ("authorization", signed),
    ] {
        let headers = [(name, value)];
        let answer = service.through_gateway(ME, &headers, &Value::Null, None);
        refused(&answer.await, "iam-required");
        let answer = service.get("/iam/v1/me").header(name, value).send().await;
        refused(&answer, "iam-required");
    }
}

#[tokio::test]
async fn an_access_token_counts_for_nothing_where_iam_is_asked_for() {
    let service = start().await;
    let token = service.manager(MANAGEMENT).await;
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let answer = service.through_gateway(ME, &headers, &Value::Null, None);
    refused(&answer.await, "iam-required");
    let both = service.through_gateway(ME, &headers, &Value::Null, Some(deploy()));
    assert_eq!(both.await.member("owner"), "iam|deploy");
}

#[tokio::test]
async fn the_gateways_word_counts_for_nothing_where_a_token_is_asked_for() {
    let service = start().await;
    let token = service.manager(MANAGEMENT).await;
    let bearer = format!("Bearer {token}");
    let me = || (Method::GET, "/v1/me");
    let answer = service.through_gateway(me(), &[], &Value::Null, Some(deploy()));
    let answer = answer.await;
    assert_eq!(
        answer.refusal(),
        (401, "authentication-required".to_owned())
    );
    let headers = [("authorization", bearer.as_str())];
    let both = service.through_gateway(me(), &headers, &Value::Null, Some(deploy()));
    assert_eq!(both.await.member("owner"), "local|ada");
}

#[tokio::test]
async fn a_deployment_without_a_list_lets_nobody_in() {
    let service = service::start().await;
    refused(&ask(&service, Some(deploy())).await, "iam-required");
}

#[tokio::test]
async fn what_is_nothing_is_nothing_below_iam_too() {
    let service = start().await;
    for (method, path, expected) in [
        (Method::GET, "/iam/v1/nothing", (404, "no-such-path")),
        (Method::GET, "/iam/iam/v1/me", (404, "no-such-path")),
        (Method::GET, "/iam/oauth/token", (404, "no-such-path")),
        (Method::POST, "/iam/v1/me", (405, "method-not-allowed")),
    ] {
        let call = service.through_gateway((method, path), &[], &Value::Null, Some(deploy()));
        let (status, kind) = expected;
        assert_eq!(call.await.refusal(), (status, kind.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_role_makes_and_sees_nothing_stronger_than_its_entry() {
    let roles = [
        (
            "deploy",
            "clients:read clients:reveal clients:write orders:read",
        ),
        (
            "delegate",
            "clients:delegate clients:read clients:reveal clients:write orders:read",
        ),
        (
            "boss",
            "clients:delegate clients:read clients:reveal clients:write operator orders:read",
        ),
    ];
    let list = callers(roles.map(|(role, scopes)| (role, "iam|deploy", "platform", scopes)));
    let setup = Setup {
        iam_callers: Some(list),
        ..Setup::default()
    };
    let service = service::start_with(setup).await;
    let create = async |role: &str, scopes: Value| {
        let body = json!({"name": "orders", "scopes": scopes});
        let call = (Method::POST, "/iam/v1/clients");
        let context = Some(context(&session(role)));
        service.through_gateway(call, &[], &body, context).await
    };
    let lacks = |answer: &Answer, scope: &str| {
        assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
        let said = format!("the scope {scope}");
        assert!(answer.text().contains(&said), "{}", answer.text());
    };
    for (scopes, deploy, delegate) in [
        (Value::Null, Some("clients:delegate"), Some("operator")),
        (json!(["clients:delegate"]), Some("clients:delegate"), None),
        (
            json!(["operator", "orders:read"]),
            Some("operator"),
            Some("operator"),
        ),
        (json!(["orders:read"]), None, None),
    ] {
        let made = create("boss", scopes.clone()).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let (id, secret) = (made.member("client_id"), made.member("client_secret_id"));
        let value = format!("/iam/v1/clients/{id}/secrets/{secret}/value");
        for (role, missing) in [("deploy", deploy), ("delegate", delegate)] {
            let created = create(role, scopes.clone()).await;
            let call = (Method::GET, value.as_str());
            let context = Some(context(&session(role)));
            let seen = service.through_gateway(call, &[], &Value::Null, context);
            let seen = seen.await;
            if let Some(missing) = missing {
                lacks(&created, missing);
                lacks(&seen, missing);
            } else {
                assert_eq!((created.status, seen.status), (201, 200), "{role} {scopes}");
            }
        }
    }
}

#[tokio::test]
async fn a_create_is_repeated_by_the_role_and_not_the_session() {
    let service = start().await;
    let create = async |session: &str| {
        let arn = format!("arn:aws:sts::123456789012:assumed-role/deploy/{session}");
        let headers = [("idempotency-key", "0123456789abcdef0123456789abcdef")];
        let body = json!({"name": "orders", "scopes": []});
        let call = (Method::POST, "/iam/v1/clients");
        service
            .through_gateway(call, &headers, &body, Some(context(&arn)))
            .await
    };
    let first = create("run-1").await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(create("run-2").await.body, first.body);
}
