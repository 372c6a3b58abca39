//! Syntax findings in words. Spans count from the chunk's start; the caller moves them.

use super::delim::BracketFault;
use super::lower::BadLiteral;
use super::pest_bridge::{self, Failure, Rule};
use super::token::{Token, TokenKind};
use crate::base::limits::NESTING_MAX;
use crate::base::{FileId, FileSpan, Span};
use crate::diag::{Code, Diagnostic, closest};

/// How many things that could have stood there are listed.
const EXPECTED_SHOWN_MAX: usize = 4;

/// A span as diagnostics hold it, before it is moved to its file.
fn at(span: Span) -> FileSpan {
    FileSpan { file: FileId(0), span }
}

/// A fault in a chunk's brackets or quotes.
pub(super) fn bracket_finding(text: &str, fault: BracketFault) -> Diagnostic {
    let word = |span: Span| text.get(span.range()).unwrap_or("");
    match fault {
        BracketFault::Unclosed(open) => {
            Diagnostic::new(Code::E0104, at(open), format!("this `{}` is never closed", word(open)))
                .label("opened here")
                .help("close it where its declaration ends")
        }
        BracketFault::Unmatched { close, open } => {
            let message = format!("this `{}` closes nothing", word(close));
            let found = Diagnostic::new(Code::E0105, at(close), message).label("nothing to close");
            match open {
                Some(open) => found
                    .related(at(open), "this is what is open here")
                    .help("close the inner bracket first, or remove this one"),
                None => found.help("remove it, or open a bracket before it"),
            }
        }
        BracketFault::TooDeep(open) => {
            let message = format!("more than {NESTING_MAX} brackets are open here");
            Diagnostic::new(Code::E0106, at(open), message)
                .label("one too many")
                .help("split this into several states or a sub-flow")
        }
        BracketFault::UnclosedText(open) => {
            Diagnostic::new(Code::E0103, at(open), "this text is not closed on its line")
                .label("no closing quote")
                .help("close it with `\"`, or use `\"\"\"` for a text of several lines")
        }
    }
}

/// A literal that has no value.
pub(super) fn literal_finding(fault: &BadLiteral) -> Diagnostic {
    Diagnostic::new(Code::E0108, at(fault.at), fault.message.clone()).help(fault.help)
}

/// Characters that no token begins with, neighbours together.
pub(super) fn unknown_findings(text: &str, code: &[Token]) -> Vec<Diagnostic> {
    let unknown = code.iter().filter(|t| t.kind == TokenKind::Unknown);
    unknown.map(|token| unknown_finding(text, token.span)).collect()
}

fn unknown_finding(text: &str, span: Span) -> Diagnostic {
    let found = text.get(span.range()).unwrap_or("");
    let message = format!("`{found}` has no meaning here");
    let diagnostic = Diagnostic::new(Code::E0102, at(span), message);
    match ascii_for(found) {
        Some(ascii) => diagnostic
            .label("a full-width or typographic character")
            .help(format!("write `{ascii}`"))
            .fix(format!("replace it by `{ascii}`"), at(span), ascii),
        None => diagnostic.label("not part of the language").help("remove it, or put it in quotes"),
    }
}

/// What somebody meant who typed punctuation with a Chinese input method or pasted it.
fn ascii_for(found: &str) -> Option<&'static str> {
    Some(match found {
        "\u{ff1a}" => ":",
        "\u{ff0c}" | "\u{3001}" => ",",
        "\u{3002}" => ".",
        "\u{ff08}" => "(",
        "\u{ff09}" => ")",
        "\u{ff5b}" => "{",
        "\u{ff5d}" => "}",
        "\u{3010}" | "\u{ff3b}" => "[",
        "\u{3011}" | "\u{ff3d}" => "]",
        "\u{201c}" | "\u{201d}" | "\u{300c}" | "\u{300d}" | "\u{201e}" => "\"",
        "\u{2192}" | "\u{21d2}" => "->",
        "\u{ff1d}" => "=",
        "\u{ff1e}" => ">",
        "\u{ff1c}" => "<",
        "\u{2265}" => ">=",
        "\u{2264}" => "<=",
        "\u{2260}" => "!=",
        _ => return None,
    })
}

/// A piece that the grammar does not take.
pub(super) fn failure_finding(
    text: &str,
    code: &[Token],
    piece: Span,
    failure: &Failure,
) -> Diagnostic {
    let next = code.iter().find(|t| t.span.end > failure.at && t.span.end <= piece.end);
    let before = code.iter().rfind(|t| t.span.end <= failure.at && t.span.start >= piece.start);
    let found = next.and_then(|t| text.get(t.span.range())).unwrap_or("");
    let expected = expected_words(failure);
    // A failure at the start of a line is about what is missing before it.
    let missing = next.is_none_or(|t| begins_line(text, t.span.start));
    let place = match (missing, before, next) {
        (true, Some(before), _) => Span::new(before.span.end, before.span.end),
        (_, _, Some(next)) => next.span,
        (_, Some(before), None) => Span::new(before.span.end, before.span.end),
        (_, None, None) => piece,
    };
    let lone_arrow = found == "->" && expected == ["nothing more"];
    let message = match (missing && before.is_some(), expected.is_empty()) {
        _ if lone_arrow => "`->` needs the name of a state".to_owned(),
        (_, true) => format!("`{found}` cannot stand here"),
        (true, false) => format!("{} is missing here", listed(&expected)),
        (false, false) => format!("expected {}, found `{found}`", listed(&expected)),
    };
    let code = if is_whole_declaration(failure) { Code::E0107 } else { Code::E0101 };
    let diagnostic = Diagnostic::new(code, at(place), message);
    suggest(diagnostic, failure, next, found)
}

fn is_whole_declaration(failure: &Failure) -> bool {
    failure.expected.contains(&Rule::decl)
}

fn suggest(
    diagnostic: Diagnostic,
    failure: &Failure,
    next: Option<&Token>,
    found: &str,
) -> Diagnostic {
    let mut keywords: Vec<String> =
        failure.expected.iter().filter_map(|r| pest_bridge::keyword(*r)).collect();
    let declarations = super::token::DECLARATION_KEYWORDS.iter().map(|k| (*k).to_owned());
    let members = super::token::MEMBER_KEYWORDS.iter().chain(super::token::STEP_KEYWORDS);
    if is_whole_declaration(failure) {
        keywords.extend(declarations);
    } else if failure
        .expected
        .iter()
        .any(|r| matches!(r, Rule::step | Rule::state_part | Rule::flow_member))
    {
        keywords.extend(members.map(|k| (*k).to_owned()));
    } else if failure.expected.contains(&Rule::test_line) {
        keywords.extend(super::token::TEST_KEYWORDS.iter().map(|k| (*k).to_owned()));
    }
    let meant = closest(found, keywords.iter().map(String::as_str)).map(str::to_owned);
    match (meant, next) {
        (Some(meant), Some(token)) => diagnostic.help(format!("did you mean `{meant}`?")).fix(
            format!("replace `{found}` by `{meant}`"),
            at(token.span),
            meant,
        ),
        _ => diagnostic,
    }
}

/// What could have stood there, in words, the first few.
fn expected_words(failure: &Failure) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for rule in &failure.expected {
        let word = match pest_bridge::keyword(*rule) {
            Some(keyword) => format!("`{keyword}`"),
            None => match pest_bridge::words(*rule) {
                Some(word) => word.to_owned(),
                None => continue,
            },
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.iter().any(|word| word == "an operator") {
        words.retain(|word| word != "`or`" && word != "`and`");
    }
    words.sort_by_key(|word| word == "nothing more");
    if words.len() > EXPECTED_SHOWN_MAX {
        // A long list says nothing; phrases say more than keywords.
        words.sort_by_key(|word| word.starts_with('`'));
        words.truncate(EXPECTED_SHOWN_MAX);
    }
    words
}

/// `a, b or c`
fn listed(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

fn begins_line(text: &str, offset: u32) -> bool {
    let before = text.get(..offset as usize).unwrap_or("");
    before.trim_end_matches([' ', '\t', '\r']).ends_with('\n')
}
