//! Projects for tests, with a place marked in them.

use std::sync::Arc;

use flowright_compiler::Workspace;
use flowright_compiler::base::FileId;
use flowright_compiler::compile::MemorySources;

use super::snapshot::Snapshot;

/// Marks the place.
const MARK: &str = "$0";

/// A project with a place in it.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) file: FileId,
    pub(crate) offset: u32,
}

/// Makes fixtures one after the other, as an editor checks a project again and again.
#[derive(Debug, Default)]
pub(crate) struct Bench {
    workspace: Workspace,
    last: Option<Arc<Snapshot>>,
}

impl Bench {
    /// The project of a text: `//- name.flow` begins a file, what stands before the first is
    /// `main.flow`. `$0` is the place.
    pub(crate) fn at(&mut self, text: &str) -> Fixture {
        let (files, marked) = files(text);
        let snapshot = self.check(MemorySources(files));
        let (label, offset) = marked.unwrap();
        let file = snapshot.file(&label).unwrap().0;
        Fixture { snapshot, file, offset }
    }

    /// What is found of these files.
    pub(crate) fn check(&mut self, sources: MemorySources) -> Arc<Snapshot> {
        let analysis = self.workspace.check(&sources).unwrap();
        let snapshot = Arc::new(Snapshot::new(0, analysis, self.last.as_ref()));
        self.last = Some(Arc::clone(&snapshot));
        snapshot
    }
}

/// The files of a text, and the file and offset that are marked.
type Files = (Vec<(String, Arc<str>)>, Option<(String, u32)>);

fn files(text: &str) -> Files {
    let mut all: Vec<(String, String)> = vec![("main.flow".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("//- ") {
            Some(name) => all.push((name.trim().to_owned(), String::new())),
            None => all.last_mut().unwrap().1.push_str(line),
        }
    }
    let mut marked = None;
    let mut files = Vec::new();
    for (label, text) in all {
        let at = text.find(MARK);
        let text = text.replacen(MARK, "", 1);
        if let Some(at) = at {
            marked = Some((label.clone(), u32::try_from(at).unwrap()));
        }
        if label != "main.flow" || !text.trim().is_empty() || at.is_some() {
            files.push((label, text.into()));
        }
    }
    (files, marked)
}

/// The example projects, each with its files.
pub(crate) fn examples() -> Vec<(String, MemorySources)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("flows");
    let mut projects = Vec::new();
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    for folder in folders.filter(|folder| folder.join("flowright.toml").exists()) {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ext| ext == "flow") {
                let label = path.file_name().unwrap().to_string_lossy().into_owned();
                files.push((label, std::fs::read_to_string(&path).unwrap().into()));
            }
        }
        files.sort();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        projects.push((name, MemorySources(files)));
    }
    projects.sort_by(|a, b| a.0.cmp(&b.0));
    projects
}
