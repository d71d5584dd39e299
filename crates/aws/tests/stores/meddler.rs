//! Answers that no stand-in gives and AWS does: items left unread, and conflicts.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// What happens instead of the call.
#[derive(Debug, Clone)]
pub(crate) enum Meddling {
    /// A `BatchGetItem` does not get to the last of its keys.
    LeaveOneUnread,
    /// The call is answered with this status and body.
    Answer(u16, String),
}

/// Lets the next calls of one operation be meddled with.
#[derive(Debug, Clone)]
pub(crate) struct Meddler {
    operation: &'static str,
    meddling: Meddling,
    script: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    /// How many calls pass before.
    after: usize,
    times: usize,
}

impl Meddler {
    /// Nothing is meddled with yet.
    pub(crate) fn new(operation: &'static str, meddling: Meddling) -> Self {
        Self {
            operation,
            meddling,
            script: Arc::default(),
        }
    }

    /// Meddles with the next so many calls.
    pub(crate) fn next(&self, times: usize) {
        *self.script.lock().unwrap() = Script { after: 0, times };
    }

    /// Meddles with the second call from now on.
    pub(crate) fn second(&self) {
        *self.script.lock().unwrap() = Script { after: 1, times: 1 };
    }

    /// The client of the SDK with this in between.
    pub(crate) fn around(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Meddled {
            inner,
            meddler: self.clone(),
        })
    }

    fn applies(&self, request: &HttpRequest) -> bool {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if target.rsplit('.').next() != Some(self.operation) {
            return false;
        }
        let mut script = self.script.lock().unwrap();
        if script.after > 0 {
            script.after -= 1;
            return false;
        }
        let applies = script.times > 0;
        script.times = script.times.saturating_sub(1);
        applies
    }
}

#[derive(Debug)]
struct Meddled {
    inner: SharedHttpClient,
    meddler: Meddler,
}

impl HttpClient for Meddled {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(MeddledConnector {
            inner: self.inner.http_connector(settings, components),
            meddler: self.meddler.clone(),
        })
    }
}

#[derive(Debug)]
struct MeddledConnector {
    inner: SharedHttpConnector,
    meddler: Meddler,
}

impl HttpConnector for MeddledConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !self.meddler.applies(&request) {
            return self.inner.call(request);
        }
        match &self.meddler.meddling {
            Meddling::Answer(status, body) => {
                HttpConnectorFuture::ready(Ok(response(*status, body.clone())))
            }
            Meddling::LeaveOneUnread => leave_one_unread(self.inner.clone(), request),
        }
    }
}

fn leave_one_unread(inner: SharedHttpConnector, mut request: HttpRequest) -> HttpConnectorFuture {
    let mut asked: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
    let tables = asked["RequestItems"].as_object_mut().unwrap();
    let (table, wanted) = tables.iter_mut().next().unwrap();
    let keys = wanted["Keys"].as_array_mut().unwrap();
    let unread = json!({ table: { "Keys": [keys.pop().unwrap()], "ConsistentRead": true } });
    if keys.is_empty() {
        let body = json!({ "Responses": {}, "UnprocessedKeys": unread });
        return HttpConnectorFuture::ready(Ok(response(200, body.to_string())));
    }
    *request.body_mut() = SdkBody::from(asked.to_string());
    HttpConnectorFuture::new(async move {
        let answer = inner.call(request).await?;
        let mut body: Value = serde_json::from_slice(answer.body().bytes().unwrap()).unwrap();
        body["UnprocessedKeys"] = unread;
        Ok(response(200, body.to_string()))
    })
}

fn response(status: u16, body: String) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}
