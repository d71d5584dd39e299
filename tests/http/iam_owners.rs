//! The owners of principals of AWS IAM: made at the first call, and kept as the list says.

use m2m_core::caller::IamCallers;
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::Principals;
use m2m_local::stand_in::faults::Fault;
use m2m_testkit::builders::scopes;
use m2m_tests::iam::callers;
use m2m_tests::service::{self, Left, Setup, TestService};
use m2m_tests::world::{organization, owner};
use m2m_types::names::{OrganizationId, OwnerId};

async fn start(iam_callers: IamCallers, after: Option<Left>) -> TestService {
    let setup = Setup {
        iam_callers: Some(iam_callers),
        after,
        ..Setup::default()
    };
    service::start_with(setup).await
}

async fn principals(service: &TestService, owner: &str, organization: &str) -> Principals {
    let owner = OwnerId::parse(owner).unwrap();
    let organization = OrganizationId::parse(organization).unwrap();
    let directory = &service.deployment.ports().directory;
    let found = directory.find_principals(&owner, &organization).await;
    found.unwrap()
}

#[tokio::test]
async fn the_first_call_makes_owner_and_organization() {
    let list = callers([("deploy", "iam|deploy", "platform", "clients:read")]);
    let service = start(list, None).await;
    let nobody = principals(&service, "iam|deploy", "platform").await;
    assert_eq!(nobody, Principals::default());
    assert_eq!(service.who_is("deploy").await.status, 200);
    let made = principals(&service, "iam|deploy", "platform").await;
    assert_eq!(made.owner.unwrap().permissions, scopes("clients:read"));
    assert!(made.organization.unwrap().m2m_clients_allowed);
}

#[tokio::test]
async fn an_organization_that_exists_is_left_as_it_is() {
    let list = callers([("deploy", "iam|deploy", "acme", "clients:read")]);
    let service = start(list, None).await;
    let before = principals(&service, "iam|deploy", "acme").await;
    assert_eq!(service.who_is("deploy").await.status, 200);
    let after = principals(&service, "iam|deploy", "acme").await;
    assert_eq!(after.organization, before.organization);
    assert!(before.owner.is_none() && after.owner.is_some());
}

#[tokio::test]
async fn racing_first_calls_are_all_answered() {
    let list = callers([("deploy", "iam|deploy", "platform", "clients:read")]);
    let service = start(list, None).await;
    let call = || service.who_is("deploy");
    let answers = tokio::join!(call(), call(), call(), call());
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

#[tokio::test]
async fn an_owner_may_what_any_of_its_principals_may_and_each_only_its_own() {
    let list = callers([
        ("plan", "iam|deploy", "platform", "clients:read"),
        ("apply", "iam|deploy", "platform", "clients:write"),
    ]);
    let service = start(list, None).await;
    for (role, held) in [("plan", "clients:read"), ("apply", "clients:write")] {
        let me = service.who_is(role).await.json();
        assert_eq!(me["scopes"], serde_json::json!([held]));
        let all = serde_json::json!(["clients:read", "clients:write"]);
        assert_eq!(me["permissions"], all);
    }
}

#[tokio::test]
async fn a_changed_list_changes_the_owner_at_its_next_call() {
    let list = |permissions| callers([("deploy", "iam|deploy", "platform", permissions)]);
    let first = start(list("clients:read orders:read"), None).await;
    assert_eq!(first.who_is("deploy").await.status, 200);
    let narrowed = start(list("clients:read"), Some(first.left())).await;
    let me = narrowed.who_is("deploy").await.json();
    let only = serde_json::json!(["clients:read"]);
    assert_eq!((&me["scopes"], &me["permissions"]), (&only, &only));
}

#[tokio::test]
async fn a_call_after_the_first_is_one_read_and_no_write() {
    let list = callers([("deploy", "iam|deploy", "platform", "clients:read")]);
    let service = start(list, None).await;
    service.who_is("deploy").await;
    let calls = service.faults.calls().len();
    assert_eq!(service.who_is("deploy").await.status, 200);
    assert_eq!(service.faults.calls()[calls..], ["BatchGetItem"]);
}

#[tokio::test]
async fn an_owner_in_another_organization_is_not_moved() {
    let before = callers([("deploy", "iam|deploy", "platform", "clients:read")]);
    let first = start(before, None).await;
    assert_eq!(first.who_is("deploy").await.status, 200);
    let moved = callers([("deploy", "iam|deploy", "acme", "clients:read")]);
    let service = start(moved, Some(first.left())).await;
    let answer = service.who_is("deploy").await;
    assert_eq!(answer.refusal(), (403, "iam-owner-elsewhere".to_owned()));
    assert!(answer.text().contains("platform"), "{}", answer.text());
    let still = principals(&service, "iam|deploy", "platform").await;
    assert_eq!(still.owner.unwrap().organization.as_str(), "platform");
}

#[tokio::test]
async fn a_switched_off_owner_or_organization_stops_its_principals() {
    let list = || callers([("deploy", "iam|deploy", "platform", "clients:read")]);
    let platform = organization("platform");
    let deploy = Owner {
        id: OwnerId::parse("iam|deploy").unwrap(),
        permissions: scopes("clients:read"),
        ..owner("deploy", &platform)
    };
    let off = Owner {
        active: false,
        ..deploy.clone()
    };
    let closed = Organization {
        active: false,
        ..platform.clone()
    };
    for (owner, organization) in [(&off, &platform), (&deploy, &closed)] {
        let service = start(list(), None).await;
        service.add_principals(owner, organization).await;
        let answer = service.who_is("deploy").await;
        assert_eq!(answer.refusal(), (403, "iam-owner-inactive".to_owned()));
    }
}

#[tokio::test]
async fn a_store_that_fails_lets_nobody_in() {
    let list = callers([("deploy", "iam|deploy", "platform", "clients:read")]);
    let service = start(list, None).await;
    service.faults.always("BatchGetItem", Fault::AccessDenied);
    let answer = service.who_is("deploy").await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
}
