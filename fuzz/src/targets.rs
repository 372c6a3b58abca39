//! What is tried, and what must hold of every input.

use flowright_compiler::base::FileId;
use flowright_compiler::bundle::{self, FORMAT_VERSION};
use flowright_compiler::compile::MemorySources;
use flowright_compiler::syntax::{TokenKind, lex};
use flowright_compiler::{fmt, syntax};
use flowright_engine::LoadedProgram;

use crate::email;

/// A part of the front end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Tokens tile the text.
    Lexer,
    /// Trees and findings stay inside the text.
    Parser,
    /// Findings stay inside their texts.
    Checker,
    /// What is formatted is formatted; what is refused is left alone.
    Formatter,
    /// A bundle is refused, or runs.
    Bundle,
    /// A mail is refused, or read within limits; what it is answered is one message.
    Mail,
    /// An SMTP conversation gives whole messages only.
    Smtp,
}

/// All of them.
pub const TARGETS: [Target; 7] = [
    Target::Lexer,
    Target::Parser,
    Target::Checker,
    Target::Formatter,
    Target::Bundle,
    Target::Mail,
    Target::Smtp,
];

impl Target {
    /// As it is called on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lexer => "lexer",
            Self::Parser => "parser",
            Self::Checker => "checker",
            Self::Formatter => "formatter",
            Self::Bundle => "bundle",
            Self::Mail => "mail",
            Self::Smtp => "smtp",
        }
    }

    /// Tries an input.
    ///
    /// # Errors
    /// What does not hold.
    pub fn holds(self, input: &[u8]) -> Result<(), String> {
        let check = match self {
            Self::Lexer => tiles,
            Self::Parser => parses,
            Self::Checker => checks,
            Self::Formatter => formats,
            Self::Bundle => return body(input),
            Self::Mail => return email::mail(input),
            Self::Smtp => return email::talk(input),
        };
        check(std::str::from_utf8(input).map_err(|e| format!("the input is no text: {e}"))?)
    }
}

fn tiles(text: &str) -> Result<(), String> {
    let mut end = 0;
    for token in lex(text) {
        let range = token.span.range();
        // Where a string is not closed stands a mark without a width.
        let holds = !range.is_empty() || token.kind == TokenKind::Unclosed;
        if range.start != end || !holds || text.get(range.clone()).is_none() {
            return Err(format!("a token at {range:?} after {end}"));
        }
        end = range.end;
    }
    if end == text.len() { Ok(()) } else { Err(format!("tokens end at {end} of {}", text.len())) }
}

fn parses(text: &str) -> Result<(), String> {
    let parsed = syntax::parse(text, FileId(0));
    for decl in &parsed.decls {
        let (origin, range) = (decl.origin as usize, decl.node.span.range());
        let range = origin + range.start..origin + range.end;
        if text.get(range.clone()).is_none() {
            return Err(format!("a declaration at {range:?}"));
        }
    }
    inside(parsed.diagnostics.iter().map(|finding| finding.primary.at.span.range()), text)
}

fn checks(text: &str) -> Result<(), String> {
    let analysis = flowright_compiler::analyse(&MemorySources::one("a.flow", text))?;
    for finding in &analysis.diagnostics {
        let file = analysis.sources.get(finding.primary.at.file);
        let file = file.ok_or_else(|| "a finding in no file".to_owned())?;
        inside(std::iter::once(finding.primary.at.span.range()), &file.text)?;
    }
    Ok(())
}

fn inside(ranges: impl Iterator<Item = std::ops::Range<usize>>, text: &str) -> Result<(), String> {
    for range in ranges {
        if text.get(range.clone()).is_none() {
            return Err(format!("a finding at {range:?} of {} bytes", text.len()));
        }
    }
    Ok(())
}

fn formats(text: &str) -> Result<(), String> {
    let once = fmt::format(text);
    if let Some(finding) = &once.finding {
        // The formatter checks itself, and leaves alone what it would not keep.
        return match once.text == text {
            true => Ok(()),
            false => Err(format!("changed, and refused: {}", finding.message)),
        };
    }
    let twice = fmt::format(&once.text);
    if twice.text != once.text {
        return Err(format!("formatted twice it is\n{}", twice.text));
    }
    Ok(())
}

/// Tries a bundle's body, with the length and checksum that belong to it: without them nothing
/// behind the header would ever be read.
fn body(body: &[u8]) -> Result<(), String> {
    let Ok((bundle, hash)) = bundle::read(&sealed(body)) else { return Ok(()) };
    match LoadedProgram::interpreted(bundle, hash) {
        Ok(_) => Ok(()),
        // It says what is wrong with the model or a pattern.
        Err(error) if !error.to_string().is_empty() => Ok(()),
        Err(_) => Err("refused without a word".to_owned()),
    }
}

/// The file of a body.
pub(crate) fn sealed(body: &[u8]) -> Vec<u8> {
    let mut bytes = b"FLOWB\r\n\x1a".to_vec();
    bytes.extend(FORMAT_VERSION.to_le_bytes());
    bytes.extend((body.len() as u64).to_le_bytes());
    bytes.extend(blake3::hash(body).as_bytes());
    bytes.extend(body);
    bytes
}
