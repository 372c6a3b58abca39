//! What the company's records said of customers, and when.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::identities::whole;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::sums::{Column, sum};
use crate::store::sqlite::verify::{Rows, StoreReport, each, wrong};
use crate::store::{StoreError, StoredProfile};

const COLUMNS: &str = "customer, profile, at_ms, doubted_ms, sum";

fn sum_of(profile: &StoredProfile) -> i64 {
    let columns = [
        Column::Text(&profile.customer),
        Column::Text(&profile.profile),
        Column::Number(Some(profile.at_ms)),
        Column::Number(Some(profile.doubted_ms)),
    ];
    sum("profiles", &columns)
}

/// A profile, and whether the row is as it was written.
fn checked(row: &Row<'_>) -> Result<(StoredProfile, bool), rusqlite::Error> {
    let profile = StoredProfile {
        customer: row.get(0)?,
        profile: row.get(1)?,
        at_ms: row.get(2)?,
        doubted_ms: row.get(3)?,
    };
    let is_whole = sum_of(&profile) == row.get::<_, i64>(4)?;
    Ok((profile, is_whole))
}

fn find(db: &Connection, customer: &str) -> Result<Option<(StoredProfile, bool)>, rusqlite::Error> {
    let query = format!("SELECT {COLUMNS} FROM profiles WHERE customer = ?1");
    db.prepare_cached(&query)?.query_row([customer], checked).optional()
}

/// Keeps a profile. One that is damaged gives way to any other.
pub(super) fn keep(
    db: &Connection,
    profile: &StoredProfile,
    now_ms: i64,
) -> Result<(), rusqlite::Error> {
    let known = find(db, &profile.customer)?.filter(|(_, is_whole)| *is_whole);
    let known = known.map(|(known, _)| known);
    if known.as_ref().is_some_and(|k| (profile.at_ms + 1..=now_ms).contains(&k.at_ms)) {
        return Ok(());
    }
    let doubted_ms = known.map_or(0, |known| known.doubted_ms).max(profile.doubted_ms).min(now_ms);
    put(db, &StoredProfile { doubted_ms, ..profile.clone() })
}

/// Keeps that a profile may be otherwise by now. Whether there is one.
pub(super) fn doubt(db: &Connection, customer: &str, now_ms: i64) -> Result<bool, rusqlite::Error> {
    let Some((known, is_whole)) = find(db, customer)? else { return Ok(false) };
    if is_whole {
        put(db, &StoredProfile { doubted_ms: now_ms, ..known })?;
    }
    Ok(true)
}

fn put(db: &Connection, profile: &StoredProfile) -> Result<(), rusqlite::Error> {
    let StoredProfile { customer, profile: json, at_ms, doubted_ms } = profile;
    db.prepare_cached(
        "INSERT OR REPLACE INTO profiles (customer, profile, at_ms, doubted_ms, sum)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![customer, json, at_ms, doubted_ms, sum_of(profile)])
    .map(|_| ())
}

impl SqliteStore {
    pub(super) fn read_profile(&self, customer: &str) -> Result<Option<StoredProfile>, StoreError> {
        whole(self.read(|db| find(db, customer))?, "profile")
    }
}

pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "profile", &format!("SELECT {COLUMNS} FROM profiles"), report, |row| {
        let (_, is_whole) = checked(row)?;
        // A customer's id is nobody's business here.
        Ok(wrong(is_whole, || "the profile of a customer".to_owned()))
    })
}
