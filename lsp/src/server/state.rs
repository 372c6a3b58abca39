//! What the server knows: open texts, projects, what the editor can do.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;
use tower_lsp_server::ls_types::{ClientCapabilities, Uri};

use super::documents::{Document, Documents, Key};
use super::encoding::Encoding;
use super::host::Host;
use super::places::{At, Places};
use super::project::{Open, Project, Root, Told};
use super::roots::{folder_of, label_of, unsaved_label, write_standard};
use crate::ide::snapshot::Snapshot;

/// Projects that are checked at once; a further one is not looked at.
const PROJECTS_MAX: usize = 64;

/// See the module.
pub struct State {
    host: Arc<dyn Host>,
    told: mpsc::UnboundedSender<Told>,
    inner: Mutex<Inner>,
}

/// What the editor can do, as far as it matters here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Can {
    /// It asks for findings: they are not sent to it.
    pub pull_diagnostics: bool,
    /// It asks again when it is told to.
    pub refresh_diagnostics: bool,
    /// The same for inlay hints.
    pub refresh_hints: bool,
    /// The same for code lenses.
    pub refresh_lenses: bool,
    /// It shows what takes long.
    pub progress: bool,
    /// It can be asked to watch files.
    pub watch_files: bool,
    /// Nested document symbols.
    pub nested_symbols: bool,
    /// Completions with places to fill in.
    pub snippets: bool,
    /// It asks for the edits of a code action when one is chosen.
    pub resolve_actions: bool,
}

#[derive(Default)]
struct Inner {
    documents: Documents,
    projects: HashMap<Root, Arc<Project>>,
    folders: Vec<PathBuf>,
    encoding: Encoding,
    can: Can,
    standard: Option<PathBuf>,
    shut_down: bool,
}

/// A document and the revision of its project that has all edits so far.
pub struct Located {
    /// The project.
    pub project: Arc<Project>,
    /// What the compiler calls the document.
    pub label: String,
    revision: u64,
    encoding: Encoding,
    standard: Option<PathBuf>,
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
        inner.encoding = Encoding::choose(offered);
        inner.can = Can::of(capabilities);
        inner.standard = standard;
        inner.folders = folders;
        inner.encoding
    }

    /// What the editor can do.
    pub fn can(&self) -> Can {
        self.lock().can
    }

    /// In which units columns are counted.
    pub fn encoding(&self) -> Encoding {
        self.lock().encoding
    }

    /// The projects that are checked.
    pub fn projects(&self) -> Vec<Arc<Project>> {
        self.lock().projects.values().cloned().collect()
    }

    /// Opens the projects of the workspace's folders, so that their findings show before a file is
    /// opened.
    pub fn open_folders(&self) {
        let mut inner = self.lock();
        let folders = inner.folders.clone();
        for folder in folders.iter().filter(|folder| folder.join("flowright.toml").is_file()) {
            self.project(&mut inner, Root::Folder(folder.clone()));
        }
    }

    /// Folders of the workspace that came and went.
    pub fn change_folders(&self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        let mut inner = self.lock();
        inner.folders.retain(|folder| !removed.contains(folder));
        inner.folders.extend(added);
        drop(inner);
        self.open_folders();
    }

    /// A text was opened.
    pub fn open(&self, document: Document) {
        let key = Key::of(&document.uri);
        let mut inner = self.lock();
        let place = self.place(&mut inner, &key);
        if let Some((project, label)) = place {
            project.open(label, opened(&document));
        }
        inner.documents.insert(key, document);
    }

    /// A text was edited.
    ///
    /// # Errors
    /// It was not opened, or is too large now.
    pub fn change(
        &self,
        uri: &Uri,
        change: impl FnOnce(&mut Document, Encoding) -> Result<(), String>,
    ) -> Result<(), String> {
        let key = Key::of(uri);
        let mut inner = self.lock();
        let encoding = inner.encoding;
        let document = inner.documents.get_mut(&key).ok_or("the text was not opened")?;
        change(document, encoding)?;
        let open = opened(document);
        if let Some((project, label)) = self.place(&mut inner, &key) {
            project.open(label, open);
        }
        Ok(())
    }

    /// A text was closed.
    pub fn close(&self, uri: &Uri) {
        let key = Key::of(uri);
        let mut inner = self.lock();
        inner.documents.remove(&key);
        let Some((project, label)) = self.place(&mut inner, &key) else { return };
        match &key {
            Key::File(path) => project.close(&label, self.host.text(path).ok().flatten()),
            Key::Unsaved(_) => {
                project.stop();
                inner.projects.remove(&project.root);
            }
        }
        // A project without a file that is open, and that no folder of the workspace is, is over.
        let Root::Folder(folder) = &project.root else { return };
        let in_use = inner.documents.keys().any(|key| match key {
            Key::File(path) => path.starts_with(folder),
            Key::Unsaved(_) => false,
        });
        if !in_use && !inner.folders.iter().any(|open| folder.starts_with(open)) {
            project.stop();
            inner.projects.remove(&project.root);
        }
    }

    /// The text of an open document.
    pub fn document(&self, uri: &Uri) -> Option<Document> {
        self.lock().documents.get(&Key::of(uri)).cloned()
    }

    /// Files changed on the disk.
    pub fn files_changed(&self, paths: &[PathBuf]) {
        let inner = self.lock();
        for path in paths {
            if path.file_name().is_some_and(|name| name == "flowright.toml") {
                // A folder may be a project now, or none any more.
                inner.projects.values().for_each(|project| {
                    project.configure_again();
                    project.read_again();
                });
                continue;
            }
            let is_text = path.extension().is_some_and(|ext| ext == "flow" || ext == "md");
            let inside = |project: &&Arc<Project>| {
                project.folder().is_some_and(|folder| path.starts_with(folder))
            };
            let projects: Vec<_> = inner.projects.values().filter(inside).cloned().collect();
            for project in projects {
                let Some(label) = project.folder().and_then(|folder| label_of(folder, path)) else {
                    continue;
                };
                match is_text && !inner.documents.contains_key(&Key::File(path.clone())) {
                    true => project.file_changed(&label, self.host.text(path).ok().flatten()),
                    // A folder, or something that an editor has open.
                    false if !is_text => project.read_again(),
                    false => {}
                }
            }
        }
    }

    /// Where a document is.
    ///
    /// # Errors
    /// It belongs to no project.
    pub fn locate(&self, uri: &Uri) -> Result<Located, String> {
        let key = Key::of(uri);
        let mut inner = self.lock();
        let (encoding, standard) = (inner.encoding, inner.standard.clone());
        if let (Key::File(path), Some(folder)) = (&key, &standard)
            && path.starts_with(folder)
        {
            let label = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            let label = label.unwrap_or_default();
            let knows = |project: &&Arc<Project>| {
                project.latest().is_some_and(|known| known.file(&label).is_some())
            };
            let project = inner.projects.values().find(knows).cloned();
            let project = project.ok_or("no project uses this standard module")?;
            let revision = project.revision();
            return Ok(Located { project, label, revision, encoding, standard });
        }
        let (project, label) =
            self.place(&mut inner, &key).ok_or("the document belongs to no project")?;
        let revision = project.revision();
        Ok(Located { project, label, revision, encoding, standard })
    }

    /// A whole project as it is now.
    pub fn whole(&self, project: &Arc<Project>) -> Located {
        let inner = self.lock();
        Located {
            project: Arc::clone(project),
            label: String::new(),
            revision: project.revision(),
            encoding: inner.encoding,
            standard: inner.standard.clone(),
        }
    }

    /// Nothing more is checked.
    pub fn shut_down(&self) {
        let mut inner = self.lock();
        inner.shut_down = true;
        inner.projects.values().for_each(|project| project.stop());
        inner.projects.clear();
    }

    /// The project of a document and what the compiler calls it there. Standard modules are in none.
    fn place(&self, inner: &mut Inner, key: &Key) -> Option<(Arc<Project>, String)> {
        let (root, label) = match key {
            Key::File(path) => {
                if inner.standard.as_ref().is_some_and(|folder| path.starts_with(folder)) {
                    return None;
                }
                let folder = folder_of(path, &inner.folders)?;
                let label = label_of(&folder, path)?;
                (Root::Folder(folder), label)
            }
            Key::Unsaved(uri) => (Root::Alone(uri.clone()), unsaved_label(uri)),
        };
        Some((self.project(inner, root)?, label))
    }

    fn project(&self, inner: &mut Inner, root: Root) -> Option<Arc<Project>> {
        if let Some(project) = inner.projects.get(&root) {
            return Some(Arc::clone(project));
        }
        if inner.shut_down || inner.projects.len() >= PROJECTS_MAX {
            return None;
        }
        let project = Project::start(root.clone(), Arc::clone(&self.host), self.told.clone());
        inner.projects.insert(root, Arc::clone(&project));
        Some(project)
    }
}

impl Located {
    /// The same with what was found of it just now.
    pub fn now(self, snapshot: Arc<Snapshot>) -> Places {
        let Self { project, encoding, standard, .. } = self;
        Places { project, snapshot, encoding, standard }
    }

    /// What was found of the whole project with all edits so far.
    ///
    /// # Errors
    /// The project was closed.
    pub async fn places(self) -> Result<(Places, String), String> {
        let Self { project, label, revision, encoding, standard } = self;
        let snapshot = project.at_least(revision).await?;
        Ok((Places { project, snapshot, encoding, standard }, label))
    }

    /// What was found of the document with all edits so far.
    ///
    /// # Errors
    /// The project or the document was closed.
    pub async fn at(self) -> Result<At, String> {
        let (places, label) = self.places().await?;
        let file = places.snapshot.file(&label).map(|(id, _)| id);
        let file = file.ok_or_else(|| format!("`{label}` is not part of the project"))?;
        Ok(At { places, file })
    }
}

impl Can {
    fn of(client: &ClientCapabilities) -> Self {
        let text = client.text_document.as_ref();
        let workspace = client.workspace.as_ref();
        let symbols = text.and_then(|text| text.document_symbol.as_ref());
        let watched = workspace.and_then(|w| w.did_change_watched_files.as_ref());
        let progress = client.window.as_ref().and_then(|window| window.work_done_progress);
        let hints = workspace.and_then(|w| w.inlay_hint.as_ref()).and_then(|h| h.refresh_support);
        let lenses = workspace.and_then(|w| w.code_lens.as_ref()).and_then(|l| l.refresh_support);
        let completion = text.and_then(|text| text.completion.as_ref());
        let items = completion.and_then(|completion| completion.completion_item.as_ref());
        let findings =
            workspace.and_then(|w| w.diagnostics.as_ref()).and_then(|d| d.refresh_support);
        Self {
            pull_diagnostics: text.is_some_and(|text| text.diagnostic.is_some()),
            refresh_diagnostics: findings.unwrap_or_default(),
            refresh_hints: hints.unwrap_or_default(),
            refresh_lenses: lenses.unwrap_or_default(),
            progress: progress.unwrap_or_default(),
            resolve_actions: text
                .and_then(|text| text.code_action.as_ref())
                .filter(|action| action.data_support == Some(true))
                .and_then(|action| action.resolve_support.as_ref())
                .is_some_and(|resolve| resolve.properties.iter().any(|name| name == "edit")),
            watch_files: watched.and_then(|w| w.dynamic_registration).unwrap_or_default(),
            nested_symbols: symbols
                .and_then(|symbols| symbols.hierarchical_document_symbol_support)
                .unwrap_or_default(),
            snippets: items.and_then(|items| items.snippet_support).unwrap_or_default(),
        }
    }
}

fn opened(document: &Document) -> Open {
    let Document { uri, version, text, .. } = document;
    Open { uri: uri.clone(), version: *version, text: Arc::clone(text) }
}
