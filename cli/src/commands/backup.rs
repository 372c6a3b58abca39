//! `flowright backup`: a copy of a store, verified, while a server runs on it.

use flowright_runtime::store::{StoreError, backup};

use crate::Outcome;
use crate::args::BackupArgs;
use crate::failure::{Failure, print};
use crate::progress::Progress;
use crate::project::plural;
use crate::stores::{
    failure, is_beside, is_same, is_there, print_damaged, print_notes, size, store_of,
};

/// What to do about a store that is damaged.
const DAMAGED: &str = "`flowright doctor` says the same at any time; `flowright restore FILE` puts an \
                       earlier backup in its place; the page of R0304 says more";

pub(crate) fn run(args: &BackupArgs) -> Result<Outcome, Failure> {
    let store = store_of(&args.project, args.store.as_deref(), args.config.as_deref())?;
    is_there(&store, "give the folder of the project, or the file with `--store FILE`")?;
    let to = &args.to;
    if is_same(&store, to) {
        return Err(Failure::new(format!("`{}` is the store itself", to.display()))
            .with_help("give `--to` another file"));
    }
    if is_beside(&store, to) {
        let message =
            format!("`{}` belongs to the store: its log or its lock is there", to.display());
        return Err(Failure::new(message).with_help("give `--to` another name"));
    }
    if to.is_dir() {
        return Err(Failure::new(format!("`{}` is a folder", to.display()))
            .with_help("give `--to` a file in it"));
    }
    if to.exists() && !to.is_file() {
        return Err(Failure::new(format!(
            "`{}` is no file that can be written over",
            to.display()
        ))
        .with_help("give `--to` the name of a file"));
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::new(format!("there is no folder `{}`", folder.display()))
            .with_help("make it, or give `--to` a file in another"));
    }
    if to.exists() && !args.force {
        return Err(Failure::new(format!("`{}` is there already", to.display()))
            .with_help("choose another name, or write over it with `--force`"));
    }
    let copied = {
        let _progress = Progress::begin(format!("copying {}", store.display()));
        backup(&store, to)
    };
    let copied = match copied {
        Err(error @ StoreError::Damaged { .. }) => {
            Failure::new(format!("{error}; no copy of `{}` was made", store.display()))
                .with_help(DAMAGED)
                .print();
            return Ok(Outcome::Findings);
        }
        copied => copied.map_err(|error| failure(&error))?,
    };
    if !copied.report.is_whole() {
        print_damaged(&store, &copied.report, "no copy of it was made", DAMAGED)?;
        return Ok(Outcome::Findings);
    }
    let sessions = usize::try_from(copied.report.count("sessions")).unwrap_or(usize::MAX);
    let files = match usize::try_from(copied.report.count("attachments")).unwrap_or(usize::MAX) {
        0 => String::new(),
        files => format!(
            ", {}.files {} of customers with {}",
            to.display(),
            plural(files, "file"),
            size(copied.report.attachment_bytes)
        ),
    };
    print(&format!(
        "{} holds {} in {}{files}, verified\n",
        to.display(),
        plural(sessions, "session"),
        size(copied.bytes)
    ))?;
    print_notes(&copied.report);
    Ok(Outcome::Fine)
}
