//! Secrets Manager.

use crate::support::Clients;

#[tokio::test]
async fn a_created_secret_is_served_by_name_and_arn() {
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
        assert_eq!(got.version_id(), made.version_id());
        assert_eq!(got.version_stages(), ["AWSCURRENT"]);
    }
}
