//! The side services every go-plugin client opens: stdio and broker stay silent, the controller
//! ends the process.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio_stream::Stream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use crate::wire::goplugin::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};
use crate::wire::goplugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use crate::wire::goplugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use crate::wire::goplugin::{ConnInfo, Empty, StdioData};
use crate::wire::health::health_check_response::ServingStatus;
use crate::wire::health::health_server::{Health, HealthServer};
use crate::wire::health::{HealthCheckRequest, HealthCheckResponse};

/// The services share the token that ends the process.
pub(super) struct Side(CancellationToken);

pub(super) fn controller(shutdown: CancellationToken) -> GrpcControllerServer<Side> {
    GrpcControllerServer::new(Side(shutdown))
}

pub(super) fn broker(shutdown: CancellationToken) -> GrpcBrokerServer<Side> {
    GrpcBrokerServer::new(Side(shutdown))
}

pub(super) fn stdio(shutdown: CancellationToken) -> GrpcStdioServer<Side> {
    GrpcStdioServer::new(Side(shutdown))
}

pub(super) fn health() -> HealthServer<AlwaysServing> {
    HealthServer::new(AlwaysServing)
}

/// A stream that says nothing and ends with the process: left open, it would keep the server
/// from ending.
struct Silence<T> {
    shutdown: Pin<Box<WaitForCancellationFutureOwned>>,
    item: PhantomData<fn() -> T>,
}

impl<T> Silence<T> {
    fn until(shutdown: &CancellationToken) -> Self {
        Self {
            shutdown: Box::pin(shutdown.clone().cancelled_owned()),
            item: PhantomData,
        }
    }
}

impl<T> Stream for Silence<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        ready!(self.shutdown.as_mut().poll(cx));
        Poll::Ready(None)
    }
}

#[tonic::async_trait]
impl GrpcController for Side {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.cancel();
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcBroker for Side {
    async fn start_stream(
        &self,
        _request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        Ok(Response::new(Box::pin(Silence::until(&self.0))))
    }
}

#[tonic::async_trait]
impl GrpcStdio for Side {
    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(Box::pin(Silence::until(&self.0))))
    }
}

/// A process that answers at all takes calls.
pub(super) struct AlwaysServing;

#[tonic::async_trait]
impl Health for AlwaysServing {
    async fn check(
        &self,
        _request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let status = ServingStatus::Serving.into();
        Ok(Response::new(HealthCheckResponse { status }))
    }
}
