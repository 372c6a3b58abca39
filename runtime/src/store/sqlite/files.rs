//! Files of customers beside a store: whether they are there, and copies of them.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use rusqlite::Connection;

use super::verify::{FILES_SINCE, StoreReport, open_to_read};
use super::{attachments, failed, tables};
use crate::attachments::Folder;
use crate::store::{StoreError, StoredAttachment};

/// Bytes that are read at once.
const CHUNK: usize = 256 << 10;

/// That all files are there in their sizes.
pub(super) fn are_there(
    db: &Connection,
    store: &Path,
    report: &mut StoreReport,
) -> Result<(), rusqlite::Error> {
    count(db, report)?;
    let folder = Folder::beside(store);
    attachments::each_known(db, |known| {
        let size = fs::metadata(folder.file(&known.id)).map(|data| data.len());
        if let Some(fault) = fault(&known, size) {
            report.fault(fault);
        }
    })
}

/// How many bytes all files have, by what is known of them.
pub(super) fn count(db: &Connection, report: &mut StoreReport) -> Result<(), rusqlite::Error> {
    report.attachment_bytes = 0;
    attachments::each_known(db, |known| report.attachment_bytes += known.bytes)
}

/// That all files of a store are as they came.
///
/// # Errors
/// [`StoreError`], when the store cannot be read. What is damaged is in the report.
pub(super) fn are_whole(store: &Path, report: &mut StoreReport) -> Result<(), StoreError> {
    let folder = Folder::beside(store);
    let db = open_to_read(store)?;
    attachments::each_known(&db, |known| {
        let hashed = read_through(&folder.file(&known.id), |_| Ok(()));
        if let Some(fault) = unlike(&known, hashed) {
            report.fault(fault);
        }
    })
    .map_err(failed)
}

/// Copies the files that a store knows of from beside one store to beside another one. What is there already
/// is of the same name and never changes: only its size is looked at. All of it is on the disk afterwards.
///
/// # Errors
/// [`StoreError`], when something cannot be written. What is damaged is in the report.
pub(super) fn copy(
    known_by: &Path,
    (from, to): (&Path, &Path),
    report: &mut StoreReport,
) -> Result<(), StoreError> {
    let (from, to) = (Folder::beside(from), Folder::beside(to));
    let db = open_to_read(known_by)?;
    let mut failure = None;
    let mut folders = Vec::new();
    attachments::each_known(&db, |known| {
        if failure.is_some() {
            return;
        }
        let (source, target) = (from.file(&known.id), to.file(&known.id));
        if fs::metadata(&target).is_ok_and(|data| data.len() == known.bytes) {
            return;
        }
        match copy_one(&known, &source, &target) {
            Ok(None) => folders.extend(target.parent().map(Path::to_owned)),
            Ok(Some(fault)) => report.fault(fault),
            Err(error) => failure = Some(of_file(&target, &error)),
        }
    })
    .map_err(failed)?;
    folders.sort();
    folders.dedup();
    if !folders.is_empty() {
        folders.push(to.path().to_owned());
    }
    for folder in folders {
        let synced = File::open(&folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| of_file(&folder, &error))?;
    }
    failure.map_or(Ok(()), Err)
}

fn copy_one(known: &StoredAttachment, source: &Path, target: &Path) -> io::Result<Option<String>> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = target.with_extension("part");
    let mut file = File::create(&part)?;
    // What goes wrong with the copy is told apart from what is wrong with the original.
    let mut unwritten = None;
    let hashed = read_through(source, |bytes| {
        file.write_all(bytes).inspect_err(|error| unwritten = Some(error.kind()))
    });
    if let (Err(error), Some(_)) = (&hashed, unwritten) {
        fs::remove_file(&part)?;
        return Err(io::Error::new(error.kind(), error.to_string()));
    }
    if let Some(fault) = unlike(known, hashed) {
        fs::remove_file(&part)?;
        return Ok(Some(fault));
    }
    file.sync_all()?;
    fs::rename(&part, target)?;
    Ok(None)
}

/// Gives the files beside a store a second name beside another one.
///
/// # Errors
/// [`StoreError`], when something cannot be written.
pub(super) fn keep(store: &Path, kept: &Path) -> Result<(), StoreError> {
    let (from, to) = (Folder::beside(store), Folder::beside(kept));
    for path in from.paths().map_err(|error| of_file(from.path(), &error))? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let target = to.file(name);
        let linked = fs::create_dir_all(target.parent().unwrap_or(to.path())).and_then(|()| {
            // Some file systems have no second names; then it is a second file.
            fs::hard_link(&path, &target).or_else(|_| fs::copy(&path, &target).map(|_| ()))
        });
        linked.map_err(|error| of_file(&target, &error))?;
    }
    Ok(())
}

/// Removes files beside a copy that it does not know: they are of a copy before it.
///
/// # Errors
/// [`StoreError`].
pub(super) fn prune(copy: &Path) -> Result<(), StoreError> {
    let folder = Folder::beside(copy);
    let paths = folder.paths().map_err(|error| of_file(folder.path(), &error))?;
    if paths.is_empty() {
        return Ok(());
    }
    let db = open_to_read(copy)?;
    if tables::version(&db)? < FILES_SINCE {
        return Ok(());
    }
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_id(name) && !attachments::is_known(&db, name).map_err(failed)? {
            fs::remove_file(&path).map_err(|error| of_file(&path, &error))?;
        }
    }
    Ok(())
}

fn is_id(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads a file to its end; its size and hash.
fn read_through(
    path: &Path,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<(u64, [u8; 32])> {
    let mut file = File::open(path)?;
    let (mut size, mut hash) = (0, blake3::Hasher::new());
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        size += bytes.len() as u64;
        hash.update(bytes);
        take(bytes)?;
    }
    Ok((size, *hash.finalize().as_bytes()))
}

/// What is wrong with a file, by its size.
fn fault(known: &StoredAttachment, size: io::Result<u64>) -> Option<String> {
    let StoredAttachment { id, bytes, session, .. } = known;
    match size {
        Ok(size) if size == *bytes => None,
        // What nobody has sent yet may have gone just now, because nobody did.
        Err(error) if error.kind() == io::ErrorKind::NotFound && session.is_none() => None,
        Ok(size) => Some(format!("the file of attachment `{id}` has {size} bytes, not {bytes}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Some(format!("the file of attachment `{id}` is missing"))
        }
        Err(error) => Some(format!("the file of attachment `{id}` cannot be read: {error}")),
    }
}

/// The same by what it holds, too.
fn unlike(known: &StoredAttachment, found: io::Result<(u64, [u8; 32])>) -> Option<String> {
    match found {
        Ok((size, hash)) if size == known.bytes && hash != known.hash => {
            Some(format!("the file of attachment `{}` is damaged: its hash is wrong", known.id))
        }
        found => fault(known, found.map(|(size, _)| size)),
    }
}

fn of_file(path: &Path, error: &io::Error) -> StoreError {
    super::copies::of_file(path, error)
}
