//! Making secrets.

use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::primitives::Blob;

use super::{create, current};
use crate::support::{Clients, token};

#[tokio::test]
async fn a_created_secret_is_served_by_name_arn_and_partial_arn() {
    let secrets = Clients::in_memory().secrets;
    let made = secrets
        .create_secret()
        .name("app/one")
        .secret_string("value")
        .send()
        .await
        .unwrap();
    let arn = made.arn().unwrap();
    assert!(arn.starts_with("arn:aws:secretsmanager:us-east-1:000000000000:secret:app/one-"));
    for id in ["app/one", arn, &arn[..arn.len() - 7]] {
        let got = secrets
            .get_secret_value()
            .secret_id(id)
            .send()
            .await
            .unwrap();
        assert_eq!(got.secret_string(), Some("value"), "by {id}");
        assert_eq!((got.arn(), got.name()), (Some(arn), Some("app/one")));
        assert_eq!(got.version_id(), made.version_id());
        assert_eq!(got.version_stages(), ["AWSCURRENT"]);
    }
}

#[tokio::test]
async fn a_binary_value_comes_back_as_bytes() {
    let secrets = Clients::in_memory().secrets;
    let bytes = Blob::new([0, 255, 10, 13]);
    secrets
        .create_secret()
        .name("key")
        .secret_binary(bytes.clone())
        .send()
        .await
        .unwrap();
    let got = secrets
        .get_secret_value()
        .secret_id("key")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (got.secret_binary(), got.secret_string()),
        (Some(&bytes), None)
    );
}

#[tokio::test]
async fn creating_again_with_the_same_token_and_value_gets_the_same_answer() {
    let secrets = Clients::in_memory().secrets;
    let call = || {
        let create = secrets.create_secret().name("one").secret_string("value");
        create.client_request_token(token("first")).send()
    };
    let (first, second) = (call().await.unwrap(), call().await.unwrap());
    assert_eq!(first.arn(), second.arn());
    assert_eq!(second.version_id(), Some(token("first").as_str()));
}

#[tokio::test]
async fn creating_again_with_another_value_or_token_is_refused() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "value", &token("first")).await;
    for (value, id) in [("other", token("first")), ("value", token("second"))] {
        let create = secrets.create_secret().name("one").secret_string(value);
        let error = create
            .client_request_token(id)
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        assert!(error.is_resource_exists_exception());
    }
    assert_eq!(current(&secrets, "one").await, "value");
}

#[tokio::test]
async fn a_secret_made_without_a_value_has_none_until_one_is_put() {
    let secrets = Clients::in_memory().secrets;
    let made = secrets.create_secret().name("empty").send().await.unwrap();
    assert_eq!(made.version_id(), None);
    let got = secrets.get_secret_value().secret_id("empty").send().await;
    assert!(
        got.unwrap_err()
            .into_service_error()
            .is_resource_not_found_exception()
    );
    super::put(&secrets, "empty", "value", &token("first")).await;
    assert_eq!(current(&secrets, "empty").await, "value");
}

#[tokio::test]
async fn names_outside_the_grammar_are_refused() {
    let secrets = Clients::in_memory().secrets;
    for name in ["", "a b", "ä", &"x".repeat(513)] {
        let made = secrets
            .create_secret()
            .name(name)
            .secret_string("value")
            .send()
            .await;
        assert_eq!(
            made.unwrap_err().code(),
            Some("ValidationException"),
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn a_value_has_at_most_64_kib_and_one_kind() {
    let secrets = Clients::in_memory().secrets;
    let largest = "x".repeat(65_536);
    create(&secrets, "largest", &largest, &token("first")).await;
    assert_eq!(current(&secrets, "largest").await, largest);

    let larger = "x".repeat(65_537);
    let made = secrets
        .create_secret()
        .name("larger")
        .secret_string(larger)
        .send()
        .await;
    assert_eq!(made.unwrap_err().code(), Some("ValidationException"));

    let both = secrets
        .create_secret()
        .name("both")
        .secret_string("a")
        .secret_binary(Blob::new("b"));
    let error = both.send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_exception());
}

#[tokio::test]
async fn a_token_has_32_to_64_characters() {
    let secrets = Clients::in_memory().secrets;
    for id in ["x".repeat(31), "x".repeat(65)] {
        let create = secrets.create_secret().name("one").secret_string("value");
        let error = create.client_request_token(id).send().await.unwrap_err();
        assert!(error.into_service_error().is_invalid_parameter_exception());
    }
}

#[tokio::test]
async fn errors_do_not_repeat_the_value() {
    let secrets = Clients::in_memory().secrets;
    let value = "hunter2".repeat(10_000);
    let made = secrets
        .create_secret()
        .name("one")
        .secret_string(value)
        .send()
        .await;
    assert!(!format!("{:?}", made.unwrap_err()).contains("hunter2"));
}

#[tokio::test]
async fn what_is_not_stood_in_for_is_refused_by_name() {
    let secrets = Clients::in_memory().secrets;
    let error = secrets.get_random_password().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert!(error.message().unwrap().contains("GetRandomPassword"));
}
