//! Reading clients, owners and organizations.

use m2m_core::client::Client;
use m2m_core::organization::Organization;
use m2m_core::owner::{Owner, PermissionsSource};
use m2m_core::ports::{Lookup, Principals, WriteOutcome};
use m2m_types::generation::Generation;
use m2m_types::handle::Handle;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

use super::Ports;
use crate::builders::{NOW, client_id, next, organization, owner, pending};

/// A test of every fact about `Directory`.
#[macro_export]
macro_rules! directory_contract {
    ($make:path) => {
        $crate::facts!(
            directory,
            $make,
            [
                a_client_is_found_in_every_state,
                an_unknown_client_is_absent,
                missing_principals_are_none,
                an_organization_is_changed_only_from_what_was_expected,
                an_owner_is_changed_only_from_what_was_expected,
                an_owner_is_inserted_only_where_there_is_none,
                organization_copies_agree,
                principals_are_read_back_as_written,
                principals_are_those_of_the_present_owner,
                principals_are_written_both_or_not_at_all,
                principals_read_along_are_the_present_ones,
                the_store_answers,
            ]
        );
    };
}

/// No client, and nothing said about principals, however often it is asked.
pub async fn an_unknown_client_is_absent(ports: Ports) {
    for _ in 0..3 {
        let found = ports.directory.find_client(&client_id("nobody")).await;
        assert_eq!(found.unwrap(), Lookup::default());
    }
}

/// Pending, active and deleted clients are all found; the rules decide what to make of them.
pub async fn a_client_is_found_in_every_state(ports: Ports) {
    let new = pending("payments");
    let active = ports.create(&new).await;
    assert_eq!(ports.client(&new.id).await, Some(active.clone()));
    let deleted = ports.delete(&active).await;
    assert_eq!(ports.client(&new.id).await, Some(deleted));
}

/// What is written comes back, empty and absent values included.
pub async fn principals_are_read_back_as_written(ports: Ports) {
    let plain = (owner(), organization());
    let odd = (
        Owner {
            id: OwnerId::parse("idp|~a/b=c").unwrap(),
            organization: OrganizationId::parse("other").unwrap(),
            permissions: ScopeSet::default(),
            permissions_source: PermissionsSource::Login { as_of: Some(NOW) },
            active: false,
            generation: Generation::default().raised(),
            handle: Handle::from_random_bytes([3; 12]),
        },
        Organization {
            id: OrganizationId::parse("other").unwrap(),
            name: "Köln 日本".to_owned(),
            plan: String::new(),
            m2m_clients_allowed: false,
            max_clients: None,
            token_quota: None,
            active: false,
            generation: Generation::default().raised().raised(),
            handle: Handle::from_random_bytes([4; 12]),
        },
    );
    for (owner, organization) in [plain, odd] {
        let insert = ports.directory.insert_principals(&owner, &organization);
        assert!(insert.await.unwrap());
        let found = ports.directory.find_principals(&owner.id, &organization.id);
        let expected = Principals {
            owner: Some(owner.clone()),
            organization: Some(organization.clone()),
        };
        assert_eq!(found.await.unwrap(), expected);
    }
}

/// Who does not exist is none, each for itself.
pub async fn missing_principals_are_none(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    let nobody = OwnerId::parse("local|nobody").unwrap();
    let nowhere = OrganizationId::parse("nowhere").unwrap();
    let found = ports.directory.find_principals(&ada.id, &acme.id).await;
    assert_eq!(found.unwrap(), Principals::default());
    ports
        .directory
        .insert_principals(&ada, &acme)
        .await
        .unwrap();
    let found = ports
        .directory
        .find_principals(&nobody, &acme.id)
        .await
        .unwrap();
    assert_eq!((found.owner, found.organization), (None, Some(acme)));
    let found = ports
        .directory
        .find_principals(&ada.id, &nowhere)
        .await
        .unwrap();
    assert_eq!((found.owner, found.organization), (Some(ada), None));
}

/// If one of the two exists, neither is written and nothing is changed.
pub async fn principals_are_written_both_or_not_at_all(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    assert!(
        ports
            .directory
            .insert_principals(&ada, &acme)
            .await
            .unwrap()
    );
    let bob = Owner {
        id: OwnerId::parse("local|bob").unwrap(),
        ..ada.clone()
    };
    let other = Organization {
        id: OrganizationId::parse("other").unwrap(),
        ..acme.clone()
    };
    let renamed = Organization {
        name: "Renamed".to_owned(),
        ..acme.clone()
    };
    for (owner, organization) in [(&bob, &renamed), (&ada, &other), (&ada, &acme)] {
        let insert = ports.directory.insert_principals(owner, organization);
        assert!(!insert.await.unwrap());
    }
    let found = ports.directory.find_principals(&bob.id, &other.id).await;
    assert_eq!(found.unwrap(), Principals::default());
    let found = ports
        .directory
        .find_principals(&ada.id, &acme.id)
        .await
        .unwrap();
    assert_eq!(found.organization, Some(acme));
}

/// Beside an organization that is there already; of two who insert at once one wins.
pub async fn an_owner_is_inserted_only_where_there_is_none(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    ports
        .directory
        .insert_principals(&ada, &acme)
        .await
        .unwrap();
    let bob = Owner {
        id: OwnerId::parse("iam|bob").unwrap(),
        ..ada.clone()
    };
    let other = Owner {
        permissions: ScopeSet::default(),
        ..bob.clone()
    };
    for (owner, expected) in [
        (&bob, WriteOutcome::Written),
        (&other, WriteOutcome::ChangedMeanwhile),
    ] {
        let written = ports.directory.replace_owner(owner, None).await;
        assert_eq!(written.unwrap(), expected);
    }
    let found = ports.directory.find_principals(&bob.id, &acme.id).await;
    assert_eq!(found.unwrap().owner, Some(bob));
}

/// Every member counts, an owner that is gone too.
pub async fn an_owner_is_changed_only_from_what_was_expected(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    ports
        .directory
        .insert_principals(&ada, &acme)
        .await
        .unwrap();
    let wider = Owner {
        permissions: ScopeSet::parse("orders:read stock:read").unwrap(),
        ..ada.clone()
    };
    let written = ports.directory.replace_owner(&wider, Some(&ada)).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    let off = Owner {
        active: false,
        ..ada.clone()
    };
    let raised = Owner {
        generation: ada.generation.raised(),
        ..wider.clone()
    };
    for stale in [&ada, &off, &raised] {
        let written = ports.directory.replace_owner(&off, Some(stale)).await;
        assert_eq!(written.unwrap(), WriteOutcome::ChangedMeanwhile);
    }
    let nobody = Owner {
        id: OwnerId::parse("iam|nobody").unwrap(),
        ..ada.clone()
    };
    let written = ports.directory.replace_owner(&nobody, Some(&nobody)).await;
    assert_eq!(written.unwrap(), WriteOutcome::ChangedMeanwhile);
    let found = ports.directory.find_principals(&ada.id, &acme.id).await;
    assert_eq!(found.unwrap().owner, Some(wider));
}

/// However an organization is spread, each read shows the same.
pub async fn organization_copies_agree(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    ports
        .directory
        .insert_principals(&ada, &acme)
        .await
        .unwrap();
    for _ in 0..64 {
        let found = ports.directory.find_principals(&ada.id, &acme.id).await;
        assert_eq!(found.unwrap().organization.as_ref(), Some(&acme));
    }
}

/// If principals come along with a client, they are what another read would say.
pub async fn principals_read_along_are_the_present_ones(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    let new = ports.create(&pending("payments")).await;
    let nobody = Principals::default();
    for _ in 0..3 {
        let found = ports.directory.find_client(&new.id).await.unwrap();
        assert!(found.principals.is_none_or(|along| along == nobody));
    }
    ports
        .directory
        .insert_principals(&ada, &acme)
        .await
        .unwrap();
    let both = Principals {
        owner: Some(ada),
        organization: Some(acme),
    };
    for _ in 0..16 {
        let found = ports.directory.find_client(&new.id).await.unwrap();
        assert_eq!(found.client.as_ref(), Some(&new));
        assert!(found.principals.is_none_or(|along| along == both));
    }
}

/// After a change of owner the earlier one never comes along.
pub async fn principals_are_those_of_the_present_owner(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    ports
        .directory
        .insert_principals(&ada, &acme)
        .await
        .unwrap();
    let before = ports.create(&pending("payments")).await;
    for _ in 0..2 {
        ports.directory.find_client(&before.id).await.unwrap();
    }
    let bob = OwnerId::parse("local|bob").unwrap();
    let after = Client {
        owner: bob.clone(),
        ..next(&before, before.state)
    };
    let written = ports.clients.replace(&after, before.revision, None).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    for _ in 0..3 {
        let found = ports.directory.find_client(&before.id).await.unwrap();
        assert_eq!(found.client.unwrap().owner, bob);
        assert!(found.principals.is_none_or(|along| along.owner.is_none()));
    }
}

/// Asking whether it answers needs nothing to be there.
pub async fn the_store_answers(ports: Ports) {
    ports.directory.ping().await.unwrap();
}

/// All its copies, and none of them from anything else; what is expected to be absent is not overwritten.
pub async fn an_organization_is_changed_only_from_what_was_expected(ports: Ports) {
    let acme = organization();
    let larger = Organization {
        max_clients: None,
        ..acme.clone()
    };
    let (written, refused) = (WriteOutcome::Written, WriteOutcome::ChangedMeanwhile);
    for (wanted, expected, outcome) in [
        (&larger, Some(&acme), refused),
        (&acme, None, written),
        (&larger, None, refused),
        (&larger, Some(&acme), written),
        (&acme, Some(&acme), refused),
        (&acme, Some(&larger), written),
    ] {
        let write = ports.directory.replace_organization(wanted, expected);
        assert_eq!(write.await.unwrap(), outcome);
        if outcome == written {
            assert_every_copy_is(&ports, wanted).await;
        }
    }
}

/// Copies are read at random.
async fn assert_every_copy_is(ports: &Ports, expected: &Organization) {
    let nobody = OwnerId::parse("local|nobody").unwrap();
    for _ in 0..50 {
        let found = ports.directory.find_principals(&nobody, &expected.id).await;
        assert_eq!(found.unwrap().organization.as_ref(), Some(expected));
    }
}
