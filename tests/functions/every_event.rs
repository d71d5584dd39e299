//! Every function that answers requests against everything that AWS sends to functions.

use m2m_lambda_emulator::Outcome;
use serde_json::{Value, json};

use crate::answer::{assert_is_ours, read};
use crate::event::{Carriage, Plain};
use crate::fixtures::{self, Shape};
use crate::programs;
use crate::stores::Stores;

/// Members that AWS leaves out or sets to null.
const MAPS_AND_BODY: &[&str] = &[
    "body",
    "cookies",
    "headers",
    "multiValueHeaders",
    "multiValueQueryStringParameters",
    "pathParameters",
    "queryStringParameters",
    "stageVariables",
];

#[tokio::test]
async fn a_request_gets_an_answer_of_ours_and_no_other_event_ends_the_process() {
    let stores = Stores::start().await;
    for name in programs::answering() {
        let mut function = programs::start(name, &stores).await;
        for fixture in fixtures::all() {
            let outcome = function.invoke(&fixture.event).await;
            let outcome = outcome.unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
            if fixture.shape() != Shape::Other {
                assert_is_ours(&read(outcome));
            }
        }
    }
}

#[tokio::test]
async fn events_of_other_fronts_are_failed_invocations() {
    let stores = Stores::start().await;
    let all = fixtures::all();
    let others = all.iter().filter(|fixture| {
        let name = fixture.name.as_str();
        [
            "alb_health_check.json",
            "example-sqs-event-obj.json",
            "example-s3-event.json",
        ]
        .contains(&name)
            || name.starts_with("vpc_lattice")
            || name.ends_with("websocket-request-without-method.json")
    });
    let others: Vec<_> = others.collect();
    assert!(others.len() >= 6, "{others:?}");
    for name in programs::answering() {
        let mut function = programs::start(name, &stores).await;
        for fixture in &others {
            let outcome = function.invoke(&fixture.event).await.unwrap();
            assert!(
                matches!(outcome, Outcome::Failed(_)),
                "{}: {outcome:?}",
                fixture.name
            );
        }
        assert_is_ours(&read(function.invoke(&any_request()).await.unwrap()));
    }
}

#[tokio::test]
async fn absent_and_null_maps_and_bodies_are_empty_ones() {
    let stores = Stores::start().await;
    for name in programs::answering() {
        let mut function = programs::start(name, &stores).await;
        for fixture in fixtures::requests() {
            for member in MAPS_AND_BODY {
                let mut null = fixture.event.clone();
                null[member] = Value::Null;
                assert_is_ours(&read(function.invoke(&null).await.unwrap()));
                null.as_object_mut().unwrap().remove(*member);
                assert_is_ours(&read(function.invoke(&null).await.unwrap()));
            }
        }
    }
}

#[tokio::test]
async fn what_no_gateway_should_send_is_answered_too() {
    let stores = Stores::start().await;
    for name in programs::answering() {
        let mut function = programs::start(name, &stores).await;
        for (member, odd) in [
            ("rawQueryString", "a b<\"#é"),
            ("rawQueryString", "%zz"),
            ("rawPath", ""),
            ("rawPath", "no/slash at the start"),
            ("rawPath", "/\u{0}\u{7f}\\"),
        ] {
            let mut event = any_request();
            event[member] = json!(odd);
            assert_is_ours(&read(function.invoke(&event).await.unwrap()));
        }
        let mut event = any_request();
        event["headers"] = json!({"host": "{no host}", "x-forwarded-proto": "::"});
        assert_is_ours(&read(function.invoke(&event).await.unwrap()));
    }
}

/// A request that every function answers, if only by saying that there is nothing.
fn any_request() -> Value {
    let requests = fixtures::requests();
    let v2 = requests.iter().find(|fixture| fixture.shape() == Shape::V2);
    Plain::get("/").in_place_of(v2.unwrap(), Carriage::Text)
}
