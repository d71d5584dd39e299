//! Plain HTTP calls and their answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method};
use serde_json::Value;
use url::form_urlencoded;

/// A request that is being put together.
pub struct Call(reqwest::RequestBuilder);

impl Call {
    /// A request without anything but its method and URL, over a connection of its own client.
    pub fn new(http: &reqwest::Client, method: Method, url: &str) -> Self {
        Self(http.request(method, url))
    }

    /// Adds a header; a second one of the same name comes beside the first.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        Self(self.0.header(name, value.as_ref()))
    }

    /// `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// `Authorization: Basic`, with id and secret as they are.
    #[must_use]
    pub fn basic(self, id: &str, secret: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), basic(id, secret))
    }

    /// A form.
    #[must_use]
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        self.body("application/x-www-form-urlencoded", form(pairs))
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Any body with its media type; an empty media type sends none.
    #[must_use]
    pub fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let call = if media_type.is_empty() {
            self
        } else {
            self.header(CONTENT_TYPE.as_str(), media_type)
        };
        Self(call.0.body(body.into()))
    }

    /// Sends it and reads the whole answer.
    pub async fn send(self) -> Answer {
        let response = self.0.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A text member of the JSON body; empty if there is none.
    pub fn member(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_default().to_owned()
    }

    /// The one header of that name; none: it is absent.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        assert!(values.next().is_none(), "{name} twice");
        Some(value.to_str().unwrap())
    }

    /// The status and the kind of error: OAuth's `error` or the last part of a problem's `type`.
    pub fn refusal(&self) -> (u16, String) {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let kind = match (&body["error"], &body["type"]) {
            (Value::String(code), _) => code.clone(),
            (_, Value::String(kind)) => kind.rsplit('/').next().unwrap_or_default().to_owned(),
            _ => self.text().to_owned(),
        };
        (self.status, kind)
    }

    /// The pointers of a problem's `errors`.
    pub fn pointers(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned();
        let pointer = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
        errors.unwrap_or_default().iter().map(pointer).collect()
    }
}

/// A form as text.
pub fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The value of `Authorization` for HTTP Basic, with id and secret as they are.
pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}
