//! The kinds of problems, each with its status. docs/errors.md is the table.

use http::StatusCode;

/// A kind of problem: the last segment of its `type`, its `title` and its `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) status: StatusCode,
    pub(super) name: &'static str,
    pub(super) title: &'static str,
}

macro_rules! kinds {
    ($($constant:ident = $status:ident, $name:literal, $title:literal;)+) => {
        $(pub(super) const $constant: Kind =
            Kind { status: StatusCode::$status, name: $name, title: $title };)+

        #[cfg(test)]
        pub(super) const ALL: &[Kind] = &[$($constant),+];
    };
}

kinds! {
    INVALID_REQUEST = BAD_REQUEST, "invalid-request", "Invalid request";
    INVALID_CURSOR = BAD_REQUEST, "invalid-cursor", "Invalid cursor";
    AUTHENTICATION_REQUIRED = UNAUTHORIZED, "authentication-required", "Authentication required";
    INVALID_TOKEN = UNAUTHORIZED, "invalid-token", "Invalid token";
    INVALID_DPOP_PROOF = UNAUTHORIZED, "invalid-dpop-proof", "Invalid DPoP proof";
    USE_DPOP_NONCE = UNAUTHORIZED, "use-dpop-nonce", "DPoP nonce required";
    IAM_REQUIRED = FORBIDDEN, "iam-required", "AWS IAM required";
    IAM_PRINCIPAL_UNKNOWN = FORBIDDEN, "iam-principal-unknown", "Unknown IAM principal";
    IAM_OWNER_ELSEWHERE = FORBIDDEN, "iam-owner-elsewhere", "Owner in another organization";
    IAM_OWNER_INACTIVE = FORBIDDEN, "iam-owner-inactive", "Owner switched off";
    LOGIN_ORGANIZATION_REFUSED = FORBIDDEN, "login-organization-refused", "Organization refused";
    LOGIN_OWNER_ELSEWHERE = FORBIDDEN, "login-owner-elsewhere", "Owner in another organization";
    LOGIN_OWNER_INACTIVE = FORBIDDEN, "login-owner-inactive", "Owner switched off";
    INSUFFICIENT_SCOPE = FORBIDDEN, "insufficient-scope", "Insufficient scope";
    PLAN_REQUIRED = FORBIDDEN, "plan-required", "Plan required";
    LIMIT_REACHED = FORBIDDEN, "limit-reached", "Limit reached";
    OWNER_ONLY = FORBIDDEN, "owner-only", "For the owner only";
    NOT_FOUND = NOT_FOUND, "not-found", "Not found";
    CLIENT_DELETED = NOT_FOUND, "client-deleted", "Client deleted";
    SECRET_NOT_FOUND = NOT_FOUND, "secret-not-found", "No such secret";
    VALUE_NOT_KEPT = NOT_FOUND, "value-not-kept", "Value not kept";
    NO_SUCH_PATH = NOT_FOUND, "no-such-path", "No such path";
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed";
    NO_SECRET = CONFLICT, "no-secret", "No secret";
    NOT_DELETED = CONFLICT, "not-deleted", "Not deleted";
    SECRET_GONE = CONFLICT, "secret-gone", "Secret gone";
    OWNER_INACTIVE = CONFLICT, "owner-inactive", "Owner switched off";
    TWO_SECRETS = CONFLICT, "two-secrets", "Two secrets already";
    SECRET_IN_USE = CONFLICT, "secret-in-use", "Secret in use";
    NOTHING_TO_CANCEL = CONFLICT, "nothing-to-cancel", "Nothing to cancel";
    DELETION_PROTECTION = CONFLICT, "deletion-protection", "Deletion protection";
    IDENTIFIER_TAKEN = CONFLICT, "identifier-taken", "Identifier taken";
    SCOPE_TAKEN = CONFLICT, "scope-taken", "Scope taken";
    CONTENDED = CONFLICT, "contended", "Changed by others";
    KEY_TOO_NEW = CONFLICT, "signing-key-too-new", "Signing key too new";
    KEY_IN_FLIGHT = CONFLICT, "idempotency-key-in-flight", "Request under way";
    PRECONDITION_FAILED = PRECONDITION_FAILED, "precondition-failed", "Precondition failed";
    TOO_LARGE = PAYLOAD_TOO_LARGE, "too-large", "Too large";
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Unsupported media type";
    KEY_REUSED = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Idempotency-Key used before";
    PRECONDITION_REQUIRED = PRECONDITION_REQUIRED, "precondition-required", "Precondition required";
    DAILY_LIMIT_REACHED = TOO_MANY_REQUESTS, "daily-limit-reached", "Daily limit reached";
    INTERNAL = INTERNAL_SERVER_ERROR, "internal", "Internal error";
    UNAVAILABLE = SERVICE_UNAVAILABLE, "unavailable", "Unavailable";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_kind_has_its_row_in_the_documentation() {
        let documented = include_str!("../../../../docs/errors.md");
        for kind in ALL {
            let row = format!("| {} | `{}` |", kind.status.as_u16(), kind.name);
            assert!(documented.contains(&row), "docs/errors.md lacks {row}");
        }
    }
}
