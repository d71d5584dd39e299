//! Reading over HTTPS.

use std::time::Duration;

use async_trait::async_trait;
use m2m_jose::error_chain::chain;
use reqwest::header::{AGE, ETAG, HeaderName, IF_NONE_MATCH};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use crate::fetch::{Fetch, FetchError, Fetched};

/// What the longest document may have: a snapshot of a hundred thousand stopped clients takes 4 MB.
const LIMIT: usize = 16 << 20;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long everything may take: somebody waits for it.
const TIMEOUT: Duration = Duration::from_secs(3);

/// A client of its own, which keeps its connections.
pub(crate) struct HttpFetch(Client);

impl HttpFetch {
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .user_agent(concat!("m2m-verify/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }
}

#[async_trait]
impl Fetch for HttpFetch {
    async fn fetch(&self, url: &Url, etag: Option<&str>) -> Result<Fetched, FetchError> {
        let mut request = self.0.get(url.clone());
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let response = request.send().await.map_err(told)?;
        let etag = header(&response, ETAG);
        let age = header(&response, AGE).and_then(|age| age.parse().ok());
        let body = match response.status() {
            StatusCode::NOT_MODIFIED => None,
            StatusCode::OK => Some(body(response).await?),
            status => return Err(FetchError(format!("the answer is {status}"))),
        };
        Ok(Fetched {
            body,
            etag,
            age: Duration::from_secs(age.unwrap_or_default()),
        })
    }
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(value.to_str().ok()?.to_owned())
}

async fn body(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(told)? {
        if body.len() + chunk.len() > LIMIT {
            return Err(FetchError(format!(
                "the answer is longer than {LIMIT} bytes"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error with its causes; the URL is told beside it.
fn told(error: reqwest::Error) -> FetchError {
    FetchError(chain(&error.without_url()))
}
