//! What a function gives back to the gateway, read as the gateway reads it.

use http::{HeaderMap, HeaderName, HeaderValue};
use m2m_lambda_emulator::Outcome;
use m2m_tests::call::Answer;
use serde_json::Value;

/// The answer as its receiver sees it. Fails if the gateway could not make one of it.
#[track_caller]
pub(crate) fn read(outcome: Outcome) -> Answer {
    let Outcome::Answer(answer) = outcome else {
        panic!("no answer: {outcome:?}");
    };
    let status = answer["statusCode"].as_u64().unwrap();
    assert_eq!(answer["isBase64Encoded"], false, "{answer}");
    Answer {
        status: status.try_into().unwrap(),
        headers: headers(&answer),
        body: answer["body"].as_str().unwrap_or_default().into(),
    }
}

/// Fails unless the answer is one that this service gives: with a status of HTTP and, for an error, a JSON body
/// that says what is wrong.
#[track_caller]
pub(crate) fn assert_is_ours(answer: &Answer) {
    assert!((200..600).contains(&answer.status), "{answer:?}");
    if answer.status >= 400 && !answer.body.is_empty() {
        let media_type = answer.header("content-type").unwrap();
        assert!(media_type.contains("json"), "{media_type}");
        let (_, kind) = answer.refusal();
        assert!(!kind.is_empty() && !kind.starts_with('{'), "{answer:?}");
    }
}

/// Payload 2.0 has one value a header, 1.0 a list.
fn headers(answer: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for member in ["headers", "multiValueHeaders"] {
        let Some(all) = answer[member].as_object() else {
            continue;
        };
        for (name, values) in all {
            let one = std::slice::from_ref(values);
            let values = values.as_array().map_or(one, Vec::as_slice);
            for value in values {
                headers.append(
                    HeaderName::try_from(name).unwrap(),
                    HeaderValue::try_from(value.as_str().unwrap()).unwrap(),
                );
            }
        }
    }
    headers
}
