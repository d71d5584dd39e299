//! What a refusal is to the client: a status, `WWW-Authenticate` (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1), `Retry-After`.

use http::StatusCode;

use crate::error::{InvalidToken, Refusal};

/// The algorithms that a proof may be signed with.
const PROOF_ALGORITHMS: &str = "ES256 EdDSA RS256";

impl Refusal {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoCredentials | Self::Token(_) | Self::Proof(_) => StatusCode::UNAUTHORIZED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::InsufficientScope(_) => StatusCode::FORBIDDEN,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// `Retry-After` in seconds, for what may be better soon.
    pub fn retry_after(&self) -> Option<u32> {
        matches!(self, Self::Unavailable(_)).then_some(1)
    }

    /// The error code of RFC 6750 §3.1 or RFC 9449 §7.1; none without credentials, and where the request is not to blame.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::NoCredentials | Self::Unavailable(_) => None,
            Self::Malformed(_) => Some("invalid_request"),
            Self::Token(_) => Some("invalid_token"),
            Self::Proof(_) => Some("invalid_dpop_proof"),
            Self::InsufficientScope(_) => Some("insufficient_scope"),
        }
    }

    /// The values of `WWW-Authenticate`, one a header. `resource_metadata` is the URL of the resource server's own metadata
    /// (RFC 9728), if it publishes any.
    pub fn challenges(&self, resource_metadata: Option<&str>) -> Vec<String> {
        let dpop = || format!("DPoP {}", self.dpop_parameters(resource_metadata));
        let bearer = || format!("Bearer {}", self.parameters(resource_metadata));
        match self {
            Self::Unavailable(_) => Vec::new(),
            Self::Proof(_) | Self::Token(InvalidToken::BoundToKey) => vec![dpop()],
            Self::NoCredentials => {
                let bearer = bearer();
                vec![bearer.trim_end().to_owned(), dpop()]
            }
            Self::Malformed(_) | Self::Token(_) | Self::InsufficientScope(_) => vec![bearer()],
        }
    }

    fn dpop_parameters(&self, resource_metadata: Option<&str>) -> String {
        let mut parameters = self.parameters(resource_metadata);
        if !parameters.is_empty() {
            parameters.push_str(", ");
        }
        parameters + &format!("algs=\"{PROOF_ALGORITHMS}\"")
    }

    /// Nothing in them needs escaping: a scope has neither quotes nor backslashes, and a URL is checked to have none.
    fn parameters(&self, resource_metadata: Option<&str>) -> String {
        let error = self.code().map(|code| format!("error=\"{code}\""));
        let scope = match self {
            Self::InsufficientScope(scope) => Some(format!("scope=\"{scope}\"")),
            _ => None,
        };
        let metadata = resource_metadata.map(|url| format!("resource_metadata=\"{url}\""));
        let parameters: Vec<_> = [error, scope, metadata].into_iter().flatten().collect();
        parameters.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(refusal: &Refusal, status: u16, challenges: &[&str]) {
        assert_eq!(refusal.status().as_u16(), status);
        let url = Some("https://api.example/.well-known/oauth-protected-resource");
        let told = refusal.challenges(url);
        let metadata =
            "resource_metadata=\"https://api.example/.well-known/oauth-protected-resource\"";
        let expected: Vec<_> = challenges
            .iter()
            .map(|challenge| challenge.replace("<metadata>", metadata))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_refusal_says_what_to_do_and_not_why() {
        let dpop = "DPoP <metadata>, algs=\"ES256 EdDSA RS256\"";
        check(&Refusal::NoCredentials, 401, &["Bearer <metadata>", dpop]);
        let token = Refusal::Token(InvalidToken::Expired);
        check(&token, 401, &["Bearer error=\"invalid_token\", <metadata>"]);
        let bound = Refusal::Token(InvalidToken::BoundToKey);
        let expected = "DPoP error=\"invalid_token\", <metadata>, algs=\"ES256 EdDSA RS256\"";
        check(&bound, 401, &[expected]);
        let scope = Refusal::InsufficientScope("orders:read".to_owned());
        let expected = "Bearer error=\"insufficient_scope\", scope=\"orders:read\", <metadata>";
        check(&scope, 403, &[expected]);
    }

    #[test]
    fn without_metadata_a_challenge_is_the_scheme_alone() {
        let expected = ["Bearer", "DPoP algs=\"ES256 EdDSA RS256\""];
        assert_eq!(Refusal::NoCredentials.challenges(None), expected);
    }
}
