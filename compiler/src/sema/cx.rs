//! What every check works with: the symbols, the tables as they grow, and the findings.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use flowright_nlu::lang::Lang;

use super::elsewhere::Kept;
use super::hir;
use super::recall::{Note, Recall};
use super::standard::Lack;
use super::symbols::{Found, Symbols, Table};
use crate::base::limits::NAMES_COMPARED_MAX;
use crate::base::{FileId, FileSpan, Span};
use crate::diag::{Code, Diagnostic, closest};
use crate::ir::{ChoiceDef, EntityIndex, FieldDef, FieldType, Place, Space, Type};
use crate::syntax::ast::Name;

/// The checker. Functions give `None` for what is wrong and was reported: nothing is said twice.
pub(super) struct Checker<'a> {
    pub(super) symbols: Symbols<'a>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The declaration being checked: its spans count from here.
    pub(super) file: FileId,
    pub(super) origin: u32,
    /// It is of a standard module.
    pub(super) in_std: bool,
    pub(super) languages: Vec<Lang>,
    /// What the bot speaks was lost to an error: then any language will do.
    pub(super) languages_lost: bool,
    pub(super) choices: Vec<ChoiceDef>,
    pub(super) entities: Vec<hir::Entity>,
    /// Entities by the type name that stands for them.
    pub(super) entity_by_name: BTreeMap<String, EntityIndex>,
    pub(super) customer: Vec<FieldDef>,
    /// Where the fields are declared.
    pub(super) customer_at: Vec<FileSpan>,
    pub(super) session_slots: Vec<hir::Slot>,
    /// Types of the session's slots, known before the slots are checked.
    pub(super) session_types: BTreeMap<String, (Type, Place)>,
    pub(super) actions: Vec<ActionSignature>,
    /// Parameters of the named texts; nothing when an error has lost them.
    pub(super) texts: Vec<Option<Vec<FieldType>>>,
    pub(super) regexes: Vec<String>,
    pub(super) regex_numbers: BTreeMap<String, u32>,
    /// Parts of the declaration being checked were lost to syntax errors.
    pub(super) broken: bool,
    /// Something of the project was lost to syntax errors: what nothing names may be named there.
    pub(super) lost: bool,
    /// In what is checked, names may be known that an error has lost.
    pub(super) names_lost: bool,
    /// What the standard library does not say in the bot's default language.
    pub(super) lacks: Vec<Lack>,
    /// What the flows have, once something was looked for in vain.
    pub(super) kept: OnceCell<Kept<'a>>,
    /// Names that wrong ones were compared with.
    pub(super) compared: usize,
    /// What earlier checks found.
    pub(super) recall: Recall<'a>,
}

/// What callers need to know of an action.
#[derive(Debug, Clone)]
pub(super) struct ActionSignature {
    /// Nothing when an error has lost them.
    pub(super) params: Option<Vec<FieldType>>,
    pub(super) result: Option<Type>,
    /// Whether the declared result was lost to an error.
    pub(super) result_lost: bool,
    pub(super) errors: Vec<String>,
}

impl<'a> Checker<'a> {
    /// Enters a declaration.
    pub(super) fn enter<T>(&mut self, found: &Found<'_, T>) {
        self.names_lost = self.symbols.unnamed_lost;
        self.broken = found.broken;
        self.file = found.file;
        self.origin = found.origin;
        self.in_std = found.is_std;
    }

    /// A place of the declaration being checked.
    pub(super) const fn at(&self, span: Span) -> FileSpan {
        FileSpan { file: self.file, span: span.shifted(self.origin) }
    }

    /// A finding in the declaration being checked.
    pub(super) fn finding(&self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.at(span), message)
    }

    /// Records a finding.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Records a finding with a label and a piece of advice.
    pub(super) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: &str,
        help: impl Into<String>,
    ) {
        let diagnostic = self.finding(code, span, message).label(label).help(help);
        self.report(diagnostic);
    }

    /// Reports a name that nothing has, with the closest that something has. Where names were lost
    /// to errors, only one that is close to another: it may be among the lost.
    pub(super) fn unknown<'n>(
        &mut self,
        code: Code,
        what: &str,
        name: &Name,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let names = self.compared(known);
        let near = names.iter().flatten().map(String::as_str);
        let meant = closest(&name.text, near).map(str::to_owned);
        if meant.is_none() && self.names_lost {
            return;
        }
        // "error of `orders.get`" is something that `orders.get` has or has not.
        let (message, what) = match what.split_once(" of ") {
            Some((part, whole)) => (format!("{whole} has no {part} `{}`", name.text), part),
            None => (format!("there is no {what} `{}`", name.text), what),
        };
        let finding = self.finding(code, name.span, message).label(format!("no such {what}"));
        let at = self.at(name.span);
        let finding = match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(
                format!("replace `{}` by `{meant}`", name.text),
                at,
                meant,
            ),
            None => match names.as_deref() {
                None => finding,
                Some([]) => finding.help(format!("declare {} {what} first", article(what))),
                Some(names) => finding.help(known_names(names)),
            },
        };
        self.report(finding);
    }

    /// The names that a wrong one is compared with, in order; nothing when so many were that nobody
    /// reads what comes of it. Else wrong names times right ones would be looked at.
    pub(super) fn compared<'n>(
        &mut self,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Option<Vec<String>> {
        if self.compared >= NAMES_COMPARED_MAX {
            return None;
        }
        let mut names: Vec<String> = known.into_iter().map(str::to_owned).collect();
        self.compared += names.len();
        names.sort_unstable();
        Some(names)
    }

    /// The number of the declaration of that name.
    pub(super) fn lookup<T: 'a>(
        &mut self,
        table: impl for<'s> Fn(&'s Symbols<'a>) -> &'s Table<'a, T>,
        what: &str,
        name: &Name,
    ) -> Option<u32> {
        if let Some(found) = table(&self.symbols).get(&name.text) {
            return Some(found);
        }
        let table = table(&self.symbols);
        if !table.lost.contains(&name.text) && !name.text.is_empty() {
            let shown = if self.compared < NAMES_COMPARED_MAX { usize::MAX } else { 0 };
            let known = table.names().take(shown);
            let known: Vec<String> = known.map(str::to_owned).collect();
            let elsewhere = self.of_another_kind(what, name);
            let known = known.iter().map(String::as_str);
            self.unknown_here(Code::E0201, what, name, known, elsewhere);
        }
        None
    }

    /// Whether words in a language are left out: the standard modules speak more languages than
    /// most bots.
    pub(super) fn leaves_out(&self, name: Option<&Name>) -> bool {
        let lang = name.and_then(|name| Lang::parse(&name.text));
        self.in_std
            && !self.languages_lost
            && lang.is_some_and(|lang| !self.languages.contains(&lang))
    }

    /// The language of that code, if the bot speaks it.
    pub(super) fn language(&mut self, name: &Name) -> Option<Lang> {
        let lang = Lang::parse(&name.text);
        if self.languages_lost {
            return lang;
        }
        let lang = lang.filter(|lang| self.languages.contains(lang));
        if lang.is_none() {
            let known: Vec<String> = self.languages.iter().map(Lang::to_string).collect();
            self.unknown(
                Code::E0210,
                "language of the bot",
                name,
                known.iter().map(String::as_str),
            );
        }
        lang
    }

    /// The number of a regular expression, checked to compile.
    pub(super) fn regex(&mut self, pattern: &str, span: Span) -> Option<u32> {
        if !self.regex_numbers.contains_key(pattern) && !self.pattern_compiles(pattern, span) {
            return None;
        }
        let number = self.regex_number(pattern)?;
        self.recall.note(|| Note::Regex { pattern: pattern.to_owned(), number });
        Some(number)
    }

    /// The number of a regular expression that compiles.
    pub(super) fn regex_number(&mut self, pattern: &str) -> Option<u32> {
        if let Some(known) = self.regex_numbers.get(pattern) {
            return Some(*known);
        }
        let number = u32::try_from(self.regexes.len()).ok()?;
        self.regexes.push(pattern.to_owned());
        self.regex_numbers.insert(pattern.to_owned(), number);
        Some(number)
    }
}

/// Names listed where nothing is close to what was written.
const KNOWN_SHOWN_MAX: usize = 12;

/// What there is to choose from.
fn known_names(names: &[String]) -> String {
    // Where one is left, it is as short as saying so.
    let shown = names.get(..KNOWN_SHOWN_MAX).filter(|shown| names.len() > shown.len() + 1);
    let shown = shown.unwrap_or(names);
    match names.len() - shown.len() {
        0 => format!("known: {}", quoted(shown)),
        more => format!("known: {} and {more} more", quoted(shown)),
    }
}

/// The article that goes before a word.
pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// `` `a`, `b` `` for messages.
pub(super) fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    quoted.join(", ")
}

/// A cell of the session.
pub(super) const fn session_place(index: u32) -> Place {
    Place { space: Space::Session, index }
}

/// A cell of the flow.
pub(super) const fn flow_place(index: u32) -> Place {
    Place { space: Space::Flow, index }
}
