//! A project that is checked after every edit, on a thread of its own.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use flowright_compiler::Workspace;
use flowright_compiler::base::{SourceProvider, Texts};
use flowright_compiler::compile::MemorySources;
use flowright_nlu::Encoder;
use flowright_nlu::value::Date;
use tokio::sync::{mpsc, watch};
use tower_lsp_server::ls_types::Uri;

use super::host::Host;
use crate::ide::snapshot::Snapshot;

/// What a finished check says to the server.
#[derive(Debug)]
pub enum Told {
    /// A project is looked at for the first time.
    Begun(Arc<Project>),
    /// A project was checked.
    Checked {
        /// The project.
        project: Arc<Project>,
        /// What came out.
        snapshot: Arc<Snapshot>,
        /// How long it took, ms.
        ms: u64,
    },
    /// A project cannot be read or checked: why.
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

/// What was found last.
#[derive(Debug, Default)]
struct Latest {
    snapshot: Option<Arc<Snapshot>>,
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

/// What is to be checked.
#[derive(Debug, Default)]
struct Wanted {
    revision: u64,
    disk: BTreeMap<String, Arc<str>>,
    open: BTreeMap<String, Open>,
    /// Files on the disk are to be read, all of them.
    read: bool,
    /// The configuration is to be read.
    configure: bool,
    stopped: bool,
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
        let checked = Arc::clone(&project);
        let thread = std::thread::Builder::new().name("check".to_owned()).stack_size(8 << 20);
        if let Err(error) = thread.spawn(move || Checker::new(checked, host, told).run()) {
            tracing::error!(%error, "no thread to check a project on");
        }
        project
    }

    /// Nothing is checked any more.
    pub fn stop(&self) {
        self.edit(|wanted| wanted.stopped = true);
        self.latest.send_modify(|latest| latest.over = true);
    }

    /// A text is open, with this content. Gives the revision that has it.
    pub fn open(&self, label: String, open: Open) -> u64 {
        self.edit(|wanted| {
            wanted.open.insert(label, open);
        })
    }

    /// A text is closed: what is on the disk counts again.
    pub fn close(&self, label: &str, on_disk: Option<Arc<str>>) {
        self.edit(|wanted| {
            wanted.open.remove(label);
            wanted.put(label, on_disk);
        });
    }

    /// A file changed on the disk, or is gone.
    pub fn file_changed(&self, label: &str, text: Option<Arc<str>>) {
        self.edit(|wanted| wanted.put(label, text));
    }

    /// More changed on the disk than single files.
    pub fn read_again(&self) {
        self.edit(|wanted| wanted.read = true);
    }

    /// The configuration changed.
    pub fn configure_again(&self) {
        self.edit(|wanted| wanted.configure = true);
    }

    /// The revision that has all edits so far.
    pub fn revision(&self) -> u64 {
        self.lock().revision
    }

    /// What the editor calls an open text, and its version.
    pub fn opened(&self, label: &str) -> Option<(Uri, i32)> {
        self.lock().open.get(label).map(|open| (open.uri.clone(), open.version))
    }

    /// What was found last, if a check is through.
    pub fn latest(&self) -> Option<Arc<Snapshot>> {
        self.latest.borrow().snapshot.clone()
    }

    /// What was found of a revision or a later one.
    ///
    /// # Errors
    /// The project is not checked any more.
    pub async fn at_least(&self, revision: u64) -> Result<Arc<Snapshot>, String> {
        let mut latest = self.latest.subscribe();
        let is_new = |latest: &Latest| {
            latest.snapshot.as_ref().is_some_and(|snapshot| snapshot.revision >= revision)
        };
        let closed = || "the project is closed".to_owned();
        let ready = latest.wait_for(|latest| latest.over || is_new(latest)).await;
        let found = ready.map_err(|_| closed())?;
        let is_there = is_new(&found);
        found.snapshot.clone().filter(|_| is_there).ok_or_else(closed)
    }

    /// The folder, if it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.root {
            Root::Folder(folder) => Some(folder),
            Root::Alone(_) => None,
        }
    }

    fn edit(&self, edit: impl FnOnce(&mut Wanted)) -> u64 {
        let mut wanted = self.lock();
        edit(&mut wanted);
        wanted.revision += 1;
        self.changed.notify_all();
        wanted.revision
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wanted {
    fn put(&mut self, label: &str, text: Option<Arc<str>>) {
        match text {
            Some(text) => self.disk.insert(label.to_owned(), text),
            None => self.disk.remove(label),
        };
    }
}

/// Checks one project, edit by edit.
struct Checker {
    project: Arc<Project>,
    host: Arc<dyn Host>,
    told: mpsc::UnboundedSender<Told>,
    workspace: Workspace,
    encoder: Option<Arc<dyn Encoder>>,
    /// What was said to be in the way, so that it is said once.
    trouble: Option<String>,
    done: u64,
}

impl Checker {
    fn new(project: Arc<Project>, host: Arc<dyn Host>, told: mpsc::UnboundedSender<Told>) -> Self {
        let workspace = Workspace::default();
        Self { project, host, told, workspace, encoder: None, trouble: None, done: 0 }
    }

    fn run(mut self) {
        while let Some((revision, texts)) = self.next() {
            let begun = Instant::now();
            match self.check(revision, texts) {
                Ok(snapshot) => {
                    self.trouble = None;
                    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                    let found = Arc::clone(&snapshot);
                    self.project.latest.send_modify(|latest| latest.snapshot = Some(found));
                    let project = Arc::clone(&self.project);
                    // Nobody listens any more when the server ends.
                    let _ended = self.told.send(Told::Checked { project, snapshot, ms });
                }
                Err(why) => self.in_trouble(why),
            }
            self.done = revision;
        }
    }

    fn in_trouble(&mut self, why: String) {
        if self.trouble.as_ref() != Some(&why) {
            tracing::warn!(why, "a project cannot be checked");
            let _ended = self.told.send(Told::Trouble(why.clone()));
            self.trouble = Some(why);
        }
    }

    /// Waits for an edit and says what the project is then; nothing when it is closed.
    fn next(&mut self) -> Option<(u64, Texts)> {
        let project = Arc::clone(&self.project);
        let mut wanted = project.lock();
        while wanted.revision <= self.done && !wanted.stopped {
            wanted = project.changed.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
        if wanted.stopped {
            return None;
        }
        if std::mem::take(&mut wanted.configure)
            && let Root::Folder(folder) = &project.root
        {
            match self.host.encoder(folder) {
                Ok(encoder) => self.encoder = encoder,
                Err(why) => self.in_trouble(why),
            }
        }
        if std::mem::take(&mut wanted.read)
            && let Root::Folder(folder) = &project.root
        {
            match self.host.texts(folder) {
                Ok(texts) => wanted.disk = texts.into_iter().collect(),
                Err(why) => self.in_trouble(why),
            }
        }
        let mut texts = wanted.disk.clone();
        texts.extend(
            wanted.open.iter().map(|(label, open)| (label.clone(), Arc::clone(&open.text))),
        );
        Some((wanted.revision, texts.into_iter().collect()))
    }

    fn check(&mut self, revision: u64, texts: Texts) -> Result<Arc<Snapshot>, String> {
        let sources = Sources {
            texts: MemorySources(texts),
            encoder: self.encoder.clone(),
            today: self.host.today(),
        };
        let workspace = &mut self.workspace;
        let checked = catch_unwind(AssertUnwindSafe(|| workspace.check(&sources)));
        let analysis = match checked {
            Ok(analysis) => analysis?,
            Err(panic) => {
                // What it remembered may be half written.
                self.workspace = Workspace::default();
                return Err(format!(
                    "the check of the project failed, a fault of Flowright ({}): it is tried again \
                     after the next edit",
                    super::guard::words(&*panic)
                ));
            }
        };
        let before = self.project.latest();
        Ok(Arc::new(Snapshot::new(revision, analysis, before.as_ref())))
    }
}

/// The texts of a project as they are checked.
struct Sources {
    texts: MemorySources,
    encoder: Option<Arc<dyn Encoder>>,
    today: Date,
}

impl SourceProvider for Sources {
    fn sources(&self) -> Result<Texts, String> {
        self.texts.sources()
    }

    fn encoder(&self) -> Result<Option<Arc<dyn Encoder>>, String> {
        Ok(self.encoder.clone())
    }

    fn articles(&self, path: &str) -> Result<Option<Texts>, String> {
        self.texts.articles(path)
    }

    fn today(&self) -> Option<Date> {
        Some(self.today)
    }
}
