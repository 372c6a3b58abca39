//! `flowright restore`: a backup takes the place of the store, when it is whole.

use flowright_runtime::clock::WallClock;
use flowright_runtime::store::{StoreError, restore, verify_with_files};

use crate::Outcome;
use crate::args::RestoreArgs;
use crate::failure::{Failure, print};
use crate::progress::Progress;
use crate::stores::{failure, holds, is_same, is_there, print_damaged, print_notes, store_of};

/// What to do about a backup that is damaged.
const DAMAGED: &str = "take another backup; the page of R0304 says more";

pub(crate) fn run(args: &RestoreArgs) -> Result<Outcome, Failure> {
    let file = &args.file;
    is_there(file, "give a file that `flowright backup` wrote")?;
    let report = {
        let _progress = Progress::begin(format!("verifying {}", file.display()));
        verify_with_files(file).map_err(|error| failure(&error))?
    };
    if !report.is_whole() {
        print_damaged(file, &report, "nothing was changed", DAMAGED)?;
        return Ok(Outcome::Findings);
    }
    if args.verify {
        print(&format!("{} is whole: {}\n", file.display(), holds(&report)))?;
        print_notes(&report);
        return Ok(Outcome::Fine);
    }
    let store = store_of(&args.project, args.store.as_deref(), args.config.as_deref())?;
    if is_same(&store, file) {
        return Err(Failure::new(format!("`{}` is the store itself", file.display()))
            .with_help("give a file that `flowright backup` wrote"));
    }
    if store.exists() && !store.is_file() {
        return Err(Failure::new(format!("`{}` is not a file", store.display()))
            .with_help("give `--store` the file of a store"));
    }
    let restored = {
        let _progress = Progress::begin(format!("restoring {}", store.display()));
        restore(file, &store, &WallClock.date_and_time())
    };
    let restored = match restored {
        // It was whole a moment ago: the disk that it was copied to is no better.
        Err(error @ StoreError::Damaged { .. }) => {
            Failure::new(format!("{error}; the store was not changed")).with_help(DAMAGED).print();
            return Ok(Outcome::Findings);
        }
        restored => restored.map_err(|error| failure(&error))?,
    };
    if !restored.report.is_whole() {
        print_damaged(file, &restored.report, "the store was not changed", DAMAGED)?;
        return Ok(Outcome::Findings);
    }
    let mut text = format!("{} now holds {}\n", store.display(), holds(&restored.report));
    if let Some(kept) = restored.kept {
        text.push_str(&format!("what was there is kept as {}\n", kept.display()));
    }
    print(&text)?;
    print_notes(&restored.report);
    Ok(Outcome::Fine)
}
