//! The authorizer in front of somebody else's HTTP API, made as infra/README.md shows.

use std::fs;
use std::time::{Duration, Instant};

use http::Method;
use m2m_local::serve::AdminFile;
use m2m_tests::call::{Answer, Call};
use serde_json::json;
use tokio::time::interval;

use crate::account::Account;
use crate::deployment::Deployment;
use crate::ministack::{ACCOUNT, REGION};

/// Another API: it asks the authorizer, and then has the function `token` answer `GET /healthz`.
const ORDERS: &str = r#"
resource "aws_apigatewayv2_api" "orders" {
  name          = "orders"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_authorizer" "m2m" {
  api_id                            = aws_apigatewayv2_api.orders.id
  name                              = "m2m"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = module.m2m_oauth.authorizer.invoke_arn
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = true
  identity_sources                  = ["$request.header.Authorization"]
  authorizer_result_ttl_in_seconds  = 0
}

resource "aws_apigatewayv2_integration" "orders" {
  api_id                 = aws_apigatewayv2_api.orders.id
  integration_type       = "AWS_PROXY"
  integration_uri        = "arn:aws:lambda:<region>:<account>:function:${module.m2m_oauth.function_names["token"]}"
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "orders" {
  api_id             = aws_apigatewayv2_api.orders.id
  route_key          = "GET /healthz"
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.m2m.id
  target             = "integrations/${aws_apigatewayv2_integration.orders.id}"
}

resource "aws_apigatewayv2_stage" "orders" {
  api_id      = aws_apigatewayv2_api.orders.id
  name        = "$default"
  auto_deploy = true
}

output "orders" {
  value = aws_apigatewayv2_api.orders.id
}
"#;

/// The other API.
struct Orders {
    http: reqwest::Client,
    url: String,
}

impl Orders {
    /// Made beside the stack, whose authorizer is for tokens of the management API: a new stack has no others.
    fn make(account: &Account, stack: &Deployment, variables: &str) -> Self {
        let (emulator, issuer) = (account.emulator.address, stack.output("issuer"));
        // Where the function reaches the issuer here; its name is one of AWS.
        let api = format!(
            "http://{emulator}/_aws/execute-api/{}/$default",
            stack.output("api_id")
        );
        let authorizer = |apis: &str| {
            format!(
                "{variables}authorizer = {{ audience = \"{issuer}/v1\", required_scopes = [\"clients:read\"], {apis}\
                 jwks_url = \"{api}/.well-known/jwks.json\", snapshot_url = \"{api}/.well-known/revocations\" }}\n"
            )
        };
        let code = ORDERS
            .replace("<region>", REGION)
            .replace("<account>", ACCOUNT);
        fs::write(stack.infra.work().join("orders.tf"), code).unwrap();
        stack.infra.set(&authorizer(""));
        stack.infra.apply().ok();
        let id = stack.infra.outputs()["orders"].as_str().unwrap().to_owned();
        stack
            .infra
            .set(&authorizer(&format!("apis = {{ orders = \"{id}\" }}, ")));
        stack.infra.apply().ok();
        let host = format!("{id}.execute-api.{REGION}.amazonaws.com");
        let http = reqwest::Client::builder()
            .no_proxy()
            .resolve(&host, emulator);
        Self {
            http: http.build().unwrap(),
            url: format!("http://{host}:{}/healthz", emulator.port()),
        }
    }

    fn call(&self) -> Call {
        Call::new(&self.http, Method::GET, &self.url)
    }

    async fn ask(&self, token: &str) -> Answer {
        self.call().bearer(token).send().await
    }
}

/// A client that may read and write clients, and its token with that scope.
async fn client(stack: &Deployment, manager: &str) -> (String, String) {
    let new = json!({ "name": "billing", "scopes": ["clients:read", "clients:write"] });
    let call = stack.call(Method::POST, "/v1/clients").bearer(manager);
    let made = call.json(&new).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    (made.member("client_id"), made.member("client_secret"))
}

async fn token(stack: &Deployment, (id, secret): &(String, String), scope: &str) -> String {
    let resource = format!("{}/v1", stack.output("issuer"));
    let more = [("resource", resource.as_str()), ("scope", scope)];
    let answer = stack.token(id, secret, &more).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.member("access_token")
}

#[tokio::test(flavor = "multi_thread")]
async fn another_api_lets_in_who_has_a_good_token_until_the_client_is_deleted() {
    let Some(account) = Account::open().await else {
        return;
    };
    let Some(stack) = Deployment::make(&account, "m2m-auth", "") else {
        return;
    };
    let admin: AdminFile = stack.bootstrap(&account);
    let manager = stack.admin_token(&admin).await;
    let orders = Orders::make(&account, &stack, &Deployment::variables("m2m-auth", ""));
    stack.infra.plan().changes_nothing();

    let client = client(&stack, &manager).await;
    let good = token(&stack, &client, "clients:read").await;
    let narrow = token(&stack, &client, "clients:write").await;
    assert_eq!(orders.call().send().await.status, 401, "without a token");
    for refused in ["garbage", &narrow, &good[..good.len() - 4]] {
        let answer = orders.ask(refused).await;
        assert_eq!(answer.status, 403, "{refused}: {}", answer.text());
    }
    let answer = orders.ask(&good).await;
    assert_eq!(
        answer.status,
        200,
        "{} {}",
        answer.text(),
        account.emulator.log()
    );

    let path = format!("/v1/clients/{}", client.0);
    let deleted = stack
        .call(Method::DELETE, &path)
        .bearer(&manager)
        .send()
        .await;
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    refused_within_ten_seconds(&orders, &good).await;
}

/// Called twice a second, as by somebody who goes on.
#[expect(clippy::print_stdout, reason = "the seconds are measured to be read")]
async fn refused_within_ten_seconds(orders: &Orders, token: &str) {
    let deleted = Instant::now();
    let mut calls = interval(Duration::from_millis(500));
    loop {
        let asked = deleted.elapsed();
        let answer = orders.ask(token).await;
        if answer.status == 403 {
            println!(
                "403 to a call {:.1} s after the delete",
                asked.as_secs_f64()
            );
            return;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(
            asked <= Duration::from_secs(10),
            "let in {asked:?} after the delete"
        );
        calls.tick().await;
    }
}
