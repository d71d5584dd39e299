//! Lists: complete, in order, and no cursor but ours.

use http::Method;
use jiff::SignedDuration;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, organization, owner};

async fn page(service: &TestService, token: &str, query: &str) -> Answer {
    service
        .get(&format!("/v1/clients?{query}"))
        .bearer(token)
        .send()
        .await
}

fn names(answer: &Answer) -> Vec<String> {
    let items = answer.json()["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn scene() -> (TestService, String) {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    for name in ["a", "b", "c", "d"] {
        service.add_client(client_of(&ada(), name)).await;
    }
    (service, token)
}

#[tokio::test]
async fn pages_of_every_size_give_the_whole_list_once() {
    let (service, token) = scene().await;
    for limit in [1, 2, 3, 4, 5, 6, 200] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = page(&service, &token, &format!("limit={limit}{cursor}")).await;
            assert_eq!(answer.status, 200);
            assert!(names(&answer).len() <= limit);
            seen.extend(names(&answer));
            match answer.json()["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ["a", "b", "c", "d", "manager"], "{limit}");
    }
}

#[tokio::test]
async fn what_was_made_or_deleted_meanwhile_disturbs_nothing() {
    let (service, token) = scene().await;
    let first = page(&service, &token, "limit=2").await;
    assert_eq!(names(&first), ["a", "b"]);
    let cursor = first.member("next_cursor");
    for name in ["aa", "bb"] {
        service.add_client(client_of(&ada(), name)).await;
    }
    // The client that the cursor stands on goes away.
    for name in ["b", "c"] {
        let path = format!("/v1/clients/m2m_{name}");
        let deleted = service
            .call(Method::DELETE, &path)
            .bearer(&token)
            .send()
            .await;
        assert_eq!(deleted.status, 204);
    }
    let rest = page(&service, &token, &format!("cursor={cursor}")).await;
    assert_eq!(names(&rest), ["bb", "d", "manager"]);
}

#[tokio::test]
async fn limit_is_1_to_200() {
    let (service, token) = scene().await;
    for limit in ["0", "201", "-1", "x", "1.5", "", "99999999999999999999"] {
        let answer = page(&service, &token, &format!("limit={limit}")).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-request".to_owned()),
            "{limit}"
        );
    }
    for query in [
        "color=red",
        "limit=1&limit=2",
        "status=all",
        "status=",
        "owner=eve",
        "all=yes",
    ] {
        let answer = page(&service, &token, query).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-request".to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_tampered_cursor_is_refused() {
    let (service, token) = scene().await;
    let cursor = page(&service, &token, "limit=1")
        .await
        .member("next_cursor");
    let mut tampered: Vec<String> = (0..cursor.len())
        .map(|at| {
            let mut bytes = cursor.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    tampered.extend([
        cursor[1..].to_owned(),
        format!("{cursor}A"),
        format!("{cursor}{cursor}"),
        "m2m_a".to_owned(),
        "CLIENT%23m2m_a".to_owned(),
        "%00".to_owned(),
        "A".repeat(4_000),
    ]);
    for cursor in tampered {
        let answer = page(&service, &token, &format!("limit=1&cursor={cursor}")).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-cursor".to_owned()),
            "{cursor}"
        );
    }
    let answer = page(&service, &token, &format!("limit=1&cursor={cursor}")).await;
    assert_eq!(names(&answer), ["b"]);
}

#[tokio::test]
async fn a_cursor_of_another_owner_or_list_is_refused() {
    let (service, token) = scene().await;
    let cursor = page(&service, &token, "limit=1")
        .await
        .member("next_cursor");
    let eve = owner("eve", &organization("acme"));
    service.directory.set_owner(eve.clone());
    let hers = service.manager_of(&eve, "eves", MANAGEMENT).await;
    let answer = page(&service, &hers, &format!("limit=1&cursor={cursor}")).await;
    assert_eq!(answer.refusal(), (400, "invalid-cursor".to_owned()));
    let query = format!("limit=1&status=deleted&cursor={cursor}");
    let answer = page(&service, &token, &query).await;
    assert_eq!(answer.refusal(), (400, "invalid-cursor".to_owned()));
}

#[tokio::test]
async fn a_cursor_lives_for_a_day() {
    let (service, token) = scene().await;
    let cursor = page(&service, &token, "limit=1")
        .await
        .member("next_cursor");
    let later = |by: SignedDuration| {
        service.clock.advance(by);
        service.management_token("manager", "clients:read")
    };
    let token = later(SignedDuration::from_secs(86_399)).await;
    let answer = page(&service, &token, &format!("cursor={cursor}")).await;
    assert_eq!(answer.status, 200);
    let token = later(SignedDuration::from_secs(1)).await;
    let answer = page(&service, &token, &format!("cursor={cursor}")).await;
    assert_eq!(answer.refusal(), (400, "invalid-cursor".to_owned()));
}

#[tokio::test]
async fn a_pending_client_is_in_no_list() {
    let (service, token) = scene().await;
    let pending = m2m_core::client::Client {
        state: m2m_core::client::ClientState::Pending,
        ..client_of(&ada(), "pending")
    };
    service.add_client(pending).await;
    for status in ["active", "deleted"] {
        let answer = page(&service, &token, &format!("status={status}")).await;
        assert!(!names(&answer).contains(&"pending".to_owned()));
    }
    let answer = service
        .get("/v1/clients/m2m_pending")
        .bearer(&token)
        .send()
        .await;
    assert_eq!(answer.refusal(), (404, "not-found".to_owned()));
}
