//! No chain of exchanges gains anything.

use m2m_types::audience::Audience;
use m2m_types::generation::{Generation, Generations};
use m2m_types::handle::Handle;
use m2m_types::names::OrganizationId;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;

const NOW: i64 = 1_800_000_000;
const SCOPES: [&str; 5] = ["a", "b", "c", "d", "e"];
const DETAILS: [&str; 4] = [
    r#"{"type":"x","n":1}"#,
    r#"{"type":"x","n":2}"#,
    r#"{"type":"y"}"#,
    r#"{"type":"z","locations":["urn:api"]}"#,
];

fn scope_set(scopes: &[&str]) -> ScopeSet {
    scopes.iter().map(|it| it.parse().unwrap()).collect()
}

fn detail_set(details: &[&str]) -> AuthorizationDetails {
    AuthorizationDetails::parse(&format!("[{}]", details.join(","))).unwrap()
}

fn client(number: usize) -> ClientId {
    ClientId::parse(format!("m2m_{number}")).unwrap()
}

fn first() -> AccessTokenClaims {
    let generation = Generation::default();
    AccessTokenClaims {
        iss: "https://auth.example".to_owned(),
        sub: OwnerId::parse("local|ada").unwrap(),
        aud: Audience::parse("urn:api").unwrap(),
        exp: NOW + 3_600,
        iat: NOW,
        nbf: None,
        jti: "0".to_owned(),
        client_id: client(0),
        scope: scope_set(&SCOPES),
        org: OrganizationId::parse("acme").unwrap(),
        generations: Generations {
            client: generation,
            owner: generation,
            organization: generation,
            deployment: generation,
            owner_handle: Handle::from_random_bytes([1; 12]),
            organization_handle: Handle::from_random_bytes([2; 12]),
        },
        cnf: None,
        act: None,
        ancestors: vec![],
        authorization_details: Some(detail_set(&DETAILS)),
        custom: CustomClaims::default(),
    }
}

/// The claims that the given child would have.
fn claims_of(parent: &AccessTokenClaims, exchanger: &ClientId, child: Child) -> AccessTokenClaims {
    AccessTokenClaims {
        sub: child.descent.sub,
        exp: NOW + i64::from(child.lifetime_seconds),
        jti: format!("{}0", parent.jti),
        client_id: exchanger.clone(),
        scope: child.scopes,
        act: child.descent.act,
        ancestors: child.descent.ancestors,
        authorization_details: child.details,
        custom: child.descent.custom,
        ..parent.clone()
    }
}

#[derive(Debug, Clone)]
struct Step {
    exchanger: usize,
    allowed: Vec<&'static str>,
    types: Vec<&'static str>,
    lifetime_seconds: u32,
    scopes: Option<Vec<&'static str>>,
    details: Option<Vec<&'static str>>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (
        0..3_usize,
        subsequence(SCOPES.to_vec(), 3..=5),
        subsequence(vec!["x", "y", "z"], 0..=3),
        60..86_400_u32,
        option::of(subsequence(SCOPES.to_vec(), 1..=2)),
        option::of(subsequence(DETAILS.to_vec(), 0..=2)),
    );
    let step = step.prop_map(|(exchanger, allowed, types, life, scopes, details)| Step {
        exchanger,
        allowed,
        types,
        lifetime_seconds: life,
        scopes,
        details,
    });
    vec(step, 1..8)
}

fn take(parent: &AccessTokenClaims, step: &Step) -> Result<AccessTokenClaims, ExchangeError> {
    let (id, allowed) = (client(step.exchanger), scope_set(&step.allowed));
    let types: Vec<_> = step.types.iter().map(|it| it.parse().unwrap()).collect();
    let exchanger = Exchanger {
        id: &id,
        allowed: &allowed,
        detail_types: &types,
        lifetime_seconds: step.lifetime_seconds,
        proved: None,
    };
    let wanted = Wanted {
        scopes: step.scopes.as_deref().map(scope_set),
        details: step.details.as_deref().map(detail_set),
    };
    let parent_token = Parent {
        claims: parent,
        kid: "key",
    };
    let child = attenuate(&parent_token, &exchanger, wanted, NOW)?;
    Ok(claims_of(parent, &id, child))
}

proptest! {
    #[test]
    fn no_chain_of_exchanges_gains_anything(steps in steps()) {
        let origin = first();
        let mut parent = origin.clone();
        for step in &steps {
            let Ok(child) = take(&parent, step) else { continue };
            prop_assert!(child.scope.first_missing_from(&parent.scope).is_none());
            prop_assert!(child.scope.first_missing_from(&scope_set(&step.allowed)).is_none());
            let details = child.authorization_details.clone().unwrap_or_default();
            prop_assert!(details.are_among(&parent.authorization_details.clone().unwrap_or_default()));
            prop_assert!(child.exp <= parent.exp && child.exp > NOW);
            prop_assert_eq!((&child.aud, &child.sub, &child.org), (&origin.aud, &origin.sub, &origin.org));
            prop_assert_eq!(child.ancestors.len(), parent.ancestors.len() + 1);
            prop_assert_eq!(&child.ancestors[0].jti, &parent.jti);
            prop_assert_eq!(&child.ancestors[1..], &parent.ancestors[..]);
            prop_assert!(child.ancestors.len() <= MAX_ANCESTORS);
            parent = child;
        }
    }

    #[test]
    fn what_is_asked_for_by_name_is_given_or_refused(
        has in btree_set(0..5_usize, 1..5), asks in btree_set(0..5_usize, 1..5),
    ) {
        let pick = |set: &std::collections::BTreeSet<usize>| {
            set.iter().map(|index| SCOPES[*index]).collect::<Vec<_>>()
        };
        let parent = AccessTokenClaims { scope: scope_set(&pick(&has)), ..first() };
        let step = Step {
            exchanger: 0,
            allowed: SCOPES.to_vec(),
            types: vec![],
            lifetime_seconds: 60,
            scopes: Some(pick(&asks)),
            details: None,
        };
        match take(&parent, &step) {
            Ok(child) => {
                prop_assert!(asks.is_subset(&has));
                prop_assert_eq!(child.scope, scope_set(&pick(&asks)));
            }
            Err(_) => prop_assert!(!asks.is_subset(&has)),
        }
    }
}

fn plain(exchanger: usize) -> Step {
    Step {
        exchanger,
        allowed: SCOPES.to_vec(),
        types: vec!["x", "y", "z"],
        lifetime_seconds: 86_400,
        scopes: None,
        details: None,
    }
}

#[test]
fn a_fifth_exchange_is_refused() {
    let mut token = first();
    for _ in 0..MAX_ANCESTORS {
        token = take(&token, &plain(1)).unwrap();
    }
    let refused = take(&token, &plain(1));
    assert!(matches!(refused, Err(ExchangeError::TooManyAncestors)));
}

#[test]
fn actors_are_nested_and_the_own_client_is_none() {
    let child = take(&take(&first(), &plain(0)).unwrap(), &plain(1)).unwrap();
    let grandchild = take(&child, &plain(2)).unwrap();
    let act = serde_json::to_value(&grandchild.act).unwrap();
    assert_eq!(
        act,
        serde_json::json!({"sub": "m2m_2", "act": {"sub": "m2m_1"}})
    );
}

#[track_caller]
fn check_bound(exchanger: usize, proved: Option<&Confirmation>, is_given: bool) {
    let bound = AccessTokenClaims {
        cnf: Some(key("jkt")),
        ..first()
    };
    let (id, allowed) = (client(exchanger), scope_set(&SCOPES));
    let exchanger = Exchanger {
        id: &id,
        allowed: &allowed,
        detail_types: &[],
        lifetime_seconds: 60,
        proved,
    };
    let parent = Parent {
        claims: &bound,
        kid: "key",
    };
    let child = attenuate(&parent, &exchanger, Wanted::default(), NOW);
    assert_eq!(child.is_ok(), is_given);
}

fn key(thumbprint: &str) -> Confirmation {
    Confirmation {
        jkt: Some(thumbprint.to_owned()),
        x5t_s256: None,
    }
}

#[test]
fn a_bound_token_takes_its_own_client_and_its_key() {
    check_bound(0, Some(&key("jkt")), true);
    check_bound(0, Some(&key("other")), false);
    check_bound(0, None, false);
    check_bound(1, Some(&key("jkt")), false);
}
