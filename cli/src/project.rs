//! A project on the disk: a folder, or one file.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowright_compiler::base::limits::{FILES_MAX, SOURCE_BYTES_MAX};
use flowright_compiler::base::{SourceFile, SourceMap, SourceProvider, is_standard};
use flowright_compiler::compile::{EncodedSources, MemorySources};
use flowright_compiler::diag::json::render_json;
use flowright_compiler::diag::render::render_human;
use flowright_compiler::thresholds::Threshold;
use flowright_compiler::{Analysis, Compiled, Workspace};
use flowright_nlu::value::{Date, Decimal};
use flowright_runtime::clock::{Clock as _, WallClock};
use flowright_runtime::config::Config;

use crate::args::Format;
use crate::encoder;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::runnable::folder_of;
use crate::style::{Stream, colored};

/// Folders in folders that are looked into.
const DEPTH_MAX: usize = 16;

/// A project on the disk.
#[derive(Debug)]
pub(crate) struct Project {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Set when one file was named.
    only: Option<PathBuf>,
    /// The configuration that holds in place of its flowright.toml.
    config: Option<Config>,
    /// The sentence encoder that its configuration names, once it was asked for.
    encoder: RefCell<Option<encoder::Named>>,
}

impl Project {
    /// # Errors
    /// When there is nothing at the path.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let meta = std::fs::metadata(path).map_err(|e| Failure::file("open", path, &e))?;
        if meta.is_dir() {
            return Ok(Self::of(path.to_owned(), None));
        }
        if path.extension().is_some_and(|ext| ext == "flow") {
            return Ok(Self::of(folder_of(path).to_owned(), Some(path.to_owned())));
        }
        Err(Failure::new(format!("`{}` is neither a folder nor a `.flow` file", path.display()))
            .with_help("give the folder of a project"))
    }

    fn of(folder: PathBuf, only: Option<PathBuf>) -> Self {
        Self { folder, only, config: None, encoder: RefCell::default() }
    }

    /// The same with a configuration in place of its flowright.toml.
    pub(crate) fn configured(self, config: Config) -> Self {
        Self { config: Some(config), encoder: RefCell::default(), ..self }
    }

    /// How messages call it.
    pub(crate) fn name(&self) -> String {
        let path = self.only.as_ref().unwrap_or(&self.folder);
        path.display().to_string()
    }

    /// The sentence encoder that its configuration names.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub(crate) fn named_encoder(&self) -> Result<encoder::Named, Failure> {
        if let Some(known) = &*self.encoder.borrow() {
            return Ok(known.clone());
        }
        let named = match &self.config {
            Some(config) => encoder::of_config(config, &self.folder)?,
            None => encoder::of_folder(&self.folder)?,
        };
        *self.encoder.borrow_mut() = Some(named.clone());
        Ok(named)
    }

    /// The file of its configuration, which need not be there.
    pub(crate) fn configuration(&self) -> PathBuf {
        self.folder.join("flowright.toml")
    }

    /// Its configuration has changed: what follows from it is asked for anew.
    pub(crate) fn forget_configuration(&self) {
        *self.encoder.borrow_mut() = None;
    }

    /// # Errors
    /// When its sources cannot be read.
    pub(crate) fn analyse(&self) -> Result<Analysis, Failure> {
        self.analysed(flowright_compiler::analyse)
    }

    /// The same with what earlier checks have left.
    ///
    /// # Errors
    /// When its sources cannot be read.
    pub(crate) fn analyse_again(&self, workspace: &mut Workspace) -> Result<Analysis, Failure> {
        self.analysed(|project| workspace.check(project))
    }

    fn analysed(
        &self,
        check: impl FnOnce(&dyn SourceProvider) -> Result<Analysis, String>,
    ) -> Result<Analysis, Failure> {
        self.named_encoder()?;
        let _progress = Progress::begin(format!("checking {}", self.name()));
        let analysis = check(self).map_err(Failure::new)?;
        self.not_empty(&analysis.sources)?;
        Ok(analysis)
    }

    /// # Errors
    /// When its sources cannot be read.
    pub(crate) fn compile(&self) -> Result<Compiled, Failure> {
        self.named_encoder()?;
        let _progress = Progress::begin(format!("compiling {}", self.name()));
        let compiled = flowright_compiler::compile(self).map_err(Failure::new)?;
        self.not_empty(&compiled.analysis.sources)?;
        Ok(compiled)
    }

    /// Says what the model makes of thresholds that follow from it.
    pub(crate) fn print_thresholds(&self, analysis: &Analysis) {
        for threshold in &analysis.thresholds {
            let Threshold { flow, false_rejects, accept, .. } = threshold;
            let percent = |share: Decimal| Decimal(share.0 * 100);
            let of = flow.as_ref().map(|flow| format!(" of `{flow}`")).unwrap_or_default();
            let passes = threshold.passes_percent().map(|percent| {
                format!("; of utterances that are not for it, about {percent}% would pass")
            });
            eprintln!(
                "{}: `accept at {}% false rejects`{of} is `accept above {}%`{}",
                self.name(),
                percent(*false_rejects),
                percent(*accept),
                passes.unwrap_or_default()
            );
        }
    }

    fn not_empty(&self, sources: &SourceMap) -> Result<(), Failure> {
        if sources.iter().any(|(_, file)| !is_standard(&file.label)) {
            return Ok(());
        }
        Err(Failure::new(format!("there is no `.flow` file in `{}`", self.folder.display()))
            .with_help("make a project with `flowright new NAME`, or give the folder of one"))
    }

    /// The sources as messages call them: by their path from here.
    pub(crate) fn relabelled(&self, sources: &SourceMap) -> SourceMap {
        let mut relabelled = SourceMap::default();
        for (_, file) in sources.iter() {
            let label = match is_standard(&file.label) || self.folder.as_os_str() == "." {
                true => file.label.clone(),
                false => self.folder.join(&file.label).display().to_string(),
            };
            relabelled.add_file(SourceFile { label, ..file.clone() });
        }
        relabelled
    }

    /// The findings as text, with a summary line for people.
    pub(crate) fn findings(&self, analysis: &Analysis, format: Format, stream: Stream) -> String {
        let sources = self.relabelled(&analysis.sources);
        if format == Format::Json {
            return render_json(&analysis.diagnostics, &sources) + "\n";
        }
        let color = colored(stream);
        let one = |finding| render_human(finding, &sources, color);
        let mut text: String = analysis.diagnostics.iter().map(one).collect();
        if analysis.cut > 0 {
            text.push_str(&format!("and {} more findings\n\n", analysis.cut));
        }
        text
    }
}

/// `1 file`, `2 files`
pub(crate) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// `3 errors, 1 warning`
pub(crate) fn counted(analysis: &Analysis) -> String {
    let (errors, warnings) = (analysis.errors(), analysis.warnings());
    let text = match (errors, warnings) {
        (0, 0) => "no findings".to_owned(),
        (0, w) => plural(w, "warning"),
        (e, 0) => plural(e, "error"),
        (e, w) => format!("{}, {}", plural(e, "error"), plural(w, "warning")),
    };
    match analysis.cut {
        0 => text,
        cut => format!("{text}, {cut} more left out"),
    }
}

impl SourceProvider for Project {
    fn sources(&self) -> Result<Vec<(String, Arc<str>)>, String> {
        self.paths()?.iter().map(|path| Ok((self.label(path), read_source(path)?))).collect()
    }

    fn encoder(&self) -> Result<encoder::Named, String> {
        self.named_encoder().map_err(|failure| failure.message())
    }

    fn articles(&self, path: &str) -> Result<Option<Vec<(String, Arc<str>)>>, String> {
        let place = self.folder.join(path);
        // A link may lead out of the project, and folders that are hidden are not its own.
        let Ok(kind) = std::fs::symlink_metadata(&place) else { return Ok(None) };
        let mut paths = Vec::new();
        if kind.is_dir() {
            collect(&place, 0, "md", &mut paths)?;
        } else if kind.is_file() && place.extension().is_some_and(|ext| ext == "md") {
            paths.push(place);
        } else {
            return Ok(None);
        }
        let read = |path: &PathBuf| Ok((self.label(path), read_source(path)?));
        paths.iter().map(read).collect::<Result<_, String>>().map(Some)
    }

    fn today(&self) -> Option<Date> {
        Some(Date::of_ms(WallClock.now_ms()))
    }
}

impl Project {
    /// Its files.
    ///
    /// # Errors
    /// What kept a folder from being read.
    pub(crate) fn paths(&self) -> Result<Vec<PathBuf>, String> {
        let mut paths = Vec::new();
        match &self.only {
            Some(path) => paths.push(path.clone()),
            None => collect(&self.folder, 0, "flow", &mut paths)?,
        }
        Ok(paths)
    }

    /// The text of one of its `.flow` files; nothing where there is none of that label, or where it is
    /// not the project's.
    ///
    /// # Errors
    /// What kept it from being read.
    pub(crate) fn source(&self, label: &str) -> Result<Option<Arc<str>>, String> {
        let path = self.path_of(label);
        match self.is_own(label) && path.is_file() {
            true => read_source(&path).map(Some),
            false => Ok(None),
        }
    }

    /// Whether [`collect`] comes to a file of that label.
    fn is_own(&self, label: &str) -> bool {
        let mut path = self.folder.clone();
        let is_own = |name: &str| {
            path.push(name);
            let is_link = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_symlink());
            !name.starts_with('.') && !is_link
        };
        label.ends_with(".flow")
            && label.split('/').count() <= DEPTH_MAX + 1
            && label.split('/').all(is_own)
    }

    /// Its files, and those that may be its articles: what to look at for changes.
    ///
    /// # Errors
    /// What kept a folder from being read.
    pub(crate) fn watched(&self) -> Result<Vec<PathBuf>, String> {
        let mut paths = self.paths()?;
        collect(&self.folder, 0, "md", &mut paths)?;
        Ok(paths)
    }

    /// Whether one file was named, without the project around it.
    pub(crate) const fn is_one_file(&self) -> bool {
        self.only.is_some()
    }

    /// The file that the compiler calls so.
    pub(crate) fn path_of(&self, label: &str) -> PathBuf {
        self.folder.join(label)
    }

    /// Its sources, articles among them, and one more.
    ///
    /// # Errors
    /// What kept them from being read.
    pub(crate) fn sources_with(&self, label: &str, text: &str) -> Result<EncodedSources, String> {
        let mut sources = self.sources()?;
        sources.extend(self.markdown()?);
        sources.push((label.to_owned(), text.into()));
        Ok(EncodedSources { sources: MemorySources(sources), encoder: self.encoder()? })
    }

    /// The texts of what may be its articles.
    ///
    /// # Errors
    /// What kept them from being read.
    pub(crate) fn markdown(&self) -> Result<Vec<(String, Arc<str>)>, String> {
        let mut paths = Vec::new();
        collect(&self.folder, 0, "md", &mut paths)?;
        paths.iter().map(|path| Ok((self.label(path), read_source(path)?))).collect()
    }

    fn label(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.folder).unwrap_or(path);
        let parts: Vec<_> = inside.components().map(|c| c.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }
}

/// Every file below a folder whose name ends so. Hidden folders and links are left alone.
fn collect(
    folder: &Path,
    depth: usize,
    ending: &str,
    paths: &mut Vec<PathBuf>,
) -> Result<(), String> {
    let cause = |e: std::io::Error| format!("cannot read the folder `{}`: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(cause)? {
        let entry = entry.map_err(cause)?;
        let (kind, path) = (entry.file_type().map_err(cause)?, entry.path());
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !hidden && depth < DEPTH_MAX {
            collect(&path, depth + 1, ending, paths)?;
        } else if kind.is_file() && !hidden && path.extension().is_some_and(|ext| ext == ending) {
            paths.push(path);
        }
        if paths.len() > FILES_MAX {
            return Err(format!("`{}` has more than {FILES_MAX} files", folder.display()));
        }
    }
    Ok(())
}

fn read_source(path: &Path) -> Result<Arc<str>, String> {
    let cause = |e: std::io::Error| format!("cannot read `{}`: {e}", path.display());
    let size = std::fs::metadata(path).map_err(cause)?.len();
    // A little more than the limit is read, so that the compiler can say where it is passed.
    if size > 2 * SOURCE_BYTES_MAX as u64 {
        return Err(format!("`{}` has {size} bytes, more than {SOURCE_BYTES_MAX}", path.display()));
    }
    let bytes = std::fs::read(path).map_err(cause)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
            Err(format!(
                "`{}` is not UTF-8: line {line} has other bytes; save it as UTF-8",
                path.display()
            ))
        }
    }
}
