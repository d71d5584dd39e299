//! K4 and HOSTILE 35: when keys are fetched.

use m2m_verify::{InvalidToken, Refusal, Unavailable};
use serde_json::json;

use crate::issuer::{Issuer, JWKS, Key, METADATA, bearer, claims};

#[tokio::test]
async fn k04_a_flood_of_random_key_ids_is_one_fetch_per_cooldown() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    bearer(&verifier, &issuer.key().token(&claims()))
        .await
        .unwrap();
    assert_eq!(issuer.fetches(JWKS), 1);
    issuer.advance(31);
    for round in 2..4 {
        let flood = (0..200).map(|number| {
            let mut header = issuer.key().header("at+jwt");
            header["kid"] = json!(format!("random-{round}-{number}"));
            (verifier.clone(), issuer.key().sign(&header, &claims()))
        });
        let flood: Vec<_> = flood
            .map(|(verifier, token)| tokio::spawn(async move { bearer(&verifier, &token).await }))
            .collect();
        for refused in flood {
            let refused = refused.await.unwrap();
            let expected = Err(InvalidToken::UnknownKey);
            assert_eq!(refused.map_err(why), expected);
        }
        assert_eq!(issuer.fetches(JWKS), round);
        // And good tokens go on.
        bearer(&verifier, &issuer.key().token(&claims()))
            .await
            .unwrap();
        issuer.advance(30);
    }
}

fn why(refusal: Refusal) -> InvalidToken {
    match refusal {
        Refusal::Token(why) => why,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn k04_many_first_requests_are_one_fetch() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    let token = issuer.key().token(&claims());
    let many: Vec<_> = (0..50)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), token.clone());
            tokio::spawn(async move { bearer(&verifier, &token).await })
        })
        .collect();
    for held in many {
        held.await.unwrap().unwrap();
    }
    assert_eq!((issuer.fetches(METADATA), issuer.fetches(JWKS)), (1, 1));
}

#[tokio::test]
async fn k04_a_key_that_is_new_is_found_after_the_cooldown() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    bearer(&verifier, &issuer.key().token(&claims()))
        .await
        .unwrap();
    let second = Key::new("second");
    issuer.publish_keys(&[issuer.key(), &second]);
    let token = second.token(&claims());
    let early = bearer(&verifier, &token).await.unwrap_err();
    assert_eq!(why(early), InvalidToken::UnknownKey);
    issuer.advance(30);
    bearer(&verifier, &token).await.unwrap();
}

#[tokio::test]
async fn h35_a_key_that_is_not_published_any_more_signs_nothing() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    let second = Key::new("second");
    issuer.publish_keys(&[issuer.key(), &second]);
    let token = second.token(&claims());
    bearer(&verifier, &token).await.unwrap();
    issuer.publish_keys(&[issuer.key()]);
    issuer.advance(300);
    let refused = bearer(&verifier, &token).await.unwrap_err();
    assert_eq!(why(refused), InvalidToken::UnknownKey);
}

#[tokio::test]
async fn while_keys_cannot_be_read_the_last_ones_are_used() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    let token = issuer.key().token(&claims());
    bearer(&verifier, &token).await.unwrap();
    issuer.reachable(JWKS, false);
    issuer.advance(600);
    bearer(&verifier, &token).await.unwrap();
}

#[tokio::test]
async fn without_keys_nothing_can_be_said_of_a_token() {
    for path in [METADATA, JWKS] {
        let issuer = Issuer::new();
        let verifier = issuer.verifier();
        issuer.reachable(path, false);
        let token = issuer.key().token(&claims());
        let refused = bearer(&verifier, &token).await.unwrap_err();
        let is_expected = matches!(refused, Refusal::Unavailable(Unavailable::Keys(_)));
        assert!(is_expected, "{path}: {refused}");
        issuer.reachable(path, true);
        issuer.advance(30);
        bearer(&verifier, &token).await.unwrap();
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_are_not_believed() {
    for (issuer_name, jwks) in [
        (
            "https://auth.example/",
            "https://auth.example/.well-known/jwks.json",
        ),
        (
            "https://evil.example",
            "https://auth.example/.well-known/jwks.json",
        ),
        (
            "https://auth.example",
            "http://auth.example/.well-known/jwks.json",
        ),
    ] {
        let issuer = Issuer::new();
        let metadata = json!({"issuer": issuer_name, "jwks_uri": jwks});
        issuer.publish(METADATA, metadata.to_string());
        let token = issuer.key().token(&claims());
        let refused = bearer(&issuer.verifier(), &token).await.unwrap_err();
        assert!(
            matches!(refused, Refusal::Unavailable(_)),
            "{metadata}: {refused}"
        );
        assert_eq!(issuer.fetches(JWKS), 0);
    }
}

#[tokio::test]
async fn keys_at_a_url_that_is_given_need_no_metadata() {
    let issuer = Issuer::new();
    let builder = issuer
        .builder()
        .jwks_url(format!("https://auth.example{JWKS}"));
    let verifier = builder.build().unwrap();
    bearer(&verifier, &issuer.key().token(&claims()))
        .await
        .unwrap();
    assert_eq!(issuer.fetches(METADATA), 0);
}
