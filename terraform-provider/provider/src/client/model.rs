//! The attributes of the resource.

use std::collections::{BTreeMap, BTreeSet};

use m2m_types::names::{ClientName, Description, TagKey, TagValue};
use m2m_types::scope::Scope;
use tfplugin::{Secret, length, one_of, range};

use crate::words::{keys, text};

tfplugin::model! {
    /// An M2M OAuth client: what a program uses to get access tokens on behalf of its owner. The
    /// service makes the secret; hand it over with the ephemeral `m2m_oauth_client_secret`, which
    /// leaves no trace of it in the state.
    pub struct ClientModel {
        /// The `client_id`, made by the service.
        client_id: String = computed().keep_prior(),
        /// What people call the client; need not be unique.
        name: String = required().validate(text::<ClientName>()),
        /// What the client is for.
        description: String = optional().validate(text::<Description>()),
        /// What the client may ask for. Left out: all that its owner may; `[]`: nothing.
        scopes: BTreeSet<String> = optional().validate(text::<Scope>()),
        /// What the client gets when it asks for nothing. Left out: all of its scopes.
        default_scopes: BTreeSet<String> = optional().validate(text::<Scope>()),
        /// How long the client's access tokens live, in seconds: 60 to 86400, by default 3600.
        access_token_ttl_seconds: i64 = default(3600_i64).validate(range(60..=86_400)),
        /// Whether a destroy is refused. By default `false`.
        deletion_protection: bool = default(false),
        /// Labels of the client, at most 50.
        tags: BTreeMap<String, String> = optional()
            .validate(length(..=50))
            .validate(keys::<TagKey>())
            .validate(text::<TagValue>()),
        /// Where the service keeps the secret's value: `secrets_manager`, or `none` to show it only
        /// once, which takes `expose_secret_in_state`. By default as the deployment says. Fixed
        /// once the client exists.
        secret_storage: String = optional_computed()
            .keep_prior()
            .validate(one_of(&["secrets_manager", "none"])),
        /// Whether `client_secret` is filled, and so lies readable in the state. By default
        /// `false`.
        expose_secret_in_state: bool = default(false),
        /// The secret; null unless `expose_secret_in_state` is `true`.
        client_secret: Secret = computed(),
        /// On whose behalf the client acts.
        owner: String = computed().keep_prior(),
        /// The tenant of the client.
        organization: String = computed().keep_prior(),
        /// The service that has the client.
        issuer: String = computed().keep_prior(),
        /// When the client was made (RFC 3339).
        created_at: String = computed().keep_prior(),
        /// When the client was last changed (RFC 3339).
        updated_at: String = computed(),
        /// Names the secret without being secret. It changes when the secret was rotated elsewhere.
        secret_id: String = computed(),
        /// The last characters of the secret before its checksum, to tell secrets apart.
        secret_hint: String = computed(),
        /// When the secret was made (RFC 3339).
        secret_created_at: String = computed(),
        /// When the secret stops working (RFC 3339); null: never.
        secret_expires_at: String = computed(),
        /// The AWS Secrets Manager secret that holds the secret, for workloads that may read it there;
        /// null: it is kept nowhere.
        secret_arn: String = computed(),
    }
}

impl ClientModel {
    /// Whether the user wants the secret in the state.
    pub(crate) fn exposes_secret(&self) -> bool {
        self.expose_secret_in_state.known() == Some(&true)
    }

    /// The client as messages name it.
    pub(crate) fn called(&self) -> String {
        match (self.name.as_str(), self.client_id.as_str()) {
            (Some(name), Some(id)) => format!("M2M OAuth client {name:?} ({id})"),
            (Some(name), None) => format!("M2M OAuth client {name:?}"),
            (None, Some(id)) => format!("M2M OAuth client {id}"),
            (None, None) => "M2M OAuth client".to_owned(),
        }
    }
}
