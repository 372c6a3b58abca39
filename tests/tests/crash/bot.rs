//! The bot of these tests: it counts what it is told, so that what happened twice is seen.

use std::path::Path;
use std::sync::Arc;

use flowright_faultfs::FaultFs;
use flowright_runtime::dispatch::{Answer, Incoming};
use flowright_runtime::outbox::Addresses;
use flowright_runtime::programs::interpreter_loader;
use flowright_runtime::service::{Handle, Options, Service};
use flowright_runtime::store::{Durability, SqliteOptions};

/// Rents machines: slots are asked for and counted, so that a message that was carried out twice
/// would be the answer to the next question.
pub(crate) const BOT: &str = r#"
bot rent { languages en  timezone "Asia/Shanghai" }
channel api: rest
skill s
route { otherwise -> s }
intent rent { en "rent a machine", "I want to rent", "machine rental", "renting", "hire one" }
flow rent {
  on intent rent
  slot days: number { ask "For how many days?" }
  slot site: text { ask "Where to?" }
  slot people: number { ask "How many people?" }
  state start {
    fill days, site, people
    confirm "{days} days in {site} for {people}?" { yes -> done  no -> start }
  }
  state done { say "It is {days}, {site}, {people}."  end resolved }
}
"#;

/// What a customer says, in order; the rest begins again.
pub(crate) const SAID: [&str; 5] = ["rent a machine", "3", "Pudong", "7", "yes"];

/// A server of the bot on a store that goes through a file system.
pub(crate) async fn serve(
    bundle: &[u8],
    store: &Path,
    vfs: Option<&str>,
    durability: Durability,
) -> Handle {
    serve_to(bundle, store, vfs, durability, Addresses::default()).await
}

/// The same, with addresses that are sent what is said.
pub(crate) async fn serve_to(
    bundle: &[u8],
    store: &Path,
    vfs: Option<&str>,
    durability: Durability,
    deliver: Addresses,
) -> Handle {
    let sqlite = SqliteOptions {
        vfs: vfs.map(str::to_owned),
        // Often enough that the log is moved into the database while it runs.
        checkpoint_pages: 60,
        ..SqliteOptions::new(durability)
    };
    let options = Options { sqlite, deliver, ..Options::local(store.to_owned()) };
    Service::start(bundle, interpreter_loader(), options).await.unwrap()
}

pub(crate) fn message(number: usize) -> Incoming {
    Incoming {
        reply_to: None,
        customer_id: None,
        attachments: Vec::new(),
        from: None,
        id: format!("m{number}"),
        channel: "api".to_owned(),
        text: SAID.get(number % SAID.len()).copied().unwrap_or("").to_owned(),
        payload: None,
        customer: None,
        lang: None,
    }
}

/// An answer that was acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Acked {
    pub(crate) session: String,
    pub(crate) message: usize,
    pub(crate) answer: Answer,
}

/// Many sessions talk at once, each message after the answer to the one before. What was acknowledged
/// is marked in the log with its place in the list.
pub(crate) async fn talk(
    server: &Handle,
    fs: FaultFs,
    sessions: usize,
    messages: usize,
) -> Vec<Acked> {
    let acked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let talks = (0..sessions).map(|number| {
        let (dispatch, acked) = (server.dispatch().clone(), Arc::clone(&acked));
        tokio::spawn(async move {
            let session = format!("s{number}");
            for number in 0..messages {
                let answer = dispatch.message(&session, message(number)).await.unwrap();
                let mut acked = acked.lock().unwrap();
                fs.mark(acked.len() as u64);
                acked.push(Acked { session: session.clone(), message: number, answer });
            }
        })
    });
    for talk in talks.collect::<Vec<_>>() {
        talk.await.unwrap();
    }
    Arc::try_unwrap(acked).unwrap().into_inner().unwrap()
}
