//! Replies by email: through the company's own mail server, which signs and sends them on.

use std::sync::Arc;

use flowright_access::code::CodeKey;
use flowright_access::email::compose::{Letter, Sender, letter, notice};
use flowright_access::email::thread::Key;
use flowright_access::email::{Address, ReplyTo};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use tokio::sync::Semaphore;

use crate::access::{Outlet, Parcel, Sent, confirm};
use crate::clock::SharedClock;
use crate::limits::{SMARTHOST_CONNECTIONS_MAX, SMARTHOST_TIMEOUT};
use crate::secret::Secret;

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Encrypted after STARTTLS; nothing is sent where that fails.
    StartTls,
    /// Encrypted from the start.
    Tls,
    /// Not at all.
    None,
}

/// The mail server that sends what is said.
#[derive(Debug, Clone)]
pub struct Smarthost {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// A certificate, in PEM, that vouches for its own; without, those that everybody knows.
    pub authority: Option<Vec<u8>>,
    /// The name and password that it asks for.
    pub account: Option<(String, Secret)>,
    /// What this server calls itself.
    pub hello: String,
}

impl Smarthost {
    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, Error> {
        let tls = match self.protection {
            Protection::None => Tls::None,
            Protection::StartTls => Tls::Required(self.parameters()?),
            Protection::Tls => Tls::Wrapper(self.parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .hello_name(ClientId::Domain(self.hello.clone()))
            .timeout(Some(SMARTHOST_TIMEOUT))
            .tls(tls);
        if let Some((user, password)) = &self.account {
            let password = password.reveal().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(builder.build())
    }

    fn parameters(&self) -> Result<TlsParameters, Error> {
        let mut parameters = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.authority {
            parameters = parameters.add_root_certificate(Certificate::from_pem(pem)?);
        }
        parameters.build()
    }
}

/// Sends what is said on one channel.
#[derive(Clone)]
pub struct MailOutlet {
    sender: Sender,
    key: Key,
    code_key: CodeKey,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// Connections that it may have. Each is for one reply: lettre's pool cannot be made before tokio
    /// runs, nor go when it does no more.
    places: Arc<Semaphore>,
    clock: SharedClock,
}

impl std::fmt::Debug for MailOutlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailOutlet").field("sender", &self.sender).finish_non_exhaustive()
    }
}

impl MailOutlet {
    /// From an address, through a mail server.
    ///
    /// # Errors
    /// A certificate that is none, in words.
    pub fn new(
        sender: Sender,
        (key, code_key): (Key, CodeKey),
        smarthost: &Smarthost,
        clock: SharedClock,
    ) -> Result<Self, String> {
        let transport = smarthost.transport().map_err(|e| e.to_string())?;
        let places = Arc::new(Semaphore::new(SMARTHOST_CONNECTIONS_MAX));
        Ok(Self { sender, key, code_key, transport, places, clock })
    }

    async fn attempt(self, parcel: Parcel) -> Sent {
        match self.letter(&parcel) {
            Ok(letter) => self.hand_in(letter).await,
            Err(cause) => Sent::Dead { cause },
        }
    }

    async fn attempt_code(self, letter: confirm::Letter) -> Sent {
        let now_ms = self.clock.now_ms();
        if now_ms >= letter.expires_at_ms {
            return Sent::Dead { cause: "the code has expired".to_owned() };
        }
        let Some(to) = Address::parse(&letter.to) else {
            return Sent::Dead { cause: "it is for no address of mail".to_owned() };
        };
        let says = (letter.subject.as_str(), letter.revealed(&self.code_key));
        let id = format!("code.{}", letter.ticket);
        match notice((says.0, &says.1), &id, &to, &self.sender, now_ms) {
            Ok(letter) => self.hand_in(letter).await,
            Err(error) => Sent::Dead { cause: error.to_string() },
        }
    }

    /// Hands a message to the mail server.
    async fn hand_in(&self, letter: Letter) -> Sent {
        let envelope = match envelope(&letter) {
            Ok(envelope) => envelope,
            Err(error) => return Sent::Dead { cause: error.to_string() },
        };
        let Ok(_place) = self.places.acquire().await else {
            return Sent::Again { cause: "the server stops".to_owned(), after_ms: None };
        };
        match self.transport.send_raw(&envelope, &letter.bytes).await {
            Ok(_) => Sent::Taken { provider_id: Some(letter.message_id) },
            Err(error) => failed(&error),
        }
    }

    fn letter(&self, parcel: &Parcel) -> Result<Letter, String> {
        let to = ReplyTo::from_text(&parcel.reply_to);
        let to = to.ok_or("what it answers was not kept, or is not a mail")?;
        let now = self.clock.now_ms();
        letter(&parcel.reply, &parcel.session, &to, &self.sender, &self.key, now)
            .map_err(|e| e.to_string())
    }
}

fn envelope(letter: &Letter) -> Result<Envelope, lettre::error::Error> {
    let address = |own: &Address| {
        lettre::Address::new(own.local(), own.domain()).map_err(|_| lettre::error::Error::MissingTo)
    };
    Envelope::new(Some(address(&letter.from)?), vec![address(&letter.to)?])
}

/// Answers to a name and password: what is wrong is here, and will be put right.
const NOT_SIGNED_IN: [u16; 4] = [530, 534, 535, 538];

/// A server's 5xx is its last word; anything else may pass.
fn failed(error: &Error) -> Sent {
    let cause = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let here = error.status().is_some_and(|code| NOT_SIGNED_IN.contains(&u16::from(code)));
    match error.is_permanent() && !here {
        true => Sent::Dead { cause },
        false => Sent::Again { cause, after_ms: None },
    }
}

impl Outlet for MailOutlet {
    fn send(&self, parcel: Parcel) -> BoxFuture<'static, Sent> {
        self.clone().attempt(parcel).boxed()
    }

    fn begin(&self, address: &str) -> Option<String> {
        let to = flowright_access::email::Address::parse(address)?;
        let subject = match self.sender.name.as_str() {
            "" => self.sender.address.as_str(),
            name => name,
        };
        Some(ReplyTo::begin(&to, subject).to_text())
    }

    fn code_key(&self) -> Option<CodeKey> {
        Some(self.code_key.clone())
    }

    fn send_code(&self, letter: confirm::Letter) -> BoxFuture<'static, Sent> {
        self.clone().attempt_code(letter).boxed()
    }
}

// The outbox waits no longer for an attempt.
const _: () = assert!(SMARTHOST_TIMEOUT.as_secs() < crate::limits::OUTBOX_TIMEOUT.as_secs());
