//! Somebody outside, in this process: what a receiver of messages and a model have in common.

use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};

/// A port of one's own.
pub async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Serves every connection in a task of its own. Whoever gave up is no fault of a test.
pub fn serve<F>(listener: TcpListener, mut one: impl FnMut(TcpStream) -> F + Send + 'static)
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(one(stream));
        }
    });
}

type Decides<Asked, Does> = dyn Fn(&Asked) -> Does + Send + Sync;

/// What somebody does with what comes, until it does otherwise.
pub struct Mind<Asked: ?Sized, Does>(Arc<Mutex<Arc<Decides<Asked, Does>>>>);

impl<Asked: ?Sized, Does> Clone for Mind<Asked, Does> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Asked: ?Sized, Does> Mind<Asked, Does> {
    pub fn new(decides: impl Fn(&Asked) -> Does + Send + Sync + 'static) -> Self {
        Self(Arc::new(Mutex::new(Arc::new(decides))))
    }

    pub fn changes(&self, decides: impl Fn(&Asked) -> Does + Send + Sync + 'static) {
        *self.0.lock().unwrap() = Arc::new(decides);
    }

    pub fn decides(&self, asked: &Asked) -> Does {
        let decides = Arc::clone(&self.0.lock().unwrap());
        decides(asked)
    }
}
