//! Spending names.

use jiff::SignedDuration;
use m2m_core::ports::{Spending, SpentName};

use super::Ports;
use crate::builders::NOW;

/// A test of every fact about `SpentOnce`.
#[macro_export]
macro_rules! spent_once_contract {
    ($make:path) => {
        $crate::facts!(
            spent_once,
            $make,
            [
                a_name_is_spent_once,
                a_name_may_be_spent_anew_after_its_time,
                of_many_at_once_one_is_the_first,
            ]
        );
    };
}

fn name(jti: &str) -> SpentName {
    SpentName::of(&["test", jti])
}

async fn spend(ports: &Ports, jti: &str, after: i64) -> Spending {
    let now = NOW + SignedDuration::from_secs(after);
    let until = now + SignedDuration::from_secs(60);
    ports.spent.spend(&name(jti), until, now).await.unwrap()
}

/// Another name is another matter.
pub async fn a_name_is_spent_once(ports: Ports) {
    assert_eq!(spend(&ports, "one", 0).await, Spending::First);
    assert_eq!(spend(&ports, "two", 0).await, Spending::First);
    for after in [0, 1, 59] {
        assert_eq!(spend(&ports, "one", after).await, Spending::Again);
    }
}

/// Not before it, whether or not the store has cleaned up.
pub async fn a_name_may_be_spent_anew_after_its_time(ports: Ports) {
    assert_eq!(spend(&ports, "one", 0).await, Spending::First);
    assert_eq!(spend(&ports, "one", 60).await, Spending::Again);
    assert_eq!(spend(&ports, "one", 61).await, Spending::First);
    assert_eq!(spend(&ports, "one", 61).await, Spending::Again);
}

/// On whatever instances they are.
pub async fn of_many_at_once_one_is_the_first(ports: Ports) {
    let many: Vec<_> = (0..16)
        .map(|_| {
            let ports = ports.clone();
            tokio::spawn(async move { spend(&ports, "one", 0).await })
        })
        .collect();
    let mut firsts = 0;
    for one in many {
        firsts += usize::from(one.await.unwrap() == Spending::First);
    }
    assert_eq!(firsts, 1);
}
