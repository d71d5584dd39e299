//! An AWS account that is played here, and people in it.

use aws_credential_types::Credentials;
use aws_provider_stub::signed::{Call, Caller};
use http::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::ministack::{Ministack, REGION};
use crate::recorder::Recorder;

/// An account.
pub(crate) struct Account {
    /// Notes what the functions call.
    pub(crate) recorder: Recorder,
    /// Plays AWS.
    pub(crate) emulator: Ministack,
    root: Caller,
}

impl Account {
    /// A new account; `None` without the emulator.
    pub(crate) async fn open() -> Option<Self> {
        let recorder = Recorder::start().await;
        let emulator = Ministack::start(&recorder.endpoint).await?;
        recorder.pass_on_to(emulator.address);
        let endpoint = format!("http://{}", emulator.address);
        let root = Caller::new(&endpoint, REGION, credentials("test", "test"));
        Some(Self {
            recorder,
            emulator,
            root,
        })
    }

    /// The environment of programs that work in the account, as its root.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "AWS_ENDPOINT_URL",
                format!("http://{}", self.emulator.address),
            ),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ]
    }

    /// Makes a user who may invoke `api` through IAM and returns its credentials.
    pub(crate) async fn user(&self, name: &str, api: &str) -> Credentials {
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": api }],
        });
        let user = ("UserName", name);
        self.iam("CreateUser", &[user]).await;
        let document = policy.to_string();
        let parameters = [
            user,
            ("PolicyName", "invoke"),
            ("PolicyDocument", &document),
        ];
        self.iam("PutUserPolicy", &parameters).await;
        let made = self.iam("CreateAccessKey", &[user]).await;
        let element = |name: &str| {
            let (_, rest) = made.split_once(&format!("<{name}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        credentials(&element("AccessKeyId"), &element("SecretAccessKey"))
    }

    async fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("Action", action), ("Version", "2010-05-08")])
            .extend_pairs(parameters)
            .finish();
        let form = "application/x-www-form-urlencoded".to_owned();
        self.call("iam", Method::POST, "/", vec![("content-type", form)], body)
            .await
    }

    /// What there is: functions, APIs, roles, tables, groups of logs, alarms and dashboards, by name.
    pub(crate) async fn inventory(&self) -> String {
        let mut found = String::new();
        for (service, path) in [
            ("lambda", "/2015-03-31/functions"),
            ("apigateway", "/v2/apis"),
        ] {
            found += &self
                .call(service, Method::GET, path, Vec::new(), String::new())
                .await;
        }
        for (service, target) in [
            ("dynamodb", "DynamoDB_20120810.ListTables"),
            ("logs", "Logs_20140328.DescribeLogGroups"),
            ("monitoring", "GraniteServiceVersion20100801.DescribeAlarms"),
            ("monitoring", "GraniteServiceVersion20100801.ListDashboards"),
        ] {
            found += &self.target(service, target, json!({})).await;
        }
        found + &self.iam("ListRoles", &[]).await
    }

    /// The names of the secrets that are not deleted.
    pub(crate) async fn secrets(&self) -> Vec<String> {
        let target = "secretsmanager.ListSecrets";
        let listed = self.target("secretsmanager", target, json!({})).await;
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let secrets = listed["SecretList"].as_array().unwrap().iter();
        secrets
            .map(|secret| secret["Name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Schedules the removal of a secret, past the service.
    pub(crate) async fn remove_secret(&self, name: &str) {
        let body = json!({ "SecretId": name, "RecoveryWindowInDays": 7 });
        let target = "secretsmanager.DeleteSecret";
        self.target("secretsmanager", target, body).await;
    }

    /// Leaves the note of a delete that was stopped long ago, past the service.
    pub(crate) async fn leave_a_note(&self, table: &str, client_id: &str) {
        let item = json!({
            "pk": { "S": "UNFINISHED" }, "sk": { "S": client_id }, "schema_version": { "N": "1" },
            "client_id": { "S": client_id }, "since": { "S": "2026-01-01T00:00:00Z" },
        });
        let body = json!({ "TableName": table, "Item": item });
        let target = "DynamoDB_20120810.PutItem";
        self.target("dynamodb", target, body).await;
    }

    /// Invokes a function as its schedule does and returns what it answers.
    pub(crate) async fn invoke(&self, function: &str) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event" });
        let answered = self.call("lambda", Method::POST, &path, Vec::new(), event.to_string());
        serde_json::from_str(&answered.await).unwrap()
    }

    async fn target(&self, service: &str, target: &str, body: Value) -> String {
        let headers = vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", target.to_owned()),
        ];
        let body = body.to_string();
        self.call(service, Method::POST, "/", headers, body).await
    }

    async fn call(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: Vec<(&'static str, String)>,
        body: String,
    ) -> String {
        let path = path.to_owned();
        let call = Call {
            service,
            method,
            path,
            headers,
            body,
        };
        let (status, text) = self.root.send(call).await.unwrap();
        assert!(status.is_success(), "{service}: {status} {text}");
        text
    }
}

fn credentials(id: &str, secret: &str) -> Credentials {
    Credentials::new(id, secret, None, None, "test")
}
