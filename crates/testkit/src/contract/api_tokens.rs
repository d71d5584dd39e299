//! Keeping API access tokens.

use jiff::SignedDuration;
use m2m_core::api_tokens::ApiToken;
use m2m_core::ports::{KeptAnswer, OwnedApiTokens, WriteOutcome};
use m2m_core::revision::Revision;
use m2m_types::names::{ApiTokenId, ApiTokenName, OwnerId};

use super::Ports;
use crate::builders::{NOW, answer, api_token, owner, pending};

/// A test of every fact about `ApiTokens`.
#[macro_export]
macro_rules! api_tokens_contract {
    ($make:path) => {
        $crate::facts!(
            api_tokens,
            $make,
            [
                a_token_is_found_by_its_digest_and_by_its_owner,
                a_token_is_gone_when_its_time_is_over,
                an_insert_after_another_is_refused,
                an_insert_keeps_its_answer_and_has_no_twin,
                a_change_expects_a_revision,
                a_removed_token_is_gone_and_leaves_an_entry,
                tokens_are_listed_by_owner_in_order,
            ]
        );
    };
}

impl Ports {
    async fn insert_api_token(&self, token: &ApiToken) {
        let owned = self.owned(&token.owner).await;
        let inserted = self.api_tokens.insert(token, owned.inserts, None).await;
        assert_eq!(inserted.unwrap(), WriteOutcome::Written);
    }

    async fn owned(&self, owner: &OwnerId) -> OwnedApiTokens {
        self.api_tokens.owned(owner, NOW).await.unwrap()
    }

    async fn found(&self, token: &ApiToken) -> [Option<ApiToken>; 2] {
        let by_digest = self.api_tokens.find(&token.digest, NOW).await.unwrap();
        let owned = self.api_tokens.find_owned(&token.owner, &token.id, NOW);
        [by_digest, owned.await.unwrap()]
    }

    async fn listed_api_tokens(&self, after: Option<&ApiTokenId>, limit: u32) -> Vec<ApiToken> {
        let owner = owner().id;
        let list = self.api_tokens.list_by_owner(&owner, after, limit, NOW);
        list.await.unwrap()
    }
}

fn token(number: u8) -> ApiToken {
    api_token(number).0
}

fn next(token: &ApiToken, name: &str) -> ApiToken {
    ApiToken {
        name: ApiTokenName::parse(name).unwrap(),
        revision: token.revision.next(),
        ..token.clone()
    }
}

/// As written, with an end and without, and for nobody else.
pub async fn a_token_is_found_by_its_digest_and_by_its_owner(ports: Ports) {
    let ending = ApiToken {
        expires_at: Some(NOW + SignedDuration::from_hours(1)),
        client: None,
        ..token(2)
    };
    for written in [token(1), ending] {
        ports.insert_api_token(&written).await;
        let expected = [Some(written.clone()), Some(written.clone())];
        assert_eq!(ports.found(&written).await, expected);
        let eve = OwnerId::parse("local|eve").unwrap();
        let found = ports.api_tokens.find_owned(&eve, &written.id, NOW).await;
        assert_eq!(found.unwrap(), None);
    }
    assert_eq!(ports.found(&token(3)).await, [None, None]);
}

/// Whether or not the store has cleaned up.
pub async fn a_token_is_gone_when_its_time_is_over(ports: Ports) {
    let over = ApiToken {
        expires_at: Some(NOW),
        ..token(1)
    };
    ports.insert_api_token(&over).await;
    assert_eq!(ports.found(&over).await, [None, None]);
    assert_eq!(ports.listed_api_tokens(None, 9).await, []);
    let owned = ports.owned(&over.owner).await;
    assert_eq!((owned.live, owned.left_over), (0, vec![over.id]));
}

/// Whoever counted what is there and decided that there is room decides anew.
pub async fn an_insert_after_another_is_refused(ports: Ports) {
    let before = ports.owned(&owner().id).await;
    assert_eq!(before, OwnedApiTokens::default());
    ports.insert_api_token(&token(1)).await;
    let late = ports
        .api_tokens
        .insert(&token(2), before.inserts, None)
        .await;
    assert_eq!(late.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.found(&token(2)).await, [None, None]);
    assert_eq!(ports.listed_api_tokens(None, 9).await, [token(1)]);
    let after = ports.owned(&owner().id).await;
    assert_eq!((after.inserts, after.live), (1, 1));
    ports.insert_api_token(&token(2)).await;
}

/// A twin is told that there was a change meanwhile, also when it knows of the first.
pub async fn an_insert_keeps_its_answer_and_has_no_twin(ports: Ports) {
    let kept = KeptAnswer {
        making: None,
        ..answer(7, &pending("payments"))
    };
    let insert = async |number: u8, inserts| {
        let insert = ports
            .api_tokens
            .insert(&token(number), inserts, Some(&kept))
            .await;
        insert.unwrap()
    };
    assert_eq!(insert(1, 0).await, WriteOutcome::Written);
    let found = ports.answers.find(&kept.id).await.unwrap();
    assert_eq!(found, Some(kept.clone()));
    assert_eq!(insert(2, 1).await, WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.listed_api_tokens(None, 9).await, [token(1)]);
}

/// And never brings back one that is gone.
pub async fn a_change_expects_a_revision(ports: Ports) {
    let first = token(1);
    ports.insert_api_token(&first).await;
    let ending = ApiToken {
        expires_at: Some(NOW + SignedDuration::from_hours(1)),
        ..next(&first, "ending")
    };
    let lasting = ApiToken {
        client: None,
        expires_at: None,
        ..next(&ending, "lasting")
    };
    for (changed, expected) in [(&ending, first.revision), (&lasting, ending.revision)] {
        let replaced = ports.api_tokens.replace(changed, expected).await;
        assert_eq!(replaced.unwrap(), WriteOutcome::Written);
        assert_eq!(
            ports.found(&first).await,
            [Some(changed.clone()), Some(changed.clone())]
        );
        let late = ports
            .api_tokens
            .replace(&next(&first, "late"), expected)
            .await;
        assert_eq!(late.unwrap(), WriteOutcome::ChangedMeanwhile);
    }
    let never = next(&token(2), "never");
    let replaced = ports.api_tokens.replace(&never, Revision::FIRST).await;
    assert_eq!(replaced.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.found(&token(2)).await, [None, None]);
}

/// Which says that it is left over, until it is taken off the list.
pub async fn a_removed_token_is_gone_and_leaves_an_entry(ports: Ports) {
    for number in [1, 2] {
        ports.insert_api_token(&token(number)).await;
    }
    let one = token(1);
    let stale = Some(one.revision.next());
    let refused = ports.api_tokens.remove(&one.digest, stale).await;
    assert_eq!(refused.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.found(&one).await[0], Some(one.clone()));
    for expected in [Some(one.revision), None] {
        let removed = ports.api_tokens.remove(&one.digest, expected).await;
        assert_eq!(removed.unwrap(), WriteOutcome::Written);
    }
    assert_eq!(ports.found(&one).await, [None, None]);
    assert_eq!(ports.listed_api_tokens(None, 1).await, [token(2)]);
    let owned = ports.owned(&one.owner).await;
    assert_eq!((owned.live, owned.left_over), (1, vec![one.id.clone()]));
    for _ in 0..2 {
        ports.api_tokens.unlist(&one.owner, &one.id).await.unwrap();
    }
    assert!(ports.owned(&one.owner).await.left_over.is_empty());
}

/// Whatever the order in which they were made.
pub async fn tokens_are_listed_by_owner_in_order(ports: Ports) {
    for number in [3, 1, 2] {
        ports.insert_api_token(&token(number)).await;
    }
    let of_another = ApiToken {
        owner: OwnerId::parse("local|eve").unwrap(),
        ..token(4)
    };
    ports.insert_api_token(&of_another).await;
    assert_eq!(ports.listed_api_tokens(None, 2).await, [token(1), token(2)]);
    let rest = ports.listed_api_tokens(Some(&token(2).id), 2).await;
    assert_eq!(rest, [token(3)]);
    assert_eq!(ports.owned(&owner().id).await.live, 3);
}
