//! The trace of a request goes along with what it calls of AWS.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use m2m_aws::passing_trace_on;

use crate::support::Deployment;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// Notes the traces that calls carry.
#[derive(Debug, Clone)]
struct Listener {
    inner: SharedHttpClient,
    heard: Arc<Mutex<Vec<Option<String>>>>,
}

impl HttpClient for Listener {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Listening {
            inner: self.inner.http_connector(settings, components),
            heard: Arc::clone(&self.heard),
        })
    }
}

#[derive(Debug)]
struct Listening {
    inner: SharedHttpConnector,
    heard: Arc<Mutex<Vec<Option<String>>>>,
}

impl HttpConnector for Listening {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let trace = request.headers().get("x-amzn-trace-id").map(str::to_owned);
        self.heard.lock().unwrap().push(trace);
        self.inner.call(request)
    }
}

async fn deployment() -> (Deployment, Arc<Mutex<Vec<Option<String>>>>) {
    let heard = Arc::default();
    let deployment = Deployment::behind(|inner| {
        SharedHttpClient::new(Listener {
            inner,
            heard: Arc::clone(&heard),
        })
    })
    .await;
    (deployment, heard)
}

#[tokio::test]
async fn both_services_are_told_the_trace_of_the_request() {
    let (deployment, heard) = deployment().await;
    let stores = &deployment.stores;
    passing_trace_on(Some(TRACE.to_owned()), async {
        stores.directory.ping().await.unwrap();
        stores.keys.find_signing_keys().await.unwrap();
    })
    .await;
    assert_eq!(
        *heard.lock().unwrap(),
        [Some(TRACE.to_owned()), Some(TRACE.to_owned())]
    );
}

#[tokio::test]
async fn requests_side_by_side_keep_their_traces_apart() {
    let (deployment, heard) = deployment().await;
    let ping = |trace: &str| {
        let directory = Arc::clone(&deployment.stores.directory);
        passing_trace_on(
            Some(trace.to_owned()),
            async move { directory.ping().await },
        )
    };
    let (one, other) = tokio::join!(ping("Root=one"), ping("Root=other"));
    one.and(other).unwrap();
    let mut heard = heard.lock().unwrap().clone();
    heard.sort();
    assert_eq!(
        heard,
        [Some("Root=one".to_owned()), Some("Root=other".to_owned())]
    );
}

#[tokio::test]
async fn what_cannot_be_a_header_costs_the_trace_and_not_the_call() {
    let (deployment, heard) = deployment().await;
    let work = deployment.stores.directory.ping();
    passing_trace_on(Some("Root=\n".to_owned()), work)
        .await
        .unwrap();
    passing_trace_on(None, deployment.stores.directory.ping())
        .await
        .unwrap();
    assert_eq!(*heard.lock().unwrap(), [None, None]);
}
