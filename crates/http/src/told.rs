//! What an answer tells the log and whoever counts, beside what it tells the caller.

use axum::body::Body;
use http::Response;
use m2m_core::caller::{Actor, Caller};
use m2m_types::client_id::ClientId;
use m2m_types::correlation_id::CorrelationId;
use m2m_types::names::OwnerId;

/// What came of a token request, for whoever counts: in the extensions of the answer, unless the service
/// itself failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A token was issued.
    TokenIssued,
    /// A token was refused, for whatever reason of the client's.
    TokenRefused,
}

/// What the line of a request says beyond what any request has. Nothing here may be secret, nor the
/// caller's own text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// What happened, in a few words.
    pub(crate) message: Option<&'static str>,
    /// Which client asked.
    pub(crate) client_id: Option<ClientId>,
    /// On whose behalf, for a call of the management API.
    pub(crate) owner: Option<OwnerId>,
    /// The name of the token that was issued.
    pub(crate) jti: Option<String>,
    /// What the caller was told to name when it asks why.
    pub(crate) correlation_id: Option<CorrelationId>,
    /// The code that the caller saw.
    pub(crate) error: Option<&'static str>,
    /// Why, for the operator.
    pub(crate) reason: Option<String>,
}

impl Told {
    /// Puts this into an answer.
    pub(crate) fn put(self, mut response: Response<Body>) -> Response<Body> {
        response.extensions_mut().insert(self);
        response
    }

    /// Adds who called to whatever the answer tells already.
    pub(crate) fn add_caller(
        response: &mut Response<Body>,
        client_id: Option<ClientId>,
        owner: OwnerId,
    ) {
        let told = response.extensions_mut().get_or_insert_default::<Self>();
        told.client_id = client_id;
        told.owner = Some(owner);
    }
}

/// Who a caller is, in the log's words. A principal of AWS IAM is no client, and a person is its owner; what
/// they change says who it was.
pub(crate) fn names(caller: &Caller) -> (Option<ClientId>, OwnerId) {
    let client_id = match caller.actor() {
        Actor::Client(id) => Some(id.clone()),
        Actor::Iam { .. } | Actor::Login { .. } => None,
    };
    (client_id, caller.owner().id.clone())
}
