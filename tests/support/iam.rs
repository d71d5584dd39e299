//! Callers by AWS IAM: who is listed, and what a gateway would say of a request.

use axum::body::{Body, to_bytes};
use http::{Method, Request};
use m2m_core::caller::{GatewayContext, IamCallers, IamEntry};
use m2m_testkit::builders;
use m2m_types::iam_principal::IamPrincipal;
use m2m_types::names::{OrganizationId, OwnerId};
use serde_json::Value;
use tower::ServiceExt;

use crate::call::Answer;
use crate::service::TestService;

/// The account of the gateway and of everybody listed.
pub const ACCOUNT: &str = "123456789012";
/// The identifier of the gateway.
pub const API: &str = "a1b2c3d4e5";

/// A session of the role of that name.
pub fn session(role: &str) -> String {
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/ci")
}

/// A list with these roles: name, owner, organization, permissions.
pub fn callers<const N: usize>(roles: [(&str, &str, &str, &str); N]) -> IamCallers {
    let entries = roles.map(|(role, owner, organization, permissions)| {
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/ci/{role}");
        let entry = IamEntry {
            owner: OwnerId::parse(owner).unwrap(),
            organization: OrganizationId::parse(organization).unwrap(),
            permissions: builders::scopes(permissions),
        };
        (IamPrincipal::parse(&arn).unwrap(), entry)
    });
    IamCallers::new(ACCOUNT.to_owned(), API.to_owned(), entries).unwrap()
}

/// What the gateway of the deployment says of a caller that it let through.
pub fn context(arn: &str) -> GatewayContext {
    GatewayContext {
        account_id: Some(ACCOUNT.to_owned()),
        api_id: Some(API.to_owned()),
        route_key: Some("ANY /iam/v1/{proxy+}".to_owned()),
        principal_account_id: Some(ACCOUNT.to_owned()),
        principal_arn: Some(arn.to_owned()),
    }
}

impl TestService {
    /// Sends a request to the management API as the function gets it: with what the gateway says of it. A
    /// body that is not null is JSON.
    pub async fn through_gateway(
        &self,
        (method, path): (Method, &str),
        headers: &[(&str, &str)],
        body: &Value,
        context: Option<GatewayContext>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let mut request = request.body(body).unwrap();
        if let Some(context) = context {
            request.extensions_mut().insert(context);
        }
        let router = m2m_http::management(&self.deployment);
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// `GET /iam/v1/me` of a role's session.
    pub async fn who_is(&self, role: &str) -> Answer {
        let context = context(&session(role));
        let me = (Method::GET, "/iam/v1/me");
        self.through_gateway(me, &[], &Value::Null, Some(context))
            .await
    }
}
