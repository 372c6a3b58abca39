//! A mail server that takes what the bot sends: strict, as any should be, and with faults on demand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use flowright_access::email::smtp::{self, Action, Outcome, Session, Settings, Tls};
use flowright_access::email::{Address, Mailbox};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// What a smarthost has, and what it answers to the next messages.
#[derive(Debug, Clone)]
pub struct Smarthost {
    pub address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
    tls: Option<Arc<ServerConfig>>,
    /// Whom it takes mail for.
    knows: Arc<Vec<String>>,
}

#[derive(Debug, Default)]
struct Inner {
    mails: Vec<smtp::Mail>,
    /// The first of them is next; then everything is taken.
    answers: Vec<Outcome>,
}

impl Smarthost {
    /// One that knows Ann and Bob.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// The same; with a certificate, nothing is taken unencrypted.
    pub async fn start_with(tls: Option<Arc<ServerConfig>>) -> Self {
        Self::start_knowing(tls, ["ann@x.example", "bob@x.example"].map(str::to_owned).to_vec())
            .await
    }

    /// The same for others.
    pub async fn start_knowing(tls: Option<Arc<ServerConfig>>, knows: Vec<String>) -> Self {
        let knows = Arc::new(knows);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let host = Self { address, inner: Arc::default(), tls, knows };
        let own = host.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(own.clone().serve(stream));
            }
        });
        host
    }

    pub fn mails(&self) -> Vec<smtp::Mail> {
        self.inner.lock().unwrap().mails.clone()
    }

    pub fn answer_next(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.inner.lock().unwrap().answers.extend(outcomes);
    }

    fn take(&self, mail: smtp::Mail) -> Outcome {
        let mut inner = self.inner.lock().unwrap();
        let outcome = match inner.answers.is_empty() {
            true => Outcome::Stored,
            false => inner.answers.remove(0),
        };
        if outcome == Outcome::Stored {
            inner.mails.push(mail);
        }
        outcome
    }

    async fn serve(self, mut stream: TcpStream) {
        let mailbox = |address: &String| Mailbox {
            address: Address::parse(address).unwrap(),
            channel: address.clone(),
        };
        let settings = Settings {
            hostname: "smarthost.example".to_owned(),
            mailboxes: self.knows.iter().map(mailbox).collect(),
            bytes_max: 1 << 20,
            tls: if self.tls.is_some() { Tls::Required } else { Tls::Absent },
        };
        let (mut session, greeting) = Session::new(Arc::new(settings));
        if self.talk(&mut stream, &mut session, vec![greeting]).await {
            // A client that does not believe the certificate goes away.
            let acceptor = TlsAcceptor::from(self.tls.clone().unwrap());
            if let Ok(mut stream) = acceptor.accept(stream).await {
                session.encrypted();
                self.talk(&mut stream, &mut session, Vec::new()).await;
            }
        }
    }

    /// Talks until the end, or until the connection is to be encrypted.
    async fn talk<S>(&self, stream: &mut S, session: &mut Session, first: Vec<Action>) -> bool
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut actions = first;
        let mut buffer = vec![0; 64 << 10];
        loop {
            while !actions.is_empty() {
                match actions.remove(0) {
                    Action::Reply(text) => {
                        if stream.write_all(text.as_bytes()).await.is_err() {
                            return false;
                        }
                    }
                    Action::Take(mail) => {
                        let outcome = self.take(mail);
                        actions.extend(session.answer(&outcome));
                    }
                    Action::StartTls => return true,
                    Action::Close => return false,
                }
            }
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return false,
                Ok(read) => actions = session.receive(&buffer[..read]),
            }
        }
    }
}
