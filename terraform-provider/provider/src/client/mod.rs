//! `resource "m2m_oauth_client"`.

mod absence;
mod model;
mod plan;
mod request;
mod secret;
mod view;
mod work;

use std::sync::Arc;

use async_trait::async_trait;
use m2m_types::client_id::ClientId;
use tfplugin::{
    Attr, Call, Configured, Create, Delete, Diagnostic, Diagnostics, IdentitySchema, Import, Plan,
    Read, Resource, State, Type, Update,
};

use crate::interrupt::{changing, looking};
use crate::session::Session;
use crate::words::word;

pub(crate) use model::ClientModel;
pub(crate) use view::{newest, take_client, take_secret};

/// The resource.
pub(crate) struct OauthClient {
    session: Configured<Session>,
}

impl OauthClient {
    pub(crate) fn new(session: Configured<Session>) -> Self {
        Self { session }
    }

    fn session(&self) -> Result<Arc<Session>, Diagnostics> {
        self.session.get()
    }
}

#[async_trait]
impl Resource for OauthClient {
    type Model = ClientModel;

    fn identity(&self) -> Option<IdentitySchema> {
        let identity = IdentitySchema::new();
        Some(identity.required("client_id", Type::String, "The client_id."))
    }

    async fn validate(&self, _call: &Call, config: ClientModel) -> Diagnostics {
        plan::problems(&config)
    }

    async fn plan(&self, call: &Call, plan: &mut Plan<ClientModel>) -> Result<(), Diagnostics> {
        plan::adjust(plan)?;
        let session = self.session()?;
        if plan.is_create() && !session.is_undecided() {
            looking(call, plan::warn_of_namesake(&session, plan)).await?;
        }
        Ok(())
    }

    async fn plan_destroy(&self, _call: &Call, prior: ClientModel) -> Diagnostics {
        if prior.deletion_protection == Attr::Known(true) {
            return work::protected(&prior).into();
        }
        Diagnostics::new()
    }

    async fn create(
        &self,
        call: &Call,
        request: Create<ClientModel>,
    ) -> Result<State<ClientModel>, Diagnostics> {
        let session = self.session()?;
        changing(call, work::create(&session, &request.planned)).await
    }

    async fn read(
        &self,
        call: &Call,
        request: Read<ClientModel>,
    ) -> Result<State<ClientModel>, Diagnostics> {
        let session = self.session()?;
        looking(call, work::read(&session, request.state)).await
    }

    async fn update(
        &self,
        call: &Call,
        request: Update<ClientModel>,
    ) -> Result<State<ClientModel>, Diagnostics> {
        let session = self.session()?;
        changing(
            call,
            work::update(&session, &request.prior, &request.planned),
        )
        .await
    }

    async fn delete(
        &self,
        call: &Call,
        request: Delete<ClientModel>,
    ) -> Result<State<ClientModel>, Diagnostics> {
        let session = self.session()?;
        changing(call, work::delete(&session, &request.prior)).await
    }

    async fn import(
        &self,
        _call: &Call,
        request: Import,
    ) -> Result<State<ClientModel>, Diagnostics> {
        let id = word(ClientId::parse(request.id("client_id")?))?;
        let model = ClientModel {
            client_id: id.as_str().into(),
            ..ClientModel::default()
        };
        Ok(State::new(model))
    }
}

/// The id in a state.
fn id_of(state: &ClientModel) -> Result<ClientId, Diagnostics> {
    let id = state.client_id.as_str().unwrap_or_default();
    ClientId::parse(id).map_err(|error| {
        Diagnostic::error("The state of the client is damaged", error.to_string()).into()
    })
}
