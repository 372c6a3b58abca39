//! Findings for people: the source with carets, in a terminal.

use codespan_reporting::diagnostic as cs;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{self, Config};

use super::{Diagnostic, Label, Severity};
use crate::base::{FileId, SourceFile, SourceMap};

/// Renders one finding as text, with terminal colours if wanted.
#[must_use]
pub fn render_human(diagnostic: &Diagnostic, sources: &SourceMap, color: bool) -> String {
    let rendered = to_codespan(diagnostic);
    let config = Config::default();
    let files = Sources(sources);
    let result = if color {
        let mut buffer = term::termcolor::Buffer::ansi();
        term::emit_to_write_style(&mut buffer, &config, &files, &rendered)
            .map(|()| String::from_utf8_lossy(buffer.as_slice()).into_owned())
    } else {
        term::emit_into_string(&config, &files, &rendered)
    };
    // A place that the sources do not have is no reason to lose the message.
    result.unwrap_or_else(|_| format!("{}: {}\n", diagnostic.code, diagnostic.message))
}

fn to_codespan(diagnostic: &Diagnostic) -> cs::Diagnostic<FileId> {
    let severity = match diagnostic.severity {
        Severity::Error => cs::Severity::Error,
        Severity::Warning => cs::Severity::Warning,
    };
    let label = |style, label: &Label| {
        cs::Label::new(style, label.at.file, label.at.span.range()).with_message(&label.text)
    };
    let mut labels = vec![label(cs::LabelStyle::Primary, &diagnostic.primary)];
    labels.extend(diagnostic.related.iter().map(|l| label(cs::LabelStyle::Secondary, l)));
    let notes = diagnostic.help.iter().map(|help| format!("help: {help}")).collect();
    cs::Diagnostic::new(severity)
        .with_code(diagnostic.code.as_str())
        .with_message(&diagnostic.message)
        .with_labels(labels)
        .with_notes(notes)
}

/// The source map as the renderer reads it.
struct Sources<'a>(&'a SourceMap);

impl<'a> Sources<'a> {
    fn file(&self, id: FileId) -> Result<&'a SourceFile, Error> {
        self.0.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Sources<'a> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.label)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, Error> {
        let offset = u32::try_from(byte_index).unwrap_or(u32::MAX);
        Ok(self.file(id)?.lines.line_column(offset).line as usize)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<std::ops::Range<usize>, Error> {
        let lines = &self.file(id)?.lines;
        let given = u32::try_from(line).unwrap_or(u32::MAX);
        if given >= lines.line_count() {
            return Err(Error::LineTooLarge { given: line, max: lines.line_count() as usize });
        }
        Ok(lines.line_start(given) as usize..lines.line_start(given + 1) as usize)
    }
}
