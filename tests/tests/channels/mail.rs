//! Email: SMTP in, through another server out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flowright_access::email::mime;
use flowright_runtime::service::Options;
use flowright_tests::World;
use flowright_tests::mail::{hand_in, with_mailboxes};
use futures_util::future::BoxFuture;

use super::smarthost::Smarthost;
use super::{Kind, Line, Program};

pub struct Mail {
    smarthost: Smarthost,
}

impl Mail {
    /// With a server that sends on to these.
    pub async fn start(senders: &[String]) -> Self {
        let knows = senders.iter().map(|sender| address(sender)).collect();
        Self { smarthost: Smarthost::start_knowing(None, knows).await }
    }
}

fn address(sender: &str) -> String {
    format!("{sender}@x.example")
}

impl Kind for Mail {
    fn name(&self) -> &'static str {
        "email"
    }

    fn declared(&self) -> &'static str {
        "channel mail: email { address \"support@acme.example\" }"
    }

    fn serve(&self, options: Options, program: &Program) -> Options {
        let text = format!(
            "[env]\nKEY = \"0123456789abcdef\"\n[email]\nlisten = \"127.0.0.1:0\"\n\
             key_env = \"KEY\"\nsmarthost = \"{}\"\nsmarthost_tls = \"none\"\n",
            self.smarthost.address
        );
        with_mailboxes(options, &text, &program.channels)
    }

    fn line<'w>(&'w self, world: &'w World, sender: &'w str) -> BoxFuture<'w, Box<dyn Line>> {
        let mut line = MailLine {
            server: world.server.mail_address.unwrap(),
            smarthost: self.smarthost.clone(),
            address: address(sender),
            seen: 0,
        };
        // What was said before is known to whoever was there.
        line.seen = line.bodies().len();
        Box::pin(std::future::ready(Box::new(line) as Box<dyn Line>))
    }
}

struct MailLine {
    server: std::net::SocketAddr,
    smarthost: Smarthost,
    address: String,
    seen: usize,
}

impl MailLine {
    /// All that was mailed to this sender.
    fn bodies(&self) -> Vec<String> {
        let read = |mail: &flowright_access::email::smtp::Mail| mime::read(&mail.bytes).unwrap();
        let mails = self.smarthost.mails();
        let mails = mails.iter().filter(|mail| mail.channels.contains(&self.address)).map(read);
        mails.map(|mail| mail.body.trim_end().to_owned()).collect()
    }

    async fn send(&self, id: &str, text: &str) {
        let body = STANDARD.encode(text);
        let lines: Vec<&str> =
            body.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let message = format!(
            "From: {from}\r\nTo: support@acme.example\r\nMessage-ID: <{id}@x.example>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}",
            lines.join("\r\n"),
            from = self.address,
        );
        hand_in(self.server, &self.address, &message).await;
    }
}

impl Line for MailLine {
    fn say<'l>(&'l mut self, id: &'l str, text: &'l str) -> BoxFuture<'l, ()> {
        Box::pin(self.send(id, text))
    }

    fn hear(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async move {
            loop {
                if let Some(body) = self.bodies().into_iter().nth(self.seen) {
                    self.seen += 1;
                    return body;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
    }
}
