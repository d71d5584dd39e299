//! Who called according to the gateway.

use std::net::IpAddr;

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use m2m_http::{ClientAddress, ClientCertificate, GatewayContext};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tracing::warn;

/// Puts what the gateway says of the caller into the request's extensions; headers are never believed.
pub(crate) fn note_caller(request: &mut Request) {
    let Some(context) = request.request_context_ref() else {
        return;
    };
    let address = client_address(context);
    let iam = iam_context(context);
    let certificate = client_certificate(context);
    let extensions = request.extensions_mut();
    if let Some(address) = address {
        extensions.insert(ClientAddress(address));
    }
    if let Some(iam) = iam {
        extensions.insert(iam);
    }
    if let Some(certificate) = certificate {
        extensions.insert(certificate);
    }
}

fn client_address(context: &RequestContext) -> Option<IpAddr> {
    let source_ip = match context {
        RequestContext::ApiGatewayV2(context) => &context.http.source_ip,
        RequestContext::ApiGatewayV1(context) => &context.identity.source_ip,
        _ => return None,
    };
    source_ip.as_deref()?.parse().ok()
}

/// The certificate that the client presented. Its chain is trusted, since the gateway lets nobody in whose
/// certificate does not chain to its trust store. Payload 1.0 is not believed: ours sends 2.0.
fn client_certificate(context: &RequestContext) -> Option<ClientCertificate> {
    let RequestContext::ApiGatewayV2(context) = context else {
        return None;
    };
    let certificate = context.authentication.as_ref()?.client_cert.as_ref()?;
    Some(ClientCertificate {
        der: der_of_pem(certificate.client_cert_pem.as_ref()?)?,
        is_chain_trusted: true,
    })
}

/// The certificate in the text of the gateway.
pub(crate) fn der_of_pem(pem: &str) -> Option<Vec<u8>> {
    match CertificateDer::from_pem_slice(pem.as_bytes()) {
        Ok(der) => Some(der.as_ref().to_vec()),
        Err(_) => {
            warn!("the gateway sent a client certificate that is no PEM");
            None
        }
    }
}

/// What the gateway says where it checked a signature of AWS IAM. Payload 1.0 is not believed: it names no
/// route of an HTTP API, and ours sends 2.0.
fn iam_context(context: &RequestContext) -> Option<GatewayContext> {
    let RequestContext::ApiGatewayV2(context) = context else {
        return None;
    };
    let ApiGatewayV2httpRequestContext {
        account_id,
        apiid,
        route_key,
        authorizer,
        ..
    } = context;
    let iam = authorizer.as_ref()?.iam.as_ref()?;
    Some(GatewayContext {
        account_id: account_id.clone(),
        api_id: apiid.clone(),
        route_key: route_key.clone(),
        principal_account_id: iam.account_id.clone(),
        principal_arn: iam.user_arn.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn noted(event: &Value) -> Request {
        let mut request = lambda_http::request::from_str(&event.to_string()).unwrap();
        note_caller(&mut request);
        request
    }

    fn identity() -> Value {
        json!({
            "accessKey": "AKIDEXAMPLE", "accountId": "123456789012", "callerId": "AROAEXAMPLE:ci",
            "cognitoIdentity": null, "principalOrgId": "aws:PrincipalOrgID", "userId": "AROAEXAMPLE:ci",
            "userArn": "arn:aws:sts::123456789012:assumed-role/deploy/ci"
        })
    }

    /// Payload 2.0, with headers that claim what only the gateway may say.
    fn second_version(authorizer: &Value) -> Value {
        json!({
            "version": "2.0", "routeKey": "ANY /iam/v1/{proxy+}", "rawPath": "/iam/v1/me",
            "rawQueryString": "",
            "headers": {
                "x-forwarded-for": "203.0.113.9", "x-amzn-request-context": identity().to_string(),
                "x-amz-caller-arn": "arn:aws:sts::123456789012:assumed-role/deploy/ci"
            },
            "requestContext": {
                "accountId": "123456789012", "apiId": "a1b2c3", "authorizer": authorizer,
                "http": {"method": "GET", "path": "/iam/v1/me", "sourceIp": "192.0.2.7"},
                "routeKey": "ANY /iam/v1/{proxy+}", "stage": "$default", "timeEpoch": 0
            },
            "isBase64Encoded": false
        })
    }

    #[test]
    fn the_principal_is_the_gateways_word() {
        let request = noted(&second_version(&json!({"iam": identity()})));
        let expected = GatewayContext {
            account_id: Some("123456789012".to_owned()),
            api_id: Some("a1b2c3".to_owned()),
            route_key: Some("ANY /iam/v1/{proxy+}".to_owned()),
            principal_account_id: Some("123456789012".to_owned()),
            principal_arn: Some("arn:aws:sts::123456789012:assumed-role/deploy/ci".to_owned()),
        };
        assert_eq!(request.extensions().get(), Some(&expected));
    }

    #[test]
    fn without_a_checked_signature_there_is_no_principal() {
        for authorizer in [
            Value::Null,
            json!({"iam": null}),
            json!({"jwt": {"claims": {"iam": "x"}, "scopes": null}}),
            json!({"lambda": {"iam": identity()}}),
        ] {
            let request = noted(&second_version(&authorizer));
            assert_eq!(request.extensions().get::<GatewayContext>(), None);
        }
    }

    /// The DER of three bytes and its PEM, as the gateway writes it.
    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMAEA\n-----END CERTIFICATE-----";

    fn with_certificate(pem: &str) -> Value {
        let mut event = second_version(&Value::Null);
        event["requestContext"]["authentication"] = json!({"clientCert": {
            "clientCertPem": pem, "issuerDN": "CN=ca", "serialNumber": "1", "subjectDN": "CN=payments",
            "validity": {"notAfter": "Aug  5 00:28:21 2120 GMT", "notBefore": "Aug 29 00:28:21 2020 GMT"}
        }});
        event
    }

    #[test]
    fn the_certificate_is_the_gateways_word() {
        let request = noted(&with_certificate(PEM));
        let expected = ClientCertificate {
            der: vec![0x30, 0x01, 0x00],
            is_chain_trusted: true,
        };
        assert_eq!(request.extensions().get(), Some(&expected));
    }

    #[test]
    fn c04_no_header_makes_a_certificate() {
        let mut event = second_version(&Value::Null);
        for name in [
            "x-client-cert",
            "x-amzn-mtls-clientcert",
            "x-amzn-mtls-clientcert-leaf",
            "x-forwarded-client-cert",
            "client-cert",
            "ssl-client-cert",
        ] {
            event["headers"][name] = json!(PEM.replace('\n', "%0A"));
        }
        let request = noted(&event);
        assert_eq!(request.extensions().get::<ClientCertificate>(), None);
    }

    #[test]
    fn what_is_no_pem_is_no_certificate() {
        for pem in [
            "",
            "MAEA",
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
        ] {
            let request = noted(&with_certificate(pem));
            assert_eq!(
                request.extensions().get::<ClientCertificate>(),
                None,
                "{pem}"
            );
        }
    }

    #[test]
    fn payload_1_vouches_for_no_certificate() {
        let request = noted(&json!({
            "version": "1.0", "resource": "$default", "path": "/oauth/token", "httpMethod": "POST",
            "headers": {}, "multiValueHeaders": {},
            "requestContext": {
                "accountId": "123456789012", "apiId": "a1b2c3", "httpMethod": "POST", "stage": "$default",
                "identity": {"sourceIp": "192.0.2.7", "clientCert": {"clientCertPem": PEM, "validity": {}}}
            },
            "isBase64Encoded": false
        }));
        assert_eq!(request.extensions().get::<ClientCertificate>(), None);
    }

    #[test]
    fn payload_1_names_an_address_and_no_principal() {
        let request = noted(&json!({
            "version": "1.0", "resource": "/iam/v1/{proxy+}", "path": "/iam/v1/me", "httpMethod": "GET",
            "headers": {}, "multiValueHeaders": {},
            "requestContext": {
                "accountId": "123456789012", "apiId": "a1b2c3", "httpMethod": "GET", "stage": "$default",
                "resourcePath": "ANY /iam/v1/{proxy+}", "authorizer": {"iam": identity()},
                "identity": {
                    "sourceIp": "192.0.2.7", "accountId": "123456789012",
                    "userArn": "arn:aws:sts::123456789012:assumed-role/deploy/ci"
                }
            },
            "isBase64Encoded": false
        }));
        let address = request.extensions().get::<ClientAddress>();
        assert_eq!(
            address.map(|address| address.0.to_string()).as_deref(),
            Some("192.0.2.7")
        );
        assert_eq!(request.extensions().get::<GatewayContext>(), None);
    }
}
