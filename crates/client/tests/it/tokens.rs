//! Tokens are fetched once, kept, and replaced when they are refused.

use axum::body::Body;
use axum::http::Response;
use m2m_client::{Api, Error, TokenQuery};
use m2m_types::admin::client::PatchClient;
use m2m_types::audience::Audience;
use m2m_types::names::SecretId;
use m2m_types::scope::ScopeSet;
use m2m_types::trace_parent::TraceParent;

use crate::server::{
    Seen, Server, all_scopes, client, credentials, id, json, oauth_error, problem, token,
    with_header,
};

#[tokio::test]
async fn calls_at_the_same_time_share_one_token_request() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            json(200, &client("a"))
        }
    })
    .await;
    let (api, id) = (server.api(), id());
    let (a, b, c, d) = tokio::join!(
        api.get_client(&id),
        api.get_client(&id),
        api.get_client(&id),
        api.get_client(&id)
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok());
    assert_eq!((server.tokens(), server.calls().len()), (1, 4));
}

#[tokio::test]
async fn every_request_belongs_to_the_trace_of_the_caller() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            json(200, &client("a"))
        }
    })
    .await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut config = server.config();
    config.trace_parent = Some(TraceParent::parse(trace).unwrap());
    Api::new(&config).unwrap().get_client(&id()).await.unwrap();
    server.api().get_client(&id()).await.unwrap();
    let seen = server.seen();
    let traces: Vec<_> = seen.iter().map(|seen| seen.header("traceparent")).collect();
    assert_eq!(traces, [trace, trace, "", ""]);
}

#[tokio::test]
async fn calls_at_the_same_time_share_a_refusal() {
    let server = Server::start(|_, _| oauth_error(401, "invalid_client")).await;
    let (api, id) = (server.api(), id());
    let (a, b, c) = tokio::join!(
        api.get_client(&id),
        api.get_client(&id),
        api.get_client(&id)
    );
    for result in [a, b, c] {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Unauthenticated { .. }), "{error}");
        assert!(error.to_string().contains("invalid_client (said so)"));
    }
    assert_eq!(server.tokens(), 1);
}

#[tokio::test]
async fn the_token_request_is_that_of_rfc_6749_and_8707() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            json(200, &client("a"))
        }
    })
    .await;
    server.api().get_client(&id()).await.unwrap();
    let seen = server.seen();
    let resource: String =
        url::form_urlencoded::byte_serialize(server.endpoint.join("/v1").as_bytes()).collect();
    assert_eq!(
        seen[0].body,
        format!("grant_type=client_credentials&resource={resource}")
    );
    assert_eq!(seen[0].method, "POST");
    assert!(seen[0].header("authorization").starts_with("Basic "));
    assert_eq!(seen[1].header("authorization"), "Bearer eyJtoken0");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = Server::start(|seen, n| match (seen.is_token(), n) {
        (true, n) => all_scopes(n),
        (false, 0) => invalid_token(),
        (false, _) => json(200, &client("a")),
    })
    .await;
    server.api().get_client(&id()).await.unwrap();
    assert_eq!(server.tokens(), 2);
    assert_eq!(
        server.calls()[1].header("authorization"),
        "Bearer eyJtoken1"
    );
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_ends_the_call() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            invalid_token()
        }
    })
    .await;
    let error = server.api().get_client(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Unauthenticated { .. }), "{error}");
    assert_eq!((server.tokens(), server.calls().len()), (2, 2));
}

fn invalid_token() -> Response<Body> {
    with_header(
        json(401, "{}"),
        "www-authenticate",
        "Bearer error=\"invalid_token\"",
    )
}

#[tokio::test]
async fn a_scope_that_is_only_given_by_name_is_asked_for_by_name() {
    let server = Server::start(|seen, n| {
        if !seen.is_token() {
            json(200, &client("a"))
        } else if seen.body.contains("scope=clients%3Aread") {
            token(n, "clients:read")
        } else {
            oauth_error(400, "invalid_scope")
        }
    })
    .await;
    let api = server.api();
    api.get_client(&id()).await.unwrap();
    api.get_client(&id()).await.unwrap();
    assert_eq!(server.tokens(), 2);

    let secret = SecretId::parse("00000000-0000-0000-0000-000000000000").unwrap();
    let error = api.reveal_secret(&id(), &secret).await.unwrap_err();
    assert!(error.to_string().contains("clients:reveal"), "{error}");
    assert!(matches!(error, Error::MissingScope { .. }), "{error}");
}

#[tokio::test]
async fn a_token_is_not_used_in_its_last_minute() {
    let server = Server::start(|seen, n| {
        if seen.is_token() {
            all_scopes(n)
        } else {
            json(200, &client("a"))
        }
    })
    .await;
    let api = server.api();
    api.get_client(&id()).await.unwrap();
    let_pass(3_600 - 65).await;
    api.get_client(&id()).await.unwrap();
    assert_eq!(server.tokens(), 1);
    let_pass(6).await;
    api.get_client(&id()).await.unwrap();
    assert_eq!(server.tokens(), 2);
}

#[tokio::test]
async fn a_client_stronger_than_the_token_takes_a_token_that_may_delegate() {
    let server = Server::start(|seen, n| {
        if seen.body.contains("clients%3Adelegate") {
            token(n, "clients:write clients:delegate")
        } else if seen.body.contains("clients%3Awrite") {
            token(n, "clients:write")
        } else if seen.is_token() {
            oauth_error(400, "invalid_scope")
        } else if seen.header("authorization") == "Bearer eyJtoken2" {
            json(200, &client("b"))
        } else {
            problem(
                403,
                "insufficient-scope",
                "the token lacks clients:delegate",
            )
        }
    })
    .await;
    let api = server.api();
    let patch = PatchClient::default();
    api.patch_client(&id(), &patch, None).await.unwrap();
    api.patch_client(&id(), &patch, None).await.unwrap();
    assert_eq!((server.tokens(), server.calls().len()), (3, 3));
}

/// A refusal that names the scope it wants (RFC 6750 §3.1).
fn lacks(scope: &str) -> Response<Body> {
    with_header(
        problem(403, "insufficient-scope", "lacks a scope"),
        "www-authenticate",
        &format!(
            "Bearer realm=\"m2m\", error=\"insufficient_scope\", scope=\"{scope}\", \
             resource_metadata=\"https://a.example\""
        ),
    )
}

/// A token endpoint that gives what is named, without `clients:delegate`.
fn named_scopes(seen: &Seen, n: usize) -> Response<Body> {
    let scope = seen
        .body
        .split_once("&scope=")
        .map_or("", |(_, scope)| scope);
    if scope.is_empty() || scope.contains("delegate") {
        oauth_error(400, "invalid_scope")
    } else {
        token(n, &scope.replace('+', " ").replace("%3A", ":"))
    }
}

#[tokio::test]
async fn each_scope_that_the_service_names_is_asked_for() {
    let server = Server::start(|seen, n| match (seen.is_token(), n) {
        (true, _) => named_scopes(seen, n),
        (false, 0) => lacks("clients:read"),
        (false, 1) => lacks("clients:reveal"),
        (false, _) => json(200, &client("b")),
    })
    .await;
    let patch = PatchClient::default();
    server
        .api()
        .patch_client(&id(), &patch, None)
        .await
        .unwrap();
    let last = server.seen().into_iter().rfind(Seen::is_token).unwrap();
    assert!(
        last.body
            .ends_with("&scope=clients%3Aread+clients%3Areveal+clients%3Awrite"),
        "{}",
        last.body
    );
}

#[tokio::test]
async fn a_scope_that_is_never_enough_is_asked_for_once() {
    for scope in [
        "clients:read",
        "clients:write",
        "clients:delegate",
        "orders:read",
    ] {
        let server = Server::start(move |seen, n| {
            if seen.is_token() {
                named_scopes(seen, n)
            } else {
                lacks(scope)
            }
        })
        .await;
        let patch = PatchClient::default();
        let error = server.api().patch_client(&id(), &patch, None).await;
        assert!(matches!(error, Err(Error::Forbidden(_))), "{error:?}");
        assert!(server.calls().len() <= 2, "{:?}", server.calls());
    }
}

#[tokio::test]
async fn a_stronger_clients_secret_takes_a_token_that_may_delegate() {
    let server = Server::start(|seen, n| {
        if seen.body.contains("clients%3Adelegate") {
            token(n, "clients:reveal clients:delegate")
        } else if seen.is_token() {
            named_scopes(seen, n)
        } else if n == 0 {
            lacks("orders:read")
        } else {
            let value = m2m_types::client_secret::ClientSecret::from_random_bytes(&[7; 32]);
            json(
                200,
                &format!(
                    r#"{{"secret_id":"{SECRET_ID}","client_secret":"{}"}}"#,
                    value.expose()
                ),
            )
        }
    })
    .await;
    let secret = SecretId::parse(SECRET_ID).unwrap();
    server.api().reveal_secret(&id(), &secret).await.unwrap();
    assert_eq!(server.calls().len(), 2);
}

const SECRET_ID: &str = "00000000-0000-0000-0000-000000000001";

#[tokio::test]
async fn who_may_not_delegate_hears_what_the_service_said() {
    let server = Server::start(|seen, n| {
        if seen.body.contains("clients%3Adelegate") || seen.body.contains("scope=") && n == 0 {
            oauth_error(400, "invalid_scope")
        } else if seen.is_token() {
            token(n, "clients:write")
        } else {
            problem(403, "insufficient-scope", "the token lacks orders:read")
        }
    })
    .await;
    let patch = PatchClient::default();
    let error = server
        .api()
        .patch_client(&id(), &patch, None)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "not allowed: the token lacks orders:read"
    );
}

/// The clock stands still only here: a paused one would run into the request timeout.
async fn let_pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn any_token_can_be_asked_for() {
    let server = Server::start(|_, n| token(n, "orders:read")).await;
    let query = TokenQuery {
        credentials: Some(credentials()),
        resource: Some(Audience::parse("urn:orders").unwrap()),
        scope: Some(ScopeSet::parse("orders:read").unwrap()),
    };
    let token = server.api().access_token(&query).await.unwrap();
    assert_eq!(token.expose(), "eyJtoken0");
    assert!(!format!("{token:?}").contains("eyJ"));
    assert_eq!(
        server.seen()[0].body,
        "grant_type=client_credentials&resource=urn%3Aorders&scope=orders%3Aread"
    );
}
