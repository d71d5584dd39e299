//! A call of the management API: what was sent, who sends it, and what it is put to.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use m2m_core::caller::{Caller, GatewayContext};
use m2m_core::client_auth::ClientCertificate;

use super::bearer;
use crate::Shared;
use crate::problem_answer::Refusal;

/// Marks the routes below `/iam`, where the gateway checks signatures.
#[derive(Debug, Clone, Copy)]
pub(super) struct IamRoute;

/// What a handler has beside path, query and body: `input` reads its headers, `answer` makes its answer.
pub(super) struct Call {
    pub(super) state: Shared,
    pub(super) headers: HeaderMap,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) certificate: Option<ClientCertificate>,
    gateway: Option<GatewayContext>,
    on_iam_route: bool,
}

impl FromRequestParts<Shared> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Infallible> {
        Ok(Self {
            state: Shared::clone(state),
            headers: parts.headers.clone(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            certificate: parts.extensions.get().cloned(),
            gateway: parts.extensions.get().cloned(),
            on_iam_route: parts.extensions.get::<IamRoute>().is_some(),
        })
    }
}

impl Call {
    /// Finds out who calls. Below `/iam` only the gateway's word counts and no header; everywhere else only
    /// a token, whatever the gateway says: one request never has two callers to choose from.
    pub(super) async fn caller(&self) -> Result<Caller, Refusal> {
        if self.on_iam_route {
            let context = self.gateway.as_ref();
            let caller = self.state.iam_callers.authenticate(context).await;
            caller.map_err(Refusal::IamCaller)
        } else {
            bearer::caller(self).await
        }
    }
}
