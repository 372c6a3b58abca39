//! `grpc.health.v1.Health`: whether the store takes what comes.

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::http::App;
use crate::limits::GRPC_HEALTH_EVERY;

/// The service whose health is asked for by name; the empty name asks for the whole server.
const SERVICES: [&str; 2] = ["", super::route::CONVERSATIONS];

/// What answers.
#[derive(Debug, Clone)]
pub(super) struct Healthy(pub(super) App);

impl Healthy {
    async fn now(&self) -> ServingStatus {
        let is_ready = !self.0.0.is_closing() && self.0.0.dispatch.ready().await.is_ok();
        if is_ready { ServingStatus::Serving } else { ServingStatus::NotServing }
    }

    /// Tells what changes until nobody listens or the server goes down.
    async fn tell(self, is_known: bool, out: mpsc::Sender<ServingStatus>) {
        let mut told = None;
        loop {
            let now = match is_known {
                true => self.now().await,
                false => ServingStatus::ServiceUnknown,
            };
            if told.replace(now) != Some(now) && out.send(now).await.is_err() {
                return;
            }
            if self.0.0.is_closing() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(GRPC_HEALTH_EVERY) => {}
                () = self.0.0.closed() => {}
                () = out.closed() => return,
            }
        }
    }
}

#[tonic::async_trait]
impl Health for Healthy {
    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let service = request.into_inner().service;
        if !SERVICES.contains(&service.as_str()) {
            return Err(Status::not_found("there is no such service"));
        }
        Ok(Response::new(response(self.now().await)))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let is_known = SERVICES.contains(&request.into_inner().service.as_str());
        let (out, mut states) = mpsc::channel(1);
        tokio::spawn(self.clone().tell(is_known, out));
        let told = stream::poll_fn(move |cx| states.poll_recv(cx));
        Ok(Response::new(told.map(|state| Ok(response(state))).boxed()))
    }
}

fn response(state: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: state.into() }
}
