//! The one writer: takes the commits that wait and writes them in one transaction.

use std::sync::{Arc, OnceLock};

use flowright_engine::model::{Command, Event, Status};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};

use super::rows::{MessageRow, SessionRow, WRONG_SUM, reply_sum, step_sum};
use super::{access, damaged, failed, held, knowledge, outbox};
use crate::limits::COMMITS_PER_BATCH_MAX;
use crate::store::{Commit, StoreError, StoredReply};
use crate::telemetry::Metrics;

/// Whether it is on the disk.
pub(super) type Written = Result<(), StoreError>;

/// Something that the writer does in its transaction; anew, when that could not be committed.
type Change = Box<dyn Fn(&Connection) -> Result<(), rusqlite::Error> + Send>;

/// Something to write.
pub(super) enum Work {
    Commit(Box<(Commit, Texts)>),
    Change(Change),
}

impl Work {
    /// A commit for the writer, and its replies as they are numbered.
    pub(super) fn commit(commit: Commit) -> Result<(Self, Vec<StoredReply>), StoreError> {
        let replies = numbered(&commit);
        let texts = Texts::of(&commit, &replies)?;
        Ok((Self::Commit(Box::new((commit, texts))), replies))
    }

    fn write(&self, db: &Connection) -> Written {
        match self {
            Self::Commit(step) => write_commit(db, &step.0, &step.1),
            Self::Change(change) => change(db).map_err(failed),
        }
    }
}

/// The replies of a step, numbered after those before it.
fn numbered(commit: &Commit) -> Vec<StoredReply> {
    let said = commit.commands.iter().filter_map(|command| match command {
        Command::Reply(reply) => Some(reply.clone()),
        _ => None,
    });
    let turn = commit.session.turn;
    let numbers = commit.replies_before.saturating_add(1)..;
    numbers.zip(said).map(|(seq, reply)| StoredReply { seq, turn, reply }).collect()
}

/// Something to write, and where the answer is waited for.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Written>,
}

/// Why the store takes nothing more, if it does not.
#[derive(Debug, Clone, Default)]
pub(super) struct Stopped(Arc<OnceLock<StoreError>>);

impl Stopped {
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.0.get().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// What failed, and that nothing is taken from now on when the disk can not be trusted.
    pub(super) fn note(&self, error: &StoreError) {
        if matches!(error, StoreError::Stopped(_)) && self.0.set(error.clone()).is_ok() {
            tracing::error!(%error, "the store has stopped");
        }
    }
}

/// A commit's rows as they are stored, with their sums: made by whoever commits, so that the one writer
/// only writes.
pub(super) struct Texts {
    session: SessionRow,
    session_sum: i64,
    event: String,
    commands: String,
    step_sum: i64,
    replies: Vec<ReplyRow>,
}

/// A row of `replies`.
pub(super) struct ReplyRow {
    pub(super) seq: u64,
    pub(super) text: String,
    /// The channel that it goes to, where that is not the session's.
    pub(super) on: Option<String>,
    sum: i64,
}

impl Texts {
    fn of(commit: &Commit, replies: &[StoredReply]) -> Result<Self, StoreError> {
        let id = commit.session.id.as_str();
        let reply = |reply: &StoredReply| {
            let text = json(&reply.reply)?;
            let sum = reply_sum(id, reply.seq, reply.turn, &text);
            let on = reply.reply.on.clone();
            Ok(ReplyRow { seq: reply.seq, text, on, sum })
        };
        let session = SessionRow {
            id: id.to_owned(),
            bundle: commit.session.bundle.to_vec(),
            record: json(&commit.session)?,
            seq: commit.seq,
            reply_seq: replies.last().map_or(commit.replies_before, |last| last.seq),
            messages: commit.messages_before + u64::from(commit.message_id.is_some()),
            wake_at_ms: commit.wake_at_ms,
            calling: !commit.settled,
            updated_ms: commit.at_ms,
        };
        let (event, commands) = (json(&commit.event)?, json(&commit.commands)?);
        Ok(Self {
            session_sum: session.sum(),
            session,
            step_sum: step_sum(id, commit.seq, commit.at_ms, &event, &commands),
            event,
            commands,
            replies: replies.iter().map(reply).collect::<Result<_, _>>()?,
        })
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Failed(e.to_string()))
}

/// Takes what waits, writes it in one transaction, answers all.
pub(super) fn write_loop(
    mut db: Connection,
    mut jobs: mpsc::Receiver<Job>,
    stopped: &Stopped,
    metrics: &Metrics,
) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < COMMITS_PER_BATCH_MAX {
            let Ok(next) = jobs.try_recv() else { break };
            batch.push(next);
        }
        write_batch(&mut db, batch, stopped, metrics);
    }
}

/// Writes in one transaction, and answers when it is durable.
pub(super) fn write_batch(
    db: &mut Connection,
    batch: Vec<Job>,
    stopped: &Stopped,
    metrics: &Metrics,
) {
    metrics.commit_batch.observe(batch.len() as f64);
    let results = stopped.check().and_then(|()| try_batch(db, &batch));
    match results {
        Ok(results) => {
            for (job, result) in batch.into_iter().zip(results) {
                // A receiver that is gone no longer wants to know.
                let _ = job.answer.send(result);
            }
        }
        Err(error) => {
            stopped.note(&error);
            tracing::error!(%error, "commits failed");
            for job in batch {
                let _ = job.answer.send(Err(error.clone()));
            }
        }
    }
}

/// Writes in one transaction; where one of them cannot be written, each in one of its own: it takes no
/// other with it. That is rare, and a savepoint for each would cost all of them.
fn try_batch(db: &mut Connection, batch: &[Job]) -> Result<Vec<Written>, StoreError> {
    match together(db, batch)? {
        Ok(()) => Ok(vec![Ok(()); batch.len()]),
        Err(error) if batch.len() <= 1 => Ok(vec![Err(error)]),
        Err(_) => batch.iter().map(|job| together(db, std::slice::from_ref(job))).collect(),
    }
}

/// One transaction: outside, what keeps all of them from the disk; inside, what is wrong with one.
fn together(db: &mut Connection, batch: &[Job]) -> Result<Written, StoreError> {
    // To write from the start: one that only reads at first does not wait for others' writes later.
    let transaction =
        db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    match batch.iter().try_for_each(|job| job.work.write(&transaction)) {
        Ok(()) => transaction.commit().map(Ok).map_err(failed),
        // The disk is full or untrue for all of them.
        Err(error @ (StoreError::Full(_) | StoreError::Stopped(_))) => Err(error),
        Err(error) => Ok(Err(error)),
    }
}

fn write_commit(db: &Connection, commit: &Commit, texts: &Texts) -> Written {
    let (id, turn) = (commit.session.id.as_str(), commit.session.turn);
    for ReplyRow { seq, text, sum, .. } in &texts.replies {
        db.prepare_cached(
            "INSERT INTO replies (session, seq, turn, reply, sum) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .and_then(|mut s| s.execute(params![id, seq, turn, text, sum]))
        .map_err(failed)?;
    }
    let moves = matches!(commit.event, Event::Upgraded { .. });
    if !write_session(db, &texts.session, texts.session_sum, moves).map_err(failed)? {
        let cause = format!("step {} of `{id}` does not follow the one that is there", commit.seq);
        return Err(damaged("session", &cause));
    }
    db.prepare_cached(
        "INSERT INTO journal (session, seq, at_ms, event, commands, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .and_then(|mut s| {
        let (event, commands) = (&texts.event, &texts.commands);
        s.execute(params![id, commit.seq, commit.at_ms, event, commands, texts.step_sum])
    })
    .map_err(failed)?;
    write_message(db, commit, texts.session.reply_seq)?;
    if let Some(reply_to) = &commit.reply_to {
        let channel = &commit.session.channel;
        access::keep_contact(db, id, channel, reply_to).map_err(failed)?;
    }
    held::change(db, id, &commit.held)?;
    knowledge::count(db, commit).map_err(failed)?;
    outbox::put(db, commit, &texts.replies)
}

/// A session's row with another time to be looked at; one that is damaged stays as it is.
pub(super) fn set_wake(
    db: &Connection,
    id: &str,
    wake_at_ms: Option<i64>,
) -> Result<(), rusqlite::Error> {
    let query = format!("SELECT {}, sum FROM sessions WHERE id = ?1", SessionRow::COLUMNS);
    let row = db.prepare_cached(&query)?.query_row([id], SessionRow::checked).optional()?;
    let Some((mut row, true)) = row else { return Ok(()) };
    row.wake_at_ms = wake_at_ms;
    db.prepare_cached("UPDATE sessions SET wake_at_ms = ?2, sum = ?3 WHERE id = ?1")?
        .execute(params![id, wake_at_ms, row.sum()])
        .map(|_| ())
}

/// A session's row: the first one, or in the place of the one before. Whether it was there. `moves`: it
/// is moved to another bundle.
fn write_session(
    db: &Connection,
    row: &SessionRow,
    sum: i64,
    moves: bool,
) -> Result<bool, rusqlite::Error> {
    let query = match row.seq {
        1 => {
            "INSERT INTO sessions
                 (id, bundle, record, seq, reply_seq, wake_at_ms, calling, updated_ms, messages, sum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        }
        _ if moves => {
            "UPDATE sessions SET bundle = ?2, record = ?3, seq = ?4, reply_seq = ?5, wake_at_ms = ?6,
                 calling = ?7, updated_ms = ?8, messages = ?9, sum = ?10
             WHERE id = ?1 AND seq = ?4 - 1"
        }
        // What is set is written in its index too, even if it is what it was.
        _ => {
            "UPDATE sessions SET record = ?3, seq = ?4, reply_seq = ?5, wake_at_ms = ?6,
                 calling = ?7, updated_ms = ?8, messages = ?9, sum = ?10
             WHERE id = ?1 AND seq = ?4 - 1 AND bundle = ?2"
        }
    };
    let written = db.prepare_cached(query)?.execute(params![
        row.id,
        row.bundle,
        row.record,
        row.seq,
        row.reply_seq,
        row.wake_at_ms,
        row.calling,
        row.updated_ms,
        row.messages,
        sum
    ])?;
    Ok(written == 1)
}

/// The message's id in the turn's first commit; that it is settled, with what was its answer, in
/// the last.
fn write_message(db: &Connection, commit: &Commit, reply_seq: u64) -> Written {
    let (session, turn) = (commit.session.id.as_str(), commit.session.turn);
    let handed_off = commit.session.status != Status::Bot;
    let (last_reply, handed_off) = commit.settled.then_some((reply_seq, handed_off)).unzip();
    if let Some(id) = &commit.message_id {
        let row = MessageRow {
            session: session.to_owned(),
            id: id.clone(),
            turn,
            settled: commit.settled,
            first_reply: Some(commit.replies_before),
            last_reply,
            handed_off,
        };
        return insert_message(db, &row).map_err(failed);
    }
    if !commit.settled {
        return Ok(());
    }
    let query = format!(
        "SELECT {}, sum FROM messages WHERE session = ?1 AND turn = ?2 AND settled = 0",
        MessageRow::COLUMNS
    );
    let begun = db
        .prepare_cached(&query)
        .and_then(|mut s| s.query_row(params![session, turn], MessageRow::checked).optional());
    match begun.map_err(failed)? {
        None => Ok(()),
        // A new sum would make something whole of it that is not.
        Some((_, false)) => Err(damaged("message", &WRONG_SUM)),
        Some((row, true)) => {
            let row = MessageRow { settled: true, last_reply, handed_off, ..row };
            settle_message(db, &row).map_err(failed)
        }
    }
}

fn insert_message(db: &Connection, row: &MessageRow) -> Result<(), rusqlite::Error> {
    db.prepare_cached(
        "INSERT INTO messages
             (session, id, turn, settled, first_reply, last_reply, handed_off, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        row.session,
        row.id,
        row.turn,
        row.settled,
        row.first_reply,
        row.last_reply,
        row.handed_off,
        row.sum()
    ])
    .map(|_| ())
}

fn settle_message(db: &Connection, row: &MessageRow) -> Result<(), rusqlite::Error> {
    db.prepare_cached(
        "UPDATE messages SET settled = 1, last_reply = ?3, handed_off = ?4, sum = ?5
         WHERE session = ?1 AND id = ?2",
    )?
    .execute(params![row.session, row.id, row.last_reply, row.handed_off, row.sum()])
    .map(|_| ())
}
