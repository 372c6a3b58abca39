//! How far what was said has come on its way to the customer: it only ever comes further.

use flowright_access::stage::advances;
use flowright_access::v1::{Delivery, DeliveryStage};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::store::sqlite::sums::{Column, number, sum};
use crate::store::sqlite::verify::{Rows, StoreReport, each, wrong};
use crate::store::sqlite::{SqliteStore, damaged};
use crate::store::{OutboxItem, StoreError};

const COLUMNS: &str = "session, seq, channel, stage, at_ms, provider_id, cause, sum";

fn sum_of(delivery: &Delivery) -> i64 {
    let columns = [
        Column::Text(&delivery.session),
        number(delivery.seq),
        Column::Text(&delivery.channel),
        Column::Number(Some(i64::from(delivery.stage))),
        Column::Number(Some(delivery.at_ms)),
        Column::Text(&delivery.provider_id),
        Column::Text(&delivery.cause),
    ];
    sum("deliveries", &columns)
}

fn checked(row: &Row<'_>) -> Result<(Delivery, bool), rusqlite::Error> {
    let delivery = Delivery {
        session: row.get(0)?,
        seq: row.get(1)?,
        channel: row.get(2)?,
        stage: row.get(3)?,
        at_ms: row.get(4)?,
        provider_id: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
        cause: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
    };
    let is_whole = sum_of(&delivery) == row.get::<_, i64>(7)?;
    Ok((delivery, is_whole))
}

fn write(db: &Connection, delivery: &Delivery) -> Result<(), rusqlite::Error> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    db.prepare_cached(
        "INSERT INTO deliveries (session, seq, channel, stage, at_ms, provider_id, cause, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET stage = excluded.stage, at_ms = excluded.at_ms,
             provider_id = excluded.provider_id, cause = excluded.cause, sum = excluded.sum",
    )?
    .execute(params![
        delivery.session,
        delivery.seq,
        delivery.channel,
        delivery.stage,
        delivery.at_ms,
        some(&delivery.provider_id),
        some(&delivery.cause),
        sum_of(delivery)
    ])
    .map(|_| ())
}

/// Keeps that a reply is on its way, with the commit that said it.
pub(in crate::store::sqlite) fn begin(
    db: &Connection,
    (session, seq, channel): (&str, u64, &str),
    at_ms: i64,
) -> Result<(), rusqlite::Error> {
    let delivery = Delivery {
        session: session.to_owned(),
        seq,
        channel: channel.to_owned(),
        stage: DeliveryStage::Queued.into(),
        at_ms,
        ..Delivery::default()
    };
    write(db, &delivery)
}

/// Keeps that a reply was taken, or is not sent any more, with what settles it in the outbox. One that is
/// tried anew by somebody's wish begins anew.
pub(in crate::store::sqlite) fn sent(
    db: &Connection,
    item: &OutboxItem,
    stage: DeliveryStage,
    (at_ms, provider_id, cause): (i64, &str, &str),
) -> Result<(), rusqlite::Error> {
    // The key is the session's id and the reply's number.
    let seq = item.key.rsplit('/').next().and_then(|text| text.parse().ok());
    let Some(seq) = seq else { return Ok(()) };
    let delivery = Delivery {
        session: item.session.clone(),
        seq,
        channel: item.channel.clone(),
        stage: stage.into(),
        at_ms,
        provider_id: provider_id.to_owned(),
        cause: cause.to_owned(),
    };
    if stage == DeliveryStage::Queued {
        return write(db, &delivery);
    }
    advance(db, &delivery).map(|_| ())
}

/// The delivery that news are of: by its place in the session, or by the provider's id.
fn find(db: &Connection, news: &Delivery) -> Result<Option<(Delivery, bool)>, rusqlite::Error> {
    if news.seq > 0 {
        let query = format!("SELECT {COLUMNS} FROM deliveries WHERE session = ?1 AND seq = ?2");
        let mut statement = db.prepare_cached(&query)?;
        return statement.query_row(params![news.session, news.seq], checked).optional();
    }
    let query = format!("SELECT {COLUMNS} FROM deliveries WHERE channel = ?1 AND provider_id = ?2");
    let mut statement = db.prepare_cached(&query)?;
    statement.query_row([&news.channel, &news.provider_id], checked).optional()
}

/// Keeps news. Whether they were.
pub(super) fn advance(db: &Connection, news: &Delivery) -> Result<bool, rusqlite::Error> {
    // A damaged one stays as it is: a new sum would make something whole of it that is not.
    let Some((was, true)) = find(db, news)? else { return Ok(false) };
    if !advances(was.stage(), news.stage()) {
        return Ok(false);
    }
    let provider_id =
        if news.provider_id.is_empty() { was.provider_id } else { news.provider_id.clone() };
    let delivery = Delivery {
        stage: news.stage,
        at_ms: news.at_ms,
        cause: news.cause.clone(),
        session: was.session,
        seq: was.seq,
        channel: was.channel,
        provider_id,
    };
    write(db, &delivery).map(|()| true)
}

impl SqliteStore {
    pub(super) fn read_deliveries(&self, session: &str) -> Result<Vec<Delivery>, StoreError> {
        let query = format!("SELECT {COLUMNS} FROM deliveries WHERE session = ?1 ORDER BY seq");
        let rows: Vec<(Delivery, bool)> =
            self.read(|db| db.prepare_cached(&query)?.query_map([session], checked)?.collect())?;
        let whole = |(delivery, is_whole): (Delivery, bool)| {
            let cause = format!("of reply {} of `{session}`", delivery.seq);
            is_whole.then_some(delivery).ok_or_else(|| damaged("delivery", &cause))
        };
        rows.into_iter().map(whole).collect()
    }
}

pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "delivery", &format!("SELECT {COLUMNS} FROM deliveries"), report, |row| {
        let (delivery, is_whole) = checked(row)?;
        let Delivery { session, seq, .. } = delivery;
        Ok(wrong(is_whole, || format!("the delivery of reply {seq} of the session `{session}`")))
    })
}
