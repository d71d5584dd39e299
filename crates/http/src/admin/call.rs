//! How a management request says who calls.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use m2m_core::caller::{Caller, GatewayContext};
use m2m_core::client_auth::ClientCertificate;

use super::bearer;
use crate::State;
use crate::problem_answer::Refusal;

/// Marks the routes below `/iam`, where the gateway checks signatures.
#[derive(Debug, Clone, Copy)]
pub(super) struct IamRoute;

/// The headers of a request, and what the gateway says of it.
pub(super) struct Presented {
    pub(super) headers: HeaderMap,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) certificate: Option<ClientCertificate>,
    gateway: Option<GatewayContext>,
    on_iam_route: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Presented {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            headers: parts.headers.clone(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            certificate: parts.extensions.get().cloned(),
            gateway: parts.extensions.get().cloned(),
            on_iam_route: parts.extensions.get::<IamRoute>().is_some(),
        })
    }
}

impl Presented {
    /// Finds out who calls. Below `/iam` only the gateway's word counts and no header; everywhere else only
    /// a token, whatever the gateway says: one request never has two callers to choose from.
    pub(super) async fn caller(&self, state: &State) -> Result<Caller, Refusal> {
        if self.on_iam_route {
            let context = self.gateway.as_ref();
            let caller = state.iam_callers.authenticate(context).await;
            caller.map_err(Refusal::IamCaller)
        } else {
            bearer::caller(state, self).await
        }
    }
}
