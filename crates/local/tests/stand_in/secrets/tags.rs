//! Tags.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::Tag;

use super::create;
use crate::support::{Clients, token};

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

async fn tags(client: &Client) -> Vec<Tag> {
    let described = client
        .describe_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    described.tags().to_vec()
}

#[tokio::test]
async fn tags_are_added_replaced_and_taken_off() {
    let secrets = Clients::in_memory().secrets;
    let create = secrets.create_secret().name("one").tags(tag("a", "1"));
    create.send().await.unwrap();
    let add = secrets
        .tag_resource()
        .secret_id("one")
        .tags(tag("b", "2"))
        .tags(tag("a", "3"));
    add.send().await.unwrap();
    assert_eq!(tags(&secrets).await, [tag("b", "2"), tag("a", "3")]);
    let remove = secrets
        .untag_resource()
        .secret_id("one")
        .tag_keys("b")
        .tag_keys("absent");
    remove.send().await.unwrap();
    assert_eq!(tags(&secrets).await, [tag("a", "3")]);
}

#[tokio::test]
async fn tags_outside_the_rules_are_refused_and_change_nothing() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let many = (0..51).map(|number| tag(&number.to_string(), "")).collect();
    for wrong in [vec![tag("aws:mine", "")], vec![tag("", "")], many] {
        let add = secrets
            .tag_resource()
            .secret_id("one")
            .set_tags(Some(wrong));
        let error = add.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_exception());
    }
    assert!(tags(&secrets).await.is_empty());
}
