//! When somebody last wrote, by channel: for operators who look at a store from outside.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;

use super::failed;
use super::verify::open_to_read;
use crate::store::StoreError;

/// The version from which messages that wait are kept.
const SPOOL_SINCE: i64 = 4;

/// When the last message came by each channel, ms UTC. A server may have the store open meanwhile. Of a
/// conversation that went on elsewhere since, the message on the channel before is not told.
///
/// # Errors
/// [`StoreError`] when it cannot be opened, is of a later version, or is no store.
pub fn last_heard(path: &Path) -> Result<BTreeMap<String, i64>, StoreError> {
    let db = open_to_read(path)?;
    let mut heard = BTreeMap::new();
    let sessions =
        "SELECT json_extract(record, '$.channel'), max(json_extract(record, '$.heard_at_ms'))
                    FROM sessions WHERE messages > 0 AND json_valid(record) GROUP BY 1";
    add(&db, sessions, &mut heard).map_err(failed)?;
    if super::tables::version(&db)? >= SPOOL_SINCE {
        let spool = "SELECT channel, max(at_ms) FROM spool GROUP BY 1";
        add(&db, spool, &mut heard).map_err(failed)?;
    }
    Ok(heard)
}

fn add(
    db: &Connection,
    query: &str,
    heard: &mut BTreeMap<String, i64>,
) -> Result<(), rusqlite::Error> {
    let mut statement = db.prepare(query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (channel, at_ms): (Option<String>, Option<i64>) = row?;
        let Some((channel, at_ms)) = channel.zip(at_ms) else { continue };
        let last = heard.entry(channel).or_insert(at_ms);
        *last = at_ms.max(*last);
    }
    Ok(())
}
