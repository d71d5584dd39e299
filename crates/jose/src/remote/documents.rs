//! Documents by their URLs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use url::Url;

use super::entry::{Entry, Unavailable};
use super::{Document, FetchDocument, FetchFailed};

/// How many URLs are remembered; the one whose loss matters least makes room.
const CAPACITY: usize = 1_000;

/// A kind of document.
pub trait RemoteDocument: Sized + Send + Sync + 'static {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, for the log.
    fn parse(body: &[u8]) -> Result<Self, String>;
}

/// Documents of one kind, each fetched when it is needed and not fresh: by one request at a time, with a pause of
/// [`COOLDOWN`](super::COOLDOWN) after each fetch whatever came of it, so that nobody can make this process fetch
/// often. While fetches fail, the last good one is used for [`KEEP_LAST_GOOD`](super::KEEP_LAST_GOOD).
///
/// A fetch goes on when the request that began it is gone: who hangs up cannot keep others from their keys.
pub struct RemoteDocuments<T> {
    fetch: Arc<dyn FetchDocument>,
    entries: Mutex<HashMap<Url, Arc<Entry<T>>>>,
}

impl<T: RemoteDocument> RemoteDocuments<T> {
    /// Nothing is fetched yet.
    pub fn new(fetch: Arc<dyn FetchDocument>) -> Self {
        Self {
            fetch,
            entries: Mutex::default(),
        }
    }

    /// The document under a URL.
    ///
    /// # Errors
    /// It cannot be had.
    pub async fn current(&self, url: &Url, now: Timestamp) -> Result<Arc<T>, Unavailable> {
        self.find(url, now, None).await
    }

    /// The same when a caller misses something in the one it has seen: a fetch unless the last was just now, in which
    /// case it is the same one again.
    ///
    /// # Errors
    /// It cannot be had.
    pub async fn newer_than(
        &self,
        seen: &Arc<T>,
        url: &Url,
        now: Timestamp,
    ) -> Result<Arc<T>, Unavailable> {
        self.find(url, now, Some(seen)).await
    }

    async fn find(
        &self,
        url: &Url,
        now: Timestamp,
        seen: Option<&Arc<T>>,
    ) -> Result<Arc<T>, Unavailable> {
        let unavailable = |reason| Unavailable {
            url: url.to_string(),
            reason,
        };
        let entry = self.entry(url, now);
        if let Some(there) = entry.without_fetch(now, seen) {
            return there.map_err(unavailable);
        }
        let flight = match Arc::clone(&entry.flight).try_lock_owned() {
            Ok(flight) => flight,
            Err(_) => {
                // Somebody is fetching: what is there goes on serving whoever misses nothing in it.
                let there = entry.whatever_there_is(now);
                if seen.is_none() && there.is_ok() {
                    return there.map_err(unavailable);
                }
                Arc::clone(&entry.flight).lock_owned().await
            }
        };
        if let Some(there) = entry.without_fetch(now, seen) {
            return there.map_err(unavailable);
        }
        let fetching = {
            let (fetch, url, entry) = (Arc::clone(&self.fetch), url.clone(), Arc::clone(&entry));
            async move {
                entry.finish(fetch_and_parse(&*fetch, &url).await, now);
                drop(flight);
            }
        };
        if tokio::spawn(fetching).await.is_err() {
            let broke_off = FetchFailed::Failed("the fetch broke off".to_owned());
            entry.finish(Err(broke_off), now);
        }
        entry.whatever_there_is(now).map_err(unavailable)
    }

    fn entry(&self, url: &Url, now: Timestamp) -> Arc<Entry<T>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get(url) {
            return Arc::clone(entry);
        }
        if entries.len() >= CAPACITY {
            let oldest = entries.iter().min_by_key(|(_, entry)| entry.worth(now));
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                entries.remove(&oldest);
            }
        }
        let entry = Arc::new(Entry::new(now));
        entries.insert(url.clone(), Arc::clone(&entry));
        entry
    }
}

async fn fetch_and_parse<T: RemoteDocument>(
    fetch: &dyn FetchDocument,
    url: &Url,
) -> Result<(T, Document), FetchFailed> {
    let document = fetch.fetch(url).await?;
    let parsed = T::parse(&document.body).map_err(FetchFailed::Failed)?;
    Ok((parsed, document))
}
