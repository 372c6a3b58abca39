//! A project's files and the standard modules that it uses.

mod stdlib;

pub use stdlib::{MODULES, Module};

use std::sync::Arc;

use crate::base::limits::{DIAGNOSTICS_MAX, FILES_MAX};
use crate::base::{FileId, FileSpan, SourceMap, SourceProvider};
use crate::diag::{Code, Diagnostic, closest};
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
    /// Syntax findings, and modules that there are not.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings left out because there were too many.
    pub cut: usize,
}

/// Loads a project.
///
/// # Errors
/// What kept the provider from reading.
pub fn load(provider: &dyn SourceProvider) -> Result<Loaded, String> {
    let mut texts = provider.sources()?;
    texts.sort();
    if texts.len() > FILES_MAX {
        return Err(format!("the project has {} files, more than {FILES_MAX}", texts.len()));
    }
    Ok(load_texts(texts))
}

/// Loads a project from its texts, sorted by label.
#[must_use]
pub fn load_texts(texts: Vec<(String, Arc<str>)>) -> Loaded {
    let mut loaded = Loaded {
        sources: SourceMap::default(),
        files: Vec::new(),
        diagnostics: Vec::new(),
        cut: 0,
    };
    let mut cache = ParseCache::default();
    for (label, text) in texts {
        let id = loaded.sources.add(label, Arc::clone(&text));
        let parsed = cache.parse(&text, id);
        loaded.add(id, parsed, false);
    }
    let used = loaded.used_modules();
    for module in MODULES.iter().filter(|module| used.contains(&module.name)) {
        let id = loaded.sources.add(module.name, module.text);
        let parsed = cache.parse(module.text, id);
        loaded.add(id, parsed, true);
    }
    loaded
}

impl Loaded {
    fn add(&mut self, id: FileId, parsed: Parsed, is_std: bool) {
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
