//! Events in the form in which `lambda_http` makes requests of them.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::HOST;
use lambda_http::request::LambdaRequest;

use crate::escaping;
use crate::front::MtlsDomain;

/// The event without a client certificate, unless it came through the domain whose trust store is the deployment's:
/// whoever maps another domain to the API chooses whom that one trusts.
pub(crate) fn without_foreign_certificate(
    mut event: LambdaRequest,
    mtls_domain: Option<&MtlsDomain>,
) -> LambdaRequest {
    let is_ours = |name: Option<&str>| mtls_domain.is_some_and(|domain| domain.is(name));
    if let LambdaRequest::ApiGatewayV2(request) = &mut event {
        let context = &mut request.request_context;
        if !is_ours(context.domain_name.as_deref()) {
            context.authentication = None;
        }
    }
    event
}

/// The event without what `lambda_http` would make something else of.
///
/// It makes a URL of the host, the stage, the path and the query, and panics if that is none. This service has its
/// name from its issuer and its paths from the root, so host and stage are left out. And of a header that came
/// twice in payload 1.0 it would keep the last value alone, so that nobody could refuse it.
pub(crate) fn readable(mut event: LambdaRequest) -> LambdaRequest {
    match &mut event {
        LambdaRequest::ApiGatewayV1(request) => {
            if !request.multi_value_headers.is_empty() {
                request.headers = HeaderMap::new();
            }
            request.headers.remove(HOST);
            request.multi_value_headers.remove(HOST);
            request.path = request.path.take().map(from_the_root);
            request.request_context.domain_name = None;
            request.request_context.stage = None;
        }
        LambdaRequest::ApiGatewayV2(request) => {
            request.headers.remove(HOST);
            request.raw_path = request.raw_path.take().map(from_the_root);
            let query = &mut request.raw_query_string;
            *query = query.take().map(|query| escaping::query(&query));
            request.request_context.domain_name = None;
            request.request_context.stage = None;
        }
        // No other front is switched on.
        _ => {}
    }
    event
}

/// An HTTP API says the path decoded, others as it was written: nothing of it may become a query or get lost.
fn from_the_root(path: String) -> String {
    let slash = if path.starts_with('/') { "" } else { "/" };
    slash.to_owned() + &escaping::path(&path)
}

#[cfg(test)]
mod tests {
    use lambda_http::Request;
    use serde_json::{Value, json};

    use super::*;

    fn request(event: Value) -> Request {
        let event: LambdaRequest = serde_json::from_str(&event.to_string()).unwrap();
        readable(event).into()
    }

    fn v2(path: &str, query: &str, host: &str) -> Value {
        json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {"host": host, "accept": "*/*"},
            "requestContext": {
                "domainName": host,
                "stage": "prod",
                "http": {"method": "GET", "sourceIp": "192.0.2.7"},
                "timeEpoch": 0
            },
            "isBase64Encoded": false
        })
    }

    #[test]
    fn whatever_the_gateway_hands_over_is_a_request() {
        for (path, query, expected) in [
            ("/healthz", "", "/healthz"),
            ("/healthz", "a=%20b&c", "/healthz?a=%20b&c"),
            ("/healthz", "a=b c<\"ü", "/healthz?a=b%20c%3C%22%C3%BC"),
            ("/a path", "", "/a%20path"),
            ("/a?b#c", "d", "/a%3Fb%23c?d"),
            ("/local|ada%20", "", "/local%7Cada%20"),
            ("", "", "/"),
            (":80", "", "/:80"),
        ] {
            let request = request(v2(path, query, "api.{dns_suffix}"));
            assert_eq!(request.uri(), expected);
            assert_eq!(request.headers()["accept"], "*/*");
        }
    }

    #[test]
    fn only_the_own_domain_vouches_for_a_certificate() {
        let mtls = MtlsDomain::of("https://mtls.auth.example");
        let kept = |domain: Option<&MtlsDomain>, came_through: &str| {
            let mut event = v2("/healthz", "", came_through);
            event["requestContext"]["authentication"] = json!({"clientCert": {
                "clientCertPem": "x", "validity": {}
            }});
            let event = serde_json::from_str(&event.to_string()).unwrap();
            match without_foreign_certificate(event, domain) {
                LambdaRequest::ApiGatewayV2(request) => {
                    request.request_context.authentication.is_some()
                }
                _ => unreachable!("payload 2.0"),
            }
        };
        assert!(kept(mtls.as_ref(), "mtls.auth.example"));
        assert!(kept(mtls.as_ref(), "MTLS.auth.example"));
        for foreign in [
            "auth.example",
            "other.example",
            "mtls.auth.example.other",
            "",
        ] {
            assert!(!kept(mtls.as_ref(), foreign), "{foreign}");
        }
        assert!(!kept(None, "mtls.auth.example"));
    }

    #[test]
    fn the_stage_is_no_part_of_the_path_and_a_repeated_header_stays_repeated() {
        let event = json!({
            "resource": "/{proxy+}",
            "path": "/oauth/token",
            "httpMethod": "POST",
            "headers": {"Authorization": "Basic b", "Host": "api.example"},
            "multiValueHeaders": {"Authorization": ["Basic a", "Basic b"], "Host": ["api.example"]},
            "requestContext": {"stage": "prod", "httpMethod": "POST", "identity": {}},
            "body": "a=b",
            "isBase64Encoded": false
        });
        let request = request(event);
        assert_eq!(request.uri(), "/oauth/token");
        let sent: Vec<_> = request.headers().get_all("authorization").iter().collect();
        assert_eq!(sent, ["Basic a", "Basic b"]);
    }
}
