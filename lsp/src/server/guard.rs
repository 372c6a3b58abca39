//! A request that fails is an error answer and a line in the log, never the end of the server.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Request, Response, Result};
use tower_service::Service;

/// Why nothing is said of a place in a text that was edited since it was asked about.
pub const EDITED: &str = "the text was edited meanwhile: ask again";

/// A service whose handlers may panic: whoever asked gets an error, and the next request is answered.
#[derive(Debug)]
pub struct Guarded<S>(pub S);

type Answered<E> = Pin<Box<dyn Future<Output = std::result::Result<Option<Response>, E>> + Send>>;

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Answered<S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<std::result::Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (id, method) = (request.id().cloned(), request.method().to_owned());
        let answer = AssertUnwindSafe(self.0.call(request)).catch_unwind();
        Box::pin(async move {
            answer.await.unwrap_or_else(|panic| {
                let words = words(&*panic);
                tracing::error!(request = method, words, "a request failed");
                let error = failed(format!("`{method}` failed, a fault of Flowright: {words}"));
                Ok(id.map(|id| Response::from_error(id, error)))
            })
        })
    }
}

/// What a panic said.
#[must_use]
pub fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no words".to_owned())
}

/// Runs a request's work where it blocks nobody.
///
/// # Errors
/// What the work says, or that it panicked.
pub async fn guarded<T: Send + 'static>(
    what: &'static str,
    work: impl FnOnce() -> std::result::Result<T, String> + Send + 'static,
) -> Result<T> {
    let run = move || catch_unwind(AssertUnwindSafe(work));
    match tokio::task::spawn_blocking(run).await {
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(why))) => Err(refused(why)),
        Ok(Err(panic)) => {
            let words = words(&*panic);
            tracing::error!(request = what, words, "a request failed");
            Err(failed(format!("`{what}` failed, a fault of Flowright: {words}")))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}

/// A request that cannot be met, in plain words.
#[must_use]
pub fn refused(why: String) -> Error {
    // Editors ask again by themselves, or leave it: nobody needs to read of it.
    let code = match why == EDITED {
        true => ErrorCode::ContentModified,
        false => ErrorCode::ServerError(-32803),
    };
    Error { code, message: why.into(), data: None }
}

fn failed(why: String) -> Error {
    Error { code: ErrorCode::InternalError, message: why.into(), data: None }
}
