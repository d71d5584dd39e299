//! The SDK's HTTP connector, answered in process.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::StandIn;
use super::answer::Answer;

/// Wraps the stand-in as an HTTP client of the SDK.
pub(super) fn http_client(stand_in: StandIn) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess { stand_in });
    SharedHttpClient::new(OneConnector { connector })
}

/// There is nothing to connect to, so the settings (connect and read timeouts) do not matter.
#[derive(Debug)]
struct OneConnector {
    connector: SharedHttpConnector,
}

impl HttpClient for OneConnector {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector.clone()
    }
}

#[derive(Debug)]
struct InProcess {
    stand_in: StandIn,
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let stand_in = self.stand_in.clone();
        HttpConnectorFuture::new(async move {
            let target = request
                .headers()
                .get("x-amz-target")
                .unwrap_or_default()
                .to_owned();
            let Some(body) = request.body().bytes() else {
                return Err(ConnectorError::user(
                    "the request's body is a stream".into(),
                ));
            };
            let answer = stand_in.answer(&target, body).await;
            into_response(answer)
        })
    }
}

pub(super) fn into_response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status)
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    response
        .headers_mut()
        .insert("content-type", answer.content_type);
    if let Some(error_type) = answer.error_type {
        response
            .headers_mut()
            .insert("x-amzn-errortype", error_type);
    }
    Ok(response)
}
