//! Calls of AWS, in the three protocols that its services speak.

use aws_credential_types::Credentials;
use http::{Method, StatusCode};
use serde_json::Value as Json;
use tfplugin::{Diagnostic, Diagnostics, Object};

use crate::signed::{Call, Caller};

/// The account of plans that have no emulator to ask.
const EXAMPLE_ACCOUNT: &str = "123456789012";

/// How services say that an object does not exist, if not by 404.
const GONE: [&str; 4] = [
    "NoSuchEntity",
    "NotFoundException",
    "ResourceNotFound",
    "ResourceNotFoundException",
];

/// An account and a region, with the emulator that plays them.
#[derive(Debug)]
pub(crate) struct Aws {
    /// Where objects are made.
    pub(crate) region: String,
    /// The account, as it stands in ARNs.
    pub(crate) account: String,
    /// The tags that every object gets.
    pub(crate) default_tags: Object,
    emulator: Option<Caller>,
}

/// Why a call was not answered as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There is no such object.
    #[error("it does not exist")]
    NotFound,
    /// The answer was an error, or there was none.
    #[error("{0}")]
    Refused(String),
}

impl From<Failure> for Diagnostics {
    fn from(failure: Failure) -> Self {
        Diagnostic::error("The call of AWS failed", failure.to_string()).into()
    }
}

impl Aws {
    /// The emulator is the one that `AWS_ENDPOINT_URL` of the environment names.
    pub(crate) fn from_env(region: String, default_tags: Object) -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let emulator = set("AWS_ENDPOINT_URL").map(|endpoint| {
            let key = set("AWS_ACCESS_KEY_ID").unwrap_or_default();
            let secret = set("AWS_SECRET_ACCESS_KEY").unwrap_or_default();
            let token = set("AWS_SESSION_TOKEN");
            let credentials = Credentials::new(key, secret, token, None, "environment");
            Caller::new(&endpoint, &region, credentials)
        });
        Self {
            region,
            account: EXAMPLE_ACCOUNT.to_owned(),
            default_tags,
            emulator,
        }
    }

    /// True if there is an emulator to call.
    pub(crate) fn has_emulator(&self) -> bool {
        self.emulator.is_some()
    }

    /// A call of a service that has paths: API Gateway and Lambda.
    pub(crate) async fn rest(
        &self,
        service: &str,
        method: Method,
        path: String,
        body: Option<&Json>,
    ) -> Result<Json, Failure> {
        let call = Call {
            service,
            method,
            path,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.map(Json::to_string).unwrap_or_default(),
        };
        let answer = self.send(call).await?;
        Ok(serde_json::from_str(&answer).unwrap_or(Json::Null))
    }

    /// A call of a service that names the operation in `X-Amz-Target`: DynamoDB, CloudWatch and its
    /// logs.
    pub(crate) async fn target(
        &self,
        service: &str,
        target: &str,
        body: &Json,
    ) -> Result<Json, Failure> {
        let version = if service == "logs" { "1.1" } else { "1.0" };
        let call = Call {
            service,
            method: Method::POST,
            path: "/".to_owned(),
            headers: vec![
                ("content-type", format!("application/x-amz-json-{version}")),
                ("x-amz-target", target.to_owned()),
            ],
            body: body.to_string(),
        };
        let answer = self.send(call).await?;
        Ok(serde_json::from_str(&answer).unwrap_or(Json::Null))
    }

    /// A call of a service that takes a form and answers with XML: IAM and STS.
    pub(crate) async fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String, Failure> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("Action", action), ("Version", version)])
            .extend_pairs(parameters)
            .finish();
        let form = "application/x-www-form-urlencoded".to_owned();
        let call = Call {
            service,
            method: Method::POST,
            path: "/".to_owned(),
            headers: vec![("content-type", form)],
            body,
        };
        self.send(call).await
    }

    async fn send(&self, call: Call<'_>) -> Result<String, Failure> {
        let emulator = self.emulator.as_ref().ok_or_else(no_emulator)?;
        let what = format!("{} {} of {}", call.method, call.path, call.service);
        let (status, text) = emulator
            .send(call)
            .await
            .map_err(|error| Failure::Refused(format!("{what} was not answered: {error}")))?;
        if status.is_success() {
            return Ok(text);
        }
        if status == StatusCode::NOT_FOUND || GONE.iter().any(|code| text.contains(code)) {
            return Err(Failure::NotFound);
        }
        Err(Failure::Refused(format!(
            "{what} was answered with {status}: {text}"
        )))
    }
}

fn no_emulator() -> Failure {
    let reason = "this is the stand-in of hashicorp/aws for tests, which never calls AWS; set \
                  AWS_ENDPOINT_URL to an emulator";
    Failure::Refused(reason.to_owned())
}
