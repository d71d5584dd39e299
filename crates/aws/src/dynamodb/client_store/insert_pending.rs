//! The first step of a create.

use m2m_core::ports::{InsertOutcome, PendingClient, StoreError};

use crate::dynamodb::expression::{Expression, number, text};
use crate::dynamodb::items::{client, unfinished};
use crate::dynamodb::key::{Key, number_of};
use crate::dynamodb::transaction::{Transacted, Write};
use crate::dynamodb::{Item, Table, answers};

const WHAT: &str = "insert a client";
/// Where in the transaction the conditions are.
const CLIENT: usize = 0;
const ANSWER: usize = 3;

/// What the count of an organization has.
const CLIENTS: &str = "clients";
/// How many were made on the day that [`MADE_ON`] says.
const MADE: &str = "made";
/// A day, counted from the epoch.
const MADE_ON: &str = "made_on";

const SECONDS_A_DAY: i64 = 86_400;

/// How the client is counted, and on what day.
#[derive(Clone, Copy)]
enum Counted {
    /// As one more of a day that was counted before.
    OneMore,
    /// As the first of its day.
    First,
}

impl Table {
    pub(super) async fn insert_pending(
        &self,
        pending: PendingClient<'_>,
    ) -> Result<InsertOutcome, StoreError> {
        // The count's condition lets the first client of an organization pass.
        if pending.max_clients == Some(0) {
            return Ok(InsertOutcome::LimitReached);
        }
        let mut counted = Counted::OneMore;
        let mut backoff = self.backoff(WHAT);
        loop {
            let transacted = self.transact(WHAT, writes(&pending, counted)?).await?;
            if let Some(outcome) = outcome(&transacted) {
                return Ok(outcome);
            }
            let key = Key::client_count(&pending.client.organization);
            let count = self.find(WHAT, key).await?.unwrap_or_default();
            counted = match judge(&pending, &count) {
                Ok(counted) => counted,
                Err(refused) => return Ok(refused),
            };
            if matches!(counted, Counted::OneMore) {
                backoff
                    .pause("the count was changed again and again".to_owned())
                    .await?;
            }
        }
    }
}

/// None: the count refused, for one of several reasons.
fn outcome(transacted: &Transacted) -> Option<InsertOutcome> {
    match transacted {
        Transacted::Written => Some(InsertOutcome::Inserted),
        // A twin has counted its client already, so it is looked for before the limits.
        _ if transacted.refused_at(ANSWER) => Some(InsertOutcome::Twin),
        _ if transacted.refused_at(CLIENT) => Some(InsertOutcome::IdTaken),
        Transacted::Refused(_) => None,
    }
}

/// What refused the count: another day than is counted, or a limit.
fn judge(pending: &PendingClient<'_>, count: &Item) -> Result<Counted, InsertOutcome> {
    let counted = |name| number_of(count, name).unwrap_or_default();
    let is_over = |name, max: u32| counted(name) >= i64::from(max);
    if pending.max_clients.is_some_and(|max| is_over(CLIENTS, max)) {
        Err(InsertOutcome::LimitReached)
    } else if counted(MADE_ON) < day(pending) {
        Ok(Counted::First)
    } else if is_over(MADE, pending.max_made_a_day) {
        Err(InsertOutcome::MadeTooMany)
    } else {
        Ok(Counted::OneMore)
    }
}

fn day(pending: &PendingClient<'_>) -> i64 {
    pending.now.as_second().div_euclid(SECONDS_A_DAY)
}

fn writes(pending: &PendingClient<'_>, counted: Counted) -> Result<Vec<Write>, StoreError> {
    let mut new = client::to_item(pending.client)?;
    if let Some(kept) = pending.answer {
        let key = Key::answer(&kept.id);
        new.insert(client::ANSWER.to_owned(), text(key.pk));
    }
    let note = unfinished::to_item(pending.client, pending.now)?;
    let mut writes = vec![
        Write::Put(new, Expression::when_absent()),
        count(pending, counted),
        Write::put(note),
    ];
    if let Some(kept) = pending.answer {
        writes.push(answers::kept(kept)?);
    }
    Ok(writes)
}

/// Counts the client, if the limits have room for it.
fn count(pending: &PendingClient<'_>, counted: Counted) -> Write {
    let (change, made) = match counted {
        Counted::OneMore => (
            Expression::update("ADD clients :one, made :one")
                .value(":max_made", number(pending.max_made_a_day)),
            "made_on >= :today AND made < :max_made",
        ),
        Counted::First => (
            Expression::update("SET made = :one, made_on = :today ADD clients :one"),
            "(attribute_not_exists(made_on) OR made_on < :today)",
        ),
    };
    let change = change
        .value(":one", number(1))
        .value(":today", number(day(pending)));
    let change = match pending.max_clients {
        None => change.and_when(made),
        Some(max) => {
            let room = "(attribute_not_exists(clients) OR clients < :max)";
            change
                .and_when(format!("{made} AND {room}"))
                .value(":max", number(max))
        }
    };
    let key = Key::client_count(&pending.client.organization);
    Write::Update(key, change)
}
