//! What is offered.

use flowright_compiler::base::Span;

use crate::ide::symbols::Kind;

/// One thing that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is shown.
    pub label: String,
    /// Which kind of thing.
    pub what: What,
    /// A few words more: a type, a signature.
    pub detail: String,
    /// Its documentation.
    pub docs: String,
    /// What is written.
    pub insert: String,
    /// Whether `insert` has places to fill in: `${1:name}`, `$0`.
    pub is_snippet: bool,
    /// By what the items are ordered.
    pub sort: String,
    /// What it is found by.
    pub filter: String,
    /// What it is written over.
    pub replaces: Span,
}

/// Which kind of thing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Something that has a name in the project.
    Named(Kind),
    /// A keyword, with what it begins.
    Keyword,
    /// A name of the language's own.
    Known,
    /// A function.
    Function,
    /// A built-in type.
    Type,
    /// One of a few words.
    Word,
}

/// How near at hand an item is: the groups in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// What is still missing here, or surely right.
    First,
    /// What fits.
    Fits,
    /// What fits, but for a reason why not.
    Doubtful,
    /// Names that may be part of what fits.
    Known,
    /// Functions.
    Function,
    /// What is there already.
    Again,
    /// Keywords.
    Keyword,
    /// Declarations, where another one is open.
    Outside,
}

impl Item {
    /// A name as it is.
    pub(super) fn new(label: &str, what: What, group: Group, replaces: Span) -> Self {
        Self {
            label: label.to_owned(),
            what,
            detail: String::new(),
            docs: String::new(),
            insert: label.to_owned(),
            is_snippet: false,
            sort: sort(group, 0, label),
            filter: label.to_owned(),
            replaces,
        }
    }

    /// With its place in its group: the order of the text, not of the alphabet.
    pub(super) fn ranked(mut self, group: Group, rank: usize) -> Self {
        self.sort = sort(group, rank, &self.label);
        self
    }

    /// With a few words more.
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With documentation.
    pub(super) fn docs(mut self, docs: impl Into<String>) -> Self {
        self.docs = docs.into();
        self
    }

    /// Written otherwise than it is shown.
    pub(super) fn insert(mut self, insert: impl Into<String>) -> Self {
        self.insert = insert.into();
        self
    }

    /// Written with places to fill in.
    pub(super) fn snippet(mut self, insert: String) -> Self {
        self.is_snippet = insert.contains('$');
        self.insert = if self.is_snippet { insert } else { unescaped(&insert) };
        self
    }
}

fn sort(group: Group, rank: usize, label: &str) -> String {
    format!("{}{rank:05}{label}", group as u8)
}

/// A text for a snippet, in which `$`, `}` and `\` are signs.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}
