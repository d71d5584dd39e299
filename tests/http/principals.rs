//! `/v1/owners` and `/v1/organizations`: who may change them, and what switching them off stops.

use http::Method;
use m2m_core::owner::Owner;
use m2m_local::stand_in::faults::Fault;
use m2m_testkit::builders::scopes;
use m2m_tests::call::{Answer, Call};
use m2m_tests::iam::{callers, context, session};
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{MANAGEMENT, client_of, organization, owner, secret_of};
use m2m_types::names::{OrganizationId, OwnerId};
use serde_json::{Value, json};

const GRACE: &str = "/v1/owners/local%7Cgrace";
const ACME: &str = "/v1/organizations/acme";
const NEW: (&str, &str) = ("if-none-match", "*");
const ANY: (&str, &str) = ("if-match", "*");

/// A service with a manager who may do everything.
struct Scene {
    service: TestService,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        Self { service, token }
    }

    /// One with the owner `local|grace`, who has a client `payments`.
    async fn with_grace() -> Self {
        let scene = Self::new().await;
        let body = grace("clients:read orders:read");
        let made = scene.put(GRACE, NEW, &body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let owner = owner("grace", &organization("acme"));
        let client = client_of(&owner, "payments");
        scene.service.add_client(client).await;
        scene
    }

    fn call(&self, method: Method, path: &str) -> Call {
        self.service.call(method, path).bearer(&self.token)
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    async fn put(&self, path: &str, condition: (&str, &str), body: &Value) -> Answer {
        put_as(&self.service, &self.token, path, condition, body).await
    }

    async fn change(&self, path: &str, body: &Value) -> Answer {
        let answer = self.put(path, ANY, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    }

    async fn ask(&self, secret: &str) -> Answer {
        self.service.ask("m2m_payments", secret).await
    }

    /// The refusal of a token request, without what differs from one to the next.
    async fn refused(&self, secret: &str) -> (Answer, String) {
        let mut answer = self.ask(secret).await;
        assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
        let text = answer.text().replace(&answer.member("correlation_id"), "-");
        answer.headers.remove("date");
        answer.body = Vec::new();
        (answer, text)
    }
}

async fn put_as(
    service: &TestService,
    token: &str,
    path: &str,
    (name, value): (&str, &str),
    body: &Value,
) -> Answer {
    let call = service.call(Method::PUT, path).bearer(token);
    call.header(name, value).json(body).send().await
}

fn grace(permissions: &str) -> Value {
    let permissions: Vec<_> = permissions.split_whitespace().collect();
    json!({ "organization": "acme", "permissions": permissions, "active": true })
}

fn acme() -> Value {
    json!({
        "name": "Acme", "plan": "enterprise", "m2m_clients_allowed": true, "max_clients": 100,
        "active": true, "token_quota": null,
    })
}

fn with(body: Value, member: &str, value: impl Into<Value>) -> Value {
    let mut body = body;
    body[member] = value.into();
    body
}

#[tokio::test]
async fn what_was_put_is_shown_with_its_tag() {
    let scene = Scene::new().await;
    let globex = "/v1/organizations/globex";
    let quota = json!({ "limit": 5, "per": "day", "mode": "monitor" });
    let organization = with(acme(), "token_quota", quota);
    for (path, body, id) in [
        (GRACE, grace("clients:read orders:read"), "owner"),
        (globex, organization, "organization"),
    ] {
        let made = scene.put(path, NEW, &body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let read = scene.get(path).await;
        assert_eq!((read.status, read.json()), (200, made.json()));
        for (member, value) in body.as_object().unwrap() {
            assert_eq!(read.json()[member], *value, "{member}");
        }
        let name = if id == "owner" {
            "local|grace"
        } else {
            "globex"
        };
        assert_eq!(read.member(id), name);
        let tag = made.header("etag").unwrap();
        assert_eq!(read.header("etag"), Some(tag));
        let again = scene.call(Method::GET, path).header("if-none-match", tag);
        assert_eq!(again.send().await.status, 304);
    }
}

#[tokio::test]
async fn a_put_says_what_it_replaces() {
    let scene = Scene::with_grace().await;
    let changed = [
        (GRACE, grace("orders:read")),
        (ACME, with(acme(), "plan", "team")),
    ];
    for (path, body) in changed {
        let call = scene.call(Method::PUT, path).json(&body).send().await;
        assert_eq!(call.refusal(), (428, "precondition-required".to_owned()));
        let taken = scene.put(path, NEW, &body).await;
        assert_eq!(taken.refusal(), (412, "precondition-failed".to_owned()));
        let malformed = scene.put(path, ("if-match", "x"), &body).await;
        assert_eq!(malformed.refusal(), (400, "invalid-request".to_owned()));

        let before = scene.get(path).await;
        let tag = ("if-match", before.header("etag").unwrap());
        let done = scene.put(path, tag, &body).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(scene.get(path).await.json(), done.json());
        let stale = scene.put(path, tag, &body).await;
        assert_eq!(stale.refusal(), (412, "precondition-failed".to_owned()));
    }
    for path in ["/v1/owners/local%7Cnobody", "/v1/organizations/nowhere"] {
        assert_eq!(scene.get(path).await.refusal().0, 404);
        let body = if path.contains("owners") {
            grace("")
        } else {
            acme()
        };
        let answer = scene.put(path, ANY, &body).await;
        assert_eq!(answer.refusal(), (404, "not-found".to_owned()));
    }
}

#[tokio::test]
async fn unknown_and_wrong_fields_are_refused() {
    let scene = Scene::new().await;
    let organization = "/v1/organizations/globex";
    let zero = json!({ "limit": 0, "per": "day" });
    for (path, body) in [
        (GRACE, with(grace(""), "generation", 7)),
        (GRACE, with(grace(""), "permissions", "orders:read")),
        (GRACE, with(grace(""), "organization", "globex")),
        (GRACE, json!({ "organization": "acme" })),
        (organization, with(acme(), "handle", "x")),
        (organization, with(acme(), "plan", "")),
        (organization, with(acme(), "max_clients", -1)),
        (organization, with(acme(), "token_quota", zero)),
    ] {
        let answer = scene.put(path, NEW, &body).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-request".to_owned()),
            "{body}"
        );
        assert_eq!(scene.get(path).await.status, 404);
    }
    let many: Vec<_> = (0..501).map(|number| format!("orders:{number}")).collect();
    let body = with(grace(""), "permissions", many);
    let answer = scene.put(GRACE, NEW, &body).await;
    assert_eq!(answer.pointers(), ["/permissions"]);
    let nobody = "/v1/owners/m2m_nobody";
    assert_eq!(scene.put(nobody, NEW, &grace("")).await.refusal().0, 404);
}

#[tokio::test]
async fn owners_are_for_admins_and_organizations_for_operators() {
    let scene = Scene::with_grace().await;
    let token = |scope: &'static str| scene.service.management_token("manager", scope);
    let all_but = |left_out: &str| {
        let scopes = MANAGEMENT.split(' ').filter(|scope| *scope != left_out);
        scopes.collect::<Vec<_>>().join(" ").leak() as &'static str
    };
    for (path, body, scope) in [
        (GRACE, grace(""), "admin"),
        (ACME, with(acme(), "plan", "unlimited"), "operator"),
    ] {
        let weak = token(all_but(scope)).await;
        let read = scene.service.get(path).bearer(&weak).send().await;
        let refused = put_as(&scene.service, &weak, path, ANY, &body).await;
        for answer in [read, refused] {
            assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(
                challenge.contains(&format!("scope=\"{scope}\"")),
                "{challenge}"
            );
        }
        let strong = token(scope).await;
        let read = scene.service.get(path).bearer(&strong).send().await;
        assert_eq!(read.status, 200, "{}", read.text());
        assert_eq!(scene.service.get(path).send().await.status, 401);
    }
}

#[tokio::test]
async fn another_organizations_owner_is_as_if_there_were_none() {
    let scene = Scene::new().await;
    let globex = organization("globex");
    let eve = owner("eve", &globex);
    scene.service.add_principals(&eve, &globex).await;
    let (hers, nobodys) = ("/v1/owners/local%7Ceve", "/v1/owners/local%7Cnobody");
    let without_id = |answer: Answer| {
        let id = answer.member("correlation_id");
        (answer.status, answer.text().replace(&id, "-"))
    };
    let absent = without_id(scene.get(nobodys).await);
    assert_eq!(absent.0, 404);
    assert_eq!(without_id(scene.get(hers).await), absent);
    for body in [grace(""), with(grace(""), "active", false)] {
        assert_eq!(without_id(scene.put(hers, ANY, &body).await), absent);
    }
    // Neither by saying whose she is, nor by making her anew.
    let named = with(grace(""), "organization", "globex");
    assert_eq!(
        scene.put(hers, ANY, &named).await.pointers(),
        ["/organization"]
    );
    assert_eq!(scene.put(hers, NEW, &grace("")).await.refusal().0, 412);
    assert_eq!(
        found(&scene.service, "local|eve", "globex").await,
        Some(eve)
    );
}

async fn found(service: &TestService, owner: &str, organization: &str) -> Option<Owner> {
    let owner = OwnerId::parse(owner).unwrap();
    let organization = OrganizationId::parse(organization).unwrap();
    let directory = &service.deployment.ports().directory;
    let found = directory.find_principals(&owner, &organization).await;
    found.unwrap().owner
}

#[tokio::test]
async fn an_owner_never_moves_to_another_organization() {
    let scene = Scene::with_grace().await;
    let globex = "/v1/organizations/globex";
    assert_eq!(scene.put(globex, NEW, &acme()).await.status, 201);
    let moved = with(grace(""), "organization", "globex");
    let answer = scene.put(GRACE, ANY, &moved).await;
    assert_eq!(answer.pointers(), ["/organization"]);
    assert_eq!(scene.get(GRACE).await.member("organization"), "acme");
}

#[tokio::test]
async fn h37_a_caller_grants_only_what_it_holds() {
    let scene = Scene::with_grace().await;
    let service = &scene.service;
    let admin = service.management_token("manager", "admin").await;
    let refusals = [
        ("clients:read orders:read invoices:read", "invoices:read"),
        ("clients:read orders:read clients:write", "clients:write"),
        ("clients:read orders:read operator", "operator"),
    ];
    for (permissions, lacking) in refusals {
        let answer = put_as(service, &admin, GRACE, ANY, &grace(permissions)).await;
        assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.contains(&format!("scope=\"{lacking}\"")),
            "{challenge}"
        );
    }
    let new = "/v1/owners/local%7Cnew";
    let answer = put_as(service, &admin, new, NEW, &grace("operator")).await;
    assert_eq!(answer.refusal().0, 403);
    // What the owner holds already may stay or go, and what the caller's client holds may come.
    for permissions in [
        "clients:read orders:read orders:write admin",
        "orders:write",
    ] {
        let answer = put_as(service, &admin, GRACE, ANY, &grace(permissions)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

#[tokio::test]
async fn h37_whoever_switches_an_owner_on_grants_all_it_has() {
    let scene = Scene::with_grace().await;
    let service = &scene.service;
    let admin = service.management_token("manager", "admin").await;
    let off = with(grace("clients:read orders:read"), "active", false);
    let switched = put_as(service, &admin, GRACE, ANY, &off).await;
    assert_eq!(switched.status, 200, "{}", switched.text());
    let on = grace("clients:read orders:read");
    let refused = put_as(service, &admin, GRACE, ANY, &on).await;
    assert_eq!(refused.refusal(), (403, "insufficient-scope".to_owned()));
    scene.change(GRACE, &on).await;
    assert_eq!(scene.ask(&secret_of("payments")).await.status, 200);
}

#[tokio::test]
async fn h37_only_an_operator_changes_an_operator() {
    let scene = Scene::with_grace().await;
    let admin = scene.service.management_token("manager", "admin").await;
    let ada = "/v1/owners/local%7Cada";
    for body in [grace(""), with(grace(""), "active", false)] {
        let answer = put_as(&scene.service, &admin, ada, ANY, &body).await;
        assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
    }
}

#[tokio::test]
async fn narrower_permissions_count_at_the_next_request() {
    let scene = Scene::with_grace().await;
    let scope = |answer: Answer| answer.member("scope");
    assert_eq!(
        scope(scene.ask(&secret_of("payments")).await),
        "orders:read"
    );
    scene.change(GRACE, &grace("orders:write")).await;
    assert_eq!(
        scope(scene.ask(&secret_of("payments")).await),
        "orders:write"
    );
}

#[tokio::test]
async fn a_switched_off_owner_is_stopped_at_once_and_its_tokens_for_good() {
    let on = grace("clients:read orders:read");
    stops(GRACE, &on, "owner").await;
}

/// Tokens of the client `payments` and, for the management API, of its owner end with the switch.
async fn stops(path: &str, on: &Value, stop: &str) {
    let scene = Scene::with_grace().await;
    // The caller is of another organization than the one that is switched off.
    let globex = organization("globex");
    let operator = owner("operator", &globex);
    scene.service.add_principals(&operator, &globex).await;
    let operator = scene
        .service
        .manager_of(&operator, "operator", MANAGEMENT)
        .await;
    let caller = if stop == "owner" {
        &scene.token
    } else {
        &operator
    };
    let service = &scene.service;
    let reference = scene.refused(&secret_of("another")).await;
    let token = scene
        .ask(&secret_of("payments"))
        .await
        .member("access_token");
    let manages = service.management_token("payments", "clients:read").await;
    let list = || service.get("/v1/clients").bearer(&manages).send();
    assert_eq!(list().await.status, 200);

    let off = with(on.clone(), "active", false);
    let answer = put_as(service, caller, path, ANY, &off).await;
    assert_eq!(
        (answer.status, &answer.json()["active"]),
        (200, &json!(false))
    );
    assert_eq!(scene.refused(&secret_of("payments")).await, reference);
    assert_eq!(list().await.refusal(), (401, "invalid-token".to_owned()));
    for token in [&token, &manages] {
        assert_eq!(service.dead_by_snapshot(token).await, Some(stop));
    }
    // Once more changes nothing.
    let seq = service.snapshot().await["seq"].clone();
    let again = put_as(service, caller, path, ANY, &off).await;
    assert_eq!(
        (again.status, again.header("etag")),
        (200, answer.header("etag"))
    );
    assert_eq!(service.snapshot().await["seq"], seq);

    let answer = put_as(service, caller, path, ANY, on).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(list().await.status, 401);
    let fresh = scene
        .ask(&secret_of("payments"))
        .await
        .member("access_token");
    assert_eq!(service.dead_by_snapshot(&fresh).await, None);
    assert_eq!(service.dead_by_snapshot(&token).await, Some(stop));
}

#[tokio::test]
async fn a_switched_off_organization_is_stopped_at_once_and_its_tokens_for_good() {
    stops(ACME, &acme(), "organization").await;
}

#[tokio::test]
async fn h48_switching_off_is_written_whole_or_not_at_all() {
    for (path, on) in [(GRACE, grace("clients:read orders:read")), (ACME, acme())] {
        for (fault, written) in [(Fault::AccessDenied, false), (Fault::AnswerLost, true)] {
            let scene = Scene::with_grace().await;
            let token = scene
                .ask(&secret_of("payments"))
                .await
                .member("access_token");
            scene.service.faults.always("TransactWriteItems", fault);
            let off = with(on.clone(), "active", false);
            let answer = scene.put(path, ANY, &off).await;
            assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
            scene.service.faults.clear();
            let stops = scene.service.dead_by_snapshot(&token).await;
            assert_eq!(stops.is_some(), written, "{path} {fault:?}");
            let status = scene.ask(&secret_of("payments")).await.status;
            assert_eq!(status, if written { 401 } else { 200 });
        }
    }
}

#[tokio::test]
async fn t16_a_quota_that_an_operator_sets_counts_at_once() {
    let scene = Scene::with_grace().await;
    let quota = json!({ "limit": 1, "per": "day" });
    let limited = with(acme(), "token_quota", quota);
    let shown = scene.change(ACME, &limited).await.json();
    assert_eq!(shown["token_quota"]["mode"], "enforce");
    assert_eq!(scene.ask(&secret_of("payments")).await.status, 200);
    let refused = scene.ask(&secret_of("payments")).await;
    assert_eq!(refused.refusal().0, 429);
    scene.change(ACME, &acme()).await;
    assert_eq!(scene.ask(&secret_of("payments")).await.status, 200);
}

#[tokio::test]
async fn plan_and_limit_of_an_organization_count_at_the_next_create() {
    let scene = Scene::new().await;
    let create = || {
        let call = scene.call(Method::POST, "/v1/clients");
        call.json(&json!({ "name": "x", "scopes": [] })).send()
    };
    for (member, value, kind) in [
        ("m2m_clients_allowed", json!(false), "plan-required"),
        ("max_clients", json!(1), "limit-reached"),
    ] {
        scene.change(ACME, &with(acme(), member, value)).await;
        assert_eq!(create().await.refusal(), (403, kind.to_owned()));
    }
    scene.change(ACME, &acme()).await;
    assert_eq!(create().await.status, 201);
}

#[tokio::test]
async fn the_list_of_iam_principals_says_what_its_owners_may() {
    let list = callers([(
        "deploy",
        "iam|deploy",
        "acme",
        "admin clients:read orders:read",
    )]);
    let setup = Setup {
        iam_callers: Some(list),
        ..Setup::default()
    };
    let service = service::start_with(setup).await;
    let token = service.manager(MANAGEMENT).await;
    let path = "/v1/owners/iam%7Cdeploy";
    // Before its first call nobody makes it: it could be in the wrong organization.
    let early = put_as(&service, &token, path, NEW, &grace("")).await;
    assert_eq!(early.refusal(), (400, "invalid-request".to_owned()));
    assert_eq!(service.who_is("deploy").await.status, 200);
    let narrowed = put_as(&service, &token, path, ANY, &grace("")).await;
    assert_eq!(narrowed.status, 200, "{}", narrowed.text());
    assert_eq!(service.who_is("deploy").await.status, 200);
    let permissions = found(&service, "iam|deploy", "acme")
        .await
        .unwrap()
        .permissions;
    assert_eq!(permissions, scopes("admin clients:read orders:read"));

    // It manages owners itself, and stays switched off once it is.
    let as_deploy = |path: &'static str, headers: &'static [(&'static str, &'static str)], body| {
        let context = Some(context(&session("deploy")));
        let service = &service;
        async move {
            let target = (Method::PUT, path);
            let call = service.through_gateway(target, headers, &body, context);
            call.await
        }
    };
    let new = "/iam/v1/owners/local%7Cnew";
    let made = as_deploy(new, &[NEW], grace("orders:read")).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let refused = as_deploy(new, &[ANY], grace("orders:write")).await;
    assert_eq!(refused.refusal(), (403, "insufficient-scope".to_owned()));
    let off = with(grace(""), "active", false);
    assert_eq!(put_as(&service, &token, path, ANY, &off).await.status, 200);
    let refused = service.who_is("deploy").await;
    assert_eq!(refused.refusal(), (403, "iam-owner-inactive".to_owned()));
}
