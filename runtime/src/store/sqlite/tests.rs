//! The store by itself: what is kept together, tables of other versions.

use flowright_compiler::compile::MemorySources;
use flowright_engine::model::{Event, Reply};
use flowright_engine::{LoadedProgram, open_session};

use std::collections::BTreeSet;

use super::*;
use crate::store::{Deliver, HeldChange, Store};
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
        let options = SqliteOptions::new(Durability::ProcessOnly);
        SqliteStore::open(&self.path(), &options, Arc::new(Metrics::default()))
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

/// The program of all sessions here.
fn encoded() -> flowright_compiler::bundle::Encoded {
    let text = "bot b { languages en  timezone \"UTC\" }\nchannel web: websocket\nskill s\nroute { otherwise -> s }\n";
    let compiled = flowright_compiler::compile(&MemorySources::one("b.flow", text)).unwrap();
    flowright_compiler::bundle::write(&compiled.bundle.unwrap()).unwrap()
}

/// Keeps the bundle that sessions here are pinned to.
async fn put_program(store: &SqliteStore) {
    let encoded = encoded();
    Store::put_bundle(store, &encoded.hash, &encoded.bytes).await.unwrap();
}

fn commit(seq: u64, message: Option<&str>, said: &[&str], settled: bool) -> Commit {
    let (bundle, hash) = flowright_compiler::bundle::read(&encoded().bytes).unwrap();
    let program = LoadedProgram::interpreted(bundle, hash).unwrap();
    let mut session = open_session(&program, "s", "web", None, 0);
    session.turn = 1;
    let reply =
        |text: &&str| Command::Reply(Reply { text: (*text).to_owned(), ..Reply::default() });
    Commit {
        unanswered: None,
        reply_to: None,
        wake_at_ms: session.wake_at_ms,
        session,
        seq,
        replies_before: 0,
        messages_before: 0,
        at_ms: 5,
        event: Event::Wake,
        commands: said.iter().map(reply).collect(),
        message_id: message.map(str::to_owned),
        settled,
        deliver: Deliver::default(),
        held: HeldChange::Same,
    }
}

/// A commit as whoever has read the session would make it.
fn after(store: &SqliteStore, commit: Commit) -> Commit {
    let stored = store.read_session(&commit.session.id).unwrap();
    let stored = stored.map(|stored| stored.stored).unwrap_or_default();
    let messages_before = stored.messages.len() as u64;
    Commit { replies_before: stored.replies, messages_before, ..commit }
}

fn texts(replies: Vec<StoredReply>) -> Vec<String> {
    replies.into_iter().map(|reply| reply.reply.text).collect()
}

#[test]
fn a_store_of_version_1_goes_on() {
    let file = File::new("old");
    Connection::open(file.path()).unwrap().execute_batch(VERSION_1).unwrap();
    let store = file.open().unwrap();
    let turn = store.read_message("s", "m").unwrap().unwrap();
    assert_eq!((turn.turn, turn.settled, turn.last_reply), (1, true, None));
    assert_eq!(texts(store.read_replies_of_turn("s", &turn).unwrap()), ["a", "b"]);
    assert_eq!(file.version(), tables::SCHEMA);
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
    db.execute_batch("PRAGMA user_version = 12").unwrap();
    let refused = file.open().map(|_| ()).unwrap_err();
    assert_eq!(refused, StoreError::Newer { found: 12, known: 11 });
    assert!(refused.to_string().contains("R0302"), "{refused}");
}

#[tokio::test]
async fn a_bundle_is_kept_once_and_as_it_was() {
    let file = File::new("bundle");
    let store = file.open().unwrap();
    Store::put_bundle(&store, &[7; 32], b"first").await.unwrap();
    Store::put_bundle(&store, &[7; 32], b"second").await.unwrap();
    Store::put_bundle(&store, &[8; 32], b"other").await.unwrap();
    drop(store);
    let store = file.open().unwrap();
    assert_eq!(store.read_bundle(&[7; 32]).unwrap().as_deref(), Some(&b"first"[..]));
    assert_eq!(store.read_bundle(&[9; 32]).unwrap(), None);
}

#[tokio::test]
async fn a_commit_is_kept_whole_or_not_at_all() {
    let file = File::new("whole");
    let store = file.open().unwrap();
    store.commit(commit(1, Some("m"), &["a"], false)).await.unwrap();
    assert_eq!(store.read_calling(&[]).unwrap(), ["s"]);
    // Step 1 is there already: what the commit would have written before that is not kept either.
    assert!(store.commit(commit(1, Some("n"), &["b", "c"], true)).await.is_err());
    assert_eq!(texts(store.read_replies_after("s", 0).unwrap()), ["a"]);
    assert_eq!(store.read_message("s", "n").unwrap(), None);
    assert_eq!(store.read_calling(&[]).unwrap(), ["s"]);
    store.commit(after(&store, commit(2, None, &["b"], true))).await.unwrap();
    assert_eq!(store.read_calling(&[]).unwrap(), Vec::<String>::new());
    // What comes without a message, when the turn is over, is no answer to it.
    store.commit(after(&store, commit(3, None, &["later"], true))).await.unwrap();
    let turn = store.read_message("s", "m").unwrap().unwrap();
    assert_eq!((turn.last_reply, turn.handed_off), (Some(2), Some(false)));
    assert_eq!(texts(store.read_replies_of_turn("s", &turn).unwrap()), ["a", "b"]);
    assert_eq!(texts(store.read_replies_after("s", 0).unwrap()), ["a", "b", "later"]);
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
    assert_eq!(verify(&file.path()).unwrap().count("sessions"), 31);
    assert_eq!(texts(store.read_replies_after("same", 0).unwrap()), ["a"]);
}

#[test]
fn what_was_changed_from_outside_is_said_to_be_damaged() {
    let file = File::new("damaged");
    let store = file.open().unwrap();
    let db = Connection::open(file.path()).unwrap();
    db.execute_batch(
        "INSERT INTO sessions VALUES ('s', x'00', '{\"id\":', 1, 0, NULL, 0, 0, 0, 0);
         INSERT INTO replies VALUES ('s', 1, 1, '[]', 0);",
    )
    .unwrap();
    let session = store.read_session("s").unwrap_err().to_string();
    let reply = store.read_replies_after("s", 0).unwrap_err().to_string();
    for (said, what) in [(session, "session"), (reply, "reply")] {
        assert!(said.starts_with("R0304: ") && said.contains(what), "{said}");
    }
}

/// The tables of version 2 with a session of one message: what has no sums gets them.
#[tokio::test]
async fn rows_of_version_2_get_their_sums() {
    let file = File::new("two");
    let store = file.open().unwrap();
    put_program(&store).await;
    store.commit(commit(1, Some("m"), &["a", "b"], true)).await.unwrap();
    drop(store);
    let db = Connection::open(file.path()).unwrap();
    db.execute_batch(
        "ALTER TABLE sessions DROP COLUMN messages; ALTER TABLE sessions DROP COLUMN sum;
         ALTER TABLE messages DROP COLUMN first_reply; ALTER TABLE messages DROP COLUMN sum;
         ALTER TABLE replies DROP COLUMN sum; ALTER TABLE journal DROP COLUMN sum;
         DROP TABLE outbox; DROP TABLE meta; PRAGMA user_version = 2;",
    )
    .unwrap();
    let store = file.open().unwrap();
    assert!(store.read_session("s").unwrap().is_some());
    let turn = store.read_message("s", "m").unwrap().unwrap();
    assert_eq!((turn.first_reply, turn.last_reply), (Some(0), Some(2)));
    assert_eq!(texts(store.read_replies_of_turn("s", &turn).unwrap()), ["a", "b"]);
    let report = verify(&file.path()).unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    let rows: Vec<_> = report.rows.into_iter().filter(|(_, count)| *count > 0).collect();
    let expected =
        [("sessions", 1), ("messages", 1), ("replies", 2), ("journal", 1), ("bundles", 1)];
    assert_eq!(rows, expected);
}

/// Whatever is changed in a row is found when it is read, and by reading all.
#[tokio::test]
async fn what_is_changed_in_a_row_is_found() {
    let changes = [
        ("sessions", "reply_seq = 0"),
        ("sessions", "record = replace(record, 'web', 'api')"),
        ("sessions", "wake_at_ms = 5"),
        ("sessions", "id = 't'"),
        ("messages", "id = 'n'"),
        ("messages", "turn = 2"),
        ("messages", "last_reply = 1"),
        ("replies", "reply = replace(reply, 'a', 'b')"),
        ("replies", "seq = seq + 7"),
        ("replies", "session = 't'"),
    ];
    for (table, change) in changes {
        let file = File::new(&format!("changed-{table}-{}", change.len()));
        let store = file.open().unwrap();
        put_program(&store).await;
        store.commit(commit(1, Some("m"), &["a", "b"], true)).await.unwrap();
        assert_eq!(verify(&file.path()).unwrap().faults, Vec::<String>::new());
        let db = Connection::open(file.path()).unwrap();
        db.execute_batch(&format!("UPDATE {table} SET {change}")).unwrap();
        let read = || {
            store.read_session("s")?;
            let turn = store.read_message("s", "m")?;
            turn.map(|turn| store.read_replies_of_turn("s", &turn)).transpose()
        };
        let error = read().unwrap_err().to_string();
        assert!(error.starts_with("R0304: "), "{table} {change}: {error}");
        assert!(!verify(&file.path()).unwrap().is_whole(), "{table} {change}");
    }
}

/// A page that was given free may hold an earlier row of a session, whole in itself.
#[tokio::test]
async fn an_earlier_row_of_a_session_is_not_taken_for_the_last() {
    let file = File::new("earlier");
    let store = file.open().unwrap();
    let db = Connection::open(file.path()).unwrap();
    for said in [&["later"][..], &[]] {
        let seq = store.read_session("s").unwrap().map_or(0, |stored| stored.stored.seq);
        store.commit(after(&store, commit(seq + 1, None, &["a"], true))).await.unwrap();
        db.execute_batch("CREATE TEMP TABLE kept AS SELECT * FROM sessions").unwrap();
        store.commit(after(&store, commit(seq + 2, None, said, true))).await.unwrap();
        db.execute_batch("CREATE TEMP TABLE last AS SELECT * FROM sessions").unwrap();
        db.execute_batch("REPLACE INTO sessions SELECT * FROM kept").unwrap();
        let error = store.read_session("s").map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("R0304: a stored step is damaged"), "{error}");
        db.execute_batch(
            "REPLACE INTO sessions SELECT * FROM last; DROP TABLE kept; DROP TABLE last",
        )
        .unwrap();
    }
}

/// The place of a row in its page says where another one is: one is there twice, and counted as two.
#[tokio::test]
async fn a_message_that_is_there_twice_hides_no_other() {
    let file = File::new("twice");
    let store = file.open().unwrap();
    store.commit(commit(1, Some("m"), &["a"], true)).await.unwrap();
    store.commit(after(&store, commit(2, Some("n"), &["b"], true))).await.unwrap();
    drop(store);
    let db = Connection::open(file.path()).unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let query = "SELECT rootpage FROM sqlite_schema WHERE name = 'messages'";
    let page: usize = db.query_row(query, [], |row| row.get(0)).unwrap();
    db.close().unwrap();
    let mut bytes = std::fs::read(file.path()).unwrap();
    // The places of a leaf's rows follow the eight bytes that it begins with.
    let places = (page - 1) * 4096 + 8;
    bytes.copy_within(places..places + 2, places + 2);
    std::fs::write(file.path(), bytes).unwrap();
    let store = file.open().unwrap();
    let error = store.read_session("s").map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("one of `s` is there twice"), "{error}");
    for id in ["m", "n", "new"] {
        let known = store.read_message("s", id);
        assert!(!matches!(known, Ok(None)), "{id}");
    }
    assert!(!verify(&file.path()).unwrap().is_whole());
}

/// What settles a message does not make something whole of a row that was spoiled meanwhile.
#[tokio::test]
async fn a_message_that_is_damaged_is_not_settled() {
    let file = File::new("unsettled");
    let store = file.open().unwrap();
    store.commit(commit(1, Some("m"), &["a"], false)).await.unwrap();
    let next = after(&store, commit(2, None, &["b"], true));
    let db = Connection::open(file.path()).unwrap();
    db.execute_batch("UPDATE messages SET id = 'n'").unwrap();
    let error = store.commit(next).await.unwrap_err().to_string();
    assert!(error.contains("R0304: a stored message is damaged"), "{error}");
    assert!(store.read_message("s", "n").is_err());
}

/// Timers that were reckoned by a clock that was set since are moved, once.
#[tokio::test]
async fn timers_are_moved_when_the_clock_was_set() {
    let file = File::new("jump");
    let store = file.open().unwrap();
    let mut waiting = commit(1, None, &[], true);
    (waiting.session.wake_at_ms, waiting.session.heard_at_ms) = (Some(1_000), 400);
    waiting.wake_at_ms = Some(1_000);
    store.commit(waiting).await.unwrap();
    Store::keep_clock_jump(&store, 50).await.unwrap();
    for _ in 0..2 {
        drop(file.open());
        let store = file.open();
        assert!(matches!(store, Err(StoreError::InUse(_))));
    }
    drop(store);
    for _ in 0..2 {
        let store = file.open().unwrap();
        let session = store.read_session("s").unwrap().unwrap().session;
        assert_eq!((session.wake_at_ms, session.heard_at_ms), (Some(1_050), 450));
        assert_eq!(store.read_next_wake(0).unwrap(), Some(1_050));
    }
}

/// A commit that was put before is seen, and what is asked to be kept stays.
#[tokio::test]
async fn bundles_that_no_session_runs_are_dropped() {
    let file = File::new("bundles");
    let store = file.open().unwrap();
    for number in 2..=4_u8 {
        store.put_bundle(&[number; 32], &[number]).await.unwrap();
    }
    let commit = commit(1, Some("m"), &["a"], true);
    let run = commit.session.bundle;
    store.put_bundle(&run, b"it is run").await.unwrap();
    let (committed, dropped) =
        tokio::join!(store.commit(commit), store.drop_bundles(vec![[2; 32]]));
    assert!(committed.is_ok());
    assert_eq!(dropped.unwrap(), 2);
    let kept: BTreeSet<([u8; 32], u64)> =
        store.read_bundles().unwrap().iter().map(|kept| (kept.hash, kept.sessions)).collect();
    assert_eq!(kept, BTreeSet::from([(run, 1), ([2; 32], 0)]));
    assert_eq!(store.drop_bundles(Vec::new()).await.unwrap(), 1);
    assert_eq!(store.read_bundles().unwrap().len(), 1);
}
