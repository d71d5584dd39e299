//! Several invocations of one process at once, as Lambda's managed instances make them.

use m2m_tests::world::secret_of;

use crate::answer::read;
use crate::event::{Carriage, Plain};
use crate::fixtures;
use crate::programs;
use crate::stores::Stores;

#[tokio::test]
async fn four_invocations_overlap_where_lambda_allows_four() {
    let stores = Stores::start().await;
    let more = [("AWS_LAMBDA_MAX_CONCURRENCY", "4")];
    let token = programs::start_with("token", &stores, &more).await;
    // No read is answered before all four wait for one.
    stores.answer_reads_together(4);
    let fixture = fixtures::requests().remove(0);
    let request = Plain::token("m2m_payments", &secret_of("payments"));
    let event = request.in_place_of(&fixture, Carriage::Text);
    let api = token.api();
    let (a, b, c, d) = tokio::join!(
        api.invoke(&event),
        api.invoke(&event),
        api.invoke(&event),
        api.invoke(&event)
    );
    for outcome in [a, b, c, d] {
        assert_eq!(read(outcome).status, 200);
    }
}
