//! `--watch`: compiles when a source changes, and hands what came of it to the server that runs. What
//! is wrong is said and changes nothing.

use std::path::Path;
use std::time::Instant;

use flowright_compiler::upgrade::{Class, class_words};
use flowright_runtime::dispatch::{Dispatch, Reloaded};
use tokio::runtime::Handle;

use crate::commands::check::watch::{INTERVAL, Stamp, stamp};
use crate::commands::diff::counted;
use crate::failure::Failure;
use crate::project::{Project, plural};
use crate::runnable::{compiled, is_bundle_path};
use crate::style::{Stream, paint};

/// A project that is watched.
pub(super) struct Watch {
    project: Project,
    seen: Stamp,
}

impl Watch {
    /// Looks at a project's sources for the first time: before they are compiled, so that no change
    /// is missed.
    ///
    /// # Errors
    /// A bundle, which has no sources.
    pub(super) fn begin(path: &Path) -> Result<Self, Failure> {
        if is_bundle_path(path) {
            let message = format!("`{}` is a bundle: it has no sources to watch", path.display());
            return Err(Failure::new(message).with_help(
                "give the project's folder, or send new bundles to POST /admin/bundles",
            ));
        }
        let project = Project::open(path)?;
        let seen = look(&project);
        Ok(Self { project, seen })
    }

    /// Looks again and again, as long as the process lives.
    pub(super) fn run(mut self, dispatch: &Dispatch, runtime: &Handle) {
        loop {
            std::thread::sleep(INTERVAL);
            let now = look(&self.project);
            if now == self.seen {
                continue;
            }
            self.seen = now;
            if let Err(failure) = self.hand_over(dispatch, runtime) {
                failure.print();
                eprintln!("{}: the version so far goes on", self.project.name());
            }
        }
    }

    fn hand_over(&self, dispatch: &Dispatch, runtime: &Handle) -> Result<(), Failure> {
        let begun = Instant::now();
        eprintln!("\n-------- changed --------\n");
        let name = self.project.name();
        let Some(encoded) = compiled(&self.project)? else {
            eprintln!("{name}: the version so far goes on");
            return Ok(());
        };
        let reloaded = runtime.block_on(dispatch.reload(encoded.bytes));
        let reloaded = reloaded.map_err(|e| Failure::new(e.to_string()))?;
        print(&name, &reloaded, begun.elapsed().as_millis());
        Ok(())
    }
}

/// What cannot be read for a while has no stamp.
fn look(project: &Project) -> Stamp {
    stamp(project.watched().unwrap_or_default())
}

fn print(name: &str, reloaded: &Reloaded, took: u128) {
    if !reloaded.changed {
        eprintln!("{name}: what is served is the same as before ({took} ms)");
        return;
    }
    for view in &reloaded.changes {
        let change = &view.change;
        let Some(code) = change.code else { continue };
        let head = paint(Stream::Err, "1;33", &format!("{}[{code}]", class_words(change.class)));
        eprintln!("{head}: {} `{}`: {}", change.what, change.name, change.message);
        if let Some(help) = &change.help {
            eprintln!("  help: {help}");
        }
    }
    let classes: Vec<Class> = reloaded.changes.iter().map(|view| view.change.class).collect();
    let counted = counted(&classes);
    let older = reloaded.bundles.iter().filter(|bundle| !bundle.current);
    let older: u64 = older.map(|bundle| bundle.sessions).sum();
    let older = plural(usize::try_from(older).unwrap_or(usize::MAX), "session");
    eprintln!(
        "{name}: the new version is served ({took} ms): {counted}; {older} began with older ones \
         and move when they are touched and fit"
    );
}
