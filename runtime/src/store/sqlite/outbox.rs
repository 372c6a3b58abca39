//! What is to be sent to somebody's address: written with the step that made it, read by whoever
//! sends it, removed when it was taken.

use flowright_access::v1::DeliveryStage;
use flowright_engine::model::Command;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};

use super::rows::WRONG_SUM;
use super::sums::{Column, sum};
use super::verify::{Rows, StoreReport, each, wrong};
use super::write::ReplyRow;
use super::{SqliteStore, access, damaged, failed};
use crate::desk::events;
use crate::shown;
use crate::store::{
    Commit, DESK_ROUTE, OutboxItem, OutboxKind, OutboxResult, StoreError, StoredCode,
};

/// Columns of an item, in the order that [`checked`] takes them.
const COLUMNS: &str =
    "id, session, kind, channel, key, body, attempts, since_ms, next_at_ms, dead, cause, sum";

/// Why a damaged one is not sent.
const SPOILED: &str = "it is damaged in the store";

/// Rows of the outbox: those that are as they were written, and the numbers of the others.
#[derive(Debug, Default)]
struct Outbox {
    whole: Vec<OutboxItem>,
    spoiled: Vec<i64>,
}

/// Puts what a step has to send into the outbox.
pub(super) fn put(
    db: &Connection,
    commit: &Commit,
    replies: &[ReplyRow],
) -> Result<(), StoreError> {
    let (id, channel) = (&commit.session.id, &commit.session.channel);
    for reply in replies {
        let (on, is_sent) = match &reply.on {
            Some(on) => (on, commit.deliver.elsewhere.contains(on)),
            None => (channel, commit.deliver.replies),
        };
        if is_sent {
            put_reply(db, commit, reply, on)?;
        }
    }
    if commit.deliver.handoffs {
        let handoffs = commit.commands.iter().filter_map(|command| match command {
            Command::Handoff(handoff) => Some(handoff),
            _ => None,
        });
        for (number, handoff) in handoffs.enumerate() {
            let key = format!("{id}/handoff/{}/{number}", commit.seq);
            let handoff = shown::handoff(handoff);
            let body = format!(
                "{{\"type\":\"handoff\",\"session\":{},\"channel\":{},\"handoff\":{handoff}}}",
                quoted(id)?,
                quoted(channel)?
            );
            insert(db, commit, (OutboxKind::Handoff, channel), key, body)?;
        }
    }
    let told = commit.deliver.desk.then(|| events::of(commit)).flatten();
    if let Some(event) = told {
        let key = format!("{id}/desk/{}", commit.seq);
        insert(db, commit, (OutboxKind::Desk, DESK_ROUTE), key, event.to_string())?;
    }
    Ok(())
}

/// Puts something said on its way to a channel.
fn put_reply(
    db: &Connection,
    commit: &Commit,
    reply: &ReplyRow,
    channel: &str,
) -> Result<(), StoreError> {
    let (id, ReplyRow { seq, text, on, .. }) = (&commit.session.id, reply);
    let to = match on {
        Some(_) => contact(db, commit, channel)?,
        None => reply_to(db, id, channel)?,
    };
    let body = format!(
        "{{\"type\":\"reply\",\"session\":{},\"channel\":{},\"seq\":{seq},\"turn\":{},\"reply\":{text}{to}}}",
        quoted(id)?,
        quoted(channel)?,
        commit.session.turn
    );
    insert(db, commit, (OutboxKind::Reply, channel), format!("{id}/{seq}"), body)?;
    access::begin_delivery(db, (id, *seq, channel), commit.at_ms).map_err(failed)
}

/// The customer's own address on a channel that she did not write on last, as the rest of a body. One that
/// was taken away from her this very moment is not hers any more: without it the message is not sent.
fn contact(db: &Connection, commit: &Commit, channel: &str) -> Result<String, StoreError> {
    let session = &commit.session;
    let Some(contact) = session.contact(channel) else { return Ok(String::new()) };
    let is_hers = access::is_customers(db, (channel, &contact.address), &session.id);
    if !is_hers.map_err(failed)? {
        return Ok(String::new());
    }
    let reply_to = match &contact.reply_to {
        Some(reply_to) => format!(",\"reply_to\":{}", quoted(reply_to)?),
        None => String::new(),
    };
    Ok(format!(",\"to\":{}{reply_to}", quoted(&contact.address)?))
}

/// What the channel needs to answer, as the rest of a body; nothing where it needs nothing.
fn reply_to(db: &Connection, id: &str, channel: &str) -> Result<String, StoreError> {
    match access::contact_of(db, id, channel).map_err(failed)? {
        None => Ok(String::new()),
        Some((_, false)) => Err(damaged("contact", &WRONG_SUM)),
        Some((reply_to, true)) => Ok(format!(",\"reply_to\":{}", quoted(&reply_to)?)),
    }
}

fn quoted(text: &str) -> Result<String, StoreError> {
    serde_json::to_string(text).map_err(|e| StoreError::Failed(e.to_string()))
}

fn insert(
    db: &Connection,
    commit: &Commit,
    (kind, channel): (OutboxKind, &str),
    key: String,
    body: String,
) -> Result<(), StoreError> {
    let item = OutboxItem {
        id: 0,
        session: commit.session.id.clone(),
        kind,
        channel: channel.to_owned(),
        key,
        body,
        attempts: 0,
        since_ms: commit.at_ms,
        next_at_ms: commit.at_ms,
        cause: None,
    };
    insert_item(db, &item).map_err(failed)
}

/// Puts a code into the outbox. It waits for nothing else of its conversation, and nothing for it.
pub(super) fn put_code(
    db: &Connection,
    code: &StoredCode,
    body: &str,
) -> Result<(), rusqlite::Error> {
    let item = OutboxItem {
        id: 0,
        session: format!("code/{}", code.ticket),
        kind: OutboxKind::Code,
        channel: code.channel.clone(),
        key: format!("code/{}", code.ticket),
        body: body.to_owned(),
        attempts: 0,
        since_ms: code.at_ms,
        next_at_ms: code.at_ms,
        cause: None,
    };
    insert_item(db, &item)
}

fn insert_item(db: &Connection, item: &OutboxItem) -> Result<(), rusqlite::Error> {
    db.prepare_cached(
        // Not before what waits there in its session: whoever looks for what is due need not pass it over.
        "INSERT INTO outbox (session, kind, channel, key, body, attempts, since_ms, next_at_ms, dead, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6,
             max(?6, coalesce((SELECT max(next_at_ms) FROM outbox
                               WHERE session = ?1 AND channel = ?3 AND dead = 0), ?6)),
             0, ?7)",
    )
    .and_then(|mut s| {
        s.execute(params![
            item.session,
            item.kind.name(),
            item.channel,
            item.key,
            item.body,
            item.since_ms,
            sum_of(item)
        ])
    })
    .map(|_| ())
}

/// Of what never changes: how often it was tried is no loss.
fn sum_of(item: &OutboxItem) -> i64 {
    let columns = [
        Column::Text(&item.session),
        Column::Text(item.kind.name()),
        Column::Text(&item.channel),
        Column::Text(&item.key),
        Column::Text(&item.body),
        Column::Number(Some(item.since_ms)),
    ];
    sum("outbox", &columns)
}

/// A row, and whether it is as it was written.
fn checked(row: &Row<'_>) -> Result<(OutboxItem, bool), rusqlite::Error> {
    let kind: String = row.get(2)?;
    let known = OutboxKind::ALL.into_iter().find(|k| k.name() == kind);
    let item = OutboxItem {
        id: row.get(0)?,
        session: row.get(1)?,
        kind: known.unwrap_or(OutboxKind::Reply),
        channel: row.get(3)?,
        key: row.get(4)?,
        body: row.get(5)?,
        attempts: row.get(6)?,
        since_ms: row.get(7)?,
        next_at_ms: row.get(8)?,
        cause: row.get(10)?,
    };
    let is_whole = known.is_some() && sum_of(&item) == row.get::<_, i64>(11)?;
    Ok((item, is_whole))
}

impl SqliteStore {
    fn read_outbox(&self, rest: &str, values: &[&dyn ToSql]) -> Result<Outbox, StoreError> {
        let rows: Vec<(OutboxItem, bool)> = self.read(|db| {
            let mut statement =
                db.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox o {rest}"))?;
            statement.query_map(values, checked)?.collect()
        })?;
        let mut outbox = Outbox::default();
        for (item, is_whole) in rows {
            if is_whole {
                outbox.whole.push(item);
                continue;
            }
            outbox.spoiled.push(item.id);
            let cause = format!("the sum of number {} is wrong", item.id);
            let error = damaged("message to be sent", &cause);
            tracing::error!(%error, "a message is not sent");
        }
        Ok(outbox)
    }

    pub(super) async fn take_outbox_due(
        &self,
        now_ms: i64,
        most: usize,
        full: &[String],
    ) -> Result<Vec<OutboxItem>, StoreError> {
        let full = serde_json::json!(full).to_string();
        let due = self.read_outbox(
            "WHERE dead = 0 AND next_at_ms <= ?1 AND NOT EXISTS (
                 SELECT 1 FROM outbox p WHERE p.session = o.session AND p.channel = o.channel AND p.dead = 0
                     AND p.id < o.id)
             AND iif(kind = 'handoff', '', channel) NOT IN (SELECT value FROM json_each(?3))
             ORDER BY next_at_ms, id LIMIT ?2",
            params![now_ms, most, full],
        )?;
        // It was named just now, and keeps no other back.
        if !due.spoiled.is_empty() {
            self.change(move |db| {
                let mut give_up =
                    db.prepare_cached("UPDATE outbox SET dead = 1, cause = ?2 WHERE id = ?1")?;
                let mut give_up = |id: &i64| give_up.execute(params![id, SPOILED]).map(|_| ());
                due.spoiled.iter().try_for_each(&mut give_up)
            })
            .await?;
        }
        Ok(due.whole)
    }

    pub(super) fn read_outbox_next(&self, after_ms: i64) -> Result<Option<i64>, StoreError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT next_at_ms FROM outbox WHERE dead = 0 AND next_at_ms > ?1
                 ORDER BY next_at_ms LIMIT 1",
            )?
            .query_row([after_ms], |row| row.get(0))
            .optional()
        })
    }

    pub(super) fn read_outbox_dead(
        &self,
        id: Option<i64>,
        most: usize,
    ) -> Result<Vec<OutboxItem>, StoreError> {
        let letters = match id {
            Some(id) => self.read_outbox("WHERE dead = 1 AND id = ?1 LIMIT ?2", params![id, most]),
            None => self.read_outbox("WHERE dead = 1 ORDER BY id DESC LIMIT ?1", params![most]),
        };
        letters.map(|letters| letters.whole)
    }

    pub(super) fn read_outbox_sizes(&self) -> Result<(u64, u64), StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT count(*) FILTER (WHERE dead = 0), count(*) FILTER (WHERE dead = 1) FROM outbox")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        })
    }

    pub(super) async fn settle_outbox(
        &self,
        item: OutboxItem,
        result: OutboxResult,
    ) -> Result<(), StoreError> {
        self.change(move |db| {
            let set = |dead: bool, attempts: u32, at_ms: i64, cause: Option<&str>| {
                db.prepare_cached(
                    "UPDATE outbox SET dead = ?2, attempts = ?3, next_at_ms = ?4, cause = ?5
                     WHERE id = ?1",
                )?
                .execute(params![item.id, dead, attempts, at_ms, cause])
            };
            let delivery = |stage, news: (i64, &str, &str)| match item.kind {
                OutboxKind::Reply => access::delivery_sent(db, &item, stage, news),
                OutboxKind::Handoff | OutboxKind::Code | OutboxKind::Desk => Ok(()),
            };
            let attempts = item.attempts.saturating_add(1);
            match &result {
                OutboxResult::Delivered { at_ms, provider_id } => {
                    let provider_id = provider_id.as_deref().unwrap_or("");
                    delivery(DeliveryStage::Sent, (*at_ms, provider_id, ""))?;
                    db.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([item.id])
                }
                OutboxResult::Again { at_ms, cause } => {
                    // What follows there in its session waits with it.
                    db.prepare_cached(
                        "UPDATE outbox SET next_at_ms = ?3
                         WHERE session = ?1 AND channel = ?4 AND dead = 0 AND id > ?2
                             AND next_at_ms < ?3",
                    )?
                    .execute(params![
                        item.session,
                        item.id,
                        at_ms,
                        item.channel
                    ])?;
                    set(false, attempts, *at_ms, Some(cause))
                }
                OutboxResult::Dead { at_ms, cause } => {
                    delivery(DeliveryStage::Failed, (*at_ms, "", cause))?;
                    set(true, attempts, item.next_at_ms, Some(cause))
                }
                OutboxResult::Revive { at_ms } => {
                    delivery(DeliveryStage::Queued, (*at_ms, "", ""))?;
                    set(false, 0, *at_ms, None)
                }
            }
            .map(|_| ())
        })
        .await
    }
}

/// Verifies every row.
pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "message of the outbox", &format!("SELECT {COLUMNS} FROM outbox"), report, |row| {
        let (item, is_whole) = checked(row)?;
        Ok(wrong(is_whole, || format!("message {} of the outbox", item.id)))
    })
}
