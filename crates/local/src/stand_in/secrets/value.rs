//! A secret's value, which is text or bytes.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_smithy_types::base64;
use serde::Serialize;
use zeroize::Zeroizing;

use super::error::SecretsError;

/// The service takes 64 KiB.
const LIMIT: usize = 65_536;

/// A secret's value: one byte that tells its kind, then its bytes.
pub(super) struct Value {
    tagged: Zeroizing<Vec<u8>>,
}

const TEXT: u8 = 0;
const BINARY: u8 = 1;

impl Value {
    /// From the two members of a request, of which at most one may be given.
    pub(super) fn of_request(
        text: Option<Zeroizing<String>>,
        binary: Option<Zeroizing<String>>,
    ) -> Result<Option<Self>, SecretsError> {
        match (text, binary) {
            (None, None) => Ok(None),
            (Some(text), None) => Self::new(TEXT, text.as_bytes()).map(Some),
            (None, Some(encoded)) => {
                let bytes = base64::decode(encoded.as_str())
                    .map(Zeroizing::new)
                    .map_err(|_| {
                        SecretsError::Malformed("SecretBinary is not base64".to_owned())
                    })?;
                Self::new(BINARY, &bytes).map(Some)
            }
            (Some(_), Some(_)) => Err(SecretsError::InvalidParameter(
                "You can't specify both a binary secret value and a string secret value in the \
                 same secret."
                    .to_owned(),
            )),
        }
    }

    fn new(kind: u8, bytes: &[u8]) -> Result<Self, SecretsError> {
        if bytes.is_empty() || bytes.len() > LIMIT {
            return Err(SecretsError::Validation(format!(
                "The secret value must have between 1 and {LIMIT} bytes."
            )));
        }
        let mut tagged = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
        tagged.push(kind);
        tagged.extend_from_slice(bytes);
        Ok(Self { tagged })
    }

    /// As it was opened.
    pub(super) fn of_tagged(tagged: Zeroizing<Vec<u8>>) -> Self {
        Self { tagged }
    }

    /// As it is sealed.
    pub(super) fn tagged(&self) -> &[u8] {
        &self.tagged
    }

    /// Whether both are of the same kind and content, in constant time.
    pub(super) fn equals(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.tagged, &other.tagged).is_ok()
    }

    /// The two members of a response, of which one is set.
    pub(super) fn members(&self) -> Result<Members, SecretsError> {
        match self.tagged.split_first() {
            Some((&TEXT, bytes)) => {
                let text = std::str::from_utf8(bytes).map_err(|_| SecretsError::Decryption)?;
                Ok(Members {
                    secret_string: Some(text.to_owned().into()),
                    secret_binary: None,
                })
            }
            Some((&BINARY, bytes)) => {
                let encoded = base64::encode(bytes);
                Ok(Members {
                    secret_string: None,
                    secret_binary: Some(encoded.into()),
                })
            }
            _ => Err(SecretsError::Decryption),
        }
    }
}

/// `SecretString` and `SecretBinary` of a response.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Members {
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_string: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_binary: Option<Zeroizing<String>>,
}
