//! Which service and operation a call is for.

/// The services that are stood in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    SecretsManager,
}

/// A parsed `X-Amz-Target` header: `<service>.<operation>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target<'a> {
    pub(super) service: Service,
    pub(super) operation: &'a str,
}

impl<'a> Target<'a> {
    pub(super) fn parse(header: &'a str) -> Option<Self> {
        let (service, operation) = header.split_once('.')?;
        let service = match service {
            "DynamoDB_20120810" => Service::DynamoDb,
            "secretsmanager" => Service::SecretsManager,
            _ => return None,
        };
        Some(Self { service, operation })
    }
}
