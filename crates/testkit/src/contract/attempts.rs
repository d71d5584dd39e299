//! Keeping refused token requests.

use jiff::SignedDuration;
use m2m_core::ports::Attempt;
use m2m_types::correlation_id::CorrelationId;

use super::Ports;
use crate::builders::{NOW, client_id};

/// A test of every fact about `Attempts`.
#[macro_export]
macro_rules! attempts_contract {
    ($make:path) => {
        $crate::facts!(
            attempts,
            $make,
            [
                an_attempt_is_gone_when_its_time_is_over,
                attempts_are_read_back_as_written,
            ]
        );
    };
}

fn attempt(number: u8, name: Option<&str>) -> Attempt {
    Attempt {
        correlation_id: CorrelationId::from_random_bytes([number; 16]),
        at: NOW,
        client_id: name.map(client_id),
        auth_method: "client_secret_basic".to_owned(),
        grant_type: name.map(str::to_owned),
        error: "invalid_client".to_owned(),
        reason: "the reason".to_owned(),
        source: [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into(),
    }
}

/// With a client and without.
pub async fn attempts_are_read_back_as_written(ports: Ports) {
    let until = NOW + SignedDuration::from_hours(1);
    for written in [attempt(1, Some("one")), attempt(2, None)] {
        ports.attempts.insert(&written, until).await.unwrap();
        let found = ports.attempts.find(&written.correlation_id, NOW).await;
        assert_eq!(found.unwrap(), Some(written));
    }
    let another = CorrelationId::from_random_bytes([3; 16]);
    assert_eq!(ports.attempts.find(&another, NOW).await.unwrap(), None);
}

/// Whether or not the store has cleaned up.
pub async fn an_attempt_is_gone_when_its_time_is_over(ports: Ports) {
    let until = NOW + SignedDuration::from_hours(1);
    let written = attempt(1, None);
    ports.attempts.insert(&written, until).await.unwrap();
    let found = ports.attempts.find(&written.correlation_id, until).await;
    assert_eq!(found.unwrap(), None);
}
