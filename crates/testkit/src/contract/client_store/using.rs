//! Notes of the last use.

use jiff::SignedDuration;
use m2m_core::client::ClientState;
use m2m_core::ports::WriteOutcome;

use crate::builders::{NOW, client, next, pending};
use crate::contract::Ports;

/// A use shows, and whoever read the client before can still change it.
pub async fn record_use_changes_no_revision(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let secret = &present.secrets[0].id;
    ports
        .clients
        .record_use(&present.id, secret, NOW)
        .await
        .unwrap();
    let used = ports.client(&present.id).await.unwrap();
    assert_eq!(used.last_used.get(secret), Some(&NOW));
    assert_eq!(used.revision, present.revision);
    let changed = next(&present, ClientState::Active);
    let written = ports
        .clients
        .replace(&changed, present.revision, None)
        .await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
}

/// A change, or a delete, by somebody who read before the use.
pub async fn a_change_does_not_undo_a_use(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let secret = &present.secrets[0].id;
    ports
        .clients
        .record_use(&present.id, secret, NOW)
        .await
        .unwrap();
    let changed = next(&present, ClientState::Active);
    ports
        .clients
        .replace(&changed, present.revision, None)
        .await
        .unwrap();
    let found = ports.client(&present.id).await.unwrap();
    assert_eq!(found.last_used_at(), Some(NOW));
    ports.delete(&changed).await;
    let found = ports.client(&present.id).await.unwrap();
    assert_eq!(found.last_used_at(), Some(NOW));
}

/// Two instances may note uses in any order.
pub async fn a_late_note_of_an_earlier_use_changes_nothing(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let secret = &present.secrets[0].id;
    let later = NOW + SignedDuration::from_hours(1);
    for at in [later, NOW] {
        ports
            .clients
            .record_use(&present.id, secret, at)
            .await
            .unwrap();
    }
    let found = ports.client(&present.id).await.unwrap();
    assert_eq!(found.last_used_at(), Some(later));
}

/// It is no error either.
pub async fn a_use_of_a_missing_client_makes_nothing(ports: Ports) {
    let missing = client("nobody");
    let secret = &missing.secrets[0].id;
    ports
        .clients
        .record_use(&missing.id, secret, NOW)
        .await
        .unwrap();
    assert_eq!(ports.client(&missing.id).await, None);
}
