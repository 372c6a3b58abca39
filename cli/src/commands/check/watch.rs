//! `--watch`: looks at the files' times again and again, and checks when one has changed.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use crate::Outcome;
use crate::failure::Failure;

/// Time between two looks at the files.
pub(crate) const INTERVAL: Duration = Duration::from_millis(150);

/// The files with their times and lengths.
pub(crate) type Stamp = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// The stamp of some files; what is not there has none.
pub(crate) fn stamp(paths: impl IntoIterator<Item = PathBuf>) -> Stamp {
    let with_meta = |path: PathBuf| {
        let meta = std::fs::metadata(&path).ok()?;
        Some((path, (meta.modified().ok(), meta.len())))
    };
    paths.into_iter().filter_map(with_meta).collect()
}

/// Runs `check` at once and after every change of what `look` sees, until standard input ends
/// (when it is no terminal). Gives what the last check gave.
///
/// # Errors
/// What the last check failed with. Earlier failures are printed: the next change may mend them.
pub(crate) fn run(
    mut look: impl FnMut() -> Stamp,
    mut check: impl FnMut(bool) -> Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    let ended = until_end_of_input();
    let mut seen = look();
    let mut last = check(false);
    loop {
        match &last {
            Err(Failure::Gone) => return last,
            Err(failure) => failure.print(),
            Ok(_) => {}
        }
        loop {
            if ended.load(Ordering::Relaxed) {
                return last;
            }
            std::thread::sleep(INTERVAL);
            let now = look();
            if now != seen {
                seen = now;
                break;
            }
        }
        last = check(true);
    }
}

/// Becomes true when standard input ends; never on a terminal.
fn until_end_of_input() -> Arc<AtomicBool> {
    let ended = Arc::new(AtomicBool::new(false));
    if !std::io::stdin().is_terminal() {
        let flag = Arc::clone(&ended);
        std::thread::spawn(move || {
            let mut input = std::io::stdin().lock();
            let mut ignored = [0_u8; 1024];
            while input.read(&mut ignored).is_ok_and(|read| read > 0) {}
            flag.store(true, Ordering::Relaxed);
        });
    }
    ended
}
