//! What ties an answer to its line in the log.

use crate::text::{all_bytes, text_type};

text_type!(
    /// A random name of one request, shown to the caller in errors and kept in the log.
    CorrelationId,
    "correlation_id",
    "32 hexadecimal digits",
    |text| all_bytes(text, 32, 32, |b| b.is_ascii_hexdigit())
);

impl CorrelationId {
    /// Names a request by 128 random bits.
    pub fn from_random_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }
}
