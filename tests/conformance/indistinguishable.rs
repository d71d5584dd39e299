//! T15: whoever may not have a token learns nothing of why, neither from the answer nor from the work.

use std::time::Duration;

use jiff::SignedDuration;
use m2m_core::client::{Client, ClientState};
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::secret::Secret;
use m2m_testkit::builders::{NOW, client_id};
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of, organization, owner, secret_of};
use m2m_types::cidr::Cidr;

/// Asks, and tells the answer without its correlation id.
async fn refused(service: &TestService, name: &str, secret: &str) -> Answer {
    let mut answer = service.ask(client_id(name).as_str(), secret).await;
    assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
    let id = answer.member("correlation_id");
    let body = answer.text().replace(&id, "-");
    answer.body = body.into_bytes();
    answer.headers.remove("date");
    answer
}

/// Everybody who may not have a token, with a secret that would be right.
async fn everybody(service: &TestService) -> Vec<&'static str> {
    let ada = ada();
    let deleted = ClientState::Deleted {
        restorable_until: NOW + SignedDuration::from_hours(24),
        was_disabled: false,
    };
    let expired = client_of(&ada, "expired");
    let expired = Client {
        secrets: vec![Secret {
            expires_at: Some(NOW),
            ..expired.secrets[0].clone()
        }],
        ..expired
    };
    let in_state = |name: &str, state| Client {
        state,
        ..client_of(&ada, name)
    };
    service.add_client(expired).await;
    service.add_client(in_state("deleted", deleted)).await;
    service
        .add_client(in_state("pending", ClientState::Pending))
        .await;
    service
        .add_client(in_state("disabled", ClientState::Disabled))
        .await;

    service
        .add_client(Client {
            allowed_cidrs: vec![Cidr::parse("192.0.2.0/24").unwrap()],
            ..client_of(&ada, "elsewhere")
        })
        .await;

    let (off_owner, off_organization) = switched_off();
    service.add_principals(&off_owner.0, &off_owner.1).await;
    service
        .add_client(client_of(&off_owner.0, "owner-off"))
        .await;
    let (somebody, off) = off_organization;
    service.add_principals(&somebody, &off).await;
    service
        .add_client(client_of(&somebody, "organization-off"))
        .await;
    service
        .add_client(client_of(
            &owner("nobody", &organization("nowhere")),
            "owner-gone",
        ))
        .await;
    vec![
        "unknown",
        "expired",
        "deleted",
        "pending",
        "elsewhere",
        "disabled",
        "owner-off",
        "organization-off",
        "owner-gone",
    ]
}

/// An owner that is switched off, and one of an organization that is.
fn switched_off() -> ((Owner, Organization), (Owner, Organization)) {
    let on = organization("on");
    let off_owner = Owner {
        active: false,
        ..owner("off", &on)
    };
    let off = Organization {
        active: false,
        ..organization("off")
    };
    ((off_owner, on), (owner("somebody", &off), off))
}

#[tokio::test]
async fn t15_every_failed_authentication_has_the_same_bytes() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let reference = refused(&service, "payments", &secret_of("another")).await;
    for name in everybody(&service).await {
        let answer = refused(&service, name, &secret_of(name)).await;
        assert_eq!(answer, reference, "{name}");
    }
    // What cannot be a secret or an id of ours may be answered early, but not otherwise.
    for (name, secret) in [
        ("payments", "short"),
        ("pay ments", "short"),
        ("payments", ""),
    ] {
        let id = format!("m2m_{name}");
        let answer = service.ask(&id, secret).await;
        assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
        assert_eq!(
            answer.member("error_description"),
            reference.member("error_description")
        );
    }
}

#[tokio::test]
async fn t15_every_failed_authentication_costs_the_same_reads() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let everybody = everybody(&service).await;
    for name in &everybody {
        // The service gets to know who stands behind the client.
        refused(&service, name, &secret_of(name)).await;
    }
    service.ask("m2m_payments", &secret_of("payments")).await;
    service.directory.take_reads();
    service.faults.take_calls();
    let mut costs = Vec::new();
    for (name, secret) in everybody
        .iter()
        .map(|name| (*name, secret_of(name)))
        .chain([("payments", secret_of("another"))])
    {
        refused(&service, name, &secret).await;
        costs.push((service.directory.take_reads(), service.faults.take_calls()));
    }
    for cost in costs {
        // One read, and the record of the attempt.
        let calls = ["BatchGetItem", "PutItem"].map(str::to_owned).to_vec();
        assert_eq!(cost, (1, calls));
    }
}

#[tokio::test]
async fn t15_a_token_costs_one_read_too() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let ask = || async {
        service
            .ask("m2m_payments", &secret_of("payments"))
            .await
            .status
    };
    assert_eq!(ask().await, 200);
    service.directory.take_reads();
    service.faults.take_calls();
    assert_eq!(ask().await, 200);
    assert_eq!(service.directory.take_reads(), 1);
    assert_eq!(service.faults.take_calls(), ["BatchGetItem"]);
}

#[tokio::test]
async fn t15_what_is_malformed_costs_no_read() {
    let service = service::start().await;
    service.directory.take_reads();
    service.ask("not an id", &secret_of("payments")).await;
    service.ask("m2m_payments", "not a secret").await;
    let mut mistyped = secret_of("payments");
    let last = mistyped.pop();
    mistyped.push(if last == Some('0') { '1' } else { '0' });
    service.ask("m2m_payments", &mistyped).await;
    assert_eq!(service.directory.take_reads(), 0);
}

#[tokio::test]
async fn t15_switching_off_is_seen_at_the_next_request() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let ask = || async {
        service
            .ask("m2m_payments", &secret_of("payments"))
            .await
            .status
    };
    assert_eq!(ask().await, 200);
    let off = Owner {
        active: false,
        ..ada()
    };
    service.directory.set_owner(off);
    assert_eq!(ask().await, 401);
    service.directory.set_owner(ada());
    assert_eq!(ask().await, 200);
    service.directory.set_organization(Organization {
        active: false,
        ..organization("acme")
    });
    assert_eq!(ask().await, 401);
}

#[tokio::test]
async fn t15_a_secret_dies_when_it_expires() {
    let service = service::start().await;
    let client = client_of(&ada(), "payments");
    let in_a_minute = NOW + Duration::from_secs(60);
    let client = Client {
        secrets: vec![Secret {
            expires_at: Some(in_a_minute),
            ..client.secrets[0].clone()
        }],
        ..client
    };
    service.add_client(client).await;
    let ask = || async {
        service
            .ask("m2m_payments", &secret_of("payments"))
            .await
            .status
    };
    service.clock.set(in_a_minute - Duration::from_millis(1));
    assert_eq!(ask().await, 200);
    service.clock.set(in_a_minute);
    assert_eq!(ask().await, 401);
}
