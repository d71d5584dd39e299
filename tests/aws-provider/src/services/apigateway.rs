//! API Gateway: HTTP APIs and their domains.

use async_trait::async_trait;
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json};
use tfplugin::{Object, Value};

use crate::aws::{Aws, Failure};
use crate::json::{Attributes, seen, text_at, texts, to_json};
use crate::kind::{Calls, Kind};

/// A collection of objects below `/v2`.
struct Collection {
    /// Its path, with attributes in braces.
    path: &'static str,
    /// The member of an answer that names the object within it.
    id: &'static str,
    /// Attributes and the members that hold them.
    members: &'static [(&'static str, &'static str)],
    /// The members that blocks become.
    blocks: fn(&Object) -> Vec<(&'static str, Json)>,
    /// What AWS decides.
    decided: fn(&Aws, &Object, &Json) -> Object,
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "aws_apigatewayv2_api",
        replaced_by: &["protocol_type"],
        calls: &Collection {
            path: "/v2/apis",
            id: "apiId",
            members: &[
                ("name", "name"),
                ("protocol_type", "protocolType"),
                ("description", "description"),
                ("disable_execute_api_endpoint", "disableExecuteApiEndpoint"),
                ("route_selection_expression", "routeSelectionExpression"),
                ("version", "version"),
                ("tags_all", "tags"),
            ],
            blocks: |api| member(api, "cors_configuration", "corsConfiguration", CORS),
            decided: |aws, _, answer| {
                let id = text_at(answer, "/apiId");
                let region = &aws.region;
                texts([
                    (
                        "api_endpoint",
                        &format!("https://{id}.execute-api.{region}.amazonaws.com"),
                    ),
                    ("arn", &format!("arn:aws:apigateway:{region}::/apis/{id}")),
                    ("execution_arn", &execution_arn(aws, id)),
                ])
            },
        },
    },
    Kind {
        name: "aws_apigatewayv2_authorizer",
        replaced_by: &["api_id"],
        calls: &Collection {
            path: "/v2/apis/{api_id}/authorizers",
            id: "authorizerId",
            members: &[
                ("name", "name"),
                ("authorizer_type", "authorizerType"),
                ("authorizer_uri", "authorizerUri"),
                (
                    "authorizer_payload_format_version",
                    "authorizerPayloadFormatVersion",
                ),
                (
                    "authorizer_result_ttl_in_seconds",
                    "authorizerResultTtlInSeconds",
                ),
                ("enable_simple_responses", "enableSimpleResponses"),
                ("identity_sources", "identitySource"),
            ],
            blocks: |_| Vec::new(),
            decided: |_, _, _| Object::new(),
        },
    },
    Kind {
        name: "aws_apigatewayv2_integration",
        replaced_by: &["api_id"],
        calls: &Collection {
            path: "/v2/apis/{api_id}/integrations",
            id: "integrationId",
            members: &[
                ("integration_type", "integrationType"),
                ("integration_uri", "integrationUri"),
                ("integration_method", "integrationMethod"),
                ("payload_format_version", "payloadFormatVersion"),
                ("timeout_milliseconds", "timeoutInMillis"),
                ("connection_type", "connectionType"),
                ("description", "description"),
                ("request_parameters", "requestParameters"),
            ],
            blocks: |_| Vec::new(),
            decided: |_, _, _| Object::from([("timeout_milliseconds".to_owned(), 30_000.into())]),
        },
    },
    Kind {
        name: "aws_apigatewayv2_route",
        replaced_by: &["api_id"],
        calls: &Collection {
            path: "/v2/apis/{api_id}/routes",
            id: "routeId",
            members: &[
                ("route_key", "routeKey"),
                ("target", "target"),
                ("authorization_type", "authorizationType"),
                ("authorizer_id", "authorizerId"),
                ("authorization_scopes", "authorizationScopes"),
                ("operation_name", "operationName"),
                ("api_key_required", "apiKeyRequired"),
            ],
            blocks: |_| Vec::new(),
            decided: |_, _, _| Object::new(),
        },
    },
    Kind {
        name: "aws_apigatewayv2_stage",
        replaced_by: &["api_id", "name"],
        calls: &Collection {
            path: "/v2/apis/{api_id}/stages",
            id: "stageName",
            members: &[
                ("name", "stageName"),
                ("auto_deploy", "autoDeploy"),
                ("description", "description"),
                ("stage_variables", "stageVariables"),
                ("tags_all", "tags"),
            ],
            blocks: stage_blocks,
            decided: |aws, stage, answer| {
                let (api, name) = (stage.text("api_id"), text_at(answer, "/stageName"));
                let region = &aws.region;
                let path = if name == "$default" { "" } else { name };
                texts([
                    (
                        "arn",
                        &format!("arn:aws:apigateway:{region}::/apis/{api}/stages/{name}"),
                    ),
                    (
                        "execution_arn",
                        &format!("{}/{name}", execution_arn(aws, api)),
                    ),
                    (
                        "invoke_url",
                        &format!("https://{api}.execute-api.{region}.amazonaws.com/{path}"),
                    ),
                ])
            },
        },
    },
    Kind {
        name: "aws_apigatewayv2_domain_name",
        replaced_by: &["domain_name"],
        calls: &Collection {
            path: "/v2/domainnames",
            id: "domainName",
            members: &[("domain_name", "domainName"), ("tags_all", "tags")],
            blocks: |domain| {
                let mut blocks = member(
                    domain,
                    "mutual_tls_authentication",
                    "mutualTlsAuthentication",
                    TRUST_STORE,
                );
                let configurations = domain.blocks("domain_name_configuration");
                let configurations = configurations.map(|one| Json::Object(one.members(DOMAIN)));
                blocks.push(("domainNameConfigurations", configurations.collect()));
                blocks
            },
            decided: domain_decided,
        },
    },
    Kind {
        name: "aws_apigatewayv2_api_mapping",
        replaced_by: &["domain_name"],
        calls: &Collection {
            path: "/v2/domainnames/{domain_name}/apimappings",
            id: "apiMappingId",
            members: &[
                ("api_id", "apiId"),
                ("stage", "stage"),
                ("api_mapping_key", "apiMappingKey"),
            ],
            blocks: |_| Vec::new(),
            decided: |_, _, _| Object::new(),
        },
    },
];

const CORS: &[(&str, &str)] = &[
    ("allow_credentials", "allowCredentials"),
    ("allow_headers", "allowHeaders"),
    ("allow_methods", "allowMethods"),
    ("allow_origins", "allowOrigins"),
    ("expose_headers", "exposeHeaders"),
    ("max_age", "maxAge"),
];
const ACCESS_LOG: &[(&str, &str)] = &[("destination_arn", "destinationArn"), ("format", "format")];
const ROUTE_SETTINGS: &[(&str, &str)] = &[
    ("data_trace_enabled", "dataTraceEnabled"),
    ("detailed_metrics_enabled", "detailedMetricsEnabled"),
    ("logging_level", "loggingLevel"),
    ("throttling_burst_limit", "throttlingBurstLimit"),
    ("throttling_rate_limit", "throttlingRateLimit"),
];
const DOMAIN: &[(&str, &str)] = &[
    ("certificate_arn", "certificateArn"),
    ("endpoint_type", "endpointType"),
    ("security_policy", "securityPolicy"),
    (
        "ownership_verification_certificate_arn",
        "ownershipVerificationCertificateArn",
    ),
];
const TRUST_STORE: &[(&str, &str)] = &[
    ("truststore_uri", "truststoreUri"),
    ("truststore_version", "truststoreVersion"),
];

/// A block of which there is at most one.
fn member(
    object: &Object,
    block: &str,
    name: &'static str,
    members: &[(&str, &str)],
) -> Vec<(&'static str, Json)> {
    let block = object.block(block);
    block
        .map(|block| (name, Json::Object(block.members(members))))
        .into_iter()
        .collect()
}

fn stage_blocks(stage: &Object) -> Vec<(&'static str, Json)> {
    let mut blocks = member(
        stage,
        "access_log_settings",
        "accessLogSettings",
        ACCESS_LOG,
    );
    blocks.extend(member(
        stage,
        "default_route_settings",
        "defaultRouteSettings",
        ROUTE_SETTINGS,
    ));
    let routes = stage.blocks("route_settings").map(|settings| {
        let key = settings.text("route_key").to_owned();
        (key, Json::Object(settings.members(ROUTE_SETTINGS)))
    });
    blocks.push(("routeSettings", Json::Object(routes.collect())));
    blocks
}

/// The configuration block is where the provider reports the name to point DNS at.
fn domain_decided(aws: &Aws, domain: &Object, answer: &Json) -> Object {
    let name = text_at(answer, "/domainName");
    let target = text_at(answer, "/domainNameConfigurations/0/apiGatewayDomainName");
    let zone = text_at(answer, "/domainNameConfigurations/0/hostedZoneId");
    let configuration = domain
        .block("domain_name_configuration")
        .cloned()
        .unwrap_or_default();
    let reported = texts([("target_domain_name", target), ("hosted_zone_id", zone)]);
    let configuration = configuration.into_iter().chain(reported).collect();
    let mut decided = texts([
        (
            "arn",
            &format!("arn:aws:apigateway:{}::/domainnames/{name}", aws.region),
        ),
        ("api_mapping_selection_expression", "$request.basepath"),
        ("routing_mode", "API_MAPPING_ONLY"),
    ]);
    let blocks = Value::List(vec![Value::Object(configuration)]);
    decided.insert("domain_name_configuration".to_owned(), blocks);
    decided
}

fn execution_arn(aws: &Aws, api: &str) -> String {
    format!("arn:aws:execute-api:{}:{}:{api}", aws.region, aws.account)
}

impl Collection {
    fn path(&self, object: &Object) -> String {
        let mut path = self.path.to_owned();
        for attribute in ["api_id", "domain_name"] {
            path = path.replace(
                &format!("{{{attribute}}}"),
                &encoded(object.text(attribute)),
            );
        }
        path
    }

    fn path_of(&self, object: &Object) -> String {
        format!("{}/{}", self.path(object), encoded(object.text("id")))
    }

    fn body(&self, object: &Object) -> Json {
        let mut body: Map<String, Json> = object.members(self.members);
        let blocks = (self.blocks)(object);
        body.extend(
            blocks
                .into_iter()
                .map(|(name, block)| (name.to_owned(), block)),
        );
        Json::Object(body)
    }

    fn decided_of(&self, aws: &Aws, object: &Object, answer: &Json) -> Object {
        let id = text_at(answer, &format!("/{}", self.id));
        let mut decided = texts([("id", id)]);
        let open = (self.decided)(aws, object, answer);
        // A value that the configuration gives is not for AWS to decide.
        decided.extend(open.into_iter().filter(|(name, value)| {
            let given = object.get(name).and_then(to_json);
            given.is_none() || matches!(value, Value::List(_))
        }));
        decided
    }
}

#[async_trait]
impl Calls for Collection {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let body = self.body(wanted);
        let answer = aws
            .rest("apigateway", Method::POST, self.path(wanted), Some(&body))
            .await?;
        Ok(self.decided_of(aws, wanted, &answer))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let answer = aws
            .rest("apigateway", Method::GET, self.path_of(state), None)
            .await?;
        Ok(seen(state, &answer, self.members))
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        let mut body = self.body(wanted);
        if let Some(body) = body.as_object_mut() {
            // Tags have calls of their own.
            body.remove("tags");
        }
        let answer = aws
            .rest(
                "apigateway",
                Method::PATCH,
                self.path_of(wanted),
                Some(&body),
            )
            .await?;
        Ok(self.decided_of(aws, wanted, &answer))
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        aws.rest("apigateway", Method::DELETE, self.path_of(state), None)
            .await?;
        Ok(())
    }
}

fn encoded(segment: &str) -> String {
    utf8_percent_encode(segment, NON_ALPHANUMERIC).to_string()
}
