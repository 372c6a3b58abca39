//! A copy of a store while a server runs on it, and a copy that takes a store's place. Both are
//! verified before they are called by their names.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{self as pages, StepResult};

use super::lock::StoreLock;
use super::verify::{FILES_SINCE, StoreReport, open_to_read, verify, verify_without_files};
use super::{failed, files};
use crate::store::StoreError;

/// A copy that was made, or was not because something is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// What the copy holds. Where it is not whole, no copy is left.
    pub report: StoreReport,
    /// Bytes of the copy.
    pub bytes: u64,
}

/// A copy that took a store's place, or did not because something is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the copy holds. Where it is not whole, nothing was changed.
    pub report: StoreReport,
    /// Where the store is that was there.
    pub kept: Option<PathBuf>,
}

/// Copies a store as it is at one moment into a file, in the place of what is there. The file
/// appears under its name when it is on the disk and verified; what is damaged never does.
///
/// # Errors
/// [`StoreError`]; a later version among them.
pub fn backup(store: &Path, to: &Path) -> Result<Backup, StoreError> {
    let part = Part::of(to);
    let (mut report, bytes) = part.fill(store)?;
    if report.is_whole() {
        part.bring_files(store, to, &mut report)?;
    }
    if report.is_whole() {
        part.take_the_place_of(to)?;
        files::prune(to)?;
    }
    Ok(Backup { report, bytes })
}

/// Puts a copy in the place of a store that no server has. The store that was there stays beside it,
/// under its name with `when` behind it.
///
/// # Errors
/// [`StoreError`]; that a server has the store among them.
pub fn restore(from: &Path, store: &Path, when: &str) -> Result<Restored, StoreError> {
    let _lock = StoreLock::take(store)?;
    let part = Part::of(store);
    let (mut report, _) = part.fill(from)?;
    if !report.is_whole() {
        return Ok(Restored { report, kept: None });
    }
    let kept = if store.exists() { Some(keep(store, when)?) } else { None };
    // Before the store that knows of them. Those of the one that was there stay until the server finds that
    // nothing is known of them.
    part.bring_files(from, store, &mut report)?;
    if !report.is_whole() {
        return Ok(Restored { report, kept });
    }
    // A log that lies beside a file that it does not belong to is taken for its own.
    for path in beside(store) {
        gone(fs::remove_file(&path)).map_err(|e| of_file(&path, &e))?;
    }
    part.take_the_place_of(store)?;
    Ok(Restored { report, kept })
}

/// Gives a store a second name, so that there is no moment without one.
fn keep(store: &Path, when: &str) -> Result<PathBuf, StoreError> {
    // Brings the log into the file, where that is possible. Where it is damaged the log is kept too.
    let _ =
        Connection::open(store).and_then(|db| db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
    let mut kept = with(store, &format!(".{when}"));
    let mut number = 1;
    while kept.exists() {
        number += 1;
        kept = with(store, &format!(".{when}-{number}"));
    }
    for suffix in ["", "-wal"] {
        let (from, to) = (with(store, suffix), with(&kept, suffix));
        // Some file systems have no second names; then it is a second file.
        let linked = fs::hard_link(&from, &to)
            .or_else(|_| fs::copy(&from, &to).and_then(|_| File::open(&to)?.sync_all()));
        gone(linked).map_err(|e| of_file(&from, &e))?;
    }
    files::keep(store, &kept)?;
    sync_folder(store)?;
    Ok(kept)
}

/// SQLite's files beside a database.
fn beside(store: &Path) -> [PathBuf; 2] {
    [with(store, "-wal"), with(store, "-shm")]
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A copy under a name of its own, which goes when it has not become anything.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // Only tidying up: the cause is what is reported.
        for path in beside(&self.0).iter().chain([&self.0]) {
            let _ = fs::remove_file(path);
        }
    }
}

impl Part {
    fn of(file: &Path) -> Self {
        Self(with(file, &format!(".{}.part", std::process::id())))
    }

    /// Copies a store, and reads the copy. What it holds, and its size.
    ///
    /// Pages are copied as they are, all of them under one look of SQLite's backup interface: a
    /// server goes on writing meanwhile, into its log. `VACUUM INTO` would read rows and write them
    /// anew: what is damaged in an index or in the order of rows would be mended or lost on the way,
    /// and the copy would say nothing about the store.
    fn fill(&self, store: &Path) -> Result<(StoreReport, u64), StoreError> {
        let from = match open_to_read(store) {
            Err(StoreError::Damaged { .. }) => return verify(store).map(|report| (report, 0)),
            from => from?,
        };
        gone(fs::remove_file(&self.0)).map_err(|e| self.failed(&e))?;
        let mut to = Connection::open(&self.0).map_err(failed)?;
        let step = pages::Backup::new(&from, &mut to).and_then(|copy| copy.step(-1));
        if step.map_err(failed)? != StepResult::Done {
            let cause = format!("`{}` is busy; try it again", store.display());
            return Err(StoreError::Failed(cause));
        }
        // One file, with nothing beside it: a server makes its log again.
        to.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).map_err(failed)?;
        to.close().map_err(|(_, error)| failed(error))?;
        let file = File::open(&self.0).map_err(|e| self.failed(&e))?;
        file.sync_all().map_err(|e| self.failed(&e))?;
        let bytes = file.metadata().map_err(|e| self.failed(&e))?.len();
        Ok((verify_without_files(&self.0)?, bytes))
    }

    /// Copies the files that the copy knows of.
    fn bring_files(
        &self,
        from: &Path,
        to: &Path,
        report: &mut StoreReport,
    ) -> Result<(), StoreError> {
        if report.schema < FILES_SINCE {
            return Ok(());
        }
        files::copy(&self.0, (from, to), report)?;
        let db = open_to_read(&self.0)?;
        files::count(&db, report).map_err(failed)
    }

    fn take_the_place_of(&self, file: &Path) -> Result<(), StoreError> {
        fs::rename(&self.0, file).map_err(|e| of_file(file, &e))?;
        sync_folder(file)
    }

    fn failed(&self, error: &io::Error) -> StoreError {
        of_file(&self.0, error)
    }
}

/// That a file has its name is in its folder.
fn sync_folder(file: &Path) -> Result<(), StoreError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| of_file(folder, &e))
}

/// What is not there need not go.
fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

pub(super) fn of_file(path: &Path, error: &io::Error) -> StoreError {
    let text = format!("`{}`: {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull => StoreError::Full(text),
        _ => StoreError::Failed(text),
    }
}
