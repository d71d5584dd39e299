//! Where clients are listed: entries that are written in the client's own transactions.

use m2m_core::client::{Client, ClientState};
use m2m_core::ports::ListedBy;

use super::Item;
use super::expression::number;
use super::items::EXPIRES_AT;
use super::key::{Key, ListKind};
use super::transaction::Write;

/// Lists a client where its state belongs; one that is being made, or unmade, is nowhere.
pub(super) fn list(client: &Client) -> Vec<Write> {
    items(client).into_iter().map(Write::put).collect()
}

/// Takes a client out of the lists where it was, and puts it where it belongs now.
pub(super) fn relist(before: &Client, client: &Client) -> Vec<Write> {
    let (old, new) = (items(before), items(client));
    let stays = |key: &Key| new.iter().any(|item| key.is_of(item));
    let left = old.iter().map(Key::of).filter(|key| !stays(key));
    left.map(Write::delete).chain(list(client)).collect()
}

fn items(client: &Client) -> Vec<Item> {
    let Some(list) = ListKind::of(client.state) else {
        return Vec::new();
    };
    let lists = [
        ListedBy::Owner(client.owner.clone()),
        ListedBy::Organization(client.organization.clone()),
    ];
    lists
        .map(|of| entry(client, list.entry(&of, &client.id)))
        .into()
}

fn entry(client: &Client, key: Key) -> Item {
    let mut entry = key.into_item();
    if let ClientState::Deleted {
        restorable_until, ..
    } = client.state
    {
        // The client goes at the same time.
        entry.insert(EXPIRES_AT.to_owned(), number(restorable_until.as_second()));
    }
    entry
}
