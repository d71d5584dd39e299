//! T16: quotas of clients and organizations.

use std::num::NonZeroU32;

use jiff::SignedDuration;
use m2m_core::client::Client;
use m2m_core::organization::Organization;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of, organization, secret_of};
use m2m_types::admin::limits::{QuotaMode, QuotaPeriod, TokenQuota};
use m2m_types::cidr::Cidr;

fn quota(limit: u32, per: QuotaPeriod, mode: QuotaMode) -> Option<TokenQuota> {
    let limit = NonZeroU32::new(limit).unwrap();
    Some(TokenQuota { limit, per, mode })
}

/// A service with a client of that quota.
async fn with(token_quota: Option<TokenQuota>) -> TestService {
    let service = service::start().await;
    add(&service, "payments", token_quota).await;
    service
}

async fn add(service: &TestService, name: &str, token_quota: Option<TokenQuota>) {
    let client = client_of(&ada(), name);
    service
        .add_client(Client {
            token_quota,
            ..client
        })
        .await;
}

async fn ask(service: &TestService, name: &str) -> Answer {
    service.ask(&format!("m2m_{name}"), &secret_of(name)).await
}

fn assert_used_up(answer: &Answer, seconds: &str) {
    assert_eq!(
        answer.refusal(),
        (429, "temporarily_unavailable".to_owned())
    );
    assert_eq!(answer.header("retry-after"), Some(seconds));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn t16_a_used_up_quota_is_429_until_the_next_minute() {
    let service = with(quota(2, QuotaPeriod::Minute, QuotaMode::Enforce)).await;
    service.clock.advance(SignedDuration::from_secs(20));
    for _ in 0..2 {
        assert_eq!(ask(&service, "payments").await.status, 200);
    }
    assert_used_up(&ask(&service, "payments").await, "40");
    service.clock.advance(SignedDuration::from_secs(39));
    assert_used_up(&ask(&service, "payments").await, "1");
    service.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(ask(&service, "payments").await.status, 200);
}

#[tokio::test]
async fn t16_a_quota_is_of_the_day_or_hour_of_utc() {
    for (per, seconds) in [(QuotaPeriod::Hour, 3_600), (QuotaPeriod::Day, 86_400)] {
        let service = with(quota(1, per, QuotaMode::Enforce)).await;
        assert_eq!(ask(&service, "payments").await.status, 200);
        let now = m2m_core::clock::Clock::now(&*service.clock).as_second();
        let rest = seconds - now.rem_euclid(seconds);
        assert_used_up(&ask(&service, "payments").await, &rest.to_string());
        service.clock.advance(SignedDuration::from_secs(rest));
        assert_eq!(ask(&service, "payments").await.status, 200);
    }
}

#[tokio::test]
async fn t16_a_quota_of_an_organization_is_of_all_its_clients() {
    let service = service::start().await;
    for name in ["payments", "billing"] {
        add(&service, name, None).await;
    }
    service.directory.set_organization(Organization {
        token_quota: quota(2, QuotaPeriod::Hour, QuotaMode::Enforce),
        ..organization("acme")
    });
    assert_eq!(ask(&service, "payments").await.status, 200);
    assert_eq!(ask(&service, "billing").await.status, 200);
    for name in ["payments", "billing"] {
        assert_eq!(ask(&service, name).await.refusal().0, 429);
    }
}

#[tokio::test]
async fn t16_a_monitored_quota_refuses_nothing() {
    let service = with(quota(1, QuotaPeriod::Day, QuotaMode::Monitor)).await;
    for _ in 0..3 {
        assert_eq!(ask(&service, "payments").await.status, 200);
    }
}

/// Whoever starts with a quota that is only watched risks no token.
#[tokio::test]
async fn t16_a_monitored_quota_that_cannot_be_counted_refuses_nothing() {
    for fault in [Fault::Throttled, Fault::ServerError, Fault::AnswerLost] {
        let service = with(quota(1, QuotaPeriod::Day, QuotaMode::Monitor)).await;
        service.faults.always("UpdateItem", fault);
        for _ in 0..2 {
            assert_eq!(ask(&service, "payments").await.status, 200, "{fault:?}");
        }
    }
}

/// Only a quota costs a write, and what is refused for another reason takes nothing of it.
#[tokio::test]
async fn t16_a_token_costs_one_write_of_each_quota_and_a_refusal_none() {
    let service = with(quota(1, QuotaPeriod::Day, QuotaMode::Enforce)).await;
    let refused = service
        .post("/oauth/token")
        .basic("m2m_payments", &secret_of("payments"))
        .form(&[("grant_type", "client_credentials"), ("scope", "none:such")])
        .send()
        .await;
    assert_eq!(refused.refusal(), (400, "invalid_scope".to_owned()));
    service.faults.take_calls();
    assert_eq!(ask(&service, "payments").await.status, 200);
    let calls = service.faults.take_calls();
    // The second write is the first note of the secret's use.
    let writes = calls.iter().filter(|call| *call == "UpdateItem");
    assert_eq!(writes.count(), 2, "{calls:?}");
}

#[tokio::test]
async fn t16_a_quota_that_cannot_be_counted_lets_no_token_through() {
    for fault in [
        Fault::Throttled,
        Fault::ThroughputExceeded,
        Fault::ServerError,
        Fault::NotDelivered,
        Fault::AnswerLost,
    ] {
        let service = with(quota(9, QuotaPeriod::Day, QuotaMode::Enforce)).await;
        service.faults.always("UpdateItem", fault);
        let answer = ask(&service, "payments").await;
        assert_eq!(
            answer.refusal(),
            (503, "temporarily_unavailable".to_owned()),
            "{fault:?}"
        );
        assert!(answer.header("retry-after").is_some());
    }
}

/// Of requests at the same moment no more than fit get a token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t16_requests_at_once_do_not_get_more_than_the_quota() {
    let service = with(quota(5, QuotaPeriod::Day, QuotaMode::Enforce)).await;
    let service = std::sync::Arc::new(service);
    let many: Vec<_> = (0..20)
        .map(|_| {
            let service = std::sync::Arc::clone(&service);
            tokio::spawn(async move { ask(&service, "payments").await.status })
        })
        .collect();
    let mut issued = 0;
    for one in many {
        let status = one.await.unwrap();
        assert!([200, 429].contains(&status), "{status}");
        issued += usize::from(status == 200);
    }
    assert_eq!(issued, 5);
}

#[tokio::test]
async fn t16_a_client_may_be_bound_to_address_ranges() {
    let service = service::start().await;
    for (name, range, status) in [
        ("v4", "127.0.0.0/8", 200),
        ("v6", "2001:db8::/32", 401),
        ("other", "192.0.2.0/24", 401),
    ] {
        let client = Client {
            allowed_cidrs: vec![Cidr::parse(range).unwrap()],
            ..client_of(&ada(), name)
        };
        service.add_client(client).await;
        assert_eq!(ask(&service, name).await.status, status, "{range}");
    }
}
