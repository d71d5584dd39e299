//! The protocol: decodes a request, calls the provider, encodes the answer.

mod codec;
mod data_source;
mod ephemeral;
mod function;
mod identity;
mod provider;
#[expect(
    clippy::needless_update,
    reason = "some answers have no more than messages"
)]
mod reply;
mod resource;
mod rpc;
mod served;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::call::Call;
use crate::diagnostic::Diagnostics;
use crate::erased::{AnyDataSource, AnyEphemeral, AnyProvider, AnyResource, Erased};
use crate::function::Function;
use crate::provider::{Provider, Registry};
use crate::schema::Schema;
use crate::wire::tfplugin6 as wire;
use reply::{Failed, Reply, panicked};
use served::{HasSchema, Served};

/// Serves one provider; clones share it.
#[derive(Clone)]
pub(crate) struct Server(Arc<Inner>);

/// The provider and everything it serves.
pub(crate) struct Inner {
    provider: Served<dyn AnyProvider>,
    resources: BTreeMap<String, Served<dyn AnyResource>>,
    data_sources: BTreeMap<String, Served<dyn AnyDataSource>>,
    ephemerals: BTreeMap<String, Served<dyn AnyEphemeral>>,
    functions: BTreeMap<String, Arc<dyn Function>>,
    /// Why not everything could be registered.
    problems: Diagnostics,
    /// Fired by StopProvider and then replaced: the provider keeps serving.
    stop: Mutex<CancellationToken>,
    terraform_version: RwLock<Arc<str>>,
    /// Whether plans and results are held to Terraform's rules here already.
    checks: bool,
}

impl Server {
    pub(crate) fn new(provider: impl Provider, checks: bool) -> Self {
        let provider: Arc<dyn AnyProvider> = Arc::new(Erased(provider));
        let mut registry = Registry::default();
        provider.register(&mut registry);
        Self(Arc::new(Inner {
            provider: Served::new(provider),
            resources: served(registry.resources),
            data_sources: served(registry.data_sources),
            ephemerals: served(registry.ephemerals),
            functions: registry.functions,
            problems: registry.problems,
            stop: Mutex::default(),
            terraform_version: RwLock::new(Arc::from("")),
            checks,
        }))
    }

    /// The schemas of the resources, data sources and ephemeral resources.
    pub(crate) fn schemas(&self) -> [BTreeMap<String, Schema>; 3] {
        [
            schemas(&self.0.resources),
            schemas(&self.0.data_sources),
            schemas(&self.0.ephemerals),
        ]
    }

    /// The schema of the `provider` block.
    pub(crate) fn provider_schema(&self) -> Schema {
        self.0.provider.shape().schema.clone()
    }

    /// Handles one request in a task of its own, so that neither a blocking handler nor a panic
    /// reaches the connection. The call is cancelled when Terraform stops waiting for it.
    async fn handle<Q, R, F>(
        &self,
        rpc: &'static str,
        type_name: &str,
        request: tonic::Request<Q>,
        handler: impl FnOnce(Arc<Inner>, Call, Q) -> F,
    ) -> Result<tonic::Response<R>, tonic::Status>
    where
        F: Future<Output = Reply<R>> + Send + 'static,
        R: Failed + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        let token = inner.stop_token().child_token();
        let _cancel_when_dropped = token.clone().drop_guard();
        let call = Call::new(token, inner.terraform_version());
        let span = tracing::debug_span!("rpc", tf_rpc = rpc, tf_resource_type = type_name);
        let task = handler(inner, call, request.into_inner()).instrument(span);
        let reply = match tokio::spawn(task).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(diagnostics)) => R::failed(diagnostics),
            Err(_) => R::failed(panicked(rpc)),
        };
        Ok(tonic::Response::new(reply))
    }
}

impl Inner {
    fn stop_token(&self) -> CancellationToken {
        self.stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn stop(&self) {
        let mut token = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *token).cancel();
    }

    fn terraform_version(&self) -> Arc<str> {
        Arc::clone(
            &self
                .terraform_version
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn capabilities(&self) -> wire::ServerCapabilities {
        wire::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: self
                .resources
                .values()
                .any(|served| served.item.accepts_moves()),
            generate_resource_config: false,
        }
    }

    fn resource(&self, name: &str) -> Reply<&Served<dyn AnyResource>> {
        self.resources
            .get(name)
            .ok_or_else(|| reply::unknown_type("resource", name))
    }

    fn data_source(&self, name: &str) -> Reply<&Served<dyn AnyDataSource>> {
        self.data_sources
            .get(name)
            .ok_or_else(|| reply::unknown_type("data source", name))
    }

    fn ephemeral(&self, name: &str) -> Reply<&Served<dyn AnyEphemeral>> {
        self.ephemerals
            .get(name)
            .ok_or_else(|| reply::unknown_type("ephemeral resource", name))
    }
}

fn served<T: ?Sized>(items: BTreeMap<String, Arc<T>>) -> BTreeMap<String, Served<T>> {
    items
        .into_iter()
        .map(|(name, item)| (name, Served::new(item)))
        .collect()
}

fn schemas<T: HasSchema + ?Sized>(
    served: &BTreeMap<String, Served<T>>,
) -> BTreeMap<String, Schema> {
    served
        .iter()
        .map(|(name, served)| (name.clone(), served.shape().schema.clone()))
        .collect()
}
