//! Why a command could not run: what happened, and what to do about it.

use std::fs::Permissions;
use std::io;
use std::path::Path;

use crate::style::{Stream, paint};

/// See the module.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Said to the user.
    Said {
        /// One line.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// Nobody reads our output any more.
    Gone,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Said { message: message.into(), help: None }
    }

    pub(crate) fn with_help(self, text: impl Into<String>) -> Self {
        match self {
            Self::Said { message, .. } => Self::Said { message, help: Some(text.into()) },
            Self::Gone => Self::Gone,
        }
    }

    /// A file that could not be used.
    pub(crate) fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        Self::new(format!("cannot {doing} `{}`: {why}", path.display()))
    }

    /// What happened, and what to do.
    pub(crate) fn parts(&self) -> (String, Option<String>) {
        match self {
            Self::Said { message, help } => (message.clone(), help.clone()),
            Self::Gone => (String::new(), None),
        }
    }

    /// What happened and what to do, in one line.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Said { message, help: Some(help) } => format!("{message}; {help}"),
            Self::Said { message, help: None } => message.clone(),
            Self::Gone => String::new(),
        }
    }

    pub(crate) fn print(&self) {
        if let Self::Said { message, help } = self {
            eprintln!("{} {message}", paint(Stream::Err, "1;31", "error:"));
            if let Some(help) = help {
                eprintln!("{} {help}", paint(Stream::Err, "1;36", "help:"));
            }
        }
    }
}

/// Prints to standard output.
///
/// # Errors
/// [`Failure::Gone`] when nobody reads it.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    use io::Write as _;
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::Gone,
        _ => Failure::new(format!("cannot write to standard output: {error}")),
    })
}

/// Prints a document for programs.
///
/// # Errors
/// [`Failure::Gone`] when nobody reads it.
pub(crate) fn print_json(document: &impl serde::Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(document)
        .map_err(|e| Failure::new(format!("cannot write this as JSON: {e}")))?;
    print(&(json + "\n"))
}

/// Writes a file as a whole: what was there stays until the new content is complete.
///
/// # Errors
/// What kept it from being written.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    put(path, content, None).map_err(|error| Failure::file("write", path, &error))
}

/// Puts a new content in the place of a file, which keeps its permissions. A link is followed.
///
/// # Errors
/// What kept it from being written.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let replaced = std::fs::canonicalize(path).and_then(|place| {
        let permissions = std::fs::metadata(&place)?.permissions();
        put(&place, content, Some(permissions))
    });
    replaced.map_err(|error| Failure::file("write", path, &error))
}

fn put(path: &Path, content: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, content)
        .and_then(|()| permissions.map_or(Ok(()), |known| std::fs::set_permissions(&part, known)))
        .and_then(|()| std::fs::rename(&part, path));
    written.inspect_err(|_| {
        // Only tidying up: the cause is what is reported.
        let _ = std::fs::remove_file(&part);
    })
}
