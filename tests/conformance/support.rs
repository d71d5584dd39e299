//! What the tests of this suite share.

use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of, secret_of};

/// The id of the client that most tests ask as.
pub(crate) const ID: &str = "m2m_payments";

/// Its secret.
pub(crate) fn secret() -> String {
    secret_of("payments")
}

/// A service with the client `payments` of ada, which has all of her scopes.
pub(crate) async fn with_payments() -> TestService {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    service
}

/// Asks for a token as `payments` with these parameters beside the grant type.
pub(crate) async fn ask(service: &TestService, parameters: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend_from_slice(parameters);
    let call = service.post("/oauth/token").basic(ID, &secret());
    call.form(&form).send().await
}

/// What every refusal of the token endpoint has, whatever it is about.
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.refusal(), (status, code.to_owned()));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let body = answer.json();
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["correlation_id", "error", "error_description"]);
    let description = answer.member("error_description");
    let allowed = |b: u8| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    assert!(description.bytes().all(allowed), "{description}");
    assert_eq!(answer.member("correlation_id").len(), 32);
}
