//! The ports on the real SDK, answered in process.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

mod after_restore;
mod conflicts;
mod contract;
mod damage;
mod documents;
mod environment;
mod failures;
mod first_keys;
mod fixtures;
mod layout;
mod lost_answers;
mod meddler;
mod round_trips;
mod stale_entries;
mod stops;
mod support;
mod trace;
mod unread_items;
