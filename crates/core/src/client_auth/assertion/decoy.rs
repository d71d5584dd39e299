//! The same work for those whom there is no key for.

use std::sync::LazyLock;

use m2m_jose::{CompactJws, PublicKeys};
use serde::de::IgnoredAny;

/// Keys of nobody: the examples of RFC 7515 A.2 and A.3 and RFC 8037 A.2. What they say is never looked at.
static KEYS: LazyLock<Option<PublicKeys>> = LazyLock::new(|| {
    PublicKeys::registered(
        br#"{"keys":[
{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}
]}"#,
    )
    .ok()
});

/// Checks the signature against a key of nobody's and forgets the result: who measures how long a refusal takes must
/// not learn whether there is such a client.
pub(super) fn verify(jws: &CompactJws<'_>) {
    let algorithm = jws.header().algorithm;
    let mut keys = KEYS.iter().flat_map(PublicKeys::iter);
    if let Some(key) = keys.find(|key| key.algorithm() == algorithm) {
        let _ = jws.verify::<IgnoredAny>(key);
    }
}

#[cfg(test)]
mod tests {
    use m2m_jose::Algorithm;

    use super::*;

    #[test]
    fn there_is_a_key_of_nobody_for_every_algorithm() {
        let keys = KEYS.as_ref().unwrap();
        for algorithm in Algorithm::ALL {
            assert!(keys.iter().any(|key| key.algorithm() == *algorithm));
        }
    }
}
