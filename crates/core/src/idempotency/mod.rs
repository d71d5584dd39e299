//! The first answer to a `POST`, kept for a day so that the `POST` can be repeated safely.
//!
//! A use case asks `KeptAnswers::once` with the caller's key, gives back what `Once::first` finds, and writes what
//! `Once::keep` makes in the transaction of its change. Of twins that are under way at the same time one writes; the
//! other is told that there was a change meanwhile, looks again, and finds the answer of the first. Without a key
//! there is nothing to find or to keep.

mod error;
mod ticket;

use std::sync::Arc;

use m2m_types::idempotency_key::IdempotencyKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use error::RepeatError;

use self::ticket::Ticket;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::ports::{Answers, KeptAnswer, StoreError, WriteOutcome};
use crate::revision::{Precondition, Revision};

/// What a caller says of a `POST` beside its body.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// What is expected of what is changed. A repetition expects nothing.
    pub precondition: Precondition,
    /// By what the request can be repeated.
    pub key: Option<IdempotencyKey>,
}

/// An answer about a record, now or to an earlier request with the same `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered<T> {
    /// The body.
    pub answer: T,
    /// The revision of the record that it shows.
    pub revision: Revision,
}

/// The answers that are kept.
#[derive(Clone)]
pub struct KeptAnswers {
    /// Where.
    pub store: Arc<dyn Answers>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl KeptAnswers {
    /// A `POST` that the caller may repeat. `call` is its method and path, and with whose it is what the key is bound
    /// to: the same key elsewhere is another key.
    pub(crate) fn once(
        &self,
        caller: &Caller,
        call: &str,
        key: Option<&IdempotencyKey>,
        request: &impl Serialize,
    ) -> Result<Once<'_>, StoreError> {
        let ticket = key.map(|key| Ticket::new(caller, call, key, request));
        Ok(Once {
            answers: self,
            ticket: ticket.transpose()?,
        })
    }
}

/// One `POST` and its repetitions.
pub(crate) struct Once<'a> {
    answers: &'a KeptAnswers,
    ticket: Option<Ticket>,
}

impl Once<'_> {
    /// The first answer; none: this is the first request.
    pub(crate) async fn first<T: DeserializeOwned>(&self) -> Result<Option<T>, RepeatError> {
        match self.find().await? {
            None => Ok(None),
            Some(kept) if kept.making.is_some() => Err(RepeatError::in_flight()),
            Some(kept) => Ok(self.open(&kept)?),
        }
    }

    /// What is kept of a request with this key, which has to be the same request.
    pub(crate) async fn find(&self) -> Result<Option<KeptAnswer>, RepeatError> {
        let Some(ticket) = &self.ticket else {
            return Ok(None);
        };
        let kept = self.answers.store.find(&ticket.id).await?;
        let now = self.answers.clock.now();
        match kept.filter(|kept| now < kept.expires_at()) {
            Some(kept) if kept.request != ticket.request => Err(RepeatError::KeyReused),
            kept => Ok(kept),
        }
    }

    /// What was kept. None: without a key, when nothing was.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        kept: &KeptAnswer,
    ) -> Result<Option<T>, StoreError> {
        let ticket = self.ticket.as_ref();
        ticket.map(|ticket| ticket.open(kept)).transpose()
    }

    /// What is to be written in the transaction of the change; none: the caller sent no key.
    pub(crate) fn keep(&self, answer: &impl Serialize) -> Result<Option<KeptAnswer>, StoreError> {
        let Some(ticket) = &self.ticket else {
            return Ok(None);
        };
        Ok(Some(KeptAnswer {
            id: ticket.id,
            request: ticket.request,
            making: None,
            sealed: ticket.seal(answer)?,
            kept_at: self.answers.clock.now(),
        }))
    }

    /// Keeps the answer of what changed nothing, or changed what no transaction reaches. Changed meanwhile: a twin was
    /// faster, and its answer is there now.
    pub(crate) async fn keep_alone(
        &self,
        answer: &impl Serialize,
    ) -> Result<WriteOutcome, StoreError> {
        match self.keep(answer)? {
            None => Ok(WriteOutcome::Written),
            Some(kept) => self.answers.store.insert(&kept).await,
        }
    }
}
