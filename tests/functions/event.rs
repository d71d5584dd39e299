//! Requests of ours in the shapes in which the gateway hands them to a function.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::fixtures::{Fixture, Shape};

/// A request, before it has a shape.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
}

/// How the body is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carriage {
    Text,
    Base64,
}

impl Plain {
    pub(crate) fn get(path: &'static str) -> Self {
        Self {
            method: "GET",
            path,
            headers: Vec::new(),
            body: None,
        }
    }

    /// A token request with that id and secret, by Basic.
    pub(crate) fn token(id: &str, secret: &str) -> Self {
        let form = "application/x-www-form-urlencoded".to_owned();
        Self {
            method: "POST",
            path: "/oauth/token",
            headers: vec![
                ("content-type".to_owned(), form),
                (
                    "authorization".to_owned(),
                    m2m_tests::call::basic(id, secret),
                ),
            ],
            body: Some("grant_type=client_credentials".to_owned()),
        }
    }

    /// The same with its headers' names written another way.
    pub(crate) fn with_names(&self, rewrite: impl Fn(&str) -> String) -> Self {
        let headers = self.headers.iter();
        Self {
            headers: headers
                .map(|(name, value)| (rewrite(name), value.clone()))
                .collect(),
            ..self.clone()
        }
    }

    /// The event of a fixture with this request in the place of its own; everything else, the caller's identity
    /// for one, stays as AWS wrote it.
    pub(crate) fn in_place_of(&self, fixture: &Fixture, carriage: Carriage) -> Value {
        let mut event = fixture.event.clone();
        let body = self.body.as_ref().map(|body| match carriage {
            Carriage::Text => body.clone(),
            Carriage::Base64 => STANDARD.encode(body),
        });
        event["body"] = json!(body);
        event["isBase64Encoded"] = json!(carriage == Carriage::Base64);
        event["requestContext"]["stage"] = json!("$default");
        event["headers"] = self.headers_beside(&event["headers"]);
        event["queryStringParameters"] = Value::Null;
        if fixture.shape() == Shape::V2 {
            event["rawPath"] = json!(self.path);
            event["rawQueryString"] = json!("");
            event["requestContext"]["http"]["method"] = json!(self.method);
        } else {
            event["path"] = json!(self.path);
            event["httpMethod"] = json!(self.method);
            event["multiValueQueryStringParameters"] = Value::Null;
            event["multiValueHeaders"] = lists(&event["headers"]);
        }
        event
    }

    /// The headers of this request and those of the other that have another name.
    fn headers_beside(&self, others: &Value) -> Value {
        let ours = |name: &str| {
            let mut names = self.headers.iter().map(|(name, _)| name);
            names.any(|known| known.eq_ignore_ascii_case(name))
        };
        let mut headers = Map::new();
        for (name, value) in others.as_object().into_iter().flatten() {
            if !ours(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
        for (name, value) in &self.headers {
            headers.insert(name.clone(), json!(value));
        }
        Value::Object(headers)
    }
}

fn lists(headers: &Value) -> Value {
    let headers = headers.as_object().into_iter().flatten();
    let lists = headers.map(|(name, value)| (name.clone(), json!([value])));
    Value::Object(lists.collect())
}
