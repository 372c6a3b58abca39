//! The rows of turns written by SQLite alone: one thread that writes all that waits in one
//! transaction, on the disk before it answers. Each client's turns go to sessions of its own, as
//! many to one as a real client's: it is the same rows in the same places of the same tables.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tokio::sync::{mpsc, oneshot};

use super::clients::{Client, TURNS};

/// As many as the server writes together.
const BATCH_MAX: usize = 128;
/// Turns that are kept as patterns.
const PATTERNS_MAX: usize = 2_000;

/// The tables that a turn writes.
const TABLES: [&str; 4] = ["journal", "messages", "replies", "sessions"];

/// As the server writes a session that goes on: without its bundle, which stays.
const ON_CONFLICT: &str = "ON CONFLICT DO UPDATE SET record = excluded.record, seq = excluded.seq, \
                           reply_seq = excluded.reply_seq, wake_at_ms = excluded.wake_at_ms, \
                           calling = excluded.calling, updated_ms = excluded.updated_ms, \
                           messages = excluded.messages, sum = excluded.sum";

/// Rows of real turns, and the tables that they belong to.
pub struct Rows {
    schema: Vec<String>,
    pragmas: String,
    /// Of each turn, by table; turns of one session behind each other.
    turns: Vec<Vec<(usize, Vec<Value>)>>,
    inserts: Vec<String>,
}

impl Rows {
    /// From a store that real turns were written to, one step each.
    pub fn of(store: &Path) -> Self {
        let db = Connection::open(store).unwrap();
        let texts = |query: &str| -> Vec<String> {
            let mut statement = db.prepare(query).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let schema = texts(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
        );
        let rows = |table: &str, filter: &str, values: &[&dyn rusqlite::ToSql]| {
            let query = format!("SELECT * FROM {table} WHERE {filter}");
            let mut statement = db.prepare_cached(&query).unwrap();
            let columns = statement.column_count();
            let read = |row: &rusqlite::Row<'_>| (0..columns).map(|c| row.get(c)).collect();
            let rows = statement.query_map(values, read).unwrap();
            rows.map(Result::unwrap).collect::<Vec<Vec<Value>>>()
        };
        let mut steps = db
            .prepare(
                "SELECT session, turn FROM messages WHERE session IN (SELECT session FROM messages
                 GROUP BY session HAVING count(*) = ?2) ORDER BY session, turn LIMIT ?1",
            )
            .unwrap();
        let steps = steps.query_map((PATTERNS_MAX, TURNS), |row| Ok((row.get(0)?, row.get(1)?)));
        let turn = |step: rusqlite::Result<(String, i64)>| {
            let (session, turn) = step.unwrap();
            let mut all = Vec::new();
            for (table, filter, both) in [
                (0, "session = ?1 AND seq = ?2", true),
                (1, "session = ?1 AND turn = ?2", true),
                (2, "session = ?1 AND turn = ?2", true),
                (3, "id = ?1", false),
            ] {
                let values: &[&dyn rusqlite::ToSql] =
                    if both { &[&session, &turn] } else { &[&session] };
                let of_table = rows(TABLES.get(table).unwrap(), filter, values);
                all.extend(of_table.into_iter().map(|row| (table, row)));
            }
            all
        };
        let turns: Vec<_> = steps.unwrap().map(turn).collect();
        let insert = |(table, name): (usize, &&str)| {
            let row = turns.iter().flatten().find(|(of, _)| *of == table).unwrap();
            let places = vec!["?"; row.1.len()].join(", ");
            // A session's row is there already from its second turn on.
            let update = if *name == "sessions" { ON_CONFLICT } else { "" };
            format!("INSERT INTO {name} VALUES ({places}) {update}")
        };
        let inserts = TABLES.iter().enumerate().map(insert).collect();
        let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                       PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000;";
        Self { schema, pragmas: pragmas.to_owned(), turns, inserts }
    }

    pub fn rows_per_turn(&self) -> f64 {
        self.turns.iter().map(Vec::len).sum::<usize>() as f64 / self.turns.len() as f64
    }

    pub fn bytes_per_turn(&self) -> f64 {
        let bytes = |value: &Value| match value {
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
            _ => 8,
        };
        let all = self.turns.iter().flatten().flat_map(|(_, row)| row.iter().map(bytes));
        all.sum::<usize>() as f64 / self.turns.len() as f64
    }

    /// Writes a client's turn of this number.
    fn write(&self, db: &Connection, client: usize, number: usize) {
        let (session, turn) = (number / TURNS, number % TURNS);
        // Another conversation each time, from its first turn to its last.
        let talk = (client + session) % (self.turns.len() / TURNS);
        let id = format!("c{client}-{session}");
        for (table, row) in self.turns.get(talk * TURNS + turn).unwrap() {
            let mut statement = db.prepare_cached(self.inserts.get(*table).unwrap()).unwrap();
            let mut values = row.clone();
            // The first column is the session's id.
            *values.first_mut().unwrap() = Value::Text(id.clone());
            statement.execute(params_from_iter(values)).unwrap();
        }
    }
}

/// Of which client, which of its turns, and where it waits.
type Job = (usize, usize, oneshot::Sender<()>);

/// Clients of a writer on a new file.
pub fn writer(store: &Path, rows: &Arc<Rows>) -> impl Fn(usize) -> BoxFuture<'static, Client> {
    let mut db = Connection::open(store).unwrap();
    db.execute_batch(&rows.pragmas).unwrap();
    for table in &rows.schema {
        db.execute_batch(table).unwrap();
    }
    let (sender, mut jobs) = mpsc::channel::<Job>(4_096);
    let rows = Arc::clone(rows);
    std::thread::spawn(move || {
        while let Some(first) = jobs.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH_MAX
                && let Ok(next) = jobs.try_recv()
            {
                batch.push(next);
            }
            let transaction = db.transaction().unwrap();
            for (client, number, _) in &batch {
                rows.write(&transaction, *client, *number);
            }
            transaction.commit().unwrap();
            for (_, _, answer) in batch {
                answer.send(()).unwrap();
            }
        }
    });
    move |client| {
        let sender = sender.clone();
        let ask = move |number| -> BoxFuture<'static, ()> {
            let sender = sender.clone();
            Box::pin(async move {
                let (answer, answered) = oneshot::channel();
                assert!(sender.send((client, number, answer)).await.is_ok());
                answered.await.unwrap();
            })
        };
        Box::pin(std::future::ready(Box::new(ask) as Client))
    }
}
