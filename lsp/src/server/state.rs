//! What the server knows: open texts, projects, what the editor can do.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;
use tower_lsp_server::ls_types::{ClientCapabilities, Uri};

use super::can::Can;
use super::documents::{Document, Documents, Key};
use super::encoding::Encoding;
use super::host::Host;
use super::located::Located;
use super::places::Speech;
use super::project::{Open, Project, Root, Told};
use super::roots::{
    CONFIGURATION, folder_of, label_of, projects_of, unsaved_label, write_standard,
};

/// Projects that are checked at once; a further one is not looked at.
const PROJECTS_MAX: usize = 64;

/// See the module.
pub struct State {
    host: Arc<dyn Host>,
    told: mpsc::UnboundedSender<Told>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    documents: Documents,
    /// The project of each document that is followed, and what the compiler calls it there.
    placed: HashMap<Key, (Arc<Project>, String)>,
    projects: HashMap<Root, Arc<Project>>,
    /// The folders that the editor has open.
    folders: Vec<PathBuf>,
    /// The projects in them.
    found: BTreeSet<PathBuf>,
    speech: Speech,
    can: Can,
    told_too_many: bool,
    shut_down: bool,
}

impl State {
    /// Nothing open yet.
    pub fn new(host: Arc<dyn Host>, told: mpsc::UnboundedSender<Told>) -> Self {
        Self { host, told, inner: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the editor says at the beginning.
    pub fn begin(&self, folders: Vec<PathBuf>, capabilities: &ClientCapabilities) -> Encoding {
        let general = capabilities.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.as_deref());
        let standard = self.host.standard_folder().and_then(|folder| write_standard(&folder));
        let mut inner = self.lock();
        let encoding = Encoding::choose(offered);
        let edits = capabilities.workspace.as_ref().and_then(|w| w.workspace_edit.as_ref());
        let has_versions = edits.and_then(|edits| edits.document_changes).unwrap_or_default();
        inner.can = Can::of(capabilities);
        inner.speech = Speech { encoding, has_versions, standard };
        inner.folders = folders;
        encoding
    }

    /// What the editor can do.
    pub fn can(&self) -> Can {
        self.lock().can
    }

    /// In which units columns are counted.
    pub fn encoding(&self) -> Encoding {
        self.lock().speech.encoding
    }

    /// The projects that are checked.
    pub fn projects(&self) -> Vec<Arc<Project>> {
        self.lock().projects.values().cloned().collect()
    }

    /// Opens the projects of the workspace's folders, so that their findings show before a file is
    /// opened.
    pub fn open_folders(&self) {
        self.settle(&mut self.lock());
    }

    /// Folders of the workspace that came and went.
    pub fn change_folders(&self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        let mut inner = self.lock();
        inner.folders.retain(|folder| !removed.contains(folder));
        inner.folders.extend(added);
        self.settle(&mut inner);
    }

    /// A text was opened.
    ///
    /// # Errors
    /// It is too large to be followed.
    pub fn open(&self, document: Document) -> Result<(), String> {
        let key = Key::of(&document.uri);
        let mut inner = self.lock();
        let followed = document.followed();
        inner.documents.insert(key.clone(), document);
        self.put(&mut inner, &key);
        followed
    }

    /// A text was edited.
    ///
    /// # Errors
    /// It was not opened, or is too large now.
    pub fn change(
        &self,
        uri: &Uri,
        change: impl FnOnce(&mut Document, Encoding),
    ) -> Result<(), String> {
        let key = Key::of(uri);
        let mut inner = self.lock();
        let encoding = inner.speech.encoding;
        let document = inner.documents.get_mut(&key).ok_or("the text was not opened")?;
        let was_lost = document.is_lost;
        change(document, encoding);
        // Said once.
        let followed = if was_lost { Ok(()) } else { document.followed() };
        let (is_lost, open) = (document.is_lost, opened(document));
        match inner.placed.get(&key) {
            Some((project, label)) if !is_lost => project.open(label.clone(), open),
            _ => self.put(&mut inner, &key),
        }
        followed
    }

    /// A text was closed.
    pub fn close(&self, uri: &Uri) {
        let key = Key::of(uri);
        let mut inner = self.lock();
        inner.documents.remove(&key);
        self.put(&mut inner, &key);
        self.end_unused(&mut inner);
    }

    /// The text of an open document that is followed.
    pub fn document(&self, uri: &Uri) -> Option<Document> {
        self.lock().documents.get(&Key::of(uri)).filter(|document| !document.is_lost).cloned()
    }

    /// Files changed on the disk.
    pub fn files_changed(&self, paths: &[PathBuf]) {
        let mut inner = self.lock();
        let mut other_roots = false;
        for path in paths {
            let is = |ending: &str| path.extension().is_some_and(|ext| ext == ending);
            let is_configuration = path.file_name().is_some_and(|name| name == CONFIGURATION);
            // A folder may be a project now, or none any more.
            other_roots |= is_configuration;
            other_roots |= is("flow") && inner.folders.iter().any(|f| path.parent() == Some(f));
            for project in inner.projects.values() {
                let Some(folder) = project.folder() else { continue };
                if is_configuration && path.parent() == Some(folder) {
                    project.configure_again();
                }
                match label_of(folder, path) {
                    Some(label) if is("flow") || is("md") => project.file_changed(label),
                    // A folder that is gone.
                    Some(label) if project.has_below(&label) => project.read_again(),
                    _ => {}
                }
            }
        }
        if other_roots {
            self.settle(&mut inner);
        }
    }

    /// Where a document is.
    ///
    /// # Errors
    /// It belongs to no project that is looked at.
    pub fn locate(&self, uri: &Uri) -> Result<Located, String> {
        let key = Key::of(uri);
        let inner = self.lock();
        if let (Key::File(path), Some(folder)) = (&key, &inner.speech.standard)
            && path.starts_with(folder)
        {
            let label = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            let label = label.unwrap_or_default();
            let knows = |project: &&Arc<Project>| {
                project.latest().is_some_and(|known| known.snapshot.file(&label).is_some())
            };
            let project = inner.projects.values().find(knows);
            let project = project.ok_or("no project uses this standard module")?;
            return Ok(inner.located(project, label));
        }
        if let Some((project, label)) = inner.placed.get(&key) {
            return Ok(inner.located(project, label.clone()));
        }
        if let Some(document) = inner.documents.get(&key) {
            document.followed()?;
        }
        // Not open: of a project all the same.
        let place = inner.place(&key).and_then(|(root, label)| {
            let project = inner.projects.get(&root)?;
            Some(inner.located(project, label))
        });
        place.ok_or_else(|| "the document belongs to no project that is open".to_owned())
    }

    /// A whole project as it is now.
    pub fn whole(&self, project: &Arc<Project>) -> Located {
        self.lock().located(project, String::new())
    }

    /// Nothing more is checked.
    pub fn shut_down(&self) {
        let mut inner = self.lock();
        inner.shut_down = true;
        inner.projects.values().for_each(|project| project.stop());
        inner.projects.clear();
        inner.placed.clear();
    }

    /// Puts a text where it belongs now, and takes it from where it was.
    fn put(&self, inner: &mut Inner, key: &Key) {
        let document = inner.documents.get(key).filter(|document| !document.is_lost);
        let open = document.map(opened);
        let place = open.as_ref().and_then(|_| inner.place(key));
        let before = inner.placed.remove(key);
        if let Some((project, label)) = before
            && place.as_ref().is_none_or(|(root, _)| *root != project.root)
        {
            project.close(&label);
        }
        let (Some(open), Some((root, label))) = (open, place) else { return };
        if let Some(project) = self.project(inner, root) {
            project.open(label.clone(), open);
            inner.placed.insert(key.clone(), (project, label));
        }
    }

    /// Looks again which projects there are, and which texts belong to them.
    fn settle(&self, inner: &mut Inner) {
        if inner.shut_down {
            return;
        }
        inner.found = inner.folders.iter().flat_map(|folder| projects_of(folder)).collect();
        for folder in inner.found.clone() {
            self.project(inner, Root::Folder(folder));
        }
        for key in inner.documents.keys().cloned().collect::<Vec<_>>() {
            let is_there = |(project, _): &(Arc<Project>, String)| {
                inner.place(&key).is_some_and(|(root, _)| root == project.root)
            };
            if !inner.placed.get(&key).is_some_and(is_there) {
                self.put(inner, &key);
            }
        }
        self.end_unused(inner);
    }

    /// Ends the projects that the workspace's folders do not have and no open text is in.
    fn end_unused(&self, inner: &mut Inner) {
        let Inner { projects, placed, found, told_too_many, .. } = inner;
        let before = projects.len();
        projects.retain(|root, project| {
            let is_found = project.folder().is_some_and(|folder| found.contains(folder));
            let is_used = is_found || placed.values().any(|(used, _)| used.root == *root);
            if !is_used {
                project.stop();
                // Nobody listens any more when the server ends.
                let _ended = self.told.send(Told::Closed(Arc::clone(project)));
            }
            is_used
        });
        // There is room again: that there is none is said anew.
        *told_too_many &= projects.len() == before;
    }

    fn project(&self, inner: &mut Inner, root: Root) -> Option<Arc<Project>> {
        if let Some(project) = inner.projects.get(&root) {
            return Some(Arc::clone(project));
        }
        if inner.shut_down {
            return None;
        }
        if inner.projects.len() >= PROJECTS_MAX {
            if !std::mem::replace(&mut inner.told_too_many, true) {
                let why = format!(
                    "{PROJECTS_MAX} projects are open: a further one is not looked at until one of \
                     them is closed"
                );
                let _ended = self.told.send(Told::Trouble(why));
            }
            return None;
        }
        let project = Project::start(root.clone(), Arc::clone(&self.host), self.told.clone());
        inner.projects.insert(root, Arc::clone(&project));
        Some(project)
    }
}

impl Inner {
    /// The project of a document and what the compiler calls it there. Standard modules are in none.
    fn place(&self, key: &Key) -> Option<(Root, String)> {
        match key {
            Key::File(path) => {
                if self.speech.standard.as_ref().is_some_and(|folder| path.starts_with(folder)) {
                    return None;
                }
                let folder = folder_of(path, &self.folders)?;
                let label = label_of(&folder, path)?;
                Some((Root::Folder(folder), label))
            }
            Key::Unsaved(uri) => Some((Root::Alone(uri.clone()), unsaved_label(uri))),
        }
    }

    fn located(&self, project: &Arc<Project>, label: String) -> Located {
        let (revision, open) = project.now(&label);
        Located { project: Arc::clone(project), label, revision, open, speech: self.speech.clone() }
    }
}

fn opened(document: &Document) -> Open {
    let Document { uri, version, text, .. } = document;
    Open { uri: uri.clone(), version: *version, text: Arc::clone(text) }
}
