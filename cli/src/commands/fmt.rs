//! `flowright fmt`.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowright_compiler::base::limits::SOURCE_BYTES_MAX;
use flowright_compiler::base::{LineIndex, SourceMap, SourceProvider as _};
use flowright_compiler::diag::render::render_human;
use flowright_compiler::fmt::{Formatted, format};

use crate::Outcome;
use crate::args::FmtArgs;
use crate::failure::{Failure, print, replace_file};
use crate::project::{Project, plural};
use crate::style::{Stream, colored, paint};
use crate::unified::unified;

pub(crate) fn run(args: &FmtArgs) -> Result<Outcome, Failure> {
    let stdin = Path::new("-");
    match args.paths.as_slice() {
        [] if is_piped() => format_stdin(args, false),
        [] => format_files(args, &[PathBuf::from(".")]),
        [only] if only == stdin => format_stdin(args, true),
        paths if paths.iter().any(|path| path == stdin) => {
            Err(Failure::new("`-` stands for standard input and cannot be mixed with files"))
        }
        paths => format_files(args, paths),
    }
}

/// Whether something is written into standard input. A closed one, or `/dev/null`, is none.
fn is_piped() -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        use std::os::unix::fs::FileTypeExt as _;
        let file = std::io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
        let kind = file.and_then(|file| file.metadata()).map(|meta| meta.file_type());
        kind.is_ok_and(|kind| kind.is_fifo() || kind.is_file() || kind.is_socket())
    }
    #[cfg(not(unix))]
    {
        !std::io::stdin().is_terminal()
    }
}

fn format_stdin(args: &FmtArgs, asked_for: bool) -> Result<Outcome, Failure> {
    let label = "<stdin>";
    if asked_for && std::io::stdin().is_terminal() {
        eprintln!("reading standard input; end with Ctrl-D");
    }
    let mut bytes = Vec::new();
    let limit = 2 * SOURCE_BYTES_MAX as u64;
    let read = std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|e| Failure::new(format!("cannot read standard input: {e}")))?;
    if bytes.len() as u64 > limit {
        let message = format!("standard input has more than {SOURCE_BYTES_MAX} bytes");
        return Err(Failure::new(message));
    }
    let text: Arc<str> = String::from_utf8(bytes)
        .map_err(|_| Failure::new("standard input is not UTF-8").with_help("save it as UTF-8"))?
        .into();
    if text.is_empty() && !asked_for {
        return Err(Failure::new("standard input is empty")
            .with_help("name a folder, as in `flowright fmt .`, or `-` for standard input"));
    }
    let formatted = format(&text);
    let sound = tell(label, &text, &formatted);
    let changed = *formatted.text != *text;
    if args.diff {
        print(&unified(label, &text, &formatted.text, colored(Stream::Out)))?;
    } else if args.check {
        print(if changed { "<stdin>\n" } else { "" })?;
    } else {
        print(&formatted.text)?;
    }
    let failed = !sound || (changed && (args.check || args.diff));
    Ok(if failed { Outcome::Findings } else { Outcome::Fine })
}

fn format_files(args: &FmtArgs, paths: &[PathBuf]) -> Result<Outcome, Failure> {
    let files = files(paths)?;
    let (mut changed, mut sound) = (0, true);
    for (path, text) in &files {
        let formatted = format(text);
        let label = path.display().to_string();
        sound &= tell(&label, text, &formatted);
        if *formatted.text == **text {
            continue;
        }
        changed += 1;
        if args.diff {
            print(&unified(&label, text, &formatted.text, colored(Stream::Out)))?;
        } else if args.check {
            print(&format!("{label}\n"))?;
        } else {
            replace_file(path, formatted.text.as_bytes())?;
            eprintln!("{} {label}", paint(Stream::Err, "32", "formatted"));
        }
    }
    let dry = args.check || args.diff;
    eprintln!("{}", summary(files.len(), changed, dry));
    let failed = !sound || (dry && changed > 0);
    Ok(if failed { Outcome::Findings } else { Outcome::Fine })
}

fn summary(files: usize, changed: usize, dry: bool) -> String {
    let files = plural(files, "file");
    match (changed, dry) {
        (0, _) => format!("{files}, nothing to change"),
        (_, true) => format!("{files}, {changed} would change"),
        (_, false) => format!("{files}, {changed} formatted"),
    }
}

/// Every file that the paths stand for, once, with its text.
fn files(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Arc<str>)>, Failure> {
    let mut files: Vec<(PathBuf, Arc<str>)> = Vec::new();
    for path in paths {
        let project = Project::open(path)?;
        let sources = project.sources().map_err(Failure::new)?;
        if sources.is_empty() {
            let message = format!("there is no `.flow` file in `{}`", path.display());
            return Err(Failure::new(message).with_help("give the folder of a project"));
        }
        let here = project.folder == Path::new(".");
        files.extend(sources.into_iter().map(|(label, text)| {
            let path = if here { PathBuf::from(label) } else { project.folder.join(label) };
            (path, text)
        }));
    }
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    Ok(files)
}

/// Says on standard error what was not formatted and why; whether there is nothing to say.
fn tell(label: &str, text: &Arc<str>, formatted: &Formatted) -> bool {
    if let Some(finding) = &formatted.finding {
        let mut sources = SourceMap::default();
        sources.add(label.to_owned(), Arc::clone(text));
        eprint!("{}", render_human(finding, &sources, colored(Stream::Err)));
    }
    let lines = LineIndex::new(text);
    for span in &formatted.left {
        let word = paint(Stream::Err, "1;33", "note:");
        let line = lines.line_column(span.start).line + 1;
        eprintln!(
            "{word} {label}:{line}: this declaration has a syntax error and was left as it is"
        );
    }
    if !formatted.left.is_empty() {
        let word = paint(Stream::Err, "1;36", "help:");
        eprintln!("{word} `flowright check` says what is wrong");
    }
    formatted.finding.is_none() && formatted.left.is_empty()
}
