//! What is run, and what has to hold.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use m2m_core::client_auth::{Presentation, PresentedCredentials};
use m2m_core::keys::{KeySet, KeyState, SigningAlgorithm, SigningKey};
use m2m_core::ports::{KeptKeys, KeyRecord, KeysRevision};
use m2m_jose::{CompactJws, DpopProof, PublicKey};
use m2m_testkit::builders::NOW;
use m2m_tests::dpop::ProofKey;
use m2m_types::form;
use m2m_types::generation::Generation;
use m2m_types::token_request::{MAX_PARAMETER_LENGTH, TokenRequest};
use serde_json::{Value, json};

/// A request with that body and these headers.
fn find(authorization: &[&[u8]], request: &TokenRequest) -> Option<PresentedCredentials> {
    let presentation = Presentation {
        authorization,
        dpop: &[],
        certificate: None,
        source: Ipv4Addr::LOCALHOST.into(),
    };
    PresentedCredentials::find(&presentation, request).ok()
}

/// No parameter but `resource` and `audience` is taken twice, and none beyond its length.
pub(crate) fn form(input: &[u8]) {
    let Ok(request) = TokenRequest::parse(input) else {
        return;
    };
    let mut seen = HashSet::new();
    for pair in form::parse(input) {
        let (name, value) = pair.unwrap();
        assert!(value.len() <= MAX_PARAMETER_LENGTH);
        let may_repeat = ["resource", "audience"].contains(&&*name);
        assert!(seen.insert(name.into_owned()) || may_repeat);
    }
    find(&[], &request);
}

/// Credentials come from nothing but the Basic scheme.
pub(crate) fn basic(input: &[u8]) {
    if find(&[input], &TokenRequest::default()).is_some() {
        assert!(input[..6].eq_ignore_ascii_case(b"basic "));
    }
}

/// A client's own assertion.
pub(crate) struct Assertion {
    key: ProofKey,
    public: PublicKey,
    signed: String,
}

impl Default for Assertion {
    fn default() -> Self {
        let key = ProofKey::default();
        let claims = json!({
            "iss": "m2m_a", "sub": "m2m_a", "aud": "https://auth.example", "exp": 60, "iat": 1, "jti": "j",
        });
        Self {
            public: PublicKey::from_jwk(&key.jwk()).unwrap(),
            signed: key.sign_with(&json!({"alg": "ES256", "typ": "JWT"}), &claims),
            key,
        }
    }
}

impl Assertion {
    pub(crate) fn signed(&self) -> Vec<u8> {
        self.signed.clone().into_bytes()
    }

    pub(crate) fn run(&self, input: &[u8]) {
        let Ok(text) = std::str::from_utf8(input) else {
            return;
        };
        let body = [
            ("client_assertion_type", m2m_tests::assertions::TYPE),
            ("client_assertion", text),
        ];
        if let Ok(request) = TokenRequest::parse(m2m_tests::call::form(&body).as_bytes()) {
            find(&[], &request);
        }
        let Ok(parsed) = CompactJws::parse(text, MAX_PARAMETER_LENGTH) else {
            return;
        };
        if let Ok(Some(embedded)) = parsed.embedded_key() {
            assert_ne!(embedded.thumbprint(), self.key.thumbprint());
        }
        let holds = parsed.verify::<Value>(&self.public).is_ok();
        assert_eq!(holds, text == self.signed);
    }
}

/// A proof that its own key signed.
pub(crate) struct Dpop {
    key: ProofKey,
    signed: String,
}

impl Default for Dpop {
    fn default() -> Self {
        let key = ProofKey::default();
        let claims =
            json!({"jti": "j", "htm": "POST", "htu": "https://auth.example/oauth/token", "iat": 1});
        Self {
            signed: key.sign(&claims),
            key,
        }
    }
}

impl Dpop {
    pub(crate) fn signed(&self) -> Vec<u8> {
        self.signed.clone().into_bytes()
    }

    pub(crate) fn run(&self, input: &[u8]) {
        let Ok(text) = std::str::from_utf8(input) else {
            return;
        };
        let holds =
            DpopProof::parse(text).is_ok_and(|proof| proof.thumbprint() == self.key.thumbprint());
        assert_eq!(holds, text == self.signed);
    }
}

/// A token of this service, as introspection, revocation and the management API read it.
pub(crate) struct Token {
    keys: KeySet,
    signed: String,
}

impl Default for Token {
    fn default() -> Self {
        let record = KeyRecord {
            algorithm: SigningAlgorithm::Es256,
            state: KeyState::Active { since: NOW },
            pkcs8: SigningAlgorithm::Es256.generate().unwrap(),
        };
        let handle = "AAAAAAAAAAAAAAAA";
        let claims = json!({
            "iss": "https://auth.example", "sub": "local|ada", "aud": "urn:test", "exp": 60, "iat": 1,
            "jti": "00", "client_id": "m2m_a", "scope": "a b", "org": "acme",
            "gen": {
                "client": 0, "owner": 0, "organization": 0, "deployment": 0, "owner_handle": handle,
                "organization_handle": handle,
            },
        });
        let key = SigningKey::parse(&record).unwrap();
        Self {
            signed: key.sign_as("at+jwt", &claims).unwrap(),
            keys: KeySet::parse(
                &KeptKeys {
                    generation: Generation::default(),
                    keys: vec![record],
                    revision: KeysRevision(String::new()),
                },
                SigningAlgorithm::Es256,
                NOW,
            )
            .unwrap(),
        }
    }
}

impl Token {
    pub(crate) fn signed(&self) -> Vec<u8> {
        self.signed.clone().into_bytes()
    }

    pub(crate) fn run(&self, input: &[u8]) {
        if let Ok(text) = std::str::from_utf8(input) {
            let holds = self.keys.verify(text).is_ok();
            assert_eq!(holds, text == self.signed);
        }
    }
}
