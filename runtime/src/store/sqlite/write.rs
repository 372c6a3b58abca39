//! The one writer: takes the commits that wait and writes them in one transaction.

use flowright_engine::model::{Command, Status};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};

use super::failed;
use crate::limits::COMMITS_PER_BATCH_MAX;
use crate::store::{Commit, StoreError, StoredReply};
use crate::telemetry::Metrics;

/// The replies of a commit as they were numbered.
pub(super) type Written = Result<Vec<StoredReply>, StoreError>;

pub(super) struct Job {
    commit: Box<Commit>,
    texts: Texts,
    answer: oneshot::Sender<Written>,
}

impl Job {
    /// A commit for the writer, and where its answer comes.
    pub(super) fn of(commit: Commit) -> Result<(Self, oneshot::Receiver<Written>), StoreError> {
        let (answer, answered) = oneshot::channel();
        let texts = Texts::of(&commit)?;
        Ok((Self { commit: Box::new(commit), texts, answer }, answered))
    }
}

/// A commit's parts as they are stored: written by whoever commits, so that the one writer only
/// writes.
struct Texts {
    session: String,
    event: String,
    commands: String,
    replies: Vec<String>,
}

impl Texts {
    fn of(commit: &Commit) -> Result<Self, StoreError> {
        let reply = |command: &Command| match command {
            Command::Reply(reply) => Some(json(reply)),
            _ => None,
        };
        Ok(Self {
            session: json(&commit.session)?,
            event: json(&commit.event)?,
            commands: json(&commit.commands)?,
            replies: commit.commands.iter().filter_map(reply).collect::<Result<_, _>>()?,
        })
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Failed(e.to_string()))
}

/// Takes what waits, writes it in one transaction, answers all.
pub(super) fn write_loop(mut db: Connection, mut jobs: mpsc::Receiver<Job>, metrics: &Metrics) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < COMMITS_PER_BATCH_MAX {
            let Ok(next) = jobs.try_recv() else { break };
            batch.push(next);
        }
        metrics.commit_batch.observe(batch.len() as f64);
        match write_batch(&mut db, &batch) {
            Ok(results) => {
                for (job, result) in batch.into_iter().zip(results) {
                    // A receiver that is gone no longer wants to know.
                    let _ = job.answer.send(result);
                }
            }
            Err(error) => {
                tracing::error!(%error, "commits failed");
                for job in batch {
                    let _ = job.answer.send(Err(error.clone()));
                }
            }
        }
    }
}

/// Each commit has a savepoint of its own: one that cannot be written takes no other with it.
fn write_batch(db: &mut Connection, batch: &[Job]) -> Result<Vec<Written>, StoreError> {
    // To write from the start: one that only reads at first does not wait for others' writes later.
    let mut transaction =
        db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        if batch.len() == 1 {
            results.push(Ok(write_commit(&transaction, &job.commit, &job.texts)?));
            continue;
        }
        let savepoint = transaction.savepoint().map_err(failed)?;
        let result = write_commit(&savepoint, &job.commit, &job.texts);
        if result.is_ok() {
            savepoint.commit().map_err(failed)?;
        }
        results.push(result);
    }
    transaction.commit().map_err(failed)?;
    Ok(results)
}

fn write_commit(
    db: &Connection,
    commit: &Commit,
    texts: &Texts,
) -> Result<Vec<StoredReply>, StoreError> {
    let session = &commit.session;
    let id = session.id.as_str();
    let mut reply_seq: u64 = db
        .prepare_cached("SELECT reply_seq FROM sessions WHERE id = ?1")
        .and_then(|mut s| s.query_row([id], |row| row.get(0)).optional())
        .map_err(failed)?
        .unwrap_or(0);
    let mut replies = Vec::new();
    let said = commit.commands.iter().filter_map(|command| match command {
        Command::Reply(reply) => Some(reply),
        _ => None,
    });
    for (reply, text) in said.zip(&texts.replies) {
        reply_seq += 1;
        db.prepare_cached(
            "INSERT INTO replies (session, seq, turn, reply) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut s| s.execute(params![id, reply_seq, session.turn, text]))
        .map_err(failed)?;
        replies.push(StoredReply { seq: reply_seq, turn: session.turn, reply: reply.clone() });
    }
    db.prepare_cached(
        "INSERT INTO sessions (id, bundle, record, seq, reply_seq, wake_at_ms, calling, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET bundle = ?2, record = ?3, seq = ?4, reply_seq = ?5,
             wake_at_ms = ?6, calling = ?7, updated_ms = ?8",
    )
    .and_then(|mut s| {
        let calling = i64::from(!commit.settled);
        s.execute(params![
            id,
            session.bundle.as_slice(),
            texts.session,
            commit.seq,
            reply_seq,
            session.wake_at_ms,
            calling,
            commit.at_ms
        ])
    })
    .map_err(failed)?;
    db.prepare_cached(
        "INSERT INTO journal (session, seq, at_ms, event, commands) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .and_then(|mut s| s.execute(params![id, commit.seq, commit.at_ms, texts.event, texts.commands]))
    .map_err(failed)?;
    write_message(db, commit, reply_seq)?;
    Ok(replies)
}

/// The message's id in the turn's first commit; that it is settled, with what was its answer, in
/// the last.
fn write_message(db: &Connection, commit: &Commit, reply_seq: u64) -> Result<(), StoreError> {
    let (id, turn) = (&commit.session.id, commit.session.turn);
    let handed_off = commit.session.status != Status::Bot;
    let last = commit.settled.then_some((reply_seq, handed_off));
    let (last_reply, handed_off) = last.unzip();
    if let Some(message) = &commit.message_id {
        db.prepare_cached(
            "INSERT INTO messages (session, id, turn, settled, last_reply, handed_off)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut s| {
            s.execute(params![id, message, turn, commit.settled, last_reply, handed_off])
        })
        .map_err(failed)?;
    } else if commit.settled {
        db.prepare_cached(
            "UPDATE messages SET settled = 1, last_reply = ?3, handed_off = ?4
             WHERE session = ?1 AND turn = ?2 AND settled = 0",
        )
        .and_then(|mut s| s.execute(params![id, turn, last_reply, handed_off]))
        .map_err(failed)?;
    }
    Ok(())
}
