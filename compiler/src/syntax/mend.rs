//! Fixes for faults of form. A sign too few or too many has few places and kinds: each is tried,
//! and offered when it is the only one that makes the declaration parse.

use super::delim;
use super::lexer;
use super::pest_bridge::{self, Rule};
use super::token::{MEMBER_KEYWORDS, Token, TokenKind};
use crate::base::{FileId, FileSpan, Span};
use crate::diag::{Code, Diagnostic, edits};

/// Longest declaration on which changes are tried, in bytes.
const TRIED_BYTES_MAX: usize = 16 << 10;
/// Changes tried for one fault. Of more, none is offered: the first that fits may not be the only.
const TRIED_MAX: usize = 32;
/// Signs that may be missing.
const SIGNS: [&str; 8] = ["{", "}", "(", ")", ":", "=", "->", ","];

/// A change that may mend a fault.
struct Change {
    title: String,
    at: Span,
    text: String,
}

impl Change {
    fn insert(sign: &str, at: u32, text: impl Into<String>) -> Self {
        Self { title: format!("insert `{sign}`"), at: Span::new(at, at), text: text.into() }
    }

    fn remove(sign: &str, at: Span) -> Self {
        Self { title: format!("remove `{sign}`"), at, text: String::new() }
    }
}

/// Gives the only finding of a declaration a fix, if there is one. `code` holds its tokens.
pub(super) fn add_fix(text: &str, code: &[Token], findings: &mut [Diagnostic]) {
    let [finding] = findings else { return };
    if !finding.fixes.is_empty() || text.len() > TRIED_BYTES_MAX {
        return;
    }
    let at = finding.primary.at.span;
    let changes = match finding.code {
        Code::E0101 | Code::E0107 => signs(text, code, finding),
        Code::E0103 => quotes(text, at),
        Code::E0104 => closings(text, code),
        Code::E0105 => {
            let sign = text.get(at.range()).unwrap_or("");
            vec![Change::remove(sign, edits::with_its_line(text, at))]
        }
        _ => return,
    };
    if changes.len() > TRIED_MAX {
        return;
    }
    let mut fitting = changes.into_iter().filter(|change| parses(&changed(text, change)));
    if let (Some(change), None) = (fitting.next(), fitting.next()) {
        let at = FileSpan { file: FileId(0), span: change.at };
        finding.fixes.push(crate::diag::Fix {
            title: change.title,
            edits: vec![crate::diag::Edit { at, text: change.text }],
        });
    }
}

fn changed(text: &str, change: &Change) -> String {
    let mut changed = text.to_owned();
    if text.get(change.at.range()).is_some() {
        changed.replace_range(change.at.range(), &change.text);
    }
    changed
}

/// Whether a text is one whole declaration.
fn parses(text: &str) -> bool {
    let tokens = lexer::lex(text);
    let code: Vec<Token> = tokens.into_iter().filter(|t| !t.kind.is_trivia()).collect();
    let known = code.iter().all(|token| token.kind != TokenKind::Unknown);
    known && delim::check(&code).is_none() && pest_bridge::run(Rule::one_decl, text, 0).is_ok()
}

/// A sign missing before the place, of those that the finding says could stand there, or a comma
/// too many at it.
fn signs(text: &str, code: &[Token], finding: &Diagnostic) -> Vec<Change> {
    let at = finding.primary.at.span;
    let before = code.iter().rfind(|token| token.span.end <= at.start);
    let place = before.map_or(at.start, |token| token.span.end);
    let mut changes: Vec<Change> = SIGNS
        .iter()
        .filter(|sign| finding.message.contains(&format!("`{sign}`")))
        .map(|sign| {
            let spaced = match *sign {
                "," | ":" | "(" | ")" => (*sign).to_owned(),
                _ => format!(" {sign}"),
            };
            Change::insert(sign, place, spaced)
        })
        .collect();
    if text.get(at.range()) == Some("=>") {
        for sign in ["->", ">="] {
            let title = format!("replace `=>` by `{sign}`");
            changes.push(Change { title, at, text: sign.to_owned() });
        }
    }
    let extra = code.iter().find(|token| token.span == at && token.kind == TokenKind::Comma);
    changes.extend(extra.map(|token| Change::remove(",", with_blanks_before(text, token.span))));
    changes
}

fn with_blanks_before(text: &str, at: Span) -> Span {
    let before = text.get(..at.start as usize).unwrap_or("");
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    Span::new(at.start - u32::try_from(blanks).unwrap_or_default(), at.end)
}

/// The end of a text whose line ends first: at the line's end, or before what closes there.
fn quotes(text: &str, at: Span) -> Vec<Change> {
    let rest = text.get(at.start as usize..).unwrap_or("");
    let line = rest.lines().next().unwrap_or("").trim_end();
    let inner = line.trim_end_matches([' ', '\t', '}', ')', ']', ',']);
    if inner.contains("->") {
        // More than a text stands on the line.
        return Vec::new();
    }
    let place = |part: &str| at.start + u32::try_from(part.len()).unwrap_or_default();
    let mut places = vec![place(line), place(inner)];
    places.dedup();
    let ends = places.into_iter().map(|at| Change::insert("\"", at, "\""));
    // Where a placeholder is open, the text has its end.
    let hole = line.rfind('"').and_then(|end| line.get(..end)).map(place);
    ends.chain(hole.map(|at| Change::insert("}", at, "}"))).collect()
}

/// A brace that is never closed: before the next member, or at the end.
fn closings(text: &str, code: &[Token]) -> Vec<Change> {
    let mut changes = Vec::new();
    let line_end = edits::line_end(text);
    for pair in code.windows(2) {
        let [before, next] = pair else { continue };
        let between = text.get(before.span.end as usize..next.span.start as usize).unwrap_or("");
        let word = text.get(next.span.range()).unwrap_or("");
        if let Some((_, indent)) = between.rsplit_once('\n')
            && MEMBER_KEYWORDS.contains(&word)
        {
            changes.push(Change::insert("}", before.span.end, format!("{line_end}{indent}}}")));
        }
    }
    if let Some(last) = code.last() {
        changes.push(Change::insert("}", last.span.end, format!("{line_end}}}")));
    }
    changes
}
