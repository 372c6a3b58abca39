//! One connection of a mail server: bytes between the socket and the session, which says what they
//! mean. Everything has an end: silence, slowness, and what is kept of a message that is not whole.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::Ordering;

use flowright_access::email::smtp::{Action, Session};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::server::Shared;
use super::take;
use crate::limits::{
    MAIL_BYTES_MAX, MAIL_CONNECTION_TIME_MAX, MAIL_IDLE, MAIL_LINGER, MAIL_WRITE_TIMEOUT,
};

/// Bytes that are read at once.
const READ_BYTES: usize = 32 << 10;

/// Whether a connection goes on encrypted.
enum End {
    StartTls,
    Closed,
}

/// Serves one connection to its end.
pub(super) async fn serve(mut stream: TcpStream, peer: IpAddr, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let (session, greeting) = Session::new(shared.options.smtp.clone());
    let until = Instant::now() + MAIL_CONNECTION_TIME_MAX;
    let mut talk = Talk { session, peer, shared, until, counted: 0 };
    match talk.go_on(&mut stream, vec![greeting]).await {
        End::Closed => linger(&mut stream).await,
        End::StartTls => {
            let Some(acceptor) = shared.acceptor().await else { return };
            match timeout(MAIL_WRITE_TIMEOUT, acceptor.accept(stream)).await {
                Ok(Ok(mut stream)) => {
                    talk.session.encrypted();
                    talk.go_on(&mut stream, Vec::new()).await;
                    linger(&mut stream).await;
                }
                Ok(Err(error)) => {
                    tracing::debug!(%peer, %error, "a mail connection was not encrypted")
                }
                Err(_) => tracing::debug!(%peer, "encrypting a mail connection took too long"),
            }
        }
    }
}

/// Tells a client that it is one too many.
pub(super) async fn refuse(mut stream: TcpStream) {
    let line = b"421 4.7.0 too many connections, please come again\r\n";
    let _ = timeout(MAIL_LINGER, stream.write_all(line)).await;
    linger(&mut stream).await;
}

/// Closes so that the last word is heard: a client that still sends would lose it otherwise.
async fn linger(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let drain = async {
        stream.shutdown().await?;
        let mut rest = [0; 4 << 10];
        while stream.read(&mut rest).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ = timeout(MAIL_LINGER, drain).await;
}

/// A session with what it may take.
struct Talk<'s> {
    session: Session,
    peer: IpAddr,
    shared: &'s Shared,
    until: Instant,
    /// Bytes of an unfinished message that are counted among all.
    counted: usize,
}

impl Talk<'_> {
    /// Goes on until the connection is to be encrypted or over.
    async fn go_on<S>(&mut self, stream: &mut S, first: Vec<Action>) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut actions = VecDeque::from(first);
        let mut buffer = vec![0; READ_BYTES];
        loop {
            while let Some(action) = actions.pop_front() {
                match action {
                    Action::Reply(text) => {
                        let sent = timeout(MAIL_WRITE_TIMEOUT, stream.write_all(text.as_bytes()));
                        if !matches!(sent.await, Ok(Ok(()))) {
                            return End::Closed;
                        }
                    }
                    Action::StartTls => return End::StartTls,
                    Action::Close => return End::Closed,
                    Action::Take(mail) => {
                        let outcome = take::take(mail, self.peer, self.shared).await;
                        actions.extend(self.session.answer(&outcome));
                    }
                }
            }
            self.settle();
            if stream.flush().await.is_err() {
                return End::Closed;
            }
            let until = self.until.min(Instant::now() + MAIL_IDLE);
            let read = match timeout_at(until, stream.read(&mut buffer)).await {
                Ok(Ok(0) | Err(_)) => return End::Closed,
                Ok(Ok(read)) => read,
                Err(_) => {
                    actions.extend(self.session.hang_up("silent for too long"));
                    continue;
                }
            };
            actions.extend(self.session.receive(buffer.get(..read).unwrap_or(&[])));
            if !self.has_room() {
                tracing::warn!(peer = %self.peer, "too many large messages arrive at once");
                actions.extend(self.session.hang_up("too much at once, please come again"));
            }
        }
    }

    /// Counts what has come of an unfinished message. Whether there is room for it.
    fn has_room(&mut self) -> bool {
        let more = self.session.held_bytes().saturating_sub(self.counted);
        self.counted += more;
        self.shared.bytes.fetch_add(more, Ordering::Relaxed) + more <= MAIL_BYTES_MAX
    }

    /// What became of a message is known: its bytes are gone.
    fn settle(&mut self) {
        let less = self.counted.saturating_sub(self.session.held_bytes());
        self.counted -= less;
        self.shared.bytes.fetch_sub(less, Ordering::Relaxed);
    }
}

impl Drop for Talk<'_> {
    fn drop(&mut self) {
        self.shared.bytes.fetch_sub(self.counted, Ordering::Relaxed);
    }
}
