//! Checks one project after every edit, on a thread of its own: reads what changed on the disk, puts
//! what is open over it, and compiles.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use flowright_compiler::Workspace;
use flowright_compiler::base::{SourceProvider, Texts};
use flowright_nlu::Encoder;
use flowright_nlu::value::Date;
use tokio::sync::mpsc;

use super::host::Host;
use super::project::{Found, Open, Project, Told, Work};
use crate::ide::snapshot::Snapshot;

/// See the module.
pub(super) struct Checker {
    project: Arc<Project>,
    host: Arc<dyn Host>,
    told: mpsc::UnboundedSender<Told>,
    workspace: Workspace,
    disk: Disk,
    encoder: Option<Arc<dyn Encoder>>,
    /// What was said to be in the way, so that it is said once.
    trouble: HashMap<Of, String>,
}

/// What something can be in the way of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    Configuration,
    Check,
}

/// What is known of the files on the disk.
#[derive(Default)]
struct Disk {
    flows: BTreeMap<String, Arc<str>>,
    /// Articles as they were asked for, by path.
    articles: RefCell<HashMap<String, Option<Texts>>>,
    /// Files that are to be read; those that could not be are tried again with the next edit.
    stale: BTreeSet<String>,
    /// All are to be read.
    unread: bool,
    /// The configuration is to be read.
    unconfigured: bool,
}

impl Checker {
    pub(super) fn new(
        project: Arc<Project>,
        host: Arc<dyn Host>,
        told: mpsc::UnboundedSender<Told>,
    ) -> Self {
        Self {
            project,
            host,
            told,
            workspace: Workspace::default(),
            disk: Disk::default(),
            encoder: None,
            trouble: HashMap::new(),
        }
    }

    /// Until the project is stopped.
    pub(super) fn run(mut self) {
        let mut done = 0;
        while let Some(work) = self.project.work(done) {
            let (begun, revision) = (Instant::now(), work.revision);
            let found = catch_unwind(AssertUnwindSafe(|| self.look_at(work)));
            let found = found.unwrap_or_else(|panic| {
                // What it remembered may be half written.
                self.workspace = Workspace::default();
                self.disk.unread = true;
                Err(format!(
                    "the check of the project failed, a fault of Flowright ({}): it is tried again \
                     after the next edit",
                    super::guard::words(&*panic)
                ))
            });
            self.project.looked_at(revision, found.clone());
            self.say(Of::Check, found.as_ref().err().cloned());
            if let Ok(found) = found {
                let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                let project = Arc::clone(&self.project);
                // Nobody listens any more when the server ends.
                let _ended = self.told.send(Told::Checked { project, found, ms });
            }
            done = revision;
        }
    }

    /// Says what is in the way, once.
    fn say(&mut self, of: Of, why: Option<String>) {
        let Some(why) = why else {
            self.trouble.remove(&of);
            return;
        };
        if self.trouble.get(&of) != Some(&why) {
            tracing::warn!(why, "a project cannot be checked");
            let _ended = self.told.send(Told::Trouble(why.clone()));
            self.trouble.insert(of, why);
        }
    }

    fn look_at(&mut self, work: Work) -> Result<Found, String> {
        self.disk.stale.extend(work.stale);
        self.disk.unread |= work.read;
        self.disk.unconfigured |= work.configure;
        if let Some(folder) = self.project.folder().map(Path::to_owned) {
            self.read(&folder)?;
        }
        let mut flows = self.disk.flows.clone();
        let open = work.open.iter().filter(|(label, _)| !is_article(label));
        flows.extend(open.map(|(label, open)| (label.clone(), Arc::clone(&open.text))));
        let sources = Sources {
            folder: self.project.folder(),
            host: &*self.host,
            flows: flows.into_iter().collect(),
            articles: &self.disk.articles,
            open: &work.open,
            encoder: self.encoder.clone(),
        };
        let analysis = self.workspace.check(&sources)?;
        let before = self.project.latest().map(|found| found.snapshot);
        let snapshot = Arc::new(Snapshot::new(work.revision, analysis, before.as_ref()));
        Ok(Found { snapshot, open: Arc::new(work.open) })
    }

    /// Reads what is to be read.
    fn read(&mut self, folder: &Path) -> Result<(), String> {
        if self.disk.unconfigured {
            let encoder = self.host.encoder(folder);
            self.say(Of::Configuration, encoder.as_ref().err().cloned());
            if let Ok(encoder) = encoder {
                self.encoder = encoder;
                self.disk.unconfigured = false;
            }
        }
        if self.disk.unread {
            self.disk.articles.get_mut().clear();
            self.disk.flows = self.host.flows(folder)?.into_iter().collect();
            self.disk.unread = false;
            self.disk.stale.clear();
        }
        while let Some(label) = self.disk.stale.first() {
            if is_article(label) {
                self.disk.articles.get_mut().clear();
            } else {
                match self.host.flow(folder, label)? {
                    Some(text) => self.disk.flows.insert(label.clone(), text),
                    None => self.disk.flows.remove(label),
                };
            }
            self.disk.stale.pop_first();
        }
        Ok(())
    }
}

/// The texts of a project as they are checked.
struct Sources<'a> {
    /// None where the project is one text that is no file.
    folder: Option<&'a Path>,
    host: &'a dyn Host,
    flows: Texts,
    articles: &'a RefCell<HashMap<String, Option<Texts>>>,
    open: &'a BTreeMap<String, Open>,
    encoder: Option<Arc<dyn Encoder>>,
}

impl SourceProvider for Sources<'_> {
    fn sources(&self) -> Result<Texts, String> {
        Ok(self.flows.clone())
    }

    fn encoder(&self) -> Result<Option<Arc<dyn Encoder>>, String> {
        Ok(self.encoder.clone())
    }

    /// What is on the disk is read once; an article that is open counts as it is written.
    fn articles(&self, path: &str) -> Result<Option<Texts>, String> {
        let Some(folder) = self.folder else { return Ok(None) };
        let mut known = self.articles.borrow_mut();
        if !known.contains_key(path) {
            known.insert(path.to_owned(), self.host.articles(folder, path)?);
        }
        let on_disk = known.get(path).cloned().flatten();
        Ok(on_disk.map(|mut texts| {
            for (label, text) in &mut texts {
                if let Some(open) = self.open.get(label) {
                    *text = Arc::clone(&open.text);
                }
            }
            texts
        }))
    }

    fn today(&self) -> Option<Date> {
        Some(self.host.today())
    }
}

fn is_article(label: &str) -> bool {
    label.ends_with(".md")
}
