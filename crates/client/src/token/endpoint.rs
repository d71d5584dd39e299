//! The token endpoint (RFC 6749 §4.4).

use m2m_types::metadata::paths;
use m2m_types::token_response::TokenResponse;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::answer::Answer;
use crate::api::Api;
use crate::credentials::Credentials;
use crate::error::{Error, OAuthFailure};
use crate::identity::Identity;
use crate::redact::Redactor;
use crate::retry::with_retries;
use crate::token::{AccessToken, TokenQuery};

/// RFC 6749 §5.2, with the service's own `correlation_id`.
#[derive(Deserialize)]
struct ErrorAnswer {
    error: String,
    error_description: Option<String>,
    correlation_id: Option<String>,
}

impl Api {
    /// A fresh access token by client credentials; nothing is kept.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the credentials do not hold, [`Error::TokenRefused`] when
    /// they do but not for this token, [`Error::NoClient`] when no client is named and none calls, and all that keeps an answer from coming.
    pub async fn access_token(&self, query: &TokenQuery) -> Result<AccessToken, Error> {
        let credentials = match (&query.credentials, &self.identity) {
            (Some(credentials), _) | (None, Identity::Client(credentials)) => credentials,
            (None, Identity::AwsIam(_)) => return Err(Error::NoClient),
        };
        let redactor = Redactor::new(credentials);
        let answer = with_retries(self.max_retries, || async {
            // A token request changes nothing, so it may always be repeated.
            let request = self.token_request(query, credentials);
            self.attempt(request, true, &redactor).await
        })
        .await?;
        if answer.status.is_success() {
            let token = answer.json::<TokenResponse>(self.endpoint())?;
            return Ok(token.into());
        }
        Err(self.token_error(&answer, credentials, &redactor))
    }

    fn token_request(&self, query: &TokenQuery, credentials: &Credentials) -> Request {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if let Some(resource) = &query.resource {
            form.append_pair("resource", resource.as_str());
        }
        if let Some(scope) = &query.scope {
            form.append_pair("scope", &scope.to_string());
        }
        let mut request = Request::new(Method::POST, self.transport.url(paths::TOKEN));
        *request.body_mut() = Some(form.finish().into());
        let headers = request.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        if let Ok(mut basic) = HeaderValue::from_str(&credentials.basic()) {
            basic.set_sensitive(true);
            headers.insert(AUTHORIZATION, basic);
        }
        request
    }

    fn token_error(
        &self,
        answer: &Answer,
        credentials: &Credentials,
        redactor: &Redactor,
    ) -> Error {
        let known = answer.status.is_client_error();
        let Some(wire) = answer.try_json::<ErrorAnswer>().filter(|_| known) else {
            return self.error_of_untyped(answer, redactor);
        };
        let endpoint = self.endpoint().clone();
        let client_id = credentials.client_id.clone();
        let failure = OAuthFailure {
            code: redactor.clean(&wire.error),
            description: wire.error_description.map(|text| redactor.clean(&text)),
            correlation_id: wire.correlation_id.map(|text| redactor.clean(&text)),
        };
        if failure.code == "invalid_client" {
            Error::Unauthenticated {
                endpoint,
                client_id,
                failure,
            }
        } else {
            Error::TokenRefused {
                endpoint,
                client_id,
                failure,
            }
        }
    }
}
