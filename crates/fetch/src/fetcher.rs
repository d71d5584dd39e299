//! One fetch.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use m2m_jose::error_chain::chain;
use m2m_jose::{Document, FetchDocument, FetchFailed};
use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap};
use reqwest::{Client, Response, redirect};
use tokio::time::timeout;
use url::Url;

use crate::address::Reach;
use crate::resolver::CheckedResolver;
use crate::target;
use crate::turns::Turns;

/// A longer document is refused, in bytes.
const MAX_BODY_LENGTH: usize = 64 * 1024;
/// The longest that a fetch takes with everything in it.
const MAX_TIME: Duration = Duration::from_secs(3);

/// Fetches over HTTPS. The HTTP client and its trust in the system's authorities are made at the first fetch, so
/// that a process which fetches nothing pays nothing.
pub struct Fetcher {
    reach: Reach,
    max_time: Duration,
    client: OnceLock<Result<Client, FetchFailed>>,
    turns: Turns,
}

impl Fetcher {
    /// Fetches from where it may.
    pub fn new(reach: Reach) -> Self {
        Self::within(reach, MAX_TIME)
    }

    /// The same for everything of a program that fetches.
    pub fn shared(allow_private: bool) -> Arc<dyn FetchDocument> {
        let reach = if allow_private {
            Reach::Private
        } else {
            Reach::Public
        };
        Arc::new(Self::new(reach))
    }

    fn within(reach: Reach, max_time: Duration) -> Self {
        Self {
            reach,
            max_time,
            client: OnceLock::new(),
            turns: Turns::default(),
        }
    }

    async fn fetch_in_turn(&self, url: &Url) -> Result<Document, FetchFailed> {
        let _turn = self.turns.take(url.host_str().unwrap_or_default())?;
        let client = self.client.get_or_init(|| client(self.reach)).as_ref();
        let client = client.map_err(Clone::clone)?;
        let request = client
            .get(url.clone())
            .header(ACCEPT, "application/json, */*;q=0.1");
        let response = request.send().await.map_err(without_url)?;
        if response.status().as_u16() != 200 {
            return Err(FetchFailed::Failed(format!(
                "the status was {}",
                response.status()
            )));
        }
        let max_age = max_age(response.headers());
        let body = read(response).await?;
        Ok(Document { body, max_age })
    }
}

#[async_trait]
impl FetchDocument for Fetcher {
    async fn fetch(&self, url: &Url) -> Result<Document, FetchFailed> {
        target::check(url, self.reach).map_err(failed)?;
        let fetched = timeout(self.max_time, self.fetch_in_turn(url)).await;
        fetched.unwrap_or_else(|_| {
            let seconds = self.max_time.as_secs();
            Err(FetchFailed::Failed(format!(
                "no answer within {seconds} seconds"
            )))
        })
    }
}

fn client(reach: Reach) -> Result<Client, FetchFailed> {
    Client::builder()
        .user_agent("m2m-oauth")
        .dns_resolver(CheckedResolver(reach))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .https_only(reach == Reach::Public)
        // Fetches are minutes apart, and a frozen instance would find its connections dead.
        .pool_max_idle_per_host(0)
        .build()
        .map_err(failed)
}

/// Reads the body as it comes, whatever its length was said to be.
async fn read(mut response: Response) -> Result<Vec<u8>, FetchFailed> {
    let too_long = || FetchFailed::Failed(format!("it is longer than {MAX_BODY_LENGTH} bytes"));
    let said = response.content_length().unwrap_or_default();
    if said > MAX_BODY_LENGTH as u64 {
        return Err(too_long());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(without_url)? {
        if body.len() + chunk.len() > MAX_BODY_LENGTH {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// How long the publisher lets others keep it, RFC 9111 §5.2.2.1; `no-store` and `no-cache` are zero seconds.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter();
    let directives = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase());
    let mut least = None;
    for directive in directives {
        let seconds = match directive.split_once('=') {
            Some(("max-age", seconds)) => seconds.trim_matches('"').parse().ok(),
            None if directive == "no-store" || directive == "no-cache" => Some(0),
            _ => None,
        };
        let stated = seconds.map(Duration::from_secs);
        least = least.into_iter().chain(stated).min();
    }
    least
}

fn failed(error: impl Error) -> FetchFailed {
    FetchFailed::Failed(chain(&error))
}

/// Whoever reads the reason knows the URL.
fn without_url(error: reqwest::Error) -> FetchFailed {
    failed(error.without_url())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// A server that answers one connection with these bytes and then leaves it open.
    async fn answering(answer: Vec<u8>) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            let _ = stream.write_all(&answer).await;
            // Until whoever asked hangs up.
            let _ = stream.read(&mut request).await;
        });
        url.parse().unwrap()
    }

    async fn fetch(answer: impl Into<Vec<u8>>) -> Result<Document, String> {
        let url = answering(answer.into()).await;
        let fetcher = Fetcher::within(Reach::Private, Duration::from_millis(500));
        fetcher
            .fetch(&url)
            .await
            .map_err(|failed| failed.to_string())
    }

    fn ok(body: &str) -> String {
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\ncache-control: max-age=60\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    }

    #[tokio::test]
    async fn a_document_comes_with_its_age() {
        let document = fetch(ok("{}")).await.unwrap();
        assert_eq!(document.body, b"{}");
        assert_eq!(document.max_age, Some(Duration::from_secs(60)));
    }

    #[tokio::test]
    async fn h21_a_redirect_is_not_followed() {
        for status in [
            "301 Moved Permanently",
            "302 Found",
            "307 Temporary Redirect",
        ] {
            let answer = format!(
                "HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
            );
            let failed = fetch(answer).await.unwrap_err();
            assert_eq!(failed, format!("the status was {status}"));
        }
    }

    #[tokio::test]
    async fn h21_a_long_document_is_not_read() {
        let long = "a".repeat(MAX_BODY_LENGTH + 1);
        let chunked = format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n",
            long.len()
        );
        let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", long.repeat(3));
        for answer in [ok(&long), chunked, endless] {
            let failed = fetch(answer).await.unwrap_err();
            assert_eq!(failed, "it is longer than 65536 bytes");
        }
        let document = fetch(ok(&"a".repeat(MAX_BODY_LENGTH))).await.unwrap();
        assert_eq!(document.body.len(), MAX_BODY_LENGTH);
    }

    #[tokio::test]
    async fn h21_a_slow_answer_is_given_up() {
        for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab"] {
            let failed = fetch(answer).await.unwrap_err();
            assert!(failed.starts_with("no answer within"), "{failed}");
        }
    }

    #[tokio::test]
    async fn h21_a_name_of_this_machine_is_not_reached() {
        let fetcher = Fetcher::new(Reach::Public);
        let url = Url::parse("https://localhost:1/keys").unwrap();
        let failed = fetcher.fetch(&url).await.unwrap_err();
        assert!(
            failed
                .to_string()
                .contains("localhost has no public address"),
            "{failed}"
        );
    }

    #[tokio::test]
    async fn w02_what_stands_in_the_url_is_checked_before_anything_is_sent() {
        let fetcher = Fetcher::new(Reach::Public);
        for url in [
            "http://issuer.example/",
            "https://[::1]/",
            "https://169.254.169.254/",
        ] {
            assert!(fetcher.fetch(&url.parse().unwrap()).await.is_err());
            assert!(fetcher.client.get().is_none(), "{url}");
        }
    }

    #[test]
    fn the_age_is_the_least_that_is_said() {
        let age = |value: &'static str| {
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(value))]);
            max_age(&headers).map(|age| age.as_secs())
        };
        assert_eq!(age("public, max-age=300"), Some(300));
        assert_eq!(age("Max-Age=\"300\""), Some(300));
        assert_eq!(age("max-age=300, no-store"), Some(0));
        assert_eq!(age("no-cache"), Some(0));
        assert_eq!(age("max-age=x"), None);
        assert_eq!(age("public"), None);
        assert_eq!(max_age(&HeaderMap::new()), None);
    }
}
