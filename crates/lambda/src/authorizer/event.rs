//! What the gateway asks an authorizer.

use std::collections::HashMap;

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};
use m2m_verify::Refusal;
use serde::Deserialize;

use crate::escaping;
use crate::gateway::der_of_pem;

/// The variable of a stage that names further scopes, separated by spaces.
const STAGE_SCOPES: &str = "m2m_required_scopes";

/// The event of a REQUEST authorizer, payload 2.0 or 1.0: what both have, and what only one of them has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthorizerEvent {
    #[serde(rename = "type")]
    _kind: Request,
    version: Option<String>,
    method_arn: Option<String>,
    raw_path: Option<String>,
    path: Option<String>,
    http_method: Option<String>,
    headers: Option<HashMap<String, String>>,
    multi_value_headers: Option<HashMap<String, Vec<String>>>,
    stage_variables: Option<HashMap<String, String>>,
    request_context: Context,
}

/// TOKEN authorizers get neither method nor URL, so they could not check what tokens are bound to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Request {
    Request,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    domain_name: Option<String>,
    path: Option<String>,
    http: Option<Http>,
    authentication: Option<Certificates>,
    identity: Option<Certificates>,
}

#[derive(Debug, Deserialize)]
struct Http {
    method: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Certificates {
    client_cert: Option<Certificate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Certificate {
    client_cert_pem: String,
}

impl AuthorizerEvent {
    /// The method and resource that a policy is for; none: a simple response is awaited.
    pub(crate) fn policy_resource(&self) -> Option<&str> {
        let is_simple = self.version.as_deref() == Some("2.0");
        (!is_simple).then(|| self.method_arn.as_deref().unwrap_or_default())
    }

    pub(crate) fn method(&self) -> &str {
        let http = self.request_context.http.as_ref();
        let method = http.map(|http| http.method.as_str());
        method.or(self.http_method.as_deref()).unwrap_or_default()
    }

    /// The URL that the client asked for, without the query: the domain and the path, with the stage, as the gateway says.
    ///
    /// HTTP APIs, whose events have a version, say the path decoded, REST APIs as it was written. So behind an HTTP API a
    /// path with an escaped slash is another than the client's, and what is bound to the client's URL is refused.
    pub(crate) fn url(&self) -> String {
        let context = &self.request_context;
        let paths = [&self.raw_path, &context.path, &self.path];
        let path = paths.into_iter().flatten().next();
        let domain = context.domain_name.as_deref().unwrap_or_default();
        let path = path.map_or("", String::as_str);
        if self.version.is_some() {
            format!("https://{domain}{}", escaping::decoded_path(path))
        } else {
            format!("https://{domain}{path}")
        }
    }

    /// Payload 1.0 has every value of a header that came twice, payload 2.0 joins them by commas, which no token has.
    pub(crate) fn headers(&self) -> Result<HeaderMap, Refusal> {
        let lists = self.multi_value_headers.iter().flatten();
        let lists = lists.flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let mut headers = collect(lists)?;
        if headers.is_empty() {
            headers = collect(self.headers.iter().flatten())?;
        }
        Ok(headers)
    }

    /// What the gateway's mutual TLS saw, in DER; headers that claim certificates are not looked at.
    pub(crate) fn certificate(&self) -> Option<Vec<u8>> {
        let context = &self.request_context;
        let all = [&context.authentication, &context.identity];
        let mut certificates = all
            .into_iter()
            .flatten()
            .filter_map(|all| all.client_cert.as_ref());
        der_of_pem(&certificates.next()?.client_cert_pem)
    }

    /// The further scopes that the stage demands.
    pub(crate) fn required_scopes(&self) -> impl Iterator<Item = &str> {
        let variables = self.stage_variables.as_ref();
        let scopes = variables.and_then(|variables| variables.get(STAGE_SCOPES));
        scopes
            .into_iter()
            .flat_map(|scopes| scopes.split_ascii_whitespace())
    }
}

fn collect<'a>(all: impl Iterator<Item = (&'a String, &'a String)>) -> Result<HeaderMap, Refusal> {
    let mut headers = HeaderMap::new();
    for (name, value) in all {
        let malformed = Refusal::Malformed("a header is none of HTTP");
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            return Err(malformed);
        };
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn second_version() -> Value {
        json!({
            "version": "2.0", "type": "REQUEST", "routeKey": "GET /orders", "rawPath": "/orders",
            "headers": {"authorization": "Bearer t", "x-amzn-mtls-clientcert": "-----BEGIN CERTIFICATE-----"},
            "stageVariables": {"m2m_required_scopes": "a b"},
            "requestContext": {"domainName": "api.example", "http": {"method": "GET", "path": "/orders"}}
        })
    }

    fn first_version() -> Value {
        json!({
            "type": "REQUEST", "methodArn": "arn:aws:execute-api:eu-west-1:1:a/test/GET/orders", "httpMethod": "GET",
            "path": "/orders", "headers": {"Authorization": "Bearer b"},
            "multiValueHeaders": {"Authorization": ["Bearer a", "Bearer b"]}, "stageVariables": null,
            "requestContext": {"domainName": "api.example", "path": "/test/orders", "identity": {"clientCert": null}}
        })
    }

    fn read(event: Value) -> AuthorizerEvent {
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn both_payloads_say_what_was_asked_for() {
        let event = read(second_version());
        assert_eq!(
            (event.method(), event.url().as_str()),
            ("GET", "https://api.example/orders")
        );
        assert_eq!(event.policy_resource(), None);
        assert_eq!(event.required_scopes().collect::<Vec<_>>(), ["a", "b"]);
        let event = read(first_version());
        let url = "https://api.example/test/orders";
        assert_eq!((event.method(), event.url().as_str()), ("GET", url));
        let resource = "arn:aws:execute-api:eu-west-1:1:a/test/GET/orders";
        assert_eq!(event.policy_resource(), Some(resource));
        assert_eq!(event.required_scopes().count(), 0);
    }

    #[test]
    fn h36_a_path_that_was_decoded_is_escaped_again_and_no_other() {
        let mut event = second_version();
        event["rawPath"] = json!("/orders/a b?c%20");
        let url = "https://api.example/orders/a%20b%3Fc%2520";
        assert_eq!(read(event).url(), url);
        let mut event = first_version();
        event["requestContext"]["path"] = json!("/test/orders/a%20b%3Fc%2520");
        let url = "https://api.example/test/orders/a%20b%3Fc%2520";
        assert_eq!(read(event).url(), url);
        // An HTTP API may ask by payload 1.0, too.
        let mut event = first_version();
        event["version"] = json!("1.0");
        event["requestContext"]["path"] = json!("/test/orders/a b%20");
        let url = "https://api.example/test/orders/a%20b%2520";
        assert_eq!(read(event).url(), url);
    }

    #[test]
    fn a_header_that_came_twice_stays_two() {
        let headers = read(first_version()).headers().unwrap();
        let sent: Vec<_> = headers.get_all("authorization").iter().collect();
        assert_eq!(sent, ["Bearer a", "Bearer b"]);
        assert_eq!(
            read(second_version()).headers().unwrap()["authorization"],
            "Bearer t"
        );
    }

    #[test]
    fn c04_a_certificate_in_a_header_is_not_believed() {
        assert_eq!(read(second_version()).certificate(), None);
        let mut event = second_version();
        let certificate = json!({"clientCertPem": "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"});
        event["requestContext"]["authentication"] = json!({ "clientCert": certificate });
        assert_eq!(read(event).certificate(), Some(vec![1, 2, 3]));
        let mut event = first_version();
        event["requestContext"]["identity"] = json!({ "clientCert": certificate });
        assert_eq!(read(event).certificate(), Some(vec![1, 2, 3]));
    }

    #[test]
    fn what_is_no_request_is_not_read() {
        for kind in [json!("TOKEN"), Value::Null, json!("request")] {
            let mut event = first_version();
            event["type"] = kind;
            assert!(serde_json::from_value::<AuthorizerEvent>(event).is_err());
        }
    }
}
