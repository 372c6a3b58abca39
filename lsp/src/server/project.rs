//! A project: what is wanted of it by the editor, and what was found of it last.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use tower_lsp_server::ls_types::Uri;

use super::checker::Checker;
use super::host::Host;
use crate::ide::snapshot::Snapshot;

/// What a project says to the server.
#[derive(Debug)]
pub enum Told {
    /// It is looked at for the first time.
    Begun(Arc<Project>),
    /// It was checked.
    Checked {
        /// The project.
        project: Arc<Project>,
        /// What came out.
        found: Found,
        /// How long it took, ms.
        ms: u64,
    },
    /// It is not looked at any more.
    Closed(Arc<Project>),
    /// Something cannot be read or checked: why.
    Trouble(String),
}

/// A project.
#[derive(Debug)]
pub struct Project {
    /// Its folder, or the text that is a project by itself.
    pub root: Root,
    wanted: Mutex<Wanted>,
    changed: Condvar,
    latest: watch::Sender<Latest>,
}

/// What was found of a project.
#[derive(Debug, Clone)]
pub struct Found {
    /// What the compiler says.
    pub snapshot: Arc<Snapshot>,
    /// The texts that were open, by label, as they were checked.
    pub open: Arc<BTreeMap<String, Open>>,
}

/// What was found last.
#[derive(Debug, Default)]
struct Latest {
    /// The revision that was looked at last.
    done: u64,
    found: Option<Found>,
    /// Why nothing was found of the last revision.
    failed: Option<String>,
    /// Nothing more will be found.
    over: bool,
}

/// What a project consists of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Root {
    /// All files of a folder.
    Folder(PathBuf),
    /// One text that is no file.
    Alone(String),
}

/// A text that is open, as it is checked.
#[derive(Debug, Clone)]
pub struct Open {
    /// What the editor calls it.
    pub uri: Uri,
    /// Its version there.
    pub version: i32,
    /// Its text.
    pub text: Arc<str>,
}

/// What is to be checked. Nothing takes long while it is locked: edits wait for it.
#[derive(Debug, Default)]
struct Wanted {
    revision: u64,
    open: BTreeMap<String, Open>,
    /// Files on the disk that are to be read.
    stale: BTreeSet<String>,
    /// All of them are.
    read: bool,
    /// The configuration is to be read.
    configure: bool,
    stopped: bool,
}

/// What is to be checked next.
#[derive(Debug)]
pub(super) struct Work {
    /// Counts the edits.
    pub(super) revision: u64,
    /// The texts that are open, by label.
    pub(super) open: BTreeMap<String, Open>,
    /// Files on the disk that are to be read.
    pub(super) stale: BTreeSet<String>,
    /// All of them are.
    pub(super) read: bool,
    /// The configuration is to be read.
    pub(super) configure: bool,
}

impl Project {
    /// Begins to check a project. It goes on until [`Project::stop`].
    pub fn start(root: Root, host: Arc<dyn Host>, told: mpsc::UnboundedSender<Told>) -> Arc<Self> {
        let (latest, _) = watch::channel(Latest::default());
        let is_folder = matches!(root, Root::Folder(_));
        let wanted =
            Wanted { revision: 1, read: is_folder, configure: is_folder, ..Wanted::default() };
        let project =
            Arc::new(Self { root, wanted: Mutex::new(wanted), changed: Condvar::new(), latest });
        // Nobody listens any more when the server ends.
        let _ended = told.send(Told::Begun(Arc::clone(&project)));
        let checker = Checker::new(Arc::clone(&project), host, told.clone());
        let thread = std::thread::Builder::new().name("check".to_owned()).stack_size(8 << 20);
        if let Err(error) = thread.spawn(move || checker.run()) {
            // Whoever asks hears that it is closed; nobody waits.
            project.stop();
            let why = format!("there is no thread to check a project on: {error}");
            let _ended = told.send(Told::Trouble(why));
        }
        project
    }

    /// Nothing is checked any more.
    pub fn stop(&self) {
        self.edit(|wanted| wanted.stopped = true);
        self.latest.send_modify(|latest| latest.over = true);
    }

    /// Whether nothing is checked any more.
    pub fn is_over(&self) -> bool {
        self.latest.borrow().over
    }

    /// A text is open, with this content.
    pub fn open(&self, label: String, open: Open) {
        self.edit(|wanted| {
            wanted.open.insert(label, open);
        });
    }

    /// A text is closed: what is on the disk counts again.
    pub fn close(&self, label: &str) {
        self.edit(|wanted| {
            wanted.open.remove(label);
            wanted.stale.insert(label.to_owned());
        });
    }

    /// A file changed on the disk, came or is gone.
    pub fn file_changed(&self, label: String) {
        self.edit(|wanted| {
            wanted.stale.insert(label);
        });
    }

    /// More changed on the disk than single files.
    pub fn read_again(&self) {
        self.edit(|wanted| wanted.read = true);
    }

    /// The configuration changed.
    pub fn configure_again(&self) {
        self.edit(|wanted| wanted.configure = true);
    }

    /// The revision that has all edits so far, and a text as it is in it, if that is open.
    pub fn now(&self, label: &str) -> (u64, Option<Open>) {
        let wanted = self.lock();
        (wanted.revision, wanted.open.get(label).cloned())
    }

    /// Whether it has files below a folder.
    pub fn has_below(&self, label: &str) -> bool {
        let is_below = |file: &str| {
            file.strip_prefix(label).is_some_and(|rest| label.is_empty() || rest.starts_with('/'))
        };
        self.latest().is_some_and(|found| {
            found.snapshot.analysis.sources.iter().any(|(_, file)| is_below(&file.label))
        })
    }

    /// What was found last, if a check is through.
    pub fn latest(&self) -> Option<Found> {
        self.latest.borrow().found.clone()
    }

    /// What was found of a revision or a later one.
    ///
    /// # Errors
    /// Why it could not be checked, or that it is not checked any more.
    pub async fn at_least(&self, revision: u64) -> Result<Found, String> {
        let mut latest = self.latest.subscribe();
        let closed = || "the project is closed".to_owned();
        let looked_at = |latest: &Latest| latest.over || latest.done >= revision;
        let latest = latest.wait_for(looked_at).await.map_err(|_| closed())?;
        let is_new = |found: &&Found| found.snapshot.revision >= revision;
        match (latest.found.as_ref().filter(is_new), &latest.failed) {
            (Some(found), _) => Ok(found.clone()),
            (None, Some(why)) if !latest.over => Err(why.clone()),
            (None, _) => Err(closed()),
        }
    }

    /// The folder, if it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.root {
            Root::Folder(folder) => Some(folder),
            Root::Alone(_) => None,
        }
    }

    /// Waits until there is more to be looked at than `done`; nothing when it is closed.
    pub(super) fn work(&self, done: u64) -> Option<Work> {
        let mut wanted = self.lock();
        while wanted.revision <= done && !wanted.stopped {
            wanted = self.changed.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
        if wanted.stopped {
            return None;
        }
        Some(Work {
            revision: wanted.revision,
            open: wanted.open.clone(),
            stale: std::mem::take(&mut wanted.stale),
            read: std::mem::take(&mut wanted.read),
            configure: std::mem::take(&mut wanted.configure),
        })
    }

    /// A revision was looked at: what came out.
    pub(super) fn looked_at(&self, revision: u64, found: Result<Found, String>) {
        self.latest.send_modify(|latest| {
            latest.done = revision;
            match found {
                Ok(found) => (latest.found, latest.failed) = (Some(found), None),
                Err(why) => latest.failed = Some(why),
            }
        });
    }

    fn edit(&self, edit: impl FnOnce(&mut Wanted)) {
        let mut wanted = self.lock();
        edit(&mut wanted);
        wanted.revision += 1;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
