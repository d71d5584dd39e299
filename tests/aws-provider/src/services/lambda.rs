//! Lambda: functions and who may invoke them.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Map, Value as Json, json};
use tfplugin::{Object, Value};

use crate::aws::{Aws, Failure};
use crate::json::{Attributes, plain, seen, text_at, texts};
use crate::kind::{Calls, Kind};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "aws_lambda_function",
        replaced_by: &["function_name", "package_type"],
        calls: &Function,
    },
    Kind {
        name: "aws_lambda_permission",
        replaced_by: &[
            "action",
            "function_name",
            "principal",
            "qualifier",
            "source_account",
            "source_arn",
            "statement_id",
        ],
        calls: &Permission,
    },
];

/// What names the caller in the SDK's calls.
const APP_ID: &str = "AWS_SDK_UA_APP_ID";

/// Attributes and the members that hold them.
type Members = &'static [(&'static str, &'static str)];

const MEMBERS: Members = &[
    ("role", "Role"),
    ("handler", "Handler"),
    ("runtime", "Runtime"),
    ("description", "Description"),
    ("timeout", "Timeout"),
    ("memory_size", "MemorySize"),
    ("kms_key_arn", "KMSKeyArn"),
];

/// Blocks, the members that they become, and what stands in them.
const BLOCKS: &[(&str, &str, Members)] = &[
    ("tracing_config", "TracingConfig", &[("mode", "Mode")]),
    ("ephemeral_storage", "EphemeralStorage", &[("size", "Size")]),
    (
        "logging_config",
        "LoggingConfig",
        &[
            ("log_format", "LogFormat"),
            ("log_group", "LogGroup"),
            ("application_log_level", "ApplicationLogLevel"),
            ("system_log_level", "SystemLogLevel"),
        ],
    ),
];

struct Function;

fn path(function: &str) -> String {
    format!("/2015-03-31/functions/{function}")
}

fn configuration(function: &Object) -> Map<String, Json> {
    let mut body = function.members(MEMBERS);
    let environment = function.block("environment");
    let mut variables = environment
        .map(|block| block.members(&[("variables", "Variables")]))
        .unwrap_or_default();
    if let Some(variables) = variables.get_mut("Variables") {
        variables[APP_ID] = json!(function.text("function_name"));
    }
    body.insert("Environment".to_owned(), Json::Object(variables));
    for &(block, member, members) in BLOCKS {
        if let Some(block) = function.block(block) {
            body.insert(member.to_owned(), Json::Object(block.members(members)));
        }
    }
    body
}

/// The package as it lies on this machine.
fn package(function: &Object) -> Result<String, Failure> {
    let file = function.text("filename");
    let bytes =
        std::fs::read(file).map_err(|error| Failure::Refused(format!("{file}: {error}")))?;
    Ok(STANDARD.encode(bytes))
}

fn decided(aws: &Aws, answer: &Json) -> Object {
    let arn = text_at(answer, "/FunctionArn");
    let invoke = |arn: &str| {
        format!(
            "arn:aws:apigateway:{}:lambda:path/2015-03-31/functions/{arn}/invocations",
            aws.region
        )
    };
    let qualified = format!("{arn}:$LATEST");
    let streaming = invoke(arn).replace("/invocations", "/response-streaming-invocations");
    let mut decided = texts([
        ("arn", arn),
        ("id", text_at(answer, "/FunctionName")),
        ("invoke_arn", &invoke(arn)),
        ("qualified_arn", &qualified),
        ("qualified_invoke_arn", &invoke(&qualified)),
        ("response_streaming_invoke_arn", &streaming),
        ("version", "$LATEST"),
    ]);
    for (attribute, member) in CODE {
        let value = plain(&answer[*member]).unwrap_or(Value::Null);
        decided.insert((*attribute).to_owned(), value);
    }
    decided
}

/// What AWS says of the package.
const CODE: Members = &[
    ("code_sha256", "CodeSha256"),
    ("last_modified", "LastModified"),
    ("source_code_size", "CodeSize"),
];

async fn reserve(aws: &Aws, function: &Object) -> Result<(), Failure> {
    let reserved = function.members(&[(
        "reserved_concurrent_executions",
        "ReservedConcurrentExecutions",
    )]);
    let path = format!(
        "/2017-10-31/functions/{}/concurrency",
        function.text("function_name")
    );
    let none = reserved.values().all(|count| count.as_i64() == Some(-1));
    if !none {
        aws.rest("lambda", Method::PUT, path, Some(&Json::Object(reserved)))
            .await?;
    }
    Ok(())
}

#[async_trait]
impl Calls for Function {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let mut body = configuration(wanted);
        body.extend(wanted.members(&[
            ("function_name", "FunctionName"),
            ("architectures", "Architectures"),
            ("tags_all", "Tags"),
        ]));
        body.insert("Code".to_owned(), json!({ "ZipFile": package(wanted)? }));
        let path = "/2015-03-31/functions".to_owned();
        let answer = aws
            .rest("lambda", Method::POST, path, Some(&Json::Object(body)))
            .await?;
        reserve(aws, wanted).await?;
        Ok(decided(aws, &answer))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let path = path(state.text("function_name")) + "/configuration";
        let answer = aws.rest("lambda", Method::GET, path, None).await?;
        Ok(seen(state, &answer, MEMBERS))
    }

    async fn update(&self, aws: &Aws, prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        let path = path(wanted.text("function_name"));
        let body = Json::Object(configuration(wanted));
        aws.rest(
            "lambda",
            Method::PUT,
            format!("{path}/configuration"),
            Some(&body),
        )
        .await?;
        if prior.get("source_code_hash") != wanted.get("source_code_hash") {
            let code = json!({ "ZipFile": package(wanted)? });
            aws.rest("lambda", Method::PUT, format!("{path}/code"), Some(&code))
                .await?;
        }
        reserve(aws, wanted).await?;
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        let path = path(state.text("function_name"));
        aws.rest("lambda", Method::DELETE, path, None)
            .await
            .map(drop)
    }
}

struct Permission;

fn policy(function: &str) -> String {
    format!("{}/policy", path(function))
}

#[async_trait]
impl Calls for Permission {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let mut body = wanted.members(&[
            ("action", "Action"),
            ("principal", "Principal"),
            ("source_account", "SourceAccount"),
            ("source_arn", "SourceArn"),
            ("statement_id", "StatementId"),
        ]);
        let statement = match wanted.text("statement_id") {
            "" => format!("terraform-{}", wanted.text("source_arn").len()),
            given => given.to_owned(),
        };
        body.insert("StatementId".to_owned(), json!(statement));
        let path = policy(wanted.text("function_name"));
        aws.rest("lambda", Method::POST, path, Some(&Json::Object(body)))
            .await?;
        Ok(texts([("id", &statement), ("statement_id", &statement)]))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let path = policy(state.text("function_name"));
        let answer = aws.rest("lambda", Method::GET, path, None).await?;
        let policy: Json = serde_json::from_str(text_at(&answer, "/Policy")).unwrap_or_default();
        let statements = policy["Statement"].as_array();
        let id = state.text("id");
        let found = statements.is_some_and(|all| all.iter().any(|one| text_at(one, "/Sid") == id));
        if found {
            Ok(Object::new())
        } else {
            Err(Failure::NotFound)
        }
    }

    async fn update(&self, _: &Aws, _: &Object, _: &Object) -> Result<Object, Failure> {
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        let path = format!(
            "{}/{}",
            policy(state.text("function_name")),
            state.text("id")
        );
        aws.rest("lambda", Method::DELETE, path, None)
            .await
            .map(drop)
    }
}
