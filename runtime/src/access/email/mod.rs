//! Email's input and output: a server that takes messages for the bot's addresses, and an outlet that
//! sends replies through the company's own mail server. What the bytes mean is in
//! `flowright_access::email`.

mod certificate;
mod connection;
mod outlet;
mod server;
mod setup;
mod take;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use flowright_access::email::smtp::Settings;
use flowright_access::email::thread::Key;

pub use certificate::Certificate;
pub use outlet::{MailOutlet, Protection, Smarthost};
pub(crate) use server::MailServer;
pub use setup::{Setup, missing, setup};

/// How mail comes in.
#[derive(Debug, Clone)]
pub struct EmailOptions {
    /// Address and port.
    pub listen: SocketAddr,
    /// What the server is, and whom it takes messages for.
    pub smtp: Arc<Settings>,
    /// What connections are encrypted with.
    pub tls: Option<Arc<Certificate>>,
    /// What ids of our messages are sealed with.
    pub key: Key,
    /// Mail servers of the company that stand in front of this one: what they found counts.
    pub trusted: Vec<IpAddr>,
    /// The name under which they say what they found.
    pub authserv_id: Option<String>,
}
