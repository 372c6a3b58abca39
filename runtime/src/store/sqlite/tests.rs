//! The store by itself: what is kept together, tables of other versions.

use flowright_compiler::compile::MemorySources;
use flowright_engine::model::{Event, Reply};
use flowright_engine::{LoadedProgram, open_session};

use super::*;
use flowright_engine::model::Command;

/// The tables as version 1 made them, with a message of two replies.
const VERSION_1: &str = "
CREATE TABLE bundles (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, bundle BLOB NOT NULL, record TEXT NOT NULL, seq INTEGER NOT NULL,
    reply_seq INTEGER NOT NULL, wake_at_ms INTEGER, calling INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
    session TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, event TEXT NOT NULL,
    commands TEXT NOT NULL, PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE messages (
    session TEXT NOT NULL, id TEXT NOT NULL, turn INTEGER NOT NULL, settled INTEGER NOT NULL,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE replies (
    session TEXT NOT NULL, seq INTEGER NOT NULL, turn INTEGER NOT NULL, reply TEXT NOT NULL,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO messages VALUES ('s', 'm', 1, 1);
INSERT INTO replies VALUES ('s', 1, 1, '{\"text\":\"a\"}'), ('s', 2, 1, '{\"text\":\"b\"}');
PRAGMA user_version = 1;
";

/// A file in a folder that goes when this goes.
struct File(std::path::PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let folder = format!("flowright-store-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.join("store.sqlite")
    }

    fn open(&self) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(&self.path(), Durability::ProcessOnly, Arc::new(Metrics::default()))
    }

    fn version(&self) -> i64 {
        let db = Connection::open(self.path()).unwrap();
        db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn commit(seq: u64, message: Option<&str>, said: &[&str], settled: bool) -> Commit {
    let text = "bot b { languages en  timezone \"UTC\" }\nchannel web: websocket\nskill s\nroute { otherwise -> s }\n";
    let compiled = flowright_compiler::compile(&MemorySources::one("b.flow", text)).unwrap();
    let program = LoadedProgram::interpreted(compiled.bundle.unwrap(), [1; 32]).unwrap();
    let mut session = open_session(&program, "s", "web", None, 0);
    session.turn = 1;
    let reply =
        |text: &&str| Command::Reply(Reply { text: (*text).to_owned(), ..Reply::default() });
    Commit {
        session,
        seq,
        at_ms: 5,
        event: Event::Wake,
        commands: said.iter().map(reply).collect(),
        message_id: message.map(str::to_owned),
        settled,
    }
}

fn texts(replies: Vec<StoredReply>) -> Vec<String> {
    replies.into_iter().map(|reply| reply.reply.text).collect()
}

#[test]
fn a_store_of_version_1_goes_on() {
    let file = File::new("old");
    Connection::open(file.path()).unwrap().execute_batch(VERSION_1).unwrap();
    let store = file.open().unwrap();
    let turn = store.message("s", "m").unwrap().unwrap();
    assert_eq!((turn.turn, turn.settled, turn.last_reply), (1, true, None));
    assert_eq!(texts(store.replies_of_turn("s", &turn).unwrap()), ["a", "b"]);
    assert_eq!(file.version(), 2);
    drop(store);
    file.open().unwrap();
}

#[test]
fn tables_that_cannot_be_changed_stay_as_they_are() {
    let file = File::new("odd");
    let db = Connection::open(file.path()).unwrap();
    db.execute_batch(VERSION_1).unwrap();
    // The second change cannot be made; then the first is not either.
    db.execute_batch("ALTER TABLE messages ADD COLUMN handed_off INTEGER").unwrap();
    assert!(matches!(file.open(), Err(StoreError::Failed(_))));
    assert_eq!(file.version(), 1);
    let columns = "SELECT count(*) FROM pragma_table_info('messages')";
    assert_eq!(db.query_row(columns, [], |row| row.get::<_, i64>(0)), Ok(5));
}

#[test]
fn a_store_of_a_later_version_is_refused() {
    let file = File::new("new");
    let db = Connection::open(file.path()).unwrap();
    db.execute_batch("PRAGMA user_version = 3").unwrap();
    let refused = file.open().map(|_| ()).unwrap_err();
    assert_eq!(refused, StoreError::Newer { found: 3, known: 2 });
    assert!(refused.to_string().contains("R0302"), "{refused}");
}

#[test]
fn a_bundle_is_kept_once_and_as_it_was() {
    let file = File::new("bundle");
    let store = file.open().unwrap();
    store.put_bundle(&[7; 32], b"first").unwrap();
    store.put_bundle(&[7; 32], b"second").unwrap();
    store.put_bundle(&[8; 32], b"other").unwrap();
    drop(store);
    let store = file.open().unwrap();
    assert_eq!(store.bundle(&[7; 32]).unwrap().as_deref(), Some(&b"first"[..]));
    assert_eq!(store.bundle(&[9; 32]).unwrap(), None);
}

#[tokio::test]
async fn a_commit_is_kept_whole_or_not_at_all() {
    let file = File::new("whole");
    let store = file.open().unwrap();
    store.commit(commit(1, Some("m"), &["a"], false)).await.unwrap();
    assert_eq!(store.calling(&[]).unwrap(), ["s"]);
    // Step 1 is there already: what the commit would have written before that is not kept either.
    assert!(store.commit(commit(1, Some("n"), &["b", "c"], true)).await.is_err());
    assert_eq!(texts(store.replies_after("s", 0).unwrap()), ["a"]);
    assert_eq!(store.message("s", "n").unwrap(), None);
    assert_eq!(store.calling(&[]).unwrap(), ["s"]);
    store.commit(commit(2, None, &["b"], true)).await.unwrap();
    assert_eq!(store.calling(&[]).unwrap(), Vec::<String>::new());
    // What comes without a message, when the turn is over, is no answer to it.
    store.commit(commit(3, None, &["later"], true)).await.unwrap();
    let turn = store.message("s", "m").unwrap().unwrap();
    assert_eq!((turn.last_reply, turn.handed_off), (Some(2), Some(false)));
    assert_eq!(texts(store.replies_of_turn("s", &turn).unwrap()), ["a", "b"]);
    assert_eq!(texts(store.replies_after("s", 0).unwrap()), ["a", "b", "later"]);
}

/// Of commits that are written together, one that fails takes no other with it.
#[tokio::test]
async fn a_commit_that_fails_fails_alone() {
    let file = File::new("alone");
    let store = file.open().unwrap();
    let commits = (0..40_u64).map(|number| {
        let mut commit = commit(1, Some("m"), &["a"], true);
        // Every fourth is of one session: all but the first of those fail.
        let name = if number % 4 == 0 { "same".to_owned() } else { format!("s{number}") };
        commit.session.id = name;
        store.commit(commit)
    });
    let results = futures_util::future::join_all(commits).await;
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 9);
    assert_eq!(store.session_count().unwrap(), 31);
    assert_eq!(texts(store.replies_after("same", 0).unwrap()), ["a"]);
}

#[test]
fn what_was_changed_from_outside_is_said_to_be_damaged() {
    let file = File::new("damaged");
    let store = file.open().unwrap();
    let db = Connection::open(file.path()).unwrap();
    db.execute_batch(
        "INSERT INTO sessions VALUES ('s', x'00', '{\"id\":', 1, 0, NULL, 0, 0);
         INSERT INTO replies VALUES ('s', 1, 1, '[]');",
    )
    .unwrap();
    let session = store.session("s").unwrap_err().to_string();
    let reply = store.replies_after("s", 0).unwrap_err().to_string();
    for (said, what) in [(session, "session"), (reply, "reply")] {
        assert!(said.starts_with("R0304: ") && said.contains(what), "{said}");
    }
}
