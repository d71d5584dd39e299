//! What a server does beside answering.

use std::convert::Infallible;
use std::time::Duration;

use m2m_core::maintenance::Maintenance;
use tracing::error;

use crate::stand_in::StandIn;

/// At once, and then again and again.
pub(super) async fn every_five_minutes(
    maintenance: &Maintenance,
    stand_in: &StandIn,
) -> Infallible {
    let mut ticks = tokio::time::interval(Duration::from_secs(300));
    loop {
        ticks.tick().await;
        once(maintenance, stand_in).await;
    }
}

/// Does what is due, which says itself what failed, and removes what has expired: answers that were kept for
/// repeated requests, clients that were deleted long ago. In AWS, DynamoDB does the second by itself.
async fn once(maintenance: &Maintenance, stand_in: &StandIn) {
    let _in_the_log = maintenance.run().await;
    let stand_in = stand_in.clone();
    match tokio::task::spawn_blocking(move || stand_in.remove_expired_items()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
}

fn failed(error: &(dyn std::error::Error + 'static)) {
    error!(error, "maintenance failed");
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::super::{Options, Server, TABLE};
    use super::*;

    #[tokio::test]
    async fn what_has_expired_goes() {
        let data_dir = tempfile::tempdir().unwrap();
        let server = Server::start(&Options::for_test(data_dir.path()))
            .await
            .unwrap();
        let dynamodb = Client::new(&server.stand_in.sdk_config());
        let key = |name| AttributeValue::S(format!("TEST#{name}"));
        for (name, expires_at) in [("past", 1_000_000_000_i64), ("future", 32_000_000_000)] {
            dynamodb
                .put_item()
                .table_name(TABLE)
                .item("pk", key(name))
                .item("sk", key(name))
                .item("expires_at", AttributeValue::N(expires_at.to_string()))
                .send()
                .await
                .unwrap();
        }
        once(&server.deployment.maintenance(), &server.stand_in).await;
        for (name, stays) in [("past", false), ("future", true)] {
            let found = dynamodb
                .get_item()
                .table_name(TABLE)
                .key("pk", key(name))
                .key("sk", key(name))
                .send()
                .await
                .unwrap();
            assert_eq!(found.item.is_some(), stays, "{name}");
        }
    }
}
