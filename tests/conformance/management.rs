//! G1–G7: the manners of the management API. Its rules are in the suite `http`.

use m2m_tests::call::Answer;
use m2m_tests::service;
use m2m_tests::world::{MANAGEMENT, ada, client_of, organization, owner};
use serde_json::{Value, json};

fn path(client: &Value) -> String {
    format!("/v1/clients/{}", client["client_id"].as_str().unwrap())
}

#[track_caller]
fn assert_problem(answer: &Answer, status: u16, kind: &str) {
    assert_eq!(answer.refusal(), (status, kind.to_owned()));
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(body["status"], status);
    for member in ["type", "title", "detail", "correlation_id"] {
        assert!(!answer.member(member).is_empty(), "{member}");
    }
}

#[tokio::test]
async fn g01_errors_are_problems_with_pointers() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "x", "scopes": ["unknown"], "default_scopes": ["gone"]});
    let answer = service
        .post("/v1/clients")
        .bearer(&token)
        .json(&body)
        .send()
        .await;
    assert_problem(&answer, 400, "invalid-request");
    assert_eq!(answer.pointers(), ["/scopes", "/default_scopes"]);
    for error in answer.json()["errors"].as_array().unwrap() {
        assert!(error["detail"].is_string());
    }
    let answer = service.get("/v1/nothing").bearer(&token).send().await;
    assert_problem(&answer, 404, "no-such-path");
    let answer = service.get("/nothing").send().await;
    assert_problem(&answer, 404, "no-such-path");
}

#[tokio::test]
async fn g01_a_wrong_method_is_405_with_allow() {
    let service = service::start().await;
    for (path, allow) in [
        ("/v1/clients", "GET,HEAD,POST"),
        ("/v1/clients/m2m_a", "GET,HEAD,PUT,PATCH,DELETE"),
        ("/v1/clients/m2m_a/secrets", "GET,HEAD,POST"),
        ("/v1/clients/m2m_a/secrets/s", "GET,HEAD,PATCH,DELETE"),
        ("/v1/me", "GET,HEAD"),
    ] {
        let answer = service.call("BREW".parse().unwrap(), path).send().await;
        assert_problem(&answer, 405, "method-not-allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
}

#[tokio::test]
async fn g02_a_create_is_201_with_location_and_a_delete_204() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "orders"});
    let created = service
        .post("/v1/clients")
        .bearer(&token)
        .json(&body)
        .send()
        .await;
    assert_eq!(created.status, 201);
    let path = path(&created.json());
    let location = service.issuer.join(&path);
    assert_eq!(created.header("location"), Some(location.as_str()));
    let answer = service
        .call(http::Method::DELETE, &path)
        .bearer(&token)
        .send()
        .await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    let answer = service.get(&path).bearer(&token).send().await;
    assert_problem(&answer, 404, "client-deleted");
}

#[tokio::test]
async fn g02_what_the_caller_may_not_see_is_the_same_404_as_what_is_not() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let other = organization("other");
    let bob = owner("bob", &other);
    service.add_principals(&bob, &other).await;
    service.add_client(client_of(&bob, "bobs")).await;
    let read = |id: &'static str| {
        let call = service.get(&format!("/v1/clients/{id}"));
        call.bearer(&token).send()
    };
    let missing = read("m2m_missing").await;
    assert_problem(&missing, 404, "not-found");
    let body = |answer: &Answer| {
        let mut body = answer.json();
        body["correlation_id"] = Value::Null;
        body
    };
    for id in ["m2m_bobs", "%00", "a%2Fb", "%ff", "m2m_%23"] {
        let answer = read(id).await;
        assert_problem(&answer, 404, "not-found");
        assert_eq!(body(&answer), body(&missing), "{id}");
    }
}

#[tokio::test]
async fn g03_reads_have_an_etag() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let created = service.create(&token, &json!({"name": "orders"})).await;
    let (client, id) = (
        path(&created),
        created["client_secret_id"].as_str().unwrap(),
    );
    let secrets = format!("{client}/secrets");
    let value = format!("{secrets}/{id}/value");
    for path in ["/v1/me", "/v1/clients", &client, &secrets, &value] {
        let answer = service.get(path).bearer(&token).send().await;
        assert_eq!(answer.status, 200, "{path}");
        let tag = answer.header("etag").unwrap();
        assert!(
            tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'),
            "{tag}"
        );
        for known in [tag, "*", &format!("\"x\", W/{tag}")] {
            let call = service.get(path).bearer(&token);
            let again = call.header("if-none-match", known).send().await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
            assert_eq!(again.header("etag"), Some(tag), "{path}");
        }
        let call = service.get(path).bearer(&token);
        let changed = call.header("if-none-match", "\"x\"").send().await;
        assert_eq!(changed.status, 200, "{path}");
    }
}

#[tokio::test]
async fn g03_if_match_is_honoured_and_required_on_replace() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "orders"});
    let created = service
        .post("/v1/clients")
        .bearer(&token)
        .json(&body)
        .send()
        .await;
    let (path, tag) = (path(&created.json()), created.header("etag").unwrap());
    let put = |condition: Option<&str>| {
        let call = service.call(http::Method::PUT, &path).bearer(&token);
        let call = match condition {
            Some(condition) => call.header("if-match", condition),
            None => call,
        };
        call.json(&json!({"name": "renamed"})).send()
    };
    assert_problem(&put(None).await, 428, "precondition-required");
    assert_problem(&put(Some("\"999\"")).await, 412, "precondition-failed");
    let replaced = put(Some(tag)).await;
    assert_eq!(replaced.status, 200);
    assert_ne!(replaced.header("etag"), Some(tag));
    assert_problem(&put(Some(tag)).await, 412, "precondition-failed");
}

#[tokio::test]
async fn g04_a_patch_leaves_omitted_fields_alone() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "orders", "description": "first", "tags": {"a": "1"}});
    let created = service.create(&token, &body).await;
    let patch = |body: Value| {
        let call = service
            .call(http::Method::PATCH, &path(&created))
            .bearer(&token);
        call.body("application/merge-patch+json", body.to_string())
            .send()
    };
    let patched = patch(json!({"description": "second"})).await.json();
    assert_eq!(patched["name"], "orders");
    assert_eq!(patched["description"], "second");
    assert_eq!(patched["tags"], json!({"a": "1"}));
    let refused = patch(json!({"colour": "red"})).await;
    assert_problem(&refused, 400, "invalid-request");
    assert_eq!(refused.pointers(), ["/colour"]);
}

#[tokio::test]
async fn g05_a_post_can_be_repeated_with_an_idempotency_key() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let post = |name: &str| {
        let call = service.post("/v1/clients").bearer(&token);
        let call = call.header("idempotency-key", "8e03978e-40d5-43e8-bc93-6894a57f9324");
        call.json(&json!({ "name": name })).send()
    };
    let first = post("orders").await;
    assert_eq!(first.status, 201);
    let again = post("orders").await;
    assert_eq!(again.status, 201);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.header("location"), first.header("location"));
    assert_problem(&post("other").await, 422, "idempotency-key-reused");
    let list = service
        .get("/v1/clients")
        .bearer(&token)
        .send()
        .await
        .json();
    assert_eq!(
        list["items"].as_array().unwrap().len(),
        2,
        "the caller and one more"
    );
}

#[tokio::test]
async fn g06_lists_page_by_opaque_cursors() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    for name in ["a", "b", "c"] {
        service.add_client(client_of(&ada(), name)).await;
    }
    let page = |query: String| {
        service
            .get(&format!("/v1/clients{query}"))
            .bearer(&token)
            .send()
    };
    let mut names = Vec::new();
    let mut query = "?limit=1".to_owned();
    loop {
        let answer = page(query).await.json();
        let items = answer["items"].as_array().unwrap();
        names.extend(
            items
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = answer["next_cursor"].as_str() else {
            break;
        };
        assert!(!cursor.contains("m2m"), "{cursor}");
        query = format!("?limit=1&cursor={cursor}");
        // Made behind and before where the list is.
        let (first, last) = (format!("0{}", names.len()), format!("z{}", names.len()));
        if names.len() < 3 {
            service.add_client(client_of(&ada(), &first)).await;
            service.add_client(client_of(&ada(), &last)).await;
        }
    }
    assert_eq!(names, ["a", "b", "c", "manager", "z1", "z2"]);
    for cursor in ["x", "AAAA", "a+b", ""] {
        let answer = page(format!("?cursor={cursor}")).await;
        assert_problem(&answer, 400, "invalid-cursor");
    }
}

#[tokio::test]
async fn g07_a_secret_appears_only_where_it_must() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "orders"});
    let created = service
        .post("/v1/clients")
        .bearer(&token)
        .json(&body)
        .send()
        .await;
    let secret = created.member("client_secret");
    assert!(secret.starts_with("m2ms_") && secret.len() == 54);
    assert_eq!(created.header("cache-control"), Some("no-store"));
    let client = path(&created.json());
    let id = created.member("client_secret_id");
    for path in [
        "/v1/clients",
        "/v1/me",
        &client,
        &format!("{client}/secrets"),
    ] {
        let answer = service.get(path).bearer(&token).send().await;
        assert_eq!(answer.status, 200);
        assert!(!answer.text().contains("m2ms_"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    let answer = service
        .get(&format!("{client}/secrets/{id}/value"))
        .bearer(&token)
        .send()
        .await;
    assert_eq!(
        answer.json(),
        json!({"secret_id": id, "client_secret": secret})
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
