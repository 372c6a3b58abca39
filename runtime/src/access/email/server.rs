//! Takes connections of mail servers, so many at once and so many of one address.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{EmailOptions, connection};
use crate::access::Access;
use crate::clock::SharedClock;
use crate::limits::{
    MAIL_CONNECTIONS_MAX, MAIL_CONNECTIONS_PER_ADDRESS_MAX, MAIL_READ_AT_ONCE_MAX,
};

/// After a connection that could not be taken: the system has no more of them.
const PAUSE: Duration = Duration::from_millis(100);

/// What connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: EmailOptions,
    pub(super) access: Access,
    pub(super) clock: SharedClock,
    /// Bytes of messages that are arriving.
    pub(super) bytes: AtomicUsize,
    /// Mails that may be read at the same time.
    pub(super) reading: Semaphore,
    /// Connections by address.
    peers: Mutex<HashMap<IpAddr, usize>>,
}

impl Shared {
    pub(super) async fn acceptor(&self) -> Option<TlsAcceptor> {
        match &self.options.tls {
            Some(certificate) => Some(certificate.current().await.into()),
            None => None,
        }
    }
}

/// The server.
pub(crate) struct MailServer {
    listener: TcpListener,
    shared: Arc<Shared>,
}

impl MailServer {
    /// Begins to listen.
    pub(crate) async fn bind(
        options: EmailOptions,
        access: Access,
        clock: SharedClock,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let shared = Shared {
            options,
            access,
            clock,
            bytes: AtomicUsize::new(0),
            reading: Semaphore::new(MAIL_READ_AT_ONCE_MAX),
            peers: Mutex::default(),
        };
        Ok(Self { listener, shared: Arc::new(shared) })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap_or(self.shared.options.listen)
    }

    /// Takes connections until it is dropped. Those that are under way end with it: a message that was
    /// not acknowledged is sent again.
    pub(crate) async fn run(self) {
        let mut open = JoinSet::new();
        loop {
            let taken = tokio::select! {
                biased;
                Some(_) = open.join_next() => continue,
                taken = self.listener.accept() => taken,
            };
            let (stream, peer) = match taken {
                Ok((stream, peer)) => (stream, peer.ip().to_canonical()),
                Err(error) => {
                    tracing::warn!(%error, "a mail connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let place = Place::of(&self.shared, peer).filter(|_| open.len() < MAIL_CONNECTIONS_MAX);
            open.spawn(one(stream, peer, place, Arc::clone(&self.shared)));
        }
    }
}

async fn one(stream: TcpStream, peer: IpAddr, place: Option<Place>, shared: Arc<Shared>) {
    match place {
        Some(_place) => connection::serve(stream, peer, &shared).await,
        None => {
            tracing::warn!(%peer, "too many mail connections");
            connection::refuse(stream).await;
        }
    }
}

/// A connection's place among those of its address.
struct Place {
    shared: Arc<Shared>,
    peer: IpAddr,
}

impl Place {
    fn of(shared: &Arc<Shared>, peer: IpAddr) -> Option<Self> {
        let mut peers = shared.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let count = peers.entry(peer).or_insert(0);
        // The company's own server brings everybody's messages.
        let most = match shared.options.trusted.contains(&peer) {
            true => MAIL_CONNECTIONS_MAX,
            false => MAIL_CONNECTIONS_PER_ADDRESS_MAX,
        };
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(peers);
        Some(Self { shared: Arc::clone(shared), peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut peers = self.shared.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = peers.get_mut(&self.peer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                peers.remove(&self.peer);
            }
        }
    }
}
