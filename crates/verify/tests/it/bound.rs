//! D4, C3 and HOSTILE 36: tokens that are bound to a key or to a certificate.

use m2m_verify::{
    InvalidProof, InvalidToken, Refusal, RequestContext, Unavailable, Verified, Verifier,
};
use serde_json::{Value, json};

use crate::issuer::{Issuer, Key, NOW, bearer, encode, sha256, with};

const URL: &str = "https://api.example/orders";

/// A client's key, the token that is bound to it, and a verifier.
pub(crate) struct Bound {
    issuer: Issuer,
    pub(crate) verifier: Verifier,
    key: Key,
    pub(crate) token: String,
}

/// RFC 7638 §3.2: the required members in their order.
fn thumbprint(key: &Key) -> String {
    let jwk = key.jwk();
    let text = |name: &str| jwk[name].as_str().unwrap().to_owned();
    sha256(&format!(
        r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
        text("x"),
        text("y")
    ))
}

impl Bound {
    pub(crate) fn new() -> Self {
        let (issuer, key) = (Issuer::new(), Key::new("client"));
        let token = issuer
            .key()
            .token(&with(&json!({"cnf": {"jkt": thumbprint(&key)}})));
        Self {
            verifier: issuer.verifier(),
            issuer,
            key,
            token,
        }
    }

    /// A proof for a GET of [`URL`] with the token, but for what is changed.
    pub(crate) fn proof(&self, change: &Value) -> String {
        self.proof_of(&self.key, change)
    }

    fn proof_of(&self, key: &Key, change: &Value) -> String {
        let mut claims = json!({
            "jti": "1", "htm": "GET", "htu": URL, "iat": NOW, "ath": sha256(&self.token),
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let mut jwk = key.jwk();
        jwk.as_object_mut()
            .unwrap()
            .retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
        key.sign(
            &json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}),
            &claims,
        )
    }

    async fn get(&self, proofs: &[&str]) -> Result<Verified, Refusal> {
        let request = RequestContext::dpop("GET", URL, proofs.iter().copied());
        self.verifier.verify(&self.token, &request).await
    }

    async fn refused(&self, change: &Value) -> InvalidProof {
        match self.get(&[&self.proof(change)]).await {
            Err(Refusal::Proof(why)) => why,
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn d04_a_bound_token_is_refused_as_bearer() {
    let bound = Bound::new();
    let refused = bearer(&bound.verifier, &bound.token).await.unwrap_err();
    assert!(
        matches!(&refused, Refusal::Token(InvalidToken::BoundToKey)),
        "{refused}"
    );
    assert!(refused.challenges(None)[0].starts_with("DPoP error=\"invalid_token\""));
    bound.get(&[&bound.proof(&json!({}))]).await.unwrap();
}

#[tokio::test]
async fn d04_a_token_that_is_not_bound_is_refused_as_dpop() {
    let bound = Bound::new();
    let token = bound.issuer.key().token(&with(&json!({})));
    let proof = bound.proof(&json!({"ath": sha256(&token)}));
    let request = RequestContext::dpop("GET", URL, [proof.as_str()]);
    let refused = bound.verifier.verify(&token, &request).await.unwrap_err();
    assert!(
        matches!(refused, Refusal::Token(InvalidToken::NotBound)),
        "{refused}"
    );
}

#[tokio::test]
async fn d04_a_proof_is_for_its_access_token() {
    let bound = Bound::new();
    for ath in [json!(sha256("another")), json!(""), json!(bound.token)] {
        let why = bound.refused(&json!({ "ath": ath })).await;
        assert!(matches!(why, InvalidProof::OtherToken), "{why}");
    }
}

#[tokio::test]
async fn h36_a_proof_is_for_its_method_and_url() {
    let bound = Bound::new();
    for change in [
        json!({"htm": "POST"}),
        json!({"htm": "get"}),
        json!({"htu": "https://api.example/other"}),
        json!({"htu": "https://other.example/orders"}),
        json!({"htu": "http://api.example/orders"}),
    ] {
        let why = bound.refused(&change).await;
        assert!(matches!(why, InvalidProof::OtherRequest), "{change}: {why}");
    }
    let same = json!({"htu": "HTTPS://API.example:443/orders?a=b#c"});
    bound.get(&[&bound.proof(&same)]).await.unwrap();
}

#[tokio::test]
async fn h36_a_proof_is_used_once_and_within_a_minute() {
    let bound = Bound::new();
    let proof = bound.proof(&json!({}));
    bound.get(&[&proof]).await.unwrap();
    for _ in 0..3 {
        let again = bound.get(&[&proof]).await.unwrap_err();
        assert!(
            matches!(again, Refusal::Proof(InvalidProof::Replayed)),
            "{again}"
        );
        bound.issuer.advance(20);
    }
    bound.issuer.advance(1);
    let late = bound.get(&[&proof]).await.unwrap_err();
    assert!(matches!(late, Refusal::Proof(InvalidProof::Time)), "{late}");
    let ahead = bound
        .refused(&json!({"jti": "2", "iat": NOW + 61 + 11}))
        .await;
    assert!(matches!(ahead, InvalidProof::Time), "{ahead}");
    let newer = bound.proof(&json!({"jti": "2", "iat": NOW + 61 + 10}));
    bound.get(&[&newer]).await.unwrap();
}

#[tokio::test]
async fn h36_one_proof_of_the_right_key() {
    let bound = Bound::new();
    let proof = bound.proof(&json!({}));
    for proofs in [&[][..], &[proof.as_str(), proof.as_str()]] {
        let refused = bound.get(proofs).await.unwrap_err();
        assert!(
            matches!(refused, Refusal::Proof(InvalidProof::Count)),
            "{refused}"
        );
    }
    let other = bound.proof_of(&Key::new("other"), &json!({}));
    let refused = bound.get(&[&other]).await.unwrap_err();
    assert!(
        matches!(refused, Refusal::Proof(InvalidProof::OtherKey)),
        "{refused}"
    );
    for garbage in ["", "a.b.c", &bound.token] {
        let refused = bound.get(&[garbage]).await.unwrap_err();
        assert!(
            matches!(refused, Refusal::Proof(InvalidProof::Malformed(_))),
            "{refused}"
        );
    }
    for claim in ["jti", "htm", "htu", "iat"] {
        let refused = bound.refused(&json!({ claim: null })).await;
        assert!(
            matches!(refused, InvalidProof::Malformed(_)),
            "{claim}: {refused}"
        );
    }
}

#[tokio::test]
async fn h36_a_full_memory_of_proofs_lets_none_be_used_twice() {
    let mut bound = Bound::new();
    bound.verifier = bound.issuer.builder().remembered_proofs(1).build().unwrap();
    let (first, second) = (bound.proof(&json!({})), bound.proof(&json!({"jti": "2"})));
    bound.get(&[&first]).await.unwrap();
    let refused = bound.get(&[&second]).await.unwrap_err();
    assert!(
        matches!(refused, Refusal::Unavailable(Unavailable::Proofs)),
        "{refused}"
    );
    let again = bound.get(&[&first]).await.unwrap_err();
    assert!(
        matches!(again, Refusal::Proof(InvalidProof::Replayed)),
        "{again}"
    );
}

#[tokio::test]
async fn c03_a_certificate_bound_token_needs_its_certificate() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    let der = b"a certificate";
    let thumbprint = encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der).as_ref());
    let token = issuer
        .key()
        .token(&with(&json!({"cnf": {"x5t#S256": thumbprint}})));
    let with_certificate = |der| RequestContext::bearer().with_certificate(der);
    verifier
        .verify(&token, &with_certificate(der))
        .await
        .unwrap();
    for request in [
        RequestContext::bearer(),
        with_certificate(b"another"),
        with_certificate(b""),
    ] {
        let refused = verifier.verify(&token, &request).await.unwrap_err();
        assert!(
            matches!(refused, Refusal::Token(InvalidToken::Certificate)),
            "{refused}"
        );
    }
}
