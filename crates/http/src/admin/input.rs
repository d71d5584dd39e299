//! Reading what a management request says.

use axum::body::Body;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use http::header::CONTENT_TYPE;
use m2m_core::api_tokens::ApiTokensError;
use m2m_core::clients::ClientsError;
use m2m_core::idempotency::Conditions;
use m2m_core::principals::Expectation;
use m2m_core::resource_servers::ResourceServersError;
use m2m_core::revision::Precondition;
use m2m_types::client_id::ClientId;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::{ApiTokenId, ResourceServerId, SecretId};
use m2m_types::problem::FieldError;
use serde::de::DeserializeOwned;

use super::call::Call;
use crate::problem_answer::Refusal;
use crate::{body, entity_tag};

/// What a body is that says everything.
pub(super) const JSON: &[&str] = &["application/json"];
/// What a body is that says what changes.
pub(super) const MERGE_PATCH: &[&str] = &["application/merge-patch+json", "application/json"];

/// A message names fields, and somebody may send a field with a very long name.
const MAX_MESSAGE_LENGTH: usize = 300;
/// The name of the header that makes a `POST` repeatable.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

impl Call {
    /// A JSON body of one of the media types; the first is the one to name in an error.
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        body: Body,
        media_types: &'static [&'static str],
    ) -> Result<T, Refusal> {
        let media_type = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if !media_types
            .iter()
            .any(|accepted| essence.eq_ignore_ascii_case(accepted))
        {
            return Err(Refusal::MediaType(media_types[0]));
        }
        let body = body::read(body).await.map_err(Refusal::Body)?;
        // Serde would take an array of the members' values for the object.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(Refusal::Malformed(FieldError::new(
                "",
                "the body must be a JSON object",
            )));
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            Refusal::Malformed(FieldError::new(
                pointer(error.path()),
                expectation(&error.inner().to_string()),
            ))
        })?;
        deserializer.end().map_err(|error| {
            Refusal::Malformed(FieldError::new("", expectation(&error.to_string())))
        })?;
        Ok(value)
    }

    /// `If-Match`.
    pub(super) fn precondition(&self) -> Result<Precondition, Refusal> {
        entity_tag::precondition(&self.headers).ok_or_else(|| {
            Refusal::Malformed(FieldError::new(
                "",
                "If-Match must be entity tags in quotes, or *",
            ))
        })
    }

    /// `If-Match` or `If-None-Match` of a `PUT` that may make what it names.
    pub(super) fn expectation(&self) -> Result<Expectation, Refusal> {
        entity_tag::expectation(&self.headers).ok_or_else(|| {
            let detail =
                "send either If-Match with entity tags in quotes or *, or If-None-Match: *";
            Refusal::Malformed(FieldError::new("", detail))
        })
    }

    /// `If-Match` and `Idempotency-Key`.
    pub(super) fn conditions(&self) -> Result<Conditions, Refusal> {
        Ok(Conditions {
            precondition: self.precondition()?,
            key: self.idempotency_key()?,
        })
    }

    /// `Idempotency-Key`, if there is one.
    pub(super) fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, Refusal> {
        let mut values = self.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Refusal::Malformed(FieldError::new(
                "",
                "more than one Idempotency-Key",
            )));
        }
        let key = IdempotencyKey::parse(value.to_str().unwrap_or_default());
        key.map(Some)
            .map_err(|error| Refusal::Malformed(FieldError::new("", error)))
    }
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Seq { index } => format!("/{index}"),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// What serde expected, in its words but without what was sent: that may be a secret in the wrong place.
pub(super) fn expectation(message: &str) -> String {
    // Line and column are of no use beside a pointer.
    let message = message
        .split_once(" at line ")
        .map_or(message, |(message, _)| message);
    let echoes = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
    ];
    let expected = message
        .split_once(", expected ")
        .map(|(_, expected)| format!("expected {expected}"));
    match expected {
        Some(expected) if echoes.iter().any(|echo| message.contains(echo)) => expected,
        _ => message.chars().take(MAX_MESSAGE_LENGTH).collect(),
    }
}

/// The parameters of a path, or that they are not even UTF-8.
pub(super) type PathOf<T> = Result<Path<T>, PathRejection>;

/// The client id of a path; one that cannot be is one that is not.
pub(super) fn client_id(path: PathOf<String>) -> Result<ClientId, Refusal> {
    let Path(unverified) = path.map_err(|_| ClientsError::NotFound)?;
    ClientId::parse(unverified).map_err(|_| ClientsError::NotFound.into())
}

/// The client id and the secret id of a path.
pub(super) fn secret_path(path: PathOf<(String, String)>) -> Result<(ClientId, SecretId), Refusal> {
    let Path((client, secret)) = path.map_err(|_| ClientsError::NotFound)?;
    let client = ClientId::parse(client).map_err(|_| ClientsError::NotFound)?;
    Ok((
        client,
        SecretId::parse(secret).map_err(|_| ClientsError::SecretNotFound)?,
    ))
}

/// The id of a resource server in a path; one that cannot be is one that is not.
pub(super) fn resource_server_id(path: PathOf<String>) -> Result<ResourceServerId, Refusal> {
    let Path(unverified) = path.map_err(|_| ResourceServersError::NotFound)?;
    ResourceServerId::parse(unverified).map_err(|_| ResourceServersError::NotFound.into())
}

/// The id of an API access token in a path; one that cannot be is one that is not.
pub(super) fn api_token_id(path: PathOf<String>) -> Result<ApiTokenId, Refusal> {
    let Path(unverified) = path.map_err(|_| ApiTokensError::NotFound)?;
    ApiTokenId::parse(unverified).map_err(|_| ApiTokensError::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::expectation;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(expectation(message), expected);
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        check(
            "invalid type: string \"canary\", expected u32 at line 1 column 9",
            "expected u32",
        );
        check(
            "unknown variant `canary`, expected `secrets_manager` or `none`",
            "expected `secrets_manager` or `none`",
        );
        check(
            "missing field `name` at line 1 column 2",
            "missing field `name`",
        );
        check(
            "name must be 1 to 128 characters",
            "name must be 1 to 128 characters",
        );
    }
}
