//! Addresses that customers confirm by a code: over a real WebSocket and REST, with the code out of the mail
//! that a mail server was handed, and mail back in.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod crash;
mod joined;
mod mails;
mod page;
mod refused;
#[path = "../email/smarthost.rs"]
#[expect(dead_code, reason = "more of it is for the tests of email")]
mod smarthost;

use std::path::Path;
use std::time::{Duration, Instant};

use flowright_access::email::mime::{self, Mail};
use flowright_runtime::service::Options;
use flowright_tests::mail::{mailbox, with_mailboxes};
use flowright_tests::{World, bundle_of_text, send, texts};
use rusqlite::Connection;
use serde_json::{Value as Json, json};

use smarthost::Smarthost;

/// The bot.
const BOT: &str = include_str!("bot.flow");

/// Long enough for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the bot asks when a code is on its way.
const ASKED: &str = "What are the six digits of the code that I sent to ann@x.example?";
const CONFIRMED: [&str; 2] = ["Thank you, ann@x.example is confirmed.", "You can go on by mail."];
const WRONG: &str = "That is not the code. Please look again.";

/// A server whose mail goes to a mail server that knows Ann and Bob.
struct Site {
    world: World,
    smarthost: Smarthost,
    config: String,
}

impl Site {
    async fn start() -> Self {
        Self::start_as(BOT, "", |options| options).await
    }

    async fn start_as(bot: &str, more: &str, change: impl FnOnce(Options) -> Options) -> Self {
        let knows = ["ann@x.example", "bob@x.example", "li.wei@hongda.example"];
        let smarthost = Smarthost::start_knowing(None, knows.map(str::to_owned).to_vec()).await;
        let config = config(&smarthost.address.to_string(), more);
        let mailed = |options| change(with_mail(options, &config));
        let world = World::start_bundle(bundle_of_text(bot), mailed).await;
        Self { world, smarthost, config }
    }

    async fn restart(self) -> Self {
        let Self { world, smarthost, config } = self;
        let world = world.restart_as(|options| with_mail(options, &config)).await;
        Self { world, smarthost, config }
    }

    /// What the bot answers to a sender without a session.
    async fn say(&self, from: &str, id: &str, text: &str) -> Vec<String> {
        self.post(json!({ "id": format!("{from}-{id}"), "from": from, "text": text })).await.1
    }

    /// The same to a customer that somebody vouches for.
    async fn say_as(&self, customer: &str, id: &str, text: &str) -> Vec<String> {
        let id = format!("{customer}-{id}");
        self.post(json!({ "id": id, "customer": { "id": customer }, "text": text })).await.1
    }

    /// The conversation and what is answered.
    async fn post(&self, body: Json) -> (String, Vec<String>) {
        let (status, answer) = send(&self.world.url("/v1/messages"), "POST", Some(body), &[]).await;
        assert_eq!(status, 200, "{answer}");
        (answer["session"].as_str().unwrap().to_owned(), texts(&answer))
    }

    /// The mails that were sent, once there are so many.
    async fn sent(&self, count: usize) -> Vec<Mail> {
        until("a mail is missing", async || self.smarthost.mails().len() >= count).await;
        let mails = self.smarthost.mails();
        assert_eq!(mails.len(), count, "{mails:#?}");
        mails.iter().map(|mail| mime::read(&mail.bytes).unwrap()).collect()
    }

    /// The code of the last of so many mails.
    async fn code(&self, count: usize) -> String {
        code_in(self.sent(count).await.last().unwrap())
    }

    /// What is known of an address on the channel of mails: its conversation, its customer and what has
    /// proved it.
    fn known(&self, address: &str) -> Option<[String; 3]> {
        let query = "SELECT session, coalesce(customer, ''), coalesce(proof, '') FROM identities
                     WHERE channel = 'mail' AND address = ?1";
        let db = self.db();
        let mut statement = db.prepare(query).unwrap();
        let row = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
        statement.query_map([address], row).unwrap().next().map(Result::unwrap)
    }

    /// Waits until the address is linked to something.
    async fn linked(&self, address: &str) -> [String; 3] {
        let db = self.db();
        let owed = "SELECT count(*) FROM codes WHERE state = 2";
        let owed = || db.query_row(owed, [], |row| row.get::<_, i64>(0)).unwrap();
        until("an address is not linked", async || owed() == 0).await;
        self.known(address).unwrap()
    }

    /// What the log of identities says of an address: what, customer, proof.
    fn log(&self, address: &str) -> Vec<[String; 3]> {
        let query = "SELECT what, coalesce(customer, ''), coalesce(proof, '') FROM identity_log
                     WHERE channel = 'mail' AND address = ?1 ORDER BY number";
        let db = self.db();
        let mut statement = db.prepare(query).unwrap();
        let row = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
        statement.query_map([address], row).unwrap().map(Result::unwrap).collect()
    }

    fn db(&self) -> Connection {
        Connection::open(&*self.world.store).unwrap()
    }
}

fn config(smarthost: &str, more: &str) -> String {
    format!(
        "[env]\nKEY = \"0123456789abcdef\"\n[email]\nlisten = \"127.0.0.1:0\"\nkey_env = \"KEY\"\n\
         trusted = [\"127.0.0.1\"]\nauthserv_id = \"mx.acme.example\"\n\
         smarthost = \"{smarthost}\"\nsmarthost_tls = \"none\"\n{more}"
    )
}

fn with_mail(options: Options, config: &str) -> Options {
    with_mailboxes(options, config, &[mailbox("mail", "support@acme.example")])
}

/// The six digits that a mail says.
fn code_in(mail: &Mail) -> String {
    let words = mail.body.split(|c: char| !c.is_ascii_digit());
    let codes: Vec<&str> = words.filter(|word| word.len() == 6).collect();
    assert_eq!(codes.len(), 1, "{}", mail.body);
    codes[0].to_owned()
}

/// Another code than that one.
fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// Waits for something.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether digits stand somewhere in a store's files, with no other digit beside them.
fn is_in_store(store: &Path, code: &str) -> bool {
    let name = store.file_name().unwrap().to_str().unwrap();
    let holds = |bytes: &[u8]| {
        let places = bytes.windows(code.len()).enumerate().filter(|(_, w)| *w == code.as_bytes());
        let digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
        places.map(|(at, _)| at).any(|at| {
            !digit(at.checked_sub(1).and_then(|before| bytes.get(before)))
                && !digit(bytes.get(at + code.len()))
        })
    };
    ["", "-wal"].iter().any(|end| {
        std::fs::read(store.with_file_name(format!("{name}{end}"))).is_ok_and(|b| holds(&b))
    })
}
