//! A program to run, wherever it came from: a project that is compiled, or a bundle that is read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowright_codegen::JitProgram;
use flowright_compiler::base::limits::BUNDLE_BYTES_MAX;
use flowright_compiler::bundle::{self, Bundle, Encoded};
use flowright_engine::LoadedProgram;
use flowright_knowledge::Index;
use flowright_nlu::ModelError;
use flowright_runtime::config::Config;
use flowright_runtime::knowledge::index_of;

use crate::args::Format;
use crate::encoder;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::project::{Project, counted};
use crate::style::{Stream, paint};

/// A program to run, wherever it came from.
pub(crate) struct Runnable {
    /// The bundle file's bytes.
    pub(crate) encoded: Encoded,
    /// Folder of its configuration.
    pub(crate) folder: PathBuf,
    /// The sentence encoder that its configuration names.
    pub(crate) encoder: encoder::Named,
}

impl Runnable {
    /// Compiles a project, or reads a bundle. Findings go to standard error; errors among them end
    /// here.
    ///
    /// # Errors
    /// `Ok(None)` when the project has errors, which were printed; [`Failure`] when nothing could
    /// be read.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, Failure> {
        if is_bundle_path(path) {
            return Self::read(path, None).map(Some);
        }
        Self::compiled(Project::open(path)?)
    }

    /// Like [`Runnable::open`], with a configuration in place of the one in the folder.
    ///
    /// # Errors
    /// See [`Runnable::open`].
    pub(crate) fn open_configured(path: &Path, config: &Config) -> Result<Option<Self>, Failure> {
        if is_bundle_path(path) {
            return Self::read(path, Some(config)).map(Some);
        }
        Self::compiled(Project::open(path)?.configured(config.clone()))
    }

    fn compiled(project: Project) -> Result<Option<Self>, Failure> {
        let Some(encoded) = compiled(&project)? else { return Ok(None) };
        Self::of(project, encoded).map(Some)
    }

    /// Like [`Runnable::open`], but of a project that compiles its warnings are not printed.
    ///
    /// # Errors
    /// See [`Runnable::open`].
    pub(crate) fn open_quietly(path: &Path) -> Result<Option<Self>, Failure> {
        if is_bundle_path(path) {
            return Self::read(path, None).map(Some);
        }
        let project = Project::open(path)?;
        match &project.compile()?.bundle {
            Some(bundle) => {
                let encoded = encoded(&project, bundle)?;
                Self::of(project, encoded).map(Some)
            }
            None => Self::open(path),
        }
    }

    fn of(project: Project, encoded: Encoded) -> Result<Self, Failure> {
        let encoder = project.named_encoder()?;
        Ok(Self { encoded, folder: project.folder, encoder })
    }

    /// Reads a bundle; without a configuration, the one beside it holds.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn read(path: &Path, config: Option<&Config>) -> Result<Self, Failure> {
        let size = std::fs::metadata(path).map_err(|e| Failure::file("read", path, &e))?.len();
        if size > BUNDLE_BYTES_MAX as u64 + 4096 {
            return Err(refused(path, &bundle::BundleError::TooLarge));
        }
        let bytes = std::fs::read(path).map_err(|e| Failure::file("read", path, &e))?;
        let (_, hash) = bundle::read(&bytes).map_err(|e| refused(path, &e))?;
        let folder = folder_of(path).to_owned();
        let encoder = match config {
            Some(config) => encoder::of_config(config, &folder)?,
            None => encoder::of_folder(&folder)?,
        };
        Ok(Self { encoded: Encoded { bytes, hash }, folder, encoder })
    }

    /// Ready to run.
    ///
    /// # Errors
    /// Why it cannot be.
    pub(crate) fn load(&self, no_jit: bool) -> Result<LoadedProgram, Failure> {
        let _progress = Progress::begin("compiling to machine code");
        load(&self.encoded.bytes, no_jit, self.encoder.clone()).map_err(Failure::new)
    }
}

/// The folder of what a path names: a project's folder, or the one around its only file or a bundle.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.is_dir() {
        true => path,
        false => path.parent().unwrap_or(Path::new("")),
    }
}

/// Compiles a project to its bundle. Findings go to standard error; with errors among them there is
/// none.
///
/// # Errors
/// When its sources cannot be read, or there is too much of them for a bundle.
pub(crate) fn compiled(project: &Project) -> Result<Option<Encoded>, Failure> {
    let compiled = project.compile()?;
    let findings = project.findings(&compiled.analysis, Format::Human, Stream::Err);
    eprint!("{findings}");
    let Some(bundle) = &compiled.bundle else {
        let count = counted(&compiled.analysis);
        eprintln!("{} {}: {count}", paint(Stream::Err, "1;31", "error:"), project.name());
        return Ok(None);
    };
    encoded(project, bundle).map(Some)
}

fn encoded(project: &Project, bundle: &Bundle) -> Result<Encoded, Failure> {
    bundle::write(bundle).map_err(|e| refused(Path::new(&project.name()), &e))
}

/// The articles of a program, to be searched.
///
/// # Errors
/// Why they cannot be.
pub(crate) fn articles(program: &LoadedProgram) -> Result<Index, Failure> {
    index_of(&program.program).map_err(|e| Failure::new(e.to_string()))
}

/// Whether a path names a bundle: a file that is no source.
pub(crate) fn is_bundle_path(path: &Path) -> bool {
    path.is_file() && path.extension().is_none_or(|ext| ext != "flow")
}

fn refused(path: &Path, error: &bundle::BundleError) -> Failure {
    Failure::new(format!("`{}`: {error}", path.display())).with_help(error.help())
}

/// A bundle to a program that is interpreted, by way of its bytes, as every program comes.
///
/// # Errors
/// Why not, in words.
pub(crate) fn load_bundle(
    bundle: &Bundle,
    encoder: encoder::Named,
) -> Result<LoadedProgram, String> {
    let encoded = bundle::write(bundle).map_err(|e| e.to_string())?;
    load(&encoded.bytes, true, encoder)
}

/// A bundle's bytes to a program with its executor.
///
/// # Errors
/// Why not, in words.
pub(crate) fn load(
    bytes: &[u8],
    no_jit: bool,
    encoder: encoder::Named,
) -> Result<LoadedProgram, String> {
    let (bundle, hash) = bundle::read(bytes).map_err(|e| e.to_string())?;
    let loaded = LoadedProgram::interpreted_with(bundle, hash, encoder).map_err(|e| match e {
        ModelError::Damaged(_) => e.to_string(),
        ModelError::NoEncoder(_) | ModelError::OtherEncoder { .. } => format!("R0209: {e}"),
    })?;
    if no_jit {
        return Ok(loaded);
    }
    let machine = JitProgram::compile(loaded.program.clone()).map_err(|e| e.to_string())?;
    Ok(loaded.with_executor(Arc::new(machine)))
}
