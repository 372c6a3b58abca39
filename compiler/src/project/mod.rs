//! A project's files and the standard modules that it uses.

mod stdlib;

pub use stdlib::{MODULES, Module};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::limits::{DIAGNOSTICS_MAX, FILES_MAX};
use crate::base::{FileId, FileSpan, LineIndex, SourceFile, SourceMap, SourceProvider};
use crate::diag::{Code, Diagnostic, closest};
use crate::knowledge::Sources;
use crate::sema::File;
use crate::syntax::ast::DeclKind;
use crate::syntax::{ParseCache, Parsed};

/// A loaded project: every file parsed, the standard modules behind the project's own.
#[derive(Debug)]
pub struct Loaded {
    /// All texts.
    pub sources: SourceMap,
    /// All trees.
    pub files: Vec<File>,
    /// The files of its knowledge bases.
    pub(crate) knowledge: Sources,
    /// Syntax findings, and modules that there are not.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings left out because there were too many.
    pub cut: usize,
}

/// The texts of a project, by label.
///
/// # Errors
/// What kept the provider from reading.
pub(crate) fn texts(provider: &dyn SourceProvider) -> Result<Vec<(String, Arc<str>)>, String> {
    let mut texts = provider.sources()?;
    texts.sort();
    if texts.len() > FILES_MAX {
        return Err(format!("the project has {} files, more than {FILES_MAX}", texts.len()));
    }
    Ok(texts)
}

/// The files of a project as they were parsed last: what has not changed is not parsed again.
#[derive(Debug, Default)]
pub(crate) struct Files {
    known: BTreeMap<(bool, String), Known>,
}

/// A file as it was parsed last.
#[derive(Debug)]
struct Known {
    id: FileId,
    source: SourceFile,
    parsed: Arc<Parsed>,
    cache: ParseCache,
}

impl Files {
    /// Loads a project from its texts, sorted by label.
    pub(crate) fn load(&mut self, texts: Vec<(String, Arc<str>)>) -> Loaded {
        let mut loaded = Loaded {
            sources: SourceMap::default(),
            files: Vec::new(),
            knowledge: Sources::default(),
            diagnostics: Vec::new(),
            cut: 0,
        };
        let mut before = std::mem::take(&mut self.known);
        for (label, text) in texts {
            self.file(&mut loaded, &mut before, label, text, false);
        }
        let used = loaded.used_modules();
        for module in MODULES.iter().filter(|module| used.contains(&module.name)) {
            self.file(&mut loaded, &mut before, module.name.to_owned(), module.text.into(), true);
        }
        loaded
    }

    fn file(
        &mut self,
        loaded: &mut Loaded,
        before: &mut BTreeMap<(bool, String), Known>,
        label: String,
        text: Arc<str>,
        is_std: bool,
    ) {
        let id = loaded.sources.next_id();
        let key = (is_std, label);
        let known = match before.remove(&key) {
            Some(known) => known.again(id, text),
            None => Known::new(id, key.1.clone(), text),
        };
        loaded.sources.add_file(known.source.clone());
        loaded.add(id, Arc::clone(&known.parsed), is_std);
        self.known.insert(key, known);
    }

    /// Declarations parsed so far; those that were known do not count.
    pub(crate) fn parsed_decls(&self) -> u64 {
        self.known.values().map(|known| known.cache.parsed_chunks()).sum()
    }
}

impl Known {
    fn new(id: FileId, label: String, text: Arc<str>) -> Self {
        let mut cache = ParseCache::default();
        let parsed = Arc::new(cache.parse(&text, id));
        let lines = LineIndex::new(&text);
        Self { id, source: SourceFile { label, text, lines }, parsed, cache }
    }

    /// The same file with the text that it has now.
    fn again(mut self, id: FileId, text: Arc<str>) -> Self {
        let same = Arc::ptr_eq(&self.source.text, &text) || self.source.text == text;
        if !same {
            self.source.lines = LineIndex::new(&text);
            self.source.text = text;
        }
        // Only findings know the file's number.
        if !same || (id != self.id && !self.parsed.diagnostics.is_empty()) {
            self.parsed = Arc::new(self.cache.parse(&self.source.text, id));
        }
        Self { id, ..self }
    }
}

impl Loaded {
    /// The same with the files that its knowledge bases name, behind all others.
    pub(crate) fn with_articles(mut self, provider: &dyn SourceProvider) -> Result<Self, String> {
        self.knowledge = Sources::read(&self.files, &mut self.sources, provider)?;
        Ok(self)
    }

    fn add(&mut self, id: FileId, parsed: Arc<Parsed>, is_std: bool) {
        let room = DIAGNOSTICS_MAX.saturating_sub(self.diagnostics.len());
        self.diagnostics.extend(parsed.diagnostics.iter().take(room).cloned());
        self.cut += parsed.cut + parsed.diagnostics.len().saturating_sub(room);
        self.files.push(File { id, parsed, is_std });
    }

    /// The names of the modules that `use` brings in, and those that are always there. A module
    /// that uses another brings it in too.
    fn used_modules(&mut self) -> Vec<&'static str> {
        let mut used: Vec<&'static str> =
            MODULES.iter().filter(|module| module.always).map(|module| module.name).collect();
        for file in &self.files {
            for decl in &file.parsed.decls {
                let DeclKind::Use(name) = &decl.node.kind else { continue };
                match MODULES.iter().find(|module| module.name == name.text) {
                    Some(module) if !used.contains(&module.name) => used.push(module.name),
                    Some(_) => {}
                    None => {
                        let at = FileSpan { file: file.id, span: name.span.shifted(decl.origin) };
                        self.diagnostics.push(unknown_module(&name.text, at));
                    }
                }
            }
        }
        used
    }
}

fn unknown_module(name: &str, at: FileSpan) -> Diagnostic {
    let finding = Diagnostic::new(Code::E0204, at, format!("there is no module `{name}`"))
        .label("no such module");
    match closest(name, MODULES.iter().map(|module| module.name)) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(
            format!("replace `{name}` by `{meant}`"),
            at,
            meant,
        ),
        None => {
            let known: Vec<String> =
                MODULES.iter().map(|module| format!("`{}`", module.name)).collect();
            finding.help(format!("known: {}", known.join(", ")))
        }
    }
}
