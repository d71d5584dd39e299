//! An HTTP answer, read up to a limit and then understood.

use std::time::Duration;

use jiff::Timestamp;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::issuer::Issuer;
use m2m_types::problem::Problem;
use reqwest::header::{
    CONTENT_TYPE, DATE, ETAG, HeaderMap, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::{Error, problem_kind};
use crate::redact::Redactor;
use crate::transport::unreachable;

/// The largest body that is read; a page of 200 clients stays far below it.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// A complete answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Reads the body; one beyond the limit is refused before it is held.
    pub(crate) async fn read(mut response: Response, endpoint: &Issuer) -> Result<Self, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| unreachable(endpoint, &error))?
        {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Error::Protocol {
                    endpoint: endpoint.clone(),
                    detail: format!("an answer is larger than {MAX_BODY} bytes"),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status: response.status(),
            headers: response.headers().clone(),
            body,
        })
    }

    /// A header, if it is text.
    fn header(&self, name: reqwest::header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The `ETag` header.
    pub(crate) fn etag(&self) -> Option<&str> {
        self.header(ETAG)
    }

    /// The delay of `Retry-After` in seconds; its date form is not used by this service.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header(RETRY_AFTER)?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    /// When the answer was made, as whoever gave it says (RFC 9110 §6.6.1).
    pub(crate) fn date(&self) -> Option<Timestamp> {
        let date = jiff::fmt::rfc2822::parse(self.header(DATE)?).ok()?;
        Some(date.timestamp())
    }

    /// Whether the answer says that the token is no good (RFC 6750 §3.1).
    pub(crate) fn is_invalid_token(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
            && self
                .header(WWW_AUTHENTICATE)
                .is_some_and(|challenge| challenge.contains("invalid_token"))
    }

    /// The management scope that the token lacks (RFC 6750 §3.1).
    pub(crate) fn missing_scope(&self) -> Option<ManagementScope> {
        let challenge = self.header(WWW_AUTHENTICATE)?;
        let (_, rest) = challenge.split_once(" scope=\"")?;
        let (name, _) = rest.split_once('"')?;
        ManagementScope::ALL
            .iter()
            .find(|scope| scope.as_str() == name)
            .copied()
    }

    /// The body of a successful answer.
    ///
    /// The error names the place, never the content: the body may hold a secret.
    pub(crate) fn json<T: DeserializeOwned>(&self, endpoint: &Issuer) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Protocol {
            endpoint: endpoint.clone(),
            detail: format!(
                "the body of a {} answer is not the expected JSON (line {}, column {})",
                self.status.as_u16(),
                error.line(),
                error.column()
            ),
        })
    }

    /// The body of an answer that need not be JSON.
    pub(crate) fn try_json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The problem document, if the answer is one of this service's own.
    pub(crate) fn problem(&self, redactor: &Redactor) -> Option<Box<Problem>> {
        let content_type = self.header(CONTENT_TYPE)?;
        if content_type.split(';').next()?.trim() != "application/problem+json" {
            return None;
        }
        let mut problem: Problem = self.try_json()?;
        problem_kind(&problem.kind)?;
        problem.title = redactor.clean(&problem.title);
        problem.detail = redactor.clean(&problem.detail);
        for error in &mut problem.errors {
            error.pointer = redactor.clean(&error.pointer);
            error.detail = redactor.clean(&error.detail);
        }
        Some(Box::new(problem))
    }

    /// What came instead of an answer of this service, in a few words.
    pub(crate) fn outline(&self, redactor: &Redactor) -> String {
        let status = self.status.as_u16();
        if let Some(location) = self
            .header(LOCATION)
            .filter(|_| self.status.is_redirection())
        {
            return format!("it redirects to {}", redactor.clean(location));
        }
        // A successful body may hold a secret of any form, so only errors are quoted.
        let quotable = self.status.is_client_error() || self.status.is_server_error();
        let text = String::from_utf8_lossy(&self.body);
        if quotable && !self.body.is_empty() {
            format!("status {status} with the body: {}", redactor.clean(&text))
        } else {
            format!("status {status}")
        }
    }
}
