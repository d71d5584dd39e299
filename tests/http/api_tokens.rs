//! `/v1/api-tokens`.

use http::Method;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::api_tokens::{BOOKS_API, ORDERS_API, everything, path_of, value_of, with_apis};
use m2m_tests::call::{Answer, Call};
use m2m_tests::service::TestService;
use m2m_tests::world::{MANAGEMENT, ada, client_of};
use serde_json::{Value, json};

use crate::snapshot::assert_shows;

const TOKENS: &str = "/v1/api-tokens";
const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

struct Scene {
    service: TestService,
    bearer: String,
}

impl Scene {
    async fn new() -> Self {
        let (service, bearer) = with_apis().await;
        Self { service, bearer }
    }

    fn call(&self, method: Method, path: &str) -> Call {
        self.service.call(method, path).bearer(&self.bearer)
    }

    async fn post(&self, body: &Value) -> Answer {
        self.call(Method::POST, TOKENS).json(body).send().await
    }

    async fn make(&self, body: &Value) -> Value {
        self.service.make_api_token(&self.bearer, body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path).json(body).send().await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).send().await
    }

    async fn names(&self, query: &str) -> (Vec<String>, Value) {
        let answer = self.get(&format!("{TOKENS}?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        let name = |item: &Value| item["name"].as_str().unwrap().to_owned();
        let names = page["items"].as_array().unwrap().iter().map(name);
        (names.collect(), page["next_cursor"].clone())
    }

    /// A management token of a client that may have these scopes.
    async fn bearer_with(&self, name: &str, scopes: &str, asked: &str) -> String {
        let client = m2m_core::client::Client {
            scopes: Some(m2m_testkit::builders::scopes(scopes)),
            ..client_of(&ada(), name)
        };
        self.service.add_client(client).await;
        self.service.management_token(name, asked).await
    }
}

fn for_orders() -> Value {
    json!({"allowed_apis": [ORDERS_API]})
}

fn with(member: &str, value: Value) -> Value {
    let mut body = for_orders();
    body[member] = value;
    body
}

#[tokio::test]
async fn a_token_is_shown_as_it_was_made_and_its_value_once() {
    let scene = Scene::new().await;
    let answer = scene.post(&everything()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut made = answer.json();
    let path = path_of(&made);
    let location = scene.service.issuer.join(&path);
    assert_eq!(answer.header("location"), Some(location.as_str()));
    let value = value_of(&made);
    assert_eq!(made["hint"], value[44..48]);
    made.as_object_mut().unwrap().remove("api_token");
    let mut sent = everything();
    // Sets have an order of their own.
    sent["grants"] = made["grants"].clone();
    assert_eq!(made["grants"].as_array().unwrap().len(), 3);
    for (member, sent) in sent.as_object().unwrap() {
        assert_eq!(made[member], *sent, "{member}");
    }
    for (member, expected) in [
        ("status", json!("active")),
        ("client_id", json!("m2m_manager")),
        ("owner", json!("local|ada")),
        ("organization", json!("acme")),
    ] {
        assert_eq!(made[member], expected, "{member}");
    }
    let read = scene.get(&path).await;
    assert_eq!(read.json(), made);
    assert_eq!(read.header("etag"), answer.header("etag"));
    let list = scene.get(TOKENS).await;
    assert_eq!(list.json(), json!({"items": [made], "next_cursor": null}));
    for answer in [read, list] {
        assert!(!answer.text().contains("m2mt_"));
    }
}

#[tokio::test]
async fn a_create_is_repeated_by_its_key_and_the_value_stays_the_same() {
    let scene = Scene::new().await;
    let end = scene.service.now() + jiff::SignedDuration::from_hours(1);
    let body = with("expires_at", json!(end.to_string()));
    let post = async |body: &Value| {
        let call = scene
            .call(Method::POST, TOKENS)
            .header("idempotency-key", KEY);
        call.json(body).send().await
    };
    let (one, other) = tokio::join!(post(&body), post(&body));
    assert_eq!((one.status, one.text()), (201, other.text()));
    let first = one;
    // Also when the end is over.
    scene
        .service
        .clock
        .advance(jiff::SignedDuration::from_hours(2));
    let bearer = scene.service.management_token("manager", MANAGEMENT).await;
    let late = scene
        .service
        .post(TOKENS)
        .bearer(&bearer)
        .header("idempotency-key", KEY);
    let late = late.json(&body).send().await;
    assert_eq!((late.status, late.text()), (201, first.text()));
    assert_eq!(late.header("location"), first.header("location"));
    let reused = scene
        .service
        .post(TOKENS)
        .bearer(&bearer)
        .header("idempotency-key", KEY);
    let reused = reused.json(&for_orders()).send().await;
    assert_eq!(reused.refusal(), (422, "idempotency-key-reused".to_owned()));
}

#[tokio::test]
async fn what_is_left_out_has_a_default() {
    let scene = Scene::new().await;
    let made = scene.make(&for_orders()).await;
    let name = format!("api-token-{}", made["hint"].as_str().unwrap());
    assert_eq!(made["name"], name);
    assert_eq!(made["scopes"], json!(["orders:read"]));
    assert_eq!(
        (&made["grants"], &made["referers"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(made["expires_at"], Value::Null);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_where_it_stands() {
    let scene = Scene::new().await;
    let many = |what: Value, number: usize| Value::Array(vec![what; number]);
    let origins: Vec<_> = (0..51).map(|n| format!("https://a{n}.example")).collect();
    let grants: Vec<_> = (0..101).map(|n| grant(&n.to_string())).collect();
    let long: Vec<_> = (0..40)
        .map(|n| grant(&format!("{n}{}", "x".repeat(450))))
        .collect();
    for (body, pointer) in [
        (json!({}), ""),
        (json!({"allowed_apis": []}), "/allowed_apis"),
        (
            json!({"allowed_apis": many(json!(ORDERS_API), 21)}),
            "/allowed_apis",
        ),
        (
            json!({"allowed_apis": [ORDERS_API, ORDERS_API]}),
            "/allowed_apis/1",
        ),
        (
            json!({"allowed_apis": [ORDERS_API, "urn:nobody"]}),
            "/allowed_apis/1",
        ),
        (json!({"allowed_apis": ["relative"]}), "/allowed_apis/0"),
        (
            json!({"allowed_apis": [scene.service.issuer.join("/v1")]}),
            "/allowed_apis/0",
        ),
        // Whatever is nobody else's is the default audience's, and nobody holds any of it.
        (
            json!({"allowed_apis": ["urn:m2m-oauth:api"]}),
            "/allowed_apis/0",
        ),
        (
            json!({"allowed_apis": [ORDERS_API, BOOKS_API], "scopes": ["orders:read"]}),
            "/allowed_apis/1",
        ),
        (with("scopes", json!([])), "/allowed_apis/0"),
        (with("name", json!("")), "/name"),
        (with("name", json!("a\u{202e}b")), "/name"),
        (
            with("referers", json!(["https://a.example/path"])),
            "/referers/0",
        ),
        (with("referers", json!(origins)), "/referers"),
        (with("grants", json!(grants)), "/grants"),
        (with("grants", json!(long)), "/grants"),
        (with("grants", json!([{"connection": "a"}])), "/grants/0"),
        (
            with("grants", json!([{"connection": "a", "source": "t"}])),
            "/grants/0/source",
        ),
        (
            with("expires_at", json!("2020-01-01T00:00:00Z")),
            "/expires_at",
        ),
        (
            with("expires_at", json!("2027-01-01T00:00:00.5Z")),
            "/expires_at",
        ),
        (with("expires_at", json!(1_800_000_000)), "/expires_at"),
        (with("owner", json!("local|eve")), "/owner"),
        (with("client_id", json!(null)), "/client_id"),
        (with("api_token", json!("m2mt_x")), "/api_token"),
    ] {
        let answer = scene.post(&body).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-request".to_owned()),
            "{body}"
        );
        assert_eq!(answer.pointers(), [pointer], "{body}");
    }
    assert_eq!(scene.names("").await.0, Vec::<String>::new());
}

fn grant(table: &str) -> Value {
    json!({"connection": "warehouse", "source": {"table": table}})
}

#[tokio::test]
async fn nobody_makes_or_widens_a_token_beyond_its_own_scopes() {
    let scene = Scene::new().await;
    let narrow = "orders:read tokens:read tokens:write";
    let narrow = scene
        .bearer_with("narrow", narrow, "tokens:read tokens:write")
        .await;
    let service = &scene.service;
    let weak = service.make_api_token(&narrow, &for_orders()).await;
    assert_eq!(weak["scopes"], json!(["orders:read"]));
    for body in [
        json!({"allowed_apis": [ORDERS_API, BOOKS_API], "scopes": ["orders:read", "orders:write"]}),
        with("scopes", json!(["orders:read", "orders:write"])),
    ] {
        let answer = service.ask_for_api_token(&narrow, &body).await;
        assert_eq!(
            answer.refusal(),
            (403, "insufficient-scope".to_owned()),
            "{body}"
        );
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.ends_with("scope=\"orders:write\""), "{challenge}");
    }
    let strong = scene.make(&everything()).await;
    let change = async |path: &str, body: Value| {
        let call = service.call(Method::PATCH, path).bearer(&narrow);
        call.json(&body).send().await.refusal()
    };
    let path = path_of(&strong);
    for stronger in [
        json!({"expires_at": null}),
        json!({"referers": []}),
        json!({"grants": []}),
        json!({"scopes": ["orders:read"], "allowed_apis": [ORDERS_API]}),
    ] {
        let refused = (403, "insufficient-scope".to_owned());
        assert_eq!(change(&path, stronger.clone()).await, refused, "{stronger}");
    }
    let books = json!({"allowed_apis": [BOOKS_API], "scopes": ["orders:write"]});
    assert_eq!(change(&path_of(&weak), books).await.0, 403);
    // What a token is called is no strength, and ending one neither.
    assert_eq!(change(&path, json!({"name": "renamed"})).await.0, 200);
    let call = service.call(Method::DELETE, &path).bearer(&narrow);
    assert_eq!(call.send().await.status, 204);
}

#[tokio::test]
async fn each_call_takes_its_scope() {
    let scene = Scene::new().await;
    let made = scene.make(&for_orders()).await;
    let path = path_of(&made);
    let reader = scene
        .service
        .management_token("manager", "tokens:read")
        .await;
    let writer = scene
        .service
        .management_token("manager", "tokens:write")
        .await;
    let call = async |bearer: &str, method: Method, path: &str| {
        let call = scene.service.call(method, path).bearer(bearer);
        call.json(&for_orders()).send().await.status
    };
    assert_eq!(call(&reader, Method::POST, TOKENS).await, 403);
    assert_eq!(call(&reader, Method::PATCH, &path).await, 403);
    assert_eq!(call(&reader, Method::DELETE, &path).await, 403);
    assert_eq!(call(&writer, Method::GET, TOKENS).await, 403);
    assert_eq!(call(&writer, Method::GET, &path).await, 403);
    assert_eq!(call(&reader, Method::GET, &path).await, 200);
    assert_eq!(call(&writer, Method::DELETE, &path).await, 204);
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(scene.call(method, TOKENS).send().await.status, 405);
    }
    assert_eq!(scene.call(Method::PUT, &path).send().await.status, 405);
}

#[tokio::test]
async fn another_owner_s_token_is_what_never_was() {
    let scene = Scene::new().await;
    let path = path_of(&scene.make(&for_orders()).await);
    let hers = scene.service.management_token("stranger", MANAGEMENT).await;
    let nobody = format!("{TOKENS}/at_00000000000000000000000000");
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let answer = async |path: &str| {
            let call = scene.service.call(method.clone(), path).bearer(&hers);
            let mut body = call.json(&json!({"name": "stolen"})).send().await.json();
            body["correlation_id"] = Value::Null;
            body
        };
        let foreign = answer(&path).await;
        assert_eq!(foreign["status"], 404);
        assert_eq!(foreign, answer(&nobody).await);
        assert_eq!(foreign, answer(&format!("{TOKENS}/garbage")).await);
    }
    let list = scene.service.get(TOKENS).bearer(&hers).send().await;
    assert_eq!(list.json()["items"], json!([]));
    assert_eq!(scene.get(&path).await.status, 200);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_not_the_value() {
    let scene = Scene::new().await;
    let made = scene.make(&everything()).await;
    let path = path_of(&made);
    let patched = scene
        .patch(&path, &json!({"name": "Other", "expires_at": null}))
        .await;
    assert_eq!(patched.status, 200, "{}", patched.text());
    let body = patched.json();
    assert_eq!(
        (&body["name"], &body["expires_at"]),
        (&json!("Other"), &Value::Null)
    );
    for member in [
        "allowed_apis",
        "scopes",
        "grants",
        "referers",
        "created_at",
        "hint",
    ] {
        assert_eq!(body[member], made[member], "{member}");
    }
    assert!(scene.service.is_active("books", &value_of(&made)).await);
    let narrowed =
        json!({"allowed_apis": [ORDERS_API], "scopes": null, "grants": null, "referers": null});
    let narrowed = scene.patch(&path, &narrowed).await.json();
    assert_eq!(narrowed["scopes"], json!(["orders:read"]));
    assert_eq!(
        (&narrowed["grants"], &narrowed["referers"]),
        (&json!([]), &json!([]))
    );
    assert!(!scene.service.is_active("books", &value_of(&made)).await);
    for (body, pointer) in [
        (json!({"name": null}), "/name"),
        (json!({"allowed_apis": null}), "/allowed_apis"),
        (json!({"owner": "local|eve"}), "/owner"),
        (json!({"status": "active"}), "/status"),
    ] {
        let answer = scene.patch(&path, &body).await;
        assert_eq!(
            (answer.status, answer.pointers()),
            (400, vec![pointer.to_owned()]),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_change_of_another_revision_is_refused() {
    let scene = Scene::new().await;
    let path = path_of(&scene.make(&for_orders()).await);
    let tagged = |method: Method, tag: &str| scene.call(method, &path).header("if-match", tag);
    let first = scene.get(&path).await.header("etag").unwrap().to_owned();
    let rename = json!({"name": "renamed"});
    let renamed = tagged(Method::PATCH, &first).json(&rename).send().await;
    assert_eq!(renamed.status, 200);
    let second = renamed.header("etag").unwrap().to_owned();
    assert_ne!(first, second);
    let again = json!({"name": "again"});
    let stale = tagged(Method::PATCH, &first).json(&again).send().await;
    assert_shows("api_token_precondition_failed", &stale);
    assert_eq!(tagged(Method::DELETE, &first).send().await.status, 412);
    assert_eq!(tagged(Method::DELETE, &second).send().await.status, 204);
    assert_shows(
        "api_token_not_found",
        &tagged(Method::DELETE, &second).send().await,
    );
    let known = scene.get(TOKENS).await.header("etag").unwrap().to_owned();
    let list = scene
        .call(Method::GET, TOKENS)
        .header("if-none-match", &known);
    assert_eq!(list.send().await.status, 304);
}

#[tokio::test]
async fn tokens_are_listed_by_pages() {
    let scene = Scene::new().await;
    for number in 0..5 {
        let name = json!(number.to_string());
        scene.make(&with("name", name)).await;
        scene
            .service
            .clock
            .advance(jiff::SignedDuration::from_millis(1));
    }
    let (first, cursor) = scene.names("limit=2").await;
    let cursor = cursor.as_str().unwrap().to_owned();
    let (second, next) = scene.names(&format!("limit=2&cursor={cursor}")).await;
    let (third, end) = scene
        .names(&format!("limit=2&cursor={}", next.as_str().unwrap()))
        .await;
    assert_eq!([first, second, third].concat(), ["0", "1", "2", "3", "4"]);
    assert_eq!(end, Value::Null);
    let changed = format!("{TOKENS}?cursor=A{}", &cursor[1..]);
    assert_eq!(
        scene.get(&changed).await.refusal(),
        (400, "invalid-cursor".to_owned())
    );
    let stranger = scene.service.management_token("stranger", MANAGEMENT).await;
    let stolen = scene
        .service
        .get(&format!("{TOKENS}?cursor={cursor}"))
        .bearer(&stranger);
    assert_eq!(stolen.send().await.status, 400);
    for query in ["limit=0", "limit=201", "owner=x"] {
        assert_eq!(
            scene.get(&format!("{TOKENS}?{query}")).await.status,
            400,
            "{query}"
        );
    }
}

#[tokio::test]
async fn an_owner_has_a_hundred_tokens_at_most() {
    let scene = Scene::new().await;
    let made = scene.make(&for_orders()).await;
    let store = &scene.service.deployment.ports().api_tokens;
    for number in 1..98 {
        let token = m2m_testkit::builders::api_token(number).0;
        let inserted = store.insert(&token, number.into(), None).await;
        assert_eq!(inserted.unwrap(), m2m_core::ports::WriteOutcome::Written);
    }
    // Many at once do not get past the limit together.
    let body = for_orders();
    let (a, b, c, d) = tokio::join!(
        scene.post(&body),
        scene.post(&body),
        scene.post(&body),
        scene.post(&body)
    );
    let statuses = [a, b, c, d].map(|answer| answer.status);
    let fitted = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(fitted, 2, "{statuses:?}");
    assert_shows("api_token_limit_reached", &scene.post(&body).await);
    // One that is revoked or over makes room, whatever is left of it in the list.
    let value = value_of(&made);
    let call = scene.service.post("/oauth/revoke");
    let call = call.basic("m2m_manager", &m2m_tests::world::secret_of("manager"));
    assert_eq!(call.form(&[("token", &value)]).send().await.status, 200);
    assert_eq!(scene.post(&body).await.status, 201);
    assert_eq!(scene.post(&body).await.status, 403);
}

#[tokio::test]
async fn a_client_takes_its_tokens_along() {
    let scene = Scene::new().await;
    let service = &scene.service;
    let maker = service.management_token("books", MANAGEMENT).await;
    let its = service.make_api_token(&maker, &for_orders()).await;
    let other = scene.make(&for_orders()).await;
    assert_eq!(scene.delete("/v1/clients/m2m_books").await.status, 204);
    assert!(!service.is_active("orders", &value_of(&its)).await);
    assert!(service.is_active("orders", &value_of(&other)).await);
    assert_eq!(scene.get(&path_of(&its)).await.status, 404);
    assert_eq!(scene.names("").await.0.len(), 1);
}

#[tokio::test]
async fn tokens_of_a_deleted_client_stay_where_they_are_kept() {
    let scene = Scene::new().await;
    let service = &scene.service;
    let maker = service.management_token("books", MANAGEMENT).await;
    let its = service.make_api_token(&maker, &for_orders()).await;
    let path = "/v1/clients/m2m_books?keep_api_tokens=true";
    let writer = service.management_token("manager", "clients:write").await;
    let refused = service
        .call(Method::DELETE, path)
        .bearer(&writer)
        .send()
        .await;
    assert_eq!(refused.refusal(), (403, "insufficient-scope".to_owned()));
    assert_eq!(
        scene
            .delete("/v1/clients/m2m_books?keep_api_tokens=1")
            .await
            .status,
        400
    );
    assert_eq!(scene.delete(path).await.status, 204);
    assert!(service.is_active("orders", &value_of(&its)).await);
    let kept = scene.get(&path_of(&its)).await.json();
    assert_eq!(
        (&kept["status"], &kept["client_id"]),
        (&json!("active"), &Value::Null)
    );
    // They are the owner's alone now, and end with it.
    service.directory.set_owner(m2m_core::owner::Owner {
        generation: ada().generation.raised(),
        ..ada()
    });
    assert!(!service.is_active("orders", &value_of(&its)).await);
}

#[tokio::test]
async fn a_kept_token_gets_nothing_back_that_its_client_lost() {
    let scene = Scene::new().await;
    let service = &scene.service;
    let all = "orders:read orders:write clients:write tokens:read tokens:write";
    let maker = scene
        .bearer_with("maker", all, "clients:write tokens:write")
        .await;
    let its = service.make_api_token(&maker, &everything()).await;
    let narrowed = json!({"scopes": ["orders:read", "clients:write", "tokens:write"]});
    let narrowed = scene.patch("/v1/clients/m2m_maker", &narrowed).await;
    assert_eq!(narrowed.status, 200, "{}", narrowed.text());
    let path = "/v1/clients/m2m_maker?keep_api_tokens=true";
    let maker = service
        .management_token("maker", "clients:write tokens:write")
        .await;
    let kept = service
        .call(Method::DELETE, path)
        .bearer(&maker)
        .send()
        .await;
    assert_eq!(kept.status, 204, "{}", kept.text());
    assert!(service.is_active("orders", &value_of(&its)).await);
    assert!(!service.is_active("books", &value_of(&its)).await);
    let kept = scene.get(&path_of(&its)).await.json();
    assert_eq!(kept["scopes"], json!(["orders:read"]));
}

#[tokio::test]
async fn a_weaker_caller_keeps_no_stronger_token() {
    let scene = Scene::new().await;
    let maker = scene.service.management_token("books", MANAGEMENT).await;
    let its = scene.service.make_api_token(&maker, &everything()).await;
    let weak = "orders:read clients:write tokens:write";
    let weak = scene
        .bearer_with("weak", weak, "clients:write tokens:write")
        .await;
    let path = "/v1/clients/m2m_books?keep_api_tokens=true";
    let refused = scene
        .service
        .call(Method::DELETE, path)
        .bearer(&weak)
        .send()
        .await;
    assert_eq!(refused.refusal(), (403, "insufficient-scope".to_owned()));
    assert!(scene.service.is_active("books", &value_of(&its)).await);
}

#[tokio::test]
async fn a_token_that_a_stop_has_ended_is_not_brought_back_by_keeping_it() {
    let scene = Scene::new().await;
    let service = &scene.service;
    let maker = service.management_token("books", MANAGEMENT).await;
    let its = service.make_api_token(&maker, &for_orders()).await;
    let stop = scene.call(Method::POST, "/v1/clients/m2m_books/revoke-tokens");
    assert_eq!(stop.send().await.status, 200);
    let stopped = scene.get(&path_of(&its)).await.json();
    assert_eq!(stopped["status"], "stopped");
    assert_eq!(
        scene
            .delete("/v1/clients/m2m_books?keep_api_tokens=true")
            .await
            .status,
        204
    );
    assert!(!service.is_active("orders", &value_of(&its)).await);
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_leaves_nothing_usable() {
    let scene = Scene::new().await;
    scene
        .service
        .faults
        .always("TransactWriteItems", Fault::ServerError);
    let answer = scene.post(&for_orders()).await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
    scene.service.faults.clear();
    assert_eq!(scene.names("").await.0, Vec::<String>::new());
}
