//! One request, in whatever shape it arrives, gets one answer: the one that the local server gives.

use m2m_lambda_emulator::Function;
use m2m_tests::call::{Answer, form};
use m2m_tests::jwt;
use m2m_tests::world::secret_of;
use serde_json::{Value, json};

use crate::answer::read;
use crate::event::{Carriage, Plain};
use crate::fixtures::{self, Shape};
use crate::programs;
use crate::stores::Stores;

/// Headers that belong to the connection.
const OF_THE_CONNECTION: &[&str] = &["connection", "content-length", "date"];

/// What differs from token to token.
const OF_THE_MOMENT: &[&str] = &["exp", "iat", "jti", "nbf"];

/// Sends a request in every shape and fails unless all answers are this one.
async fn check(function: &mut Function, request: &Plain, expected: &Answer) {
    let title_case = |name: &str| name[..1].to_ascii_uppercase() + &name[1..];
    let written = [
        request.clone(),
        request.with_names(title_case),
        request.with_names(str::to_ascii_uppercase),
    ];
    let expected = comparable(expected);
    for fixture in fixtures::requests() {
        for carriage in [Carriage::Text, Carriage::Base64] {
            for request in &written {
                let event = request.in_place_of(&fixture, carriage);
                let answer = read(function.invoke(&event).await.unwrap());
                let name = &fixture.name;
                assert_eq!(comparable(&answer), expected, "{name}, {carriage:?}");
            }
        }
    }
}

/// Status, headers and body without what is random or of the connection.
fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()))
        .collect();
    headers.sort();
    let mut body = answer.text().to_owned();
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(id) = json["correlation_id"].as_str() {
        body = body.replace(id, "…");
        headers
            .iter_mut()
            .for_each(|(_, value)| *value = value.replace(id, "…"));
    }
    if let Some(token) = json["access_token"].as_str() {
        body = body.replace(token, &lasting_claims(token));
    }
    (answer.status, headers, body)
}

fn lasting_claims(token: &str) -> String {
    let mut claims = jwt::claims(token);
    for claim in OF_THE_MOMENT {
        claims.as_object_mut().unwrap().remove(*claim);
    }
    format!("{} {claims}", jwt::header(token))
}

fn with_form(mut request: Plain, pairs: &[(&str, &str)]) -> Plain {
    request.body = Some(form(pairs));
    request
}

fn credentials() -> Plain {
    Plain::token("m2m_payments", &secret_of("payments"))
}

/// What the local server says.
async fn local(stores: &Stores, request: &Plain) -> Answer {
    let method = request.method.parse().unwrap();
    let mut call = stores.service.call(method, request.path);
    for (name, value) in &request.headers {
        call = call.header(name, value);
    }
    call.body("", request.body.clone().unwrap_or_default())
        .send()
        .await
}

#[tokio::test]
async fn a_token_request_gets_its_token_in_every_shape() {
    let stores = Stores::start().await;
    let mut token = programs::start("token", &stores).await;
    let expected = local(&stores, &credentials()).await;
    assert_eq!(expected.status, 200);
    check(&mut token, &credentials(), &expected).await;
}

#[tokio::test]
async fn a_refusal_is_the_same_in_every_shape() {
    let stores = Stores::start().await;
    let mut token = programs::start("token", &stores).await;
    let scope = &[
        ("grant_type", "client_credentials"),
        ("scope", "nothing:here"),
    ];
    for (request, status) in [
        (with_form(credentials(), scope), 400),
        (with_form(credentials(), &[]), 400),
        (Plain::get("/oauth/token"), 405),
        (Plain::get("/.well-known/jwks.json"), 200),
    ] {
        let expected = local(&stores, &request).await;
        assert_eq!(expected.status, status, "{request:?}");
        check(&mut token, &request, &expected).await;
    }
}

#[tokio::test]
async fn the_management_api_is_the_same_in_every_shape() {
    let stores = Stores::start().await;
    let resource = stores.service.issuer.join("/v1");
    let asked = with_form(
        credentials(),
        &[
            ("grant_type", "client_credentials"),
            ("resource", &resource),
            ("scope", "clients:read"),
        ],
    );
    let fixture = fixtures::requests().remove(0);
    let mut token = programs::start("token", &stores).await;
    let event = asked.in_place_of(&fixture, Carriage::Text);
    let token = read(token.invoke(&event).await.unwrap()).member("access_token");

    let mut clients = programs::start("clients", &stores).await;
    let bearer = ("authorization".to_owned(), format!("Bearer {token}"));
    for path in ["/v1/me", "/v1/clients", "/v1/nothing"] {
        let mut request = Plain::get(path);
        request.headers.push(bearer.clone());
        let expected = local(&stores, &request).await;
        check(&mut clients, &request, &expected).await;
    }
}

#[tokio::test]
async fn credentials_that_came_twice_are_refused_in_every_shape() {
    let stores = Stores::start().await;
    let mut token = programs::start("token", &stores).await;
    for fixture in fixtures::requests() {
        let mut event = credentials().in_place_of(&fixture, Carriage::Text);
        let right = event["headers"]["authorization"].clone();
        match fixture.shape() {
            // The gateway joins them.
            Shape::V2 => {
                let both = format!("Basic YTpi,{}", right.as_str().unwrap());
                event["headers"]["authorization"] = json!(both);
            }
            _ => event["multiValueHeaders"]["authorization"] = json!(["Basic YTpi", right]),
        }
        let answer = read(token.invoke(&event).await.unwrap());
        assert!(
            (400..500).contains(&answer.status),
            "{}: {answer:?}",
            fixture.name
        );
    }
}
