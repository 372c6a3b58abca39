//! The project that is debugged: its sources, what they compile to, and where everything lies in them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flowright_compiler::asked::{Asked, Asker, Wanted};
use flowright_compiler::base::{FileId, FileSpan, SourceProvider, Span, is_standard};
use flowright_compiler::compile::build_with_places;
use flowright_compiler::ir::interp::Interpreter;
use flowright_compiler::ir::places::Places;
use flowright_compiler::ir::{FlowDef, FlowId, FuncId, Program, StateId};
use flowright_compiler::{Analysis, bundle, compile};
use flowright_engine::LoadedProgram;
use flowright_engine::model::{FoundArticle, Session};

use super::{Search, Shell};

/// Findings that are told where a project cannot be debugged.
const FINDINGS_TOLD_MAX: usize = 5;

/// A compiled project.
pub(super) struct Target {
    /// Its folder.
    pub(super) folder: PathBuf,
    pub(super) analysis: Analysis,
    pub(super) program: LoadedProgram,
    pub(super) places: Places,
    /// Runs functions where somebody looks.
    pub(super) interpreter: Interpreter,
    /// The states by the functions that run when they are entered.
    pub(super) entries: HashMap<FuncId, (FlowId, StateId)>,
    /// Finds the articles that may answer an utterance.
    search: Search,
    /// What went wrong beside the conversation, until it is told.
    troubles: Mutex<Vec<String>>,
    asker: Asker,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Target {
    /// Compiles a project.
    ///
    /// # Errors
    /// What keeps it from being debugged, in words.
    pub(super) fn open(folder: &Path, shell: &dyn Shell) -> Result<Self, String> {
        let provider = shell.project(folder)?;
        // A project may be one file.
        let folder = if folder.is_file() { folder.parent().unwrap_or(folder) } else { folder };
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let target = Self::of(folder, &*provider)?;
        let search = shell.articles(&target.program)?;
        Ok(Self { search, ..target })
    }

    /// The same of sources, without articles to answer from.
    pub(super) fn of(folder: PathBuf, provider: &dyn SourceProvider) -> Result<Self, String> {
        let analysis = compile(provider)?.analysis;
        if analysis.errors() > 0 {
            return Err(faults(&analysis));
        }
        let model = analysis.model.as_ref().ok_or("the project has no intent model")?;
        let (bundle, places) = build_with_places(&analysis, model)?;
        let hash = bundle::write(&bundle).map_err(|e| e.to_string())?.hash;
        let encoder = analysis.encoder.clone();
        let program = LoadedProgram::interpreted_with(bundle, hash, encoder);
        let program = program.map_err(|e| e.to_string())?;
        let code = program.executor.program();
        let states = |(flow, def): (u32, &FlowDef)| {
            let entry = move |(state, entry)| (entry, (FlowId(flow), StateId(state)));
            let entries: Vec<FuncId> = def.states.iter().map(|state| state.entry).collect();
            (0..).zip(entries).map(entry).collect::<Vec<_>>()
        };
        Ok(Self {
            folder,
            interpreter: Interpreter::new(std::sync::Arc::clone(code)),
            entries: (0..).zip(&code.flows).flat_map(states).collect(),
            search: Box::new(|_, _| Ok(Vec::new())),
            troubles: Mutex::default(),
            asker: Asker::new(&analysis, code),
            analysis,
            program,
            places,
        })
    }

    /// The articles that may answer an utterance. Where they cannot be searched there are none, and it is
    /// told.
    pub(super) fn find(&self, session: &Session, text: &str) -> Vec<FoundArticle> {
        (self.search)(session, text).unwrap_or_else(|why| {
            let why = format!("articles could not be searched: {why}");
            self.troubles.lock().unwrap_or_else(PoisonError::into_inner).push(why);
            Vec::new()
        })
    }

    /// What went wrong since it was asked last.
    pub(super) fn troubles(&self) -> Vec<String> {
        std::mem::take(&mut *self.troubles.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its tables.
    pub(super) fn tables(&self) -> &Program {
        &self.program.program
    }

    /// A flow.
    pub(super) fn flow(&self, id: FlowId) -> Option<&FlowDef> {
        self.tables().flows.get(id.index())
    }

    /// `flow.state`
    pub(super) fn state_name(&self, flow: FlowId, state: StateId) -> String {
        let Some(def) = self.flow(flow) else { return String::new() };
        let state = def.states.get(state.index()).map_or("", |state| state.name.as_str());
        format!("{}.{state}", def.name)
    }

    /// An expression in the scope of a flow.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn ask(
        &self,
        flow: Option<FlowId>,
        text: &str,
        wanted: Wanted<'_>,
    ) -> Result<Asked, String> {
        self.asker.ask(&self.analysis, flow, text, wanted)
    }

    /// The path of a file; nothing of the standard library's.
    pub(super) fn path(&self, file: FileId) -> Option<PathBuf> {
        let file = self.analysis.sources.get(file)?;
        (!is_standard(&file.label)).then(|| self.folder.join(&file.label))
    }

    /// The file at a path.
    pub(super) fn file_at(&self, path: &Path) -> Option<FileId> {
        let wanted = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let same = |own: PathBuf| own == path || own.canonicalize().is_ok_and(|own| own == wanted);
        let files = self.analysis.sources.iter();
        files.map(|(id, _)| id).find(|id| self.path(*id).is_some_and(same))
    }

    /// The line and column at which a place begins, from 0; the column in UTF-16 units.
    pub(super) fn line_column(&self, at: FileSpan) -> (u32, u32) {
        let Some(file) = self.analysis.sources.get(at.file) else { return (0, 0) };
        let at = file.lines.line_column_utf16(&file.text, at.span.start);
        (at.line, at.column)
    }

    /// The line and column at which a place ends.
    pub(super) fn end_line_column(&self, at: FileSpan) -> (u32, u32) {
        let end = Span::new(at.span.end, at.span.end);
        self.line_column(FileSpan { span: end, ..at })
    }
}

/// What is wrong with a project, for who cannot debug it.
fn faults(analysis: &Analysis) -> String {
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|d| d.is_error()).collect();
    let told = errors.iter().take(FINDINGS_TOLD_MAX).map(|finding| {
        let at = finding.primary.at;
        let file = analysis.sources.get(at.file);
        let label = file.map_or("", |file| file.label.as_str());
        let line = file.map_or(0, |file| file.lines.line_column(at.span.start).line + 1);
        format!("{label}:{line}: {}: {}", finding.code, finding.message)
    });
    let told: Vec<String> = told.collect();
    let more = match errors.len().saturating_sub(told.len()) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("the project has errors: {}{more}", told.join("; "))
}
