//! Which service and operation a call is for.

/// The services that are stood in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    SecretsManager,
}

/// A parsed `X-Amz-Target` header: `<service>.<operation>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) service: Service,
    pub(super) operation: String,
}

impl Target {
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (service, operation) = header.split_once('.')?;
        let service = match service {
            "DynamoDB_20120810" => Service::DynamoDb,
            "secretsmanager" => Service::SecretsManager,
            _ => return None,
        };
        Some(Self {
            service,
            operation: operation.to_owned(),
        })
    }

    /// Whether it reads items by their keys and nothing else, which is always quick.
    pub(super) fn is_point_read(&self) -> bool {
        self.service == Service::DynamoDb
            && matches!(self.operation.as_str(), "GetItem" | "BatchGetItem")
    }

    /// Whether it may change items: everything but the reads, so that what is forgotten here counts as a
    /// write.
    pub(super) fn may_change_items(&self) -> bool {
        let reads = [
            "BatchGetItem",
            "GetItem",
            "Query",
            "Scan",
            "TransactGetItems",
        ];
        self.service == Service::DynamoDb && !reads.contains(&self.operation.as_str())
    }
}
