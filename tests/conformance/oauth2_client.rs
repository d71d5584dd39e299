//! An OAuth client library that knows nothing of this service gets tokens from it.

use std::time::Duration;

use m2m_tests::jwt;
use m2m_tests::service::{self, TestService};
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenType};
use oauth2::{
    AccessToken, AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, IntrospectionUrl,
    RequestTokenError, Scope, TokenIntrospectionResponse, TokenResponse, TokenUrl,
};

use crate::support::{ID, secret, with_payments};

async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let call = service::client()
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(body);
    let answer = call.send().await?;
    let mut response = HttpResponse::default();
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}

async fn endpoint(service: &TestService, name: &str) -> String {
    let metadata = "/.well-known/oauth-authorization-server";
    service.get(metadata).send().await.member(name)
}

async fn token_url(service: &TestService) -> TokenUrl {
    TokenUrl::new(endpoint(service, "token_endpoint").await).unwrap()
}

#[tokio::test]
async fn t06_an_independent_client_gets_tokens_with_both_methods() {
    let service = with_payments().await;
    for style in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = BasicClient::new(ClientId::new(ID.to_owned()))
            .set_client_secret(ClientSecret::new(secret()))
            .set_token_uri(token_url(&service).await)
            .set_auth_type(style.clone());
        let token = client
            .exchange_client_credentials()
            .add_scope(Scope::new("orders:read".to_owned()))
            .request_async(&send)
            .await
            .unwrap();
        assert_eq!(*token.token_type(), BasicTokenType::Bearer, "{style:?}");
        assert_eq!(token.expires_in(), Some(Duration::from_secs(3_600)));
        assert_eq!(
            token.scopes(),
            Some(&vec![Scope::new("orders:read".to_owned())])
        );
        assert!(token.refresh_token().is_none());
        let jwks = service.get("/.well-known/jwks.json").send().await.json();
        let claims = jwt::verified(token.access_token().secret(), &jwks).unwrap();
        assert_eq!(claims["sub"], "local|ada");
    }
}

#[tokio::test]
async fn t13_an_independent_client_understands_the_errors() {
    let service = with_payments().await;
    let client = BasicClient::new(ClientId::new(ID.to_owned()))
        .set_client_secret(ClientSecret::new(secret()))
        .set_token_uri(token_url(&service).await);
    let refused = client
        .exchange_client_credentials()
        .add_scope(Scope::new("unknown".to_owned()))
        .request_async(&send)
        .await;
    match refused {
        Err(RequestTokenError::ServerResponse(error)) => {
            assert_eq!(*error.error(), BasicErrorResponseType::InvalidScope);
        }
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn i04_an_independent_client_understands_an_introspection() {
    let service = with_payments().await;
    let token = service.ask(ID, &secret()).await.member("access_token");
    let url = endpoint(&service, "introspection_endpoint").await;
    for style in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = BasicClient::new(ClientId::new(ID.to_owned()))
            .set_client_secret(ClientSecret::new(secret()))
            .set_introspection_url(IntrospectionUrl::new(url.clone()).unwrap())
            .set_auth_type(style);
        let asked = AccessToken::new(token.clone());
        let said = client
            .introspect(&asked)
            .request_async(&send)
            .await
            .unwrap();
        assert!(said.active());
        assert_eq!(said.client_id().map(|id| id.as_str()), Some(ID));
        assert_eq!(said.sub(), Some("local|ada"));
        assert_eq!(said.aud(), Some(&vec!["urn:m2m-oauth:api".to_owned()]));
        assert_eq!(said.token_type(), Some(&BasicTokenType::Bearer));
        let asked = AccessToken::new("garbage".to_owned());
        let said = client
            .introspect(&asked)
            .request_async(&send)
            .await
            .unwrap();
        assert!(!said.active());
    }
}
