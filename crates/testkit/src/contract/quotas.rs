//! Counting tokens.

use jiff::SignedDuration;
use m2m_core::ports::{Counted, Counter, Counting};
use m2m_types::admin::limits::QuotaPeriod;

use super::Ports;
use crate::builders::{NOW, client_id, organization};

/// A test of every fact about `Quotas`.
#[macro_export]
macro_rules! quotas_contract {
    ($make:path) => {
        $crate::facts!(
            quotas,
            $make,
            [
                as_many_are_counted_as_fit,
                counters_of_others_are_others,
                of_many_at_once_as_many_are_counted_as_fit,
                without_a_limit_all_are_counted,
            ]
        );
    };
}

fn counter(counted: Counted, period: QuotaPeriod, minutes: i64) -> Counter {
    let begins = NOW + SignedDuration::from_mins(minutes);
    Counter {
        counted,
        period,
        begins,
        ends: begins + SignedDuration::from_mins(1),
    }
}

fn of_client(name: &str) -> Counter {
    counter(Counted::Client(client_id(name)), QuotaPeriod::Minute, 0)
}

async fn count(ports: &Ports, counter: &Counter, limit: Option<u32>) -> Counting {
    ports.quotas.count(counter, limit).await.unwrap()
}

/// And no more, how often it is tried.
pub async fn as_many_are_counted_as_fit(ports: Ports) {
    let counter = of_client("one");
    for _ in 0..2 {
        assert_eq!(count(&ports, &counter, Some(2)).await, Counting::Counted);
    }
    for _ in 0..2 {
        assert_eq!(count(&ports, &counter, Some(2)).await, Counting::Full);
    }
    assert_eq!(ports.quotas.counted(&counter).await.unwrap(), 2);
    // A quota that is raised meanwhile goes on from there.
    assert_eq!(count(&ports, &counter, Some(3)).await, Counting::Counted);
    assert_eq!(count(&ports, &counter, Some(3)).await, Counting::Full);
}

/// Beyond any limit that was there before.
pub async fn without_a_limit_all_are_counted(ports: Ports) {
    let counter = of_client("one");
    assert_eq!(ports.quotas.counted(&counter).await.unwrap(), 0);
    assert_eq!(count(&ports, &counter, Some(1)).await, Counting::Counted);
    assert_eq!(count(&ports, &counter, None).await, Counting::Counted);
    assert_eq!(ports.quotas.counted(&counter).await.unwrap(), 2);
}

/// Of another client, of an organization, and in another time.
pub async fn counters_of_others_are_others(ports: Ports) {
    let id = || Counted::Client(client_id("one"));
    let counters = [
        of_client("one"),
        of_client("two"),
        counter(
            Counted::Organization(organization().id),
            QuotaPeriod::Minute,
            0,
        ),
        counter(id(), QuotaPeriod::Hour, 0),
        counter(id(), QuotaPeriod::Minute, 1),
    ];
    for counter in &counters {
        assert_eq!(count(&ports, counter, Some(1)).await, Counting::Counted);
    }
}

/// On whatever instances they are.
pub async fn of_many_at_once_as_many_are_counted_as_fit(ports: Ports) {
    let many: Vec<_> = (0..16)
        .map(|_| {
            let ports = ports.clone();
            tokio::spawn(async move { count(&ports, &of_client("one"), Some(5)).await })
        })
        .collect();
    let mut counted = 0;
    for one in many {
        counted += usize::from(one.await.unwrap() == Counting::Counted);
    }
    assert_eq!(counted, 5);
}
