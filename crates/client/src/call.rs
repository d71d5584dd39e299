//! One call of the management API, before it has a token.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::idempotency_key::IdempotencyKey;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_MATCH};
use reqwest::{Method, Request};
use serde::Serialize;
use url::Url;

use crate::api::ETag;

/// What is to be asked, and which scope that takes.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) scope: ManagementScope,
    /// Whether it makes or sees a client that can be stronger than the own token, which takes a wider
    /// one.
    pub(crate) may_delegate: bool,
    /// Whether a second attempt does no harm when nobody knows what became of the first.
    pub(crate) repeatable: bool,
}

impl Call {
    pub(crate) fn new(method: Method, url: Url, scope: ManagementScope) -> Self {
        // RFC 9110 §9.2.2; a PATCH here is a merge, whose second run changes nothing more.
        let repeatable = method != Method::POST;
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            scope,
            may_delegate: false,
            repeatable,
        }
    }

    /// The request, without what proves who sends it.
    pub(crate) fn request(&self) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = self.headers.clone();
        *request.body_mut() = self.body.clone().map(Into::into);
        request
    }

    /// Sends a JSON body of this media type.
    pub(crate) fn body(mut self, content_type: &'static str, body: &impl Serialize) -> Self {
        // Serialization of the wire types cannot fail: their map keys are strings.
        self.body = serde_json::to_vec(body).ok();
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self
    }

    /// May make or see a client stronger than the own token.
    pub(crate) fn delegating(mut self) -> Self {
        self.may_delegate = true;
        self
    }

    /// Makes a POST repeatable.
    pub(crate) fn idempotency_key(mut self, key: &IdempotencyKey) -> Self {
        if let Ok(mut value) = HeaderValue::from_bytes(key.expose()) {
            value.set_sensitive(true);
            self.headers
                .insert(HeaderName::from_static("idempotency-key"), value);
            self.repeatable = true;
        }
        self
    }

    /// Only if the resource is still as it was read. A second attempt could not tell its own first
    /// one from somebody else's change, so the call is not repeated blindly.
    pub(crate) fn if_match(mut self, etag: Option<&ETag>) -> Self {
        if let Some(value) = etag.and_then(|etag| HeaderValue::from_str(etag.as_str()).ok()) {
            self.headers.insert(IF_MATCH, value);
            self.repeatable = false;
        }
        self
    }
}
