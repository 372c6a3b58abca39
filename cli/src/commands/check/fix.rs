//! `--fix`: makes the mechanical changes that findings offer, checks again, and goes on while that
//! helps. Nothing is written before the end, and never what has more errors than before.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowright_compiler::Analysis;
use flowright_compiler::base::{FileId, SourceProvider as _};
use flowright_compiler::compile::{EncodedSources, MemorySources};
use flowright_compiler::diag::{Fix, edits};

use super::sorted::Sorted;
use crate::encoder;
use crate::failure::{Failure, replace_file};
use crate::project::{Project, plural};
use crate::unified::unified;

/// Rounds of fixes; a fix may make room for another.
const ROUNDS_MAX: usize = 10;
/// Fixes that are tried one by one when all together make things worse.
const ONE_BY_ONE_MAX: usize = 64;
/// Kinds of fixes that are named.
const SHOWN_MAX: usize = 20;

type Texts = Vec<(String, Arc<str>)>;

/// What fixing comes to.
pub(crate) struct Fixed {
    before: Texts,
    after: Texts,
    /// What each fix that was made does.
    titles: Vec<String>,
    /// Fixes that were undone because they lead to more errors.
    undone: usize,
    /// What may be the project's articles.
    articles: Texts,
    /// The project's sentence encoder.
    encoder: encoder::Named,
}

impl Fixed {
    /// Fixes what counts in a project, in memory.
    ///
    /// # Errors
    /// When its sources cannot be read.
    pub(crate) fn new(
        project: &Project,
        sort: &mut dyn FnMut(&Analysis) -> Sorted,
    ) -> Result<Self, Failure> {
        let mut before = project.sources().map_err(Failure::new)?;
        before.sort();
        let articles = project.markdown().map_err(Failure::new)?;
        let encoder = project.named_encoder()?;
        let (after, titles) = (before.clone(), Vec::new());
        let mut fixed = Self { before, after, titles, undone: 0, articles, encoder };
        let mut analysis = fixed.analyse(&fixed.after)?;
        for _ in 0..ROUNDS_MAX {
            let sorted = sort(&analysis);
            let own = fixed.after.len();
            // The project's files come first, in this order; behind them the standard modules.
            let fixes = edits::compatible(&sorted.findings, |file| (file.0 as usize) < own);
            let Some((texts, next, made)) = fixed.round(&fixes, &analysis)? else { break };
            fixed.undone = fixes.len() - made.len();
            fixed.titles.extend(made);
            (fixed.after, analysis) = (texts, next);
        }
        Ok(fixed)
    }

    /// One round: all fixes, or where that makes things worse those that do not. `None` when
    /// nothing came of it.
    fn round(
        &mut self,
        fixes: &[&Fix],
        analysis: &Analysis,
    ) -> Result<Option<(Texts, Analysis, Vec<String>)>, Failure> {
        if fixes.is_empty() {
            self.undone = 0;
            return Ok(None);
        }
        let errors = analysis.errors();
        let mut kept: Vec<&Fix> = fixes.to_vec();
        let mut texts = self.with(&kept);
        let mut next = self.analyse(&texts)?;
        if next.errors() > errors {
            kept.clear();
            for fix in fixes.iter().take(ONE_BY_ONE_MAX) {
                kept.push(fix);
                if self.analyse(&self.with(&kept))?.errors() > errors {
                    kept.pop();
                }
            }
            texts = self.with(&kept);
            next = self.analyse(&texts)?;
        }
        if texts == self.after {
            self.undone = fixes.len();
            return Ok(None);
        }
        let made = kept.iter().map(|fix| fix.title.clone()).collect();
        Ok(Some((texts, next, made)))
    }

    /// The texts with fixes made; a text on which they do not fit stays.
    fn with(&self, fixes: &[&Fix]) -> Texts {
        let changed = (0..).map(FileId).zip(&self.after).map(|(id, (label, text))| {
            let all = fixes.iter().flat_map(|fix| &fix.edits);
            let touched = all.clone().any(|edit| edit.at.file == id);
            let changed = touched.then(|| edits::apply(text, id, all)).flatten();
            (label.clone(), changed.map_or_else(|| Arc::clone(text), Arc::from))
        });
        changed.collect()
    }

    fn changed(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let both = self.before.iter().zip(&self.after);
        both.filter(|(old, new)| old.1 != new.1).map(|(old, new)| (&*old.0, &*old.1, &*new.1))
    }

    /// What would change, as a diff.
    pub(crate) fn diff(&self, project: &Project, colored: bool) -> String {
        let shown = |label: &str| project.path_of(label).display().to_string();
        let one = |(label, old, new): (&str, &str, &str)| unified(&shown(label), old, new, colored);
        self.changed().map(one).collect()
    }

    /// Writes the files that changed, each as a whole.
    ///
    /// # Errors
    /// When a file is not as it was read, or cannot be written.
    pub(crate) fn write(&self, project: &Project) -> Result<(), Failure> {
        for (label, old, _) in self.changed() {
            let path = project.path_of(label);
            let now = std::fs::read(&path).map_err(|e| Failure::file("read", &path, &e))?;
            if now != old.as_bytes() {
                let message = format!("`{}` was changed by somebody else", path.display());
                return Err(Failure::new(message).with_help("nothing was written; run it again"));
            }
        }
        for (label, _, new) in self.changed() {
            replace_file(&project.path_of(label), new.as_bytes())?;
        }
        Ok(())
    }

    /// Says what was made of it, on standard error.
    pub(crate) fn print(&self, would: bool) {
        let count = self.titles.len();
        let files = self.changed().count();
        let verb = if would { "would fix" } else { "fixed" };
        if count == 0 {
            eprintln!("nothing to fix mechanically");
        } else {
            eprintln!("{verb} {} in {}:", plural(count, "finding"), plural(files, "file"));
        }
        let mut titles: BTreeMap<&str, usize> = BTreeMap::new();
        self.titles.iter().for_each(|title| *titles.entry(title).or_default() += 1);
        for (title, times) in titles.iter().take(SHOWN_MAX) {
            let times = if *times == 1 { String::new() } else { format!(" ({times} times)") };
            eprintln!("  {title}{times}");
        }
        if titles.len() > SHOWN_MAX {
            eprintln!("  and {} more", titles.len() - SHOWN_MAX);
        }
        if self.undone > 0 {
            let undone = plural(self.undone, "fix").replace("fixs", "fixes");
            eprintln!("{undone} left out: the project would have more errors with it");
        }
    }

    fn analyse(&self, texts: &Texts) -> Result<Analysis, Failure> {
        let texts = texts.iter().chain(&self.articles).cloned().collect();
        let (sources, encoder) = (MemorySources(texts), self.encoder.clone());
        let project = EncodedSources { sources, encoder };
        flowright_compiler::analyse(&project).map_err(Failure::new)
    }

    /// Whether anything changes.
    pub(crate) fn changes(&self) -> bool {
        self.changed().next().is_some()
    }
}
