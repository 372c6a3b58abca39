//! Mail for tests: a server that has mailboxes, and mails handed to it over SMTP.

use std::net::SocketAddr;
use std::sync::Arc;

use flowright_compiler::ir::{ChannelDef, SettingDef};
use flowright_runtime::access::email::{Setup, setup};
use flowright_runtime::config::Config;
use flowright_runtime::service::Options;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A channel of mails to an address.
#[must_use]
pub fn mailbox(name: &str, address: &str) -> ChannelDef {
    ChannelDef {
        name: name.to_owned(),
        kind: "email".to_owned(),
        settings: vec![("address".to_owned(), SettingDef::Text(address.to_owned()))],
    }
}

/// With mailboxes, as a configuration says.
///
/// # Panics
/// When the configuration is wrong.
#[must_use]
pub fn with_mailboxes(options: Options, config: &str, channels: &[ChannelDef]) -> Options {
    let config = Config::parse("flowright.toml", config).unwrap();
    let clock = Arc::clone(&options.clock);
    let variable = |name: &str| config.env.get(name).cloned();
    let Setup { options: email, outlets } =
        setup(&config.email, &std::env::temp_dir(), channels, variable, &clock).unwrap();
    Options { email, outlets, codes: config.customers.codes(), ..options }
}

/// Hands a mail from somebody to `support@acme.example`; lines end in CR LF, and none is a dot.
///
/// # Panics
/// When the server does not take it.
pub async fn hand_in(server: SocketAddr, from: &str, message: &str) {
    let mut stream = BufReader::new(TcpStream::connect(server).await.unwrap());
    let steps = [
        (String::new(), "220"),
        ("EHLO client.example\r\n".to_owned(), "250"),
        (format!("MAIL FROM:<{from}>\r\n"), "250"),
        ("RCPT TO:<support@acme.example>\r\n".to_owned(), "250"),
        ("DATA\r\n".to_owned(), "354"),
        (format!("{message}\r\n.\r\n"), "250"),
        ("QUIT\r\n".to_owned(), "221"),
    ];
    for (said, wanted) in steps {
        stream.get_mut().write_all(said.as_bytes()).await.unwrap();
        let mut line = String::new();
        // `250-…` goes on.
        while line.as_bytes().get(3) != Some(&b' ') {
            line.clear();
            assert!(stream.read_line(&mut line).await.unwrap() > 0, "{wanted}: {said}");
        }
        assert!(line.starts_with(wanted), "{said}: {line}");
    }
}
