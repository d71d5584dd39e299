//! API access tokens, the APIs that they are for, and how to make one.

use serde_json::{Value, json};

use crate::call::Answer;
use crate::service::{self, TestService};
use crate::world::{MANAGEMENT, ada, client_of, organization, owner};

/// An API with the scope `orders:read`, which lists the clients `orders` and, of another owner in another organization, `gateway`.
pub const ORDERS_API: &str = "https://orders.example/v1";
/// An API with the scope `orders:write`, which lists the client `books`.
pub const BOOKS_API: &str = "urn:acme:books";

/// A service with both APIs and their clients, and its management token of `manager`, who may do everything that
/// `local|ada` may; `stranger` is a client of the other owner.
pub async fn with_apis() -> (TestService, String) {
    let service = service::start().await;
    for name in ["orders", "books"] {
        service.add_client(client_of(&ada(), name)).await;
    }
    let globex = organization("globex");
    let eve = owner("eve", &globex);
    service.add_principals(&eve, &globex).await;
    for name in ["gateway", "stranger"] {
        service.add_client(client_of(&eve, name)).await;
    }
    let apis: [(_, _, &[_]); 2] = [
        (ORDERS_API, "orders:read", &["m2m_orders", "m2m_gateway"]),
        (BOOKS_API, "orders:write", &["m2m_books"]),
    ];
    for (api, scope, clients) in apis {
        service.add_resource_server(api, scope, clients).await;
    }
    let bearer = service.manager(MANAGEMENT).await;
    (service, bearer)
}

/// What makes a token for both APIs with everything in it.
pub fn everything() -> Value {
    json!({
        "name": "Map of rivers",
        "allowed_apis": [ORDERS_API, BOOKS_API],
        "scopes": ["orders:read", "orders:write"],
        "grants": [
            {"connection": "warehouse", "source": {"table": "sales.orders"}},
            {"connection": "warehouse", "source": {"query": "SELECT *\n FROM rivers"}},
            {"connection": "tiles", "source": {"tileset": "maps.rivers"}},
        ],
        "referers": ["https://*.acme.example", "https://maps.example"],
        "expires_at": "2027-01-01T00:00:00Z",
    })
}

impl TestService {
    /// Asks for an API access token.
    pub async fn ask_for_api_token(&self, bearer: &str, body: &Value) -> Answer {
        let call = self.post("/v1/api-tokens").bearer(bearer);
        call.json(body).send().await
    }

    /// Makes an API access token and returns the whole answer.
    pub async fn make_api_token(&self, bearer: &str, body: &Value) -> Value {
        let answer = self.ask_for_api_token(bearer, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// The value of a new API access token for the orders.
    pub async fn api_token(&self, bearer: &str) -> String {
        let body = json!({"allowed_apis": [ORDERS_API]});
        value_of(&self.make_api_token(bearer, &body).await)
    }
}

/// The value in the answer to a create.
pub fn value_of(made: &Value) -> String {
    made["api_token"].as_str().unwrap().to_owned()
}

/// The path of the token in the answer to a create.
pub fn path_of(made: &Value) -> String {
    format!("/v1/api-tokens/{}", made["api_token_id"].as_str().unwrap())
}
