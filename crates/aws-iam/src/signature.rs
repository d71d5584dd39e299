//! The signature of one request: AWS Signature Version 4 for API Gateway.

use std::fmt::Display;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::{HeaderName, HeaderValue};
use m2m_client::SigningError;
use reqwest::Request;

use crate::credentials::now;

/// The name of API Gateway in a signature.
const SERVICE: &str = "execute-api";

/// Signs method, URL, headers and body, and adds the headers that say so.
pub(crate) fn add(
    request: &mut Request,
    credentials: Credentials,
    region: &str,
) -> Result<(), SigningError> {
    let identity: Identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| unusable(&error))?
        .into();
    let headers = {
        let signable = signable(request)?;
        let signed = sign(signable, &params).map_err(|error| unusable(&error))?;
        let (instructions, _) = signed.into_parts();
        let headers = instructions.headers().map(header);
        headers.collect::<Result<Vec<_>, _>>()?
    };
    request.headers_mut().extend(headers);
    Ok(())
}

/// What is signed. Headers that are secret are left out, since who signs may write down what it signs.
fn signable(request: &Request) -> Result<SignableRequest<'_>, SigningError> {
    let headers = request.headers().iter();
    let headers = headers
        .filter(|(_, value)| !value.is_sensitive())
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = request.body().and_then(|body| body.as_bytes());
    SignableRequest::new(
        request.method().as_str(),
        request.url().as_str(),
        headers,
        SignableBody::Bytes(body.unwrap_or_default()),
    )
    .map_err(|error| unusable(&error))
}

fn header((name, value): (&str, &str)) -> Result<(HeaderName, HeaderValue), SigningError> {
    let name = HeaderName::try_from(name).map_err(|error| unusable(&error))?;
    let mut value = HeaderValue::try_from(value).map_err(|error| unusable(&error))?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn unusable(error: &impl Display) -> SigningError {
    SigningError(format!("the credentials cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use url::Url;

    use super::*;

    fn signed(session_token: Option<&str>) -> Request {
        let url = Url::parse("https://auth.example/iam/v1/clients?limit=200").unwrap();
        let mut request = Request::new(Method::POST, url);
        let mut key = HeaderValue::from_static("canary-key");
        key.set_sensitive(true);
        request.headers_mut().insert("idempotency-key", key);
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert("content-type", json);
        *request.body_mut() = Some("{}".into());
        let token = session_token.map(str::to_owned);
        let credentials = Credentials::new("AKIDEXAMPLE", "canary-secret", token, None, "test");
        add(&mut request, credentials, "eu-central-1").unwrap();
        request
    }

    #[test]
    fn a_signature_names_what_it_is_for() {
        let request = signed(None);
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
        for part in [
            "/eu-central-1/execute-api/aws4_request",
            "SignedHeaders=content-type;host;x-amz-date",
        ] {
            assert!(authorization.contains(part), "{authorization}");
        }
        assert!(request.headers().contains_key("x-amz-date"));
    }

    #[test]
    fn a_session_says_that_it_is_one() {
        assert!(!signed(None).headers().contains_key("x-amz-security-token"));
        let request = signed(Some("canary-session"));
        assert_eq!(request.headers()["x-amz-security-token"], "canary-session");
    }

    #[test]
    fn a_request_is_printed_without_what_proves_it() {
        let printed = format!("{:?}", signed(Some("canary-session")));
        assert!(
            !printed.contains("canary") && !printed.contains("Signature="),
            "{printed}"
        );
    }
}
