//! The store of a project: where it is, and what is said of one that was read.

use std::path::{Path, PathBuf};

use flowright_runtime::store::{SCHEMA, StoreError, StoreReport};

use crate::configuration;
use crate::failure::{Failure, print};
use crate::project::plural;
use crate::runnable::folder_of;
use crate::style::{Stream, paint};

/// The folder of a project or bundle.
///
/// # Errors
/// When there is nothing at the path.
pub(crate) fn folder_there(project: &Path) -> Result<PathBuf, Failure> {
    std::fs::metadata(project).map_err(|e| Failure::file("open", project, &e))?;
    Ok(folder_of(project).to_owned())
}

/// The store that is named, or the one of a project's configuration.
///
/// # Errors
/// When the configuration cannot be used.
pub(crate) fn store_of(
    project: &Path,
    named: Option<&Path>,
    config: Option<&Path>,
) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let folder = folder_there(project)?;
    Ok(folder.join(configuration::read(config, &folder)?.store.path))
}

/// A store or backup that is to be read: that it is there.
///
/// # Errors
/// That it is not.
pub(crate) fn is_there(path: &Path, help: &str) -> Result<(), Failure> {
    let meta = std::fs::metadata(path)
        .map_err(|e| Failure::file("read", path, &e).with_help(help.to_owned()))?;
    if meta.is_file() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` is not a file", path.display())).with_help(help.to_owned()))
}

/// Whether two paths are one file.
pub(crate) fn is_same(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| std::fs::canonicalize(path).ok();
    place(a).is_some_and(|a| Some(a) == place(b))
}

/// Whether a path is one of the files that a store has beside it, or would have while a server runs.
pub(crate) fn is_beside(store: &Path, path: &Path) -> bool {
    let folder = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        std::fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()
    };
    let is_of = |store: &Path| {
        let is_one = |suffix: &str| {
            let mut name = store.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            path.file_name() == Some(&name)
        };
        folder(store) == folder(path)
            && ["-wal", "-shm", "-journal", ".lock", ".files"].into_iter().any(is_one)
    };
    // Where the name is a link, some of them are beside the file itself.
    is_of(store) || std::fs::canonicalize(store).is_ok_and(|store| is_of(&store))
}

/// What kept a store from being copied or read.
pub(crate) fn failure(error: &StoreError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error {
        StoreError::InUse(_) => failure
            .with_help("stop the server that has it, then try again; the page of R0308 says more"),
        StoreError::NoStore(_) => {
            failure.with_help("look at the path; the page of R0309 says more")
        }
        StoreError::Full(cause) => Failure::new(format!("there is no room for the copy: {cause}"))
            .with_help("make room, or write it to another disk; it needs as much as the store"),
        _ => failure,
    }
}

/// What a store that is whole holds, in a line.
pub(crate) fn holds(report: &StoreReport) -> String {
    let counted = |table: &str, word: &str| {
        plural(usize::try_from(report.count(table)).unwrap_or(usize::MAX), word)
    };
    let replies = match report.count("replies") {
        1 => "1 reply".to_owned(),
        count => format!("{count} replies"),
    };
    let files = match report.count("attachments") {
        0 => String::new(),
        _ => format!(
            "{} of customers with {}, ",
            counted("attachments", "file"),
            size(report.attachment_bytes)
        ),
    };
    format!(
        "{}, {}, {replies}, {}, {}, {files}{} to be sent, schema {}",
        counted("sessions", "session"),
        counted("messages", "message"),
        counted("journal", "step"),
        counted("bundles", "bundle"),
        report.outbox.0,
        report.schema
    )
}

/// All that is damaged, each in a line.
pub(crate) fn faults(report: &StoreReport) -> Vec<String> {
    let mut lines = report.faults.clone();
    if report.more_faults > 0 {
        lines.push(format!("and {} more", report.more_faults));
    }
    lines
}

/// Prints what is damaged in a file, and what follows from that.
///
/// # Errors
/// [`Failure::Gone`].
pub(crate) fn print_damaged(
    file: &Path,
    report: &StoreReport,
    so: &str,
    help: &str,
) -> Result<(), Failure> {
    let lines: String = faults(report).iter().map(|fault| format!("  {fault}\n")).collect();
    print(&format!("damaged in {}:\n{lines}", file.display()))?;
    Failure::new(format!("R0304: `{}` is damaged; {so}", file.display())).with_help(help).print();
    Ok(())
}

/// Says something to know besides, on standard error.
pub(crate) fn note(text: &str) {
    eprintln!("{} {text}", paint(Stream::Err, "1;33", "note:"));
}

/// Says what of a whole store a flowright does not go on with at once.
pub(crate) fn print_notes(report: &StoreReport) {
    if report.schema < SCHEMA {
        note(&format!(
            "its tables are of schema {}; the server makes them schema {SCHEMA} when it starts",
            report.schema
        ));
    }
    for other in &report.other_formats {
        note(&format!(
            "R0305: the bundle {} has another format; its sessions ({}) stand still until the \
             flowright that wrote it runs again",
            other.bundle, other.sessions
        ));
    }
}

/// `45,056 bytes`, `12.5 MB`
pub(crate) fn size(bytes: u64) -> String {
    let mb = bytes.saturating_mul(10) / 1_000_000;
    match bytes {
        0..10_000_000 => {
            let digits = bytes.to_string();
            let mut text = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    text.push(',');
                }
                text.push(digit);
            }
            text + if bytes == 1 { " byte" } else { " bytes" }
        }
        _ if mb < 100_000 => format!("{}.{} MB", mb / 10, mb % 10),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_written_for_people() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (45_056, "45,056 bytes"),
            (9_999_999, "9,999,999 bytes"),
            (12_560_000, "12.5 MB"),
            (72_000_000_000, "72 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
