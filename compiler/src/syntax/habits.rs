//! What people write out of habit from other languages, at the place where the grammar stops: their
//! words and signs, their amounts and codes, calls in place of names. Each with what is written here.

mod examples;
mod top;
mod values;

use self::top::{DECLARATIONS, in_a_flow};
use super::explain::{Lost, at};
use super::lower::forms;
use super::pest_bridge::{self, Rule};
use super::sums;
use super::token::{DECLARATION_KEYWORDS, Token, TokenKind};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};

/// Words that begin a step elsewhere, what begins one here, and what else there is to say.
const STEPS: &[(&[&str], &str, &str)] = &[
    (&["if", "elif", "elsif", "elseif"], "when", ""),
    (&["else"], "otherwise", ""),
    (&["print", "echo", "reply", "respond", "send", "write", "output", "tell"], "say", ""),
    (&["goto", "jump"], "->", ""),
    (&["return", "exit", "stop", "quit", "finish"], "end", ""),
    (&["let", "var", "assign", "const"], "set", ""),
    (&["sleep", "pause", "delay"], "wait", ""),
    (&["transfer", "escalate", "forward"], "handoff", ""),
    (
        &["ask", "input", "prompt", "collect"],
        "fill",
        "a question stands in its slot: `slot x: text { ask \"…\" }`",
    ),
    (
        &["while", "for", "foreach", "loop", "until", "each"],
        "",
        "a state may go back to itself by `-> state`; `choose x in list` shows a list",
    ),
    (&["switch", "case", "match"], "", "write a `when` for each case"),
];

/// Signs that there are not, and what was surely meant.
const SIGNS: [(&str, &str); 5] =
    [("=<", "<="), ("<>", "!="), ("===", "=="), ("!==", "!="), (":=", "=")];

/// The tokens before the place where the grammar stopped, and from it on.
struct Around<'l, 't> {
    lost: &'l Lost<'t>,
    before: &'t [Token],
    from: &'t [Token],
    next: &'t Token,
}

/// What is said of a habit, if it is one.
pub(super) fn finding(lost: &Lost<'_>) -> Option<Diagnostic> {
    let next = lost.next()?;
    let here = lost.code.partition_point(|token| token.span.start < next.span.start);
    let (before, from) = lost.code.split_at_checked(here)?;
    let around = Around { lost, before, from, next };
    around
        .value_of_an_example()
        .or_else(|| around.sign())
        .or_else(|| around.step())
        .or_else(|| around.declaration())
        .or_else(|| around.flow_word_behind())
        .or_else(|| around.field_of_a_call())
        .or_else(|| around.has_of_a_call())
        .or_else(|| around.empty_placeholder())
        .or_else(|| around.amount())
        .or_else(|| around.span_in_words())
        .or_else(|| around.time_in_halves())
        .or_else(|| around.bare_fraction())
        .or_else(|| around.text_for_a_choice())
        .or_else(|| around.end_of_a_step())
        .or_else(|| around.grouped_digits())
        .or_else(|| around.region())
}

impl<'t> Around<'_, 't> {
    fn word(&self, token: &Token) -> &'t str {
        self.lost.word(token)
    }

    fn text(&self, span: Span) -> &'t str {
        self.lost.text.get(span.range()).unwrap_or("")
    }

    fn expects(&self, rule: Rule) -> bool {
        self.lost.failure.expected.contains(&rule)
    }

    fn expects_operator(&self) -> bool {
        let expected = self.lost.failure.expected.iter();
        expected.filter_map(|rule| pest_bridge::words(*rule)).any(|words| words == "an operator")
    }

    fn found(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Code::E0101, at(span), message)
    }

    /// A finding of something that is to be replaced.
    fn instead(&self, span: Span, message: impl Into<String>, meant: &str) -> Diagnostic {
        let written = self.text(span);
        let title = format!("replace `{written}` by `{meant}`");
        self.found(span, message).help(format!("write `{meant}`")).fix(title, at(span), meant)
    }

    /// Signs without a blank between them, the one at the place among them.
    fn signs(&self) -> Option<Span> {
        let is_sign = |token: &&Token| {
            matches!(token.kind, TokenKind::Equals | TokenKind::Operator | TokenKind::Colon)
        };
        let mut span = Some(self.next).filter(|next| is_sign(next))?.span;
        for token in self.before.iter().rev().take_while(|token| is_sign(token)) {
            if token.span.end != span.start {
                break;
            }
            span = span.cover(token.span);
        }
        for token in self.from.iter().skip(1).take_while(|token| is_sign(token)) {
            if token.span.start != span.end {
                break;
            }
            span = span.cover(token.span);
        }
        Some(span)
    }

    fn sign(&self) -> Option<Diagnostic> {
        let span = self.signs()?;
        let written = self.text(span);
        let none = format!("there is no sign `{written}`");
        let known = SIGNS.iter().find(|(known, _)| *known == written);
        let fits = written != ":=" || self.expects(Rule::p_equals);
        if let Some((_, meant)) = known.filter(|_| fits) {
            return Some(self.instead(span, none, meant));
        }
        match written {
            "=>" if self.expects_operator() => {
                Some(self.found(span, none).help("`->` leads to a state or step, `>=` compares"))
            }
            "=>" => Some(self.instead(span, none, "->")),
            "+=" | "-=" | "*=" | "/=" => {
                let name = self.before.last().filter(|token| token.kind == TokenKind::Word)?;
                let sign = written.trim_end_matches('=');
                let help =
                    format!("name the slot again: `set {0} = {0} {sign} …`", self.word(name));
                Some(self.found(span, none).help(help))
            }
            // The first half of it was taken for the sign that was wanted.
            "==" if self.lost.failure.at > span.start => {
                Some(self.instead(span, "`==` compares and sets nothing", "="))
            }
            _ if self.expects_operator() && self.next.kind == TokenKind::Equals => {
                Some(self.instead(self.next.span, "`=` sets a value and compares nothing", "=="))
            }
            _ => None,
        }
    }

    /// A word that begins a step elsewhere.
    fn step(&self) -> Option<Diagnostic> {
        if !self.expects(Rule::step) && !self.expects(Rule::state_part) {
            return None;
        }
        let word = self.word(self.next);
        let (_, meant, help) = STEPS.iter().find(|(words, ..)| words.contains(&word))?;
        let message = format!("expected a step, found `{word}`");
        let behind = self.from.get(1);
        let mut span = self.next.span;
        let mut meant = *meant;
        if let Some(condition) = behind.filter(|next| word == "else" && self.word(next) == "if") {
            span = span.cover(condition.span);
            meant = "when";
        }
        // Of a slot, whose name follows.
        let named = behind.is_some_and(|next| next.kind == TokenKind::Word);
        let says = [TokenKind::Quote, TokenKind::OpenBrace];
        let found = match meant {
            "" => self.found(span, message),
            "say" if behind.is_none_or(|next| !says.contains(&next.kind)) => return None,
            "fill" if !named => self.found(span, message).help("fill the slot by `fill x`"),
            _ => self.instead(span, message, meant),
        };
        Some(if help.is_empty() { found } else { found.help(*help) })
    }

    /// Something in the first column that begins no declaration.
    fn declaration(&self) -> Option<Diagnostic> {
        if !self.expects(Rule::decl) {
            return None;
        }
        let word = self.word(self.next);
        if crate::diag::closest(word, DECLARATION_KEYWORDS.iter().copied()).is_some() {
            return None;
        }
        let message = format!("expected a declaration, found {}", self.lost.called(self.next));
        let found = Diagnostic::new(Code::E0107, at(self.next.span), message);
        let known: Vec<String> =
            DECLARATION_KEYWORDS.iter().map(|keyword| format!("`{keyword}`")).collect();
        let known = format!("declarations begin with {}", super::explain::listed(&known));
        Some(match DECLARATIONS.iter().find(|(words, _)| words.contains(&word)) {
            None => match in_a_flow(word) {
                Some(help) => found.help(help),
                None => found.help(known),
            },
            Some((_, meant @ ("use" | "slot" | "skill"))) => found
                .help(format!("write `{meant}`"))
                .fix(format!("replace `{word}` by `{meant}`"), at(self.next.span), *meant),
            Some((_, meant)) => found.help(format!("write `{meant}`")),
        })
    }

    /// The call that ends before the place, whole, and what is in its brackets.
    fn call_before(&self) -> Option<(Span, Span)> {
        let close = self.before.last().filter(|token| token.kind == TokenKind::CloseParen)?;
        let open = partner(self.before.iter().rev())?;
        let name = self.name_before(open.span.start)?;
        let inner = Span::new(open.span.end, close.span.start);
        Some((name.cover(close.span), inner))
    }

    /// The dotted name whose last part is the last token before a place.
    fn name_before(&self, place: u32) -> Option<Span> {
        let end = self.before.partition_point(|token| token.span.end <= place);
        let mut name: Option<Span> = None;
        for token in self.before.get(..end)?.iter().rev() {
            let fits = matches!(token.kind, TokenKind::Word | TokenKind::Dot);
            if !fits || name.is_some_and(|name| name.start != token.span.end) {
                break;
            }
            name = Some(name.map_or(token.span, |name| name.cover(token.span)));
        }
        name
    }

    /// `first(list).field`
    fn field_of_a_call(&self) -> Option<Diagnostic> {
        let field = self.from.get(1).filter(|_| self.next.kind == TokenKind::Dot)?;
        let (call, inner) = self.call_before()?;
        if call.end != self.next.span.start {
            return None;
        }
        let (call, span) = (self.text(call), self.next.span.cover(field.span));
        let found = self.found(span, format!("no field can be named of `{call}`"));
        let found = found.label("a call has no fields");
        let list = self.text(inner);
        let is_item = call.starts_with("first(") || call.starts_with("last(");
        Some(if is_item {
            found.help(format!(
                "let the customer `choose item in {list}` and name `item{}`, or let the action \
                 return that one item by itself",
                self.text(span)
            ))
        } else {
            found.help("name a field of a slot, of a result or of a chosen item")
        })
    }

    /// `has first(list)`
    fn has_of_a_call(&self) -> Option<Diagnostic> {
        let name = self.name_before(self.next.span.start)?;
        let has = self.before.iter().rfind(|token| token.span.end <= name.start)?;
        if self.next.kind != TokenKind::OpenParen || self.word(has) != "has" {
            return None;
        }
        let close = partner(self.from.iter())?;
        let call = name.cover(close.span);
        let inner = Span::new(self.next.span.end, close.span.start);
        let found = self.found(call, "`has` asks of a name, not of a call").label("a call");
        let written = self.text(call);
        let found =
            found.help(format!("keep it in a slot first: `set x = {written}`; then ask `has x`"));
        let is_item = matches!(self.text(name), "first" | "last");
        Some(if is_item {
            found.help(format!("or ask whether there is any: `count({}) > 0`", self.text(inner)))
        } else {
            found
        })
    }

    /// `{}` in a text.
    fn empty_placeholder(&self) -> Option<Diagnostic> {
        let [.., quoted, open] = self.before else { return None };
        let in_text = matches!(
            quoted.kind,
            TokenKind::Quote | TokenKind::StringText | TokenKind::Escape | TokenKind::CloseBrace
        );
        let is_empty = open.kind == TokenKind::OpenBrace && self.next.kind == TokenKind::CloseBrace;
        if !in_text || !is_empty {
            return None;
        }
        let found = self.found(open.span.cover(self.next.span), "this placeholder is empty");
        Some(found.label("shows nothing").help("name a value in it; braces to be shown are `{{}}`"))
    }

    /// `cny 20`, `20 CNY`
    fn amount(&self) -> Option<Diagnostic> {
        let before = self.before.last()?;
        let (code, number) = amount(self.word(before), self.word(self.next))?;
        let meant = format!("{code} {number}");
        let message = "amounts begin with the code of their currency, in capitals";
        Some(self.instead(before.span.cover(self.next.span), message, &meant))
    }

    /// `5 minutes`
    fn span_in_words(&self) -> Option<Diagnostic> {
        let before = self.before.last()?;
        let meant = span_in_words(self.word(before), self.word(self.next))?;
        let message = "a time span is a number with its unit right behind it";
        Some(self.instead(before.span.cover(self.next.span), message, &meant))
    }

    /// `1,200`
    fn grouped_digits(&self) -> Option<Diagnostic> {
        let first = self.before.last().filter(|_| self.next.kind == TokenKind::Comma)?;
        let is_digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
        let head = self.word(first);
        if head.len() > 3 || !is_digits(head) || first.span.end != self.next.span.start {
            return None;
        }
        let mut span = first.span;
        for pair in self.from.chunks_exact(2) {
            let [comma, group] = pair else { break };
            let word = self.word(group).split('.').next().unwrap_or("");
            let touches = comma.span.start == span.end && comma.span.end == group.span.start;
            if comma.kind != TokenKind::Comma || !touches || word.len() != 3 || !is_digits(word) {
                break;
            }
            span = span.cover(group.span);
        }
        if span == first.span {
            return None;
        }
        let meant = self.text(span).replace(',', "_");
        Some(self.instead(span, "numbers are written without commas", &meant))
    }

    /// `zh-CN`
    fn region(&self) -> Option<Diagnostic> {
        let (language, region) = (self.before.last()?, self.from.get(1)?);
        let whole = language.span.cover(region.span);
        let touches = language.span.end == self.next.span.start
            && self.next.span.end == region.span.start
            && region.kind == TokenKind::Word;
        let word = self.word(language);
        let is_code = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        if self.word(self.next) != "-" || !touches || !is_code {
            return None;
        }
        let message = format!("`{}` is a language and a region", self.text(whole));
        Some(self.instead(whole, message, word))
    }
}

/// The parenthesis that goes with the first of the tokens, in the direction in which they come.
fn partner<'t>(tokens: impl Iterator<Item = &'t Token>) -> Option<&'t Token> {
    let mut depth = 0_i32;
    let mut parens = tokens.filter_map(|token| match token.kind {
        TokenKind::OpenParen => Some((token, 1)),
        TokenKind::CloseParen => Some((token, -1)),
        _ => None,
    });
    let closes = parens.find(|(_, step)| {
        depth += step;
        depth == 0
    });
    closes.map(|(token, _)| token)
}

/// The currency and the number of a sum in another form.
fn amount<'t>(before: &'t str, next: &'t str) -> Option<(&'static str, &'t str)> {
    let (code, number) = if sums::is_number(next) { (before, next) } else { (next, before) };
    sums::meant(code).filter(|_| sums::is_number(number)).map(|code| (code, number))
}

/// The time span of a number and a unit apart from it.
fn span_in_words(before: &str, next: &str) -> Option<String> {
    let is_unit = sums::is_number(before) && next.starts_with(char::is_alphabetic);
    is_unit.then(|| forms::duration(&format!("{before}{next}")))?
}

/// Whether two neighbours are one literal in another form: a number, and a currency or unit.
pub(super) fn is_one_literal(before: &str, next: &str) -> bool {
    amount(before, next).is_some()
        || span_in_words(before, next).is_some()
        || values::time_in_halves(before, next).is_some()
        || (sums::is_number(before) && sums::of_sign(next).is_some())
}
