//! The account, the partition and the region.

use async_trait::async_trait;
use tfplugin::{Call, Configured, DataSource, Diagnostics, Dynamic, Found, Object, Schema, Value};

use crate::aws::Aws;
use crate::json::texts;
use crate::services::sts;

/// Which of them.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    CallerIdentity,
    Partition,
    Region,
}

impl Subject {
    pub(crate) const ALL: [Self; 3] = [Self::CallerIdentity, Self::Partition, Self::Region];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CallerIdentity => "aws_caller_identity",
            Self::Partition => "aws_partition",
            Self::Region => "aws_region",
        }
    }
}

/// A data source about where we are.
pub(crate) struct AwsData {
    subject: Subject,
    schema: Schema,
    aws: Configured<Aws>,
}

impl AwsData {
    pub(crate) fn new(subject: Subject, schema: Schema, aws: Configured<Aws>) -> Self {
        Self {
            subject,
            schema,
            aws,
        }
    }
}

#[async_trait]
impl DataSource for AwsData {
    type Model = Dynamic;

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn read(&self, _: &Call, wanted: Dynamic) -> Result<Found<Dynamic>, Diagnostics> {
        let aws = self.aws.get()?;
        let found = match self.subject {
            Subject::CallerIdentity => sts::caller_identity(&aws),
            Subject::Partition => texts([
                ("id", "aws"),
                ("partition", "aws"),
                ("dns_suffix", "amazonaws.com"),
                ("reverse_dns_prefix", "com.amazonaws"),
            ]),
            Subject::Region => region(&aws.region),
        };
        Ok(Found::new(Dynamic(fill(wanted.0, found))))
    }
}

fn region(name: &str) -> Object {
    let endpoint = format!("ec2.{name}.amazonaws.com");
    texts([
        ("id", name),
        ("name", name),
        ("region", name),
        ("endpoint", &endpoint),
    ])
}

/// What was found, where the configuration says nothing.
fn fill(mut wanted: Object, found: Object) -> Object {
    for (name, value) in found {
        if wanted.get(&name).is_none_or(Value::is_null) {
            wanted.insert(name, value);
        }
    }
    wanted
}
