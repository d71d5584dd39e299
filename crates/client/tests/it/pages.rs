//! Lists are read to their end.

use m2m_client::Error;

use crate::server::{Server, all_scopes, client, json};

#[tokio::test]
async fn all_pages_are_read() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            return all_scopes(n);
        }
        let next = match n {
            0 => "\"c+1\"",
            1 => "\"c2\"",
            _ => "null",
        };
        json(
            200,
            &format!(r#"{{"items":[{}],"next_cursor":{next}}}"#, client("a")),
        )
    })
    .await;
    assert_eq!(server.api().all_clients().await.unwrap().len(), 3);
    let targets: Vec<_> = server.calls().into_iter().map(|seen| seen.target).collect();
    assert_eq!(
        targets,
        [
            "/v1/clients?limit=200",
            "/v1/clients?limit=200&cursor=c%2B1",
            "/v1/clients?limit=200&cursor=c2"
        ]
    );
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_end() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            json(
                200,
                &format!(r#"{{"items":[{}],"next_cursor":"same"}}"#, client("a")),
            )
        }
    })
    .await;
    let error = server.api().all_clients().await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
}
