//! Syntax findings in words. Spans count from the chunk's start; the caller moves them.

use super::advice;
use super::cut::inside;
use super::delim::BracketFault;
use super::lower::Fault;
use super::pest_bridge::{self, Failure, Rule};
use super::token::{Token, TokenKind};
use crate::base::limits::NESTING_MAX;
use crate::base::{FileId, FileSpan, Span};
use crate::diag::{Code, Diagnostic, closest};

/// How many things that could have stood there are listed.
const EXPECTED_SHOWN_MAX: usize = 8;
/// How many may be left out; fewer are listed too.
const LEFT_OUT_MIN: usize = 3;

/// Ways to begin a value; where several could stand, "a value" says it.
const VALUES: [&str; 9] = [
    "a name",
    "a number",
    "a percentage such as `70%`",
    "a time span such as `30s`, `5m` or `2h`",
    "a date such as `2026-06-15`",
    "a time such as `09:30`",
    "a text in quotes",
    "a pattern such as `r\"\\d+\"`",
    "a value",
];

/// What stands at a bracket that is never closed.
pub(super) const OPENED_HERE: &str = "opened here";

/// A span as diagnostics hold it, before it is moved to its file.
pub(super) fn at(span: Span) -> FileSpan {
    FileSpan { file: FileId(0), span }
}

/// A fault in a chunk's brackets or quotes.
pub(super) fn bracket_finding(text: &str, fault: BracketFault) -> Diagnostic {
    let word = |span: Span| text.get(span.range()).unwrap_or("");
    match fault {
        BracketFault::Unclosed(open) => {
            Diagnostic::new(Code::E0104, at(open), format!("this `{}` is never closed", word(open)))
                .label(OPENED_HERE)
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
        BracketFault::UnclosedPlaceholder(open) => {
            Diagnostic::new(Code::E0103, at(open), "this placeholder is not closed in its text")
                .label(OPENED_HERE)
                .help("close it with `}` before the text ends; a brace to be shown is `{{`")
        }
        BracketFault::UnclosedLong(open) => {
            Diagnostic::new(Code::E0103, at(open), "this text of several lines is never closed")
                .label(OPENED_HERE)
                .help("close it with `\"\"\"`")
        }
        BracketFault::UnclosedText(open) => {
            Diagnostic::new(Code::E0103, at(open), "this text is not closed on its line")
                .label("no closing quote")
                .help("close it with `\"`, or use `\"\"\"` for a text of several lines")
        }
    }
}

/// A declaration whose braces do not begin behind its name.
pub(super) fn missing_brace(name: Span) -> Diagnostic {
    let end = Span::new(name.end, name.end);
    Diagnostic::new(Code::E0104, at(end), "`{` is missing here")
        .label("what belongs to it stands in braces")
        .help("open them behind the name")
        .fix("insert `{`", at(end), " {")
}

/// Something that has its form and is wrong.
pub(super) fn fault_finding(fault: &Fault) -> Diagnostic {
    let found = Diagnostic::new(fault.code, at(fault.at), fault.message.clone());
    let mut found = found.label(fault.label).help(&fault.help);
    if let Some(first) = fault.first {
        found = found.related(at(first), "first here");
    }
    match &fault.instead {
        Some(instead) => found.fix(format!("write `{instead}`"), at(fault.at), instead),
        None => found,
    }
}

/// A piece that was lost, and where the grammar stopped in it.
pub(super) struct Lost<'t> {
    /// The chunk.
    pub(super) text: &'t str,
    /// Its tokens that are code.
    pub(super) code: &'t [Token],
    /// The piece.
    pub(super) piece: Span,
    /// Where and why; behind the piece when something is missing at its end.
    pub(super) failure: &'t Failure,
    /// What the piece could have begun with.
    pub(super) keywords: &'t [&'t str],
}

impl<'t> Lost<'t> {
    /// How something is called that stands in the wrong place.
    pub(super) fn called(&self, token: &Token) -> String {
        match token.kind {
            TokenKind::Quote => "a text".to_owned(),
            _ => format!("`{}`", self.word(token)),
        }
    }

    pub(super) fn word(&self, token: &Token) -> &'t str {
        self.text.get(token.span.range()).unwrap_or("")
    }

    fn inside(&self) -> impl DoubleEndedIterator<Item = &'t Token> {
        inside(self.code, self.piece).iter()
    }

    /// What stands where the grammar stopped.
    pub(super) fn next(&self) -> Option<&'t Token> {
        self.inside().find(|t| t.span.end > self.failure.at)
    }

    /// What stands before that.
    fn before(&self) -> Option<&'t Token> {
        self.inside().rfind(|t| t.span.end <= self.failure.at)
    }

    /// The piece's first word, when the grammar took it for a name and it is nearly a keyword.
    fn mistyped_head(&self) -> Option<(&'t Token, &'t str)> {
        let first = self.inside().next()?;
        let word = self.word(first);
        if first.span.end > self.failure.at || super::token::is_keyword(word) {
            return None;
        }
        closest(word, self.keywords.iter().copied()).map(|meant| (first, meant))
    }
}

impl<'t> Lost<'t> {
    /// A word before the place that the grammar took for a name, and the keyword that it nearly is
    /// and that may stand there.
    fn mistyped_before(&self) -> Option<(&'t Token, &'static str)> {
        let before: Vec<&Token> =
            self.inside().take_while(|t| t.span.end <= self.failure.at).collect();
        let (token, known): (&Token, &[&str]) = match before.as_slice() {
            [.., list, of] if self.word(of) == "of" => (list, &["list"]),
            [.., last] if self.failure.expected.contains(&Rule::p_colon) => {
                (last, &["personal", "visible", "optional"])
            }
            [head, second, ..] => match self.word(head) {
                "ensure" => (second, &["always"]),
                "expect" => (second, &["called", "ended", "handoff", "state"]),
                _ => return None,
            },
            _ => return None,
        };
        let word = self.word(token);
        closest(word, known.iter().copied()).map(|meant| (token, meant))
    }
}

/// A piece that the grammar does not take.
pub(super) fn failure_finding(lost: &Lost<'_>) -> Diagnostic {
    if let Some((head, meant)) = lost.mistyped_head().or_else(|| lost.mistyped_before()) {
        let word = lost.word(head);
        let message = format!("`{word}` cannot stand here");
        return meaning(Diagnostic::new(Code::E0101, at(head.span), message), head, word, meant);
    }
    if let Some(habit) = super::habits::finding(lost) {
        return habit;
    }
    let (next, before) = (lost.next(), lost.before());
    let called = next.map_or_else(String::new, |next| lost.called(next));
    let found = next.map_or("", |next| lost.word(next));
    let expected = expected_words(lost.failure);
    // A failure at the start of a line is about what is missing before it.
    let missing = next.is_none_or(|t| begins_line(lost.text, t.span.start))
        && !(next.is_some() && expected == ["nothing more"]);
    let arrow = before.filter(|before| lost.word(before) == "->" && expected == ["a name"]);
    let place = match (missing, before, next) {
        _ if arrow.is_some() => arrow.map_or(lost.piece, |arrow| arrow.span),
        (true, Some(before), _) | (_, Some(before), None) => {
            Span::new(before.span.end, before.span.end)
        }
        (_, _, Some(next)) => next.span,
        (_, None, None) => lost.piece,
    };
    let message = match (missing && before.is_some(), expected.as_slice()) {
        _ if arrow.is_some() => "`->` needs the name of a state".to_owned(),
        (_, []) => format!("{called} cannot stand here"),
        (false, [one]) if one == "nothing more" => format!("{called} cannot stand here"),
        (true, words) => format!("{} is missing here", listed(words)),
        (false, words) => format!("expected {}, found {called}", listed(words)),
    };
    let code = if is_whole_declaration(lost.failure) { Code::E0107 } else { Code::E0101 };
    let mut diagnostic = Diagnostic::new(code, at(place), message);
    if let Some(help) = advice::help(lost, &expected) {
        diagnostic = diagnostic.help(help);
    }
    let known = could_stand(lost).into_iter();
    let known: Vec<String> = known.collect();
    match (closest(found, known.iter().map(String::as_str)), next) {
        (Some(meant), Some(next)) => meaning(diagnostic, next, found, meant),
        _ => diagnostic,
    }
}

fn is_whole_declaration(failure: &Failure) -> bool {
    failure.expected.contains(&Rule::decl)
}

/// A finding with the word that was meant.
fn meaning(diagnostic: Diagnostic, token: &Token, found: &str, meant: &str) -> Diagnostic {
    diagnostic.help(format!("did you mean `{meant}`?")).fix(
        format!("replace `{found}` by `{meant}`"),
        at(token.span),
        meant,
    )
}

/// The keywords that could stand where the grammar stopped.
fn could_stand(lost: &Lost<'_>) -> Vec<String> {
    let failure = lost.failure;
    let mut known: Vec<String> =
        failure.expected.iter().filter_map(|r| pest_bridge::keyword(*r)).collect();
    for rule in &failure.expected {
        known.extend(pest_bridge::members(*rule).iter().map(|word| (*word).to_owned()));
    }
    if failure.expected.contains(&Rule::say_extra) {
        known.extend(["choices", "link", "image", "card"].map(str::to_owned));
    }
    // A step or member may have ended before this.
    if failure.expected.contains(&Rule::EOI) {
        known.extend(lost.keywords.iter().map(|word| (*word).to_owned()));
    }
    known
}

/// What could have stood there, in words, the first few.
fn expected_words(failure: &Failure) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for rule in &failure.expected {
        let named: Vec<String> = match (pest_bridge::keyword(*rule), pest_bridge::words(*rule)) {
            (Some(keyword), _) => vec![format!("`{keyword}`")],
            (None, Some(word)) => vec![word.to_owned()],
            (None, None) => {
                pest_bridge::members(*rule).iter().map(|word| format!("`{word}`")).collect()
            }
        };
        for word in named {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    if words.iter().any(|word| word == "an operator") {
        words.retain(|word| word != "`or`" && word != "`and`");
    }
    let is_value = |word: &String| VALUES.contains(&word.as_str());
    if words.iter().filter(|word| is_value(word)).count() > 2 {
        words.retain(|word| !is_value(word) && !word.starts_with('`'));
        words.push("a value".to_owned());
    }
    // That something may also end here is the least of it.
    if words.len() > 1 {
        words.retain(|word| !matches!(word.as_str(), "nothing more" | "`}`" | "`allow`"));
    }
    if words.is_empty() {
        words.push("`}`".to_owned());
    }
    if words.len() >= EXPECTED_SHOWN_MAX + LEFT_OUT_MIN {
        // A long list says nothing; phrases say more than keywords.
        words.sort_by_key(|word| word.starts_with('`'));
        let more = words.split_off(EXPECTED_SHOWN_MAX).len();
        words.push(format!("one of {more} more"));
    }
    words
}

/// `a, b or c`
pub(super) fn listed(words: &[String]) -> String {
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
