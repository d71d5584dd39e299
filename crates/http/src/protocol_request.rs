//! A request to a protocol endpoint: a form that is posted.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, Method, Request};
use m2m_core::client_auth::Presentation;
use m2m_types::token_request::TokenRequest;

use crate::body::Unreadable;
use crate::headers::{DPOP, values};
use crate::{ClientAddress, body};

/// A request that has the form which every protocol endpoint takes.
pub(crate) struct ProtocolRequest {
    /// What the form says.
    pub(crate) form: TokenRequest,
    parts: Parts,
}

/// What has not that form.
pub(crate) enum NotAForm {
    /// Another method than `POST`.
    Method,
    /// Parameters in the URI (RFC 6749 §2.3.1).
    Query,
    /// Another media type than `application/x-www-form-urlencoded`.
    MediaType,
    /// A body that cannot be read.
    Body(Unreadable),
    /// A form that breaks a rule.
    Form(&'static str),
}

impl ProtocolRequest {
    /// Reads the whole request.
    pub(crate) async fn read(request: Request<Body>) -> Result<Self, NotAForm> {
        let (parts, body) = request.into_parts();
        if parts.method != Method::POST {
            return Err(NotAForm::Method);
        }
        if parts.uri.query().is_some_and(|query| !query.is_empty()) {
            return Err(NotAForm::Query);
        }
        if !is_form(&parts.headers) {
            return Err(NotAForm::MediaType);
        }
        let body = body::read(body).await.map_err(NotAForm::Body)?;
        let form = TokenRequest::parse(&body);
        let form = form.map_err(|invalid| NotAForm::Form(invalid.description()))?;
        Ok(Self { form, parts })
    }

    /// The headers.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Hands over what it presents beside the form.
    pub(crate) async fn presenting<T>(&self, ask: impl AsyncFnOnce(&Presentation<'_>) -> T) -> T {
        let authorization = values(&self.parts.headers, &AUTHORIZATION);
        let dpop = values(&self.parts.headers, &DPOP);
        ask(&Presentation {
            authorization: &authorization,
            dpop: &dpop,
            certificate: self.parts.extensions.get(),
            source: ClientAddress::of(&self.parts.extensions),
        })
        .await
    }
}

/// Exactly one `Content-Type`, a form, in UTF-8 if it says anything of the charset.
fn is_form(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Ok(value) = value.to_str() else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && parts
            .filter_map(|parameter| parameter.split_once('='))
            .all(|(name, value)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
}
