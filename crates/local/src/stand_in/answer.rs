//! An answer of either service, before it becomes an HTTP response of one kind or another.

use serde_json::json;

/// What a service says to one call.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    /// The error's name for the `x-amzn-errortype` header, from which the SDK makes a typed error.
    pub(super) error_type: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A successful answer.
    pub(super) fn success(content_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            content_type,
            error_type: None,
            body,
        }
    }

    /// An error in the shape of the AWS JSON protocols.
    pub(super) fn error(
        status: u16,
        content_type: &'static str,
        code: &str,
        message: &str,
    ) -> Self {
        let body = json!({ "__type": code, "message": message, "Message": message });
        let error_type = Some(code.to_owned());
        Self {
            status,
            content_type,
            error_type,
            body: body.to_string().into_bytes(),
        }
    }

    /// The stand-in itself is at fault.
    pub(super) fn failure(message: &str) -> Self {
        Self::error(
            500,
            "application/x-amz-json-1.1",
            "InternalFailure",
            message,
        )
    }

    /// The answer to a call which neither service knows.
    pub(super) fn unknown_operation(target: &str) -> Self {
        let message = format!("The stand-in does not implement {target:?}");
        Self::error(
            400,
            "application/x-amz-json-1.1",
            "UnknownOperationException",
            &message,
        )
    }
}
