//! The rows of the tables with their checksums: one place that says what goes into each sum.

use rusqlite::Row;

use super::sums::{Column, flag, maybe, number, sum};
use crate::store::StoredTurn;

/// What a row says that is not as it was written.
pub(super) const WRONG_SUM: &str = "its checksum is not the one it was written with";

/// A row of `sessions`.
#[derive(Debug, Clone)]
pub(super) struct SessionRow {
    pub(super) id: String,
    pub(super) bundle: Vec<u8>,
    pub(super) record: String,
    pub(super) seq: u64,
    pub(super) reply_seq: u64,
    pub(super) messages: u64,
    pub(super) wake_at_ms: Option<i64>,
    pub(super) calling: bool,
    pub(super) updated_ms: i64,
}

impl SessionRow {
    pub(super) fn sum(&self) -> i64 {
        let columns = [
            Column::Text(&self.id),
            Column::Bytes(&self.bundle),
            Column::Text(&self.record),
            number(self.seq),
            number(self.reply_seq),
            number(self.messages),
            Column::Number(self.wake_at_ms),
            flag(Some(self.calling)),
            Column::Number(Some(self.updated_ms)),
        ];
        sum("sessions", &columns)
    }

    /// The columns that [`SessionRow::read`] takes, before the sum.
    pub(super) const COLUMNS: &str =
        "id, bundle, record, seq, reply_seq, messages, wake_at_ms, calling, updated_ms";

    /// From a row that begins with [`SessionRow::COLUMNS`].
    pub(super) fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: row.get(0)?,
            bundle: row.get(1)?,
            record: row.get(2)?,
            seq: row.get(3)?,
            reply_seq: row.get(4)?,
            messages: row.get(5)?,
            wake_at_ms: row.get(6)?,
            calling: row.get(7)?,
            updated_ms: row.get(8)?,
        })
    }

    /// The same, and whether it is as it was written: the sum stands after [`SessionRow::COLUMNS`].
    pub(super) fn checked(row: &Row<'_>) -> Result<(Self, bool), rusqlite::Error> {
        let read = Self::read(row)?;
        let is_whole = read.sum() == row.get::<_, i64>(9)?;
        Ok((read, is_whole))
    }
}

/// A row of `messages`.
#[derive(Debug, Clone)]
pub(super) struct MessageRow {
    pub(super) session: String,
    pub(super) id: String,
    pub(super) turn: u64,
    pub(super) settled: bool,
    pub(super) first_reply: Option<u64>,
    pub(super) last_reply: Option<u64>,
    pub(super) handed_off: Option<bool>,
}

impl MessageRow {
    pub(super) fn sum(&self) -> i64 {
        let columns = [
            Column::Text(&self.session),
            Column::Text(&self.id),
            number(self.turn),
            flag(Some(self.settled)),
            maybe(self.first_reply),
            maybe(self.last_reply),
            flag(self.handed_off),
        ];
        sum("messages", &columns)
    }

    /// What it says of its turn.
    pub(super) const fn turn(&self) -> StoredTurn {
        StoredTurn {
            turn: self.turn,
            settled: self.settled,
            first_reply: self.first_reply,
            last_reply: self.last_reply,
            handed_off: self.handed_off,
        }
    }

    /// The columns that [`MessageRow::read`] takes, before the sum.
    pub(super) const COLUMNS: &str =
        "session, id, turn, settled, first_reply, last_reply, handed_off";

    /// From a row that begins with [`MessageRow::COLUMNS`].
    pub(super) fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            session: row.get(0)?,
            id: row.get(1)?,
            turn: row.get(2)?,
            settled: row.get(3)?,
            first_reply: row.get(4)?,
            last_reply: row.get(5)?,
            handed_off: row.get(6)?,
        })
    }

    /// The same, and whether it is as it was written: the sum stands after [`MessageRow::COLUMNS`].
    pub(super) fn checked(row: &Row<'_>) -> Result<(Self, bool), rusqlite::Error> {
        let read = Self::read(row)?;
        let is_whole = read.sum() == row.get::<_, i64>(7)?;
        Ok((read, is_whole))
    }
}

/// The sum of a row of `replies`.
pub(super) fn reply_sum(session: &str, seq: u64, turn: u64, reply: &str) -> i64 {
    sum("replies", &[Column::Text(session), number(seq), number(turn), Column::Text(reply)])
}

/// The sum of a row of `journal`.
pub(super) fn step_sum(session: &str, seq: u64, at_ms: i64, event: &str, commands: &str) -> i64 {
    let columns = [
        Column::Text(session),
        number(seq),
        Column::Number(Some(at_ms)),
        Column::Text(event),
        Column::Text(commands),
    ];
    sum("journal", &columns)
}
