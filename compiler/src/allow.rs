//! `allow(CODE, "reason")`: which findings are hidden, and what is wrong with the `allow`s.

use std::collections::BTreeMap;

use crate::base::{FileId, FileSpan, SourceMap, Span};
use crate::diag::{Code, Diagnostic, closest, edits};
use crate::sema::File;
use crate::syntax::ast::{Allow, DeclKind};

/// A finding that its author has looked at and keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Why it stays.
    pub reason: String,
    /// The `allow`.
    pub at: FileSpan,
}

/// An `allow` of a file, its places counted from the file's start.
struct Placed<'a> {
    node: &'a Allow,
    file: FileId,
    origin: u32,
    /// What it stands before.
    over: Option<Span>,
    used: bool,
}

impl Placed<'_> {
    fn at(&self, span: Span) -> FileSpan {
        FileSpan { file: self.file, span: span.shifted(self.origin) }
    }

    fn reason(&self) -> &str {
        self.node.reason.as_ref().map_or("", |reason| reason.value.trim())
    }
}

/// Takes the allowed findings out of `diagnostics` and adds what is wrong with the `allow`s. Those of
/// `unchecked` codes may well hide nothing.
pub(crate) fn apply(
    files: &[File],
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
    unchecked: &[Code],
) -> Vec<Allowed> {
    let own = files.iter().filter(|file| !file.is_std);
    let mut sound: Vec<(Code, Placed<'_>)> = Vec::new();
    let mut faults = Vec::new();
    for placed in own.flat_map(placed) {
        match checked(&placed, sources) {
            Ok(code) => sound.push((code, placed)),
            Err(fault) => faults.push(*fault),
        }
    }
    let index = Index::new(&sound);
    let mut allowed = Vec::new();
    diagnostics.retain(|finding| {
        let hiding = index.innermost(finding).and_then(|i| sound.get_mut(i));
        let Some((_, placed)) = hiding else { return true };
        placed.used = true;
        let reason = placed.reason().to_owned();
        let at = placed.at(placed.node.span);
        allowed.push(Allowed { diagnostic: finding.clone(), reason, at });
        false
    });
    // Where something is wrong, checks were left out that might have found it.
    let complete = !diagnostics.iter().chain(&faults).any(Diagnostic::is_error);
    let unused =
        sound.iter().filter(|(code, placed)| complete && !placed.used && !unchecked.contains(code));
    faults.extend(unused.map(|(code, placed)| hides_nothing(*code, placed, sources)));
    diagnostics.extend(faults);
    let place = |a: &Allowed| (a.diagnostic.primary.at.file, a.diagnostic.primary.at.span);
    allowed.sort_by(|a, b| {
        place(a).cmp(&place(b)).then_with(|| a.diagnostic.code.cmp(&b.diagnostic.code))
    });
    allowed
}

/// What hides findings of one code in one file: parts of a text, which lie in each other or apart.
#[derive(Default)]
struct Index {
    by_code: BTreeMap<(FileId, Code), Vec<Part>>,
}

struct Part {
    over: Span,
    /// The `allow`'s number.
    number: usize,
    /// The part around it, by its place in the list.
    around: Option<usize>,
}

impl Index {
    fn new(sound: &[(Code, Placed<'_>)]) -> Self {
        let mut index = Self::default();
        for (number, (code, placed)) in sound.iter().enumerate() {
            let Some(over) = placed.over else { continue };
            let parts = index.by_code.entry((placed.file, *code)).or_default();
            parts.push(Part { over, number, around: None });
        }
        for parts in index.by_code.values_mut() {
            parts.sort_by_key(|part| (part.over.start, std::cmp::Reverse(part.over.end)));
            let mut open: Vec<(usize, Span)> = Vec::new();
            for (i, part) in parts.iter_mut().enumerate() {
                while open.last().is_some_and(|(_, last)| last.end < part.over.end) {
                    open.pop();
                }
                part.around = open.last().map(|(around, _)| *around);
                open.push((i, part.over));
            }
        }
        index
    }

    /// The number of the innermost `allow` of a finding's code whose part holds its place.
    fn innermost(&self, finding: &Diagnostic) -> Option<usize> {
        let at = finding.primary.at;
        let parts = self.by_code.get(&(at.file, finding.code))?;
        let after = parts.partition_point(|part| part.over.start <= at.span.start);
        let mut next = after.checked_sub(1);
        while let Some(part) = next.and_then(|i| parts.get(i)) {
            if at.span.end <= part.over.end {
                return Some(part.number);
            }
            next = part.around;
        }
        None
    }
}

/// Every `allow` of a file with what it stands before.
fn placed(file: &File) -> Vec<Placed<'_>> {
    let mut all: Vec<Placed<'_>> = Vec::new();
    let mut waiting = 0;
    for decl in &file.parsed.decls {
        let (origin, id) = (decl.origin, file.id);
        let new = |node, over| Placed { node, file: id, origin, over, used: false };
        if let DeclKind::Allow(node) = &decl.node.kind {
            all.push(new(node, None));
            continue;
        }
        let over = decl.node.span.shifted(origin);
        all.iter_mut().skip(waiting).for_each(|above| above.over = Some(over));
        all.extend(decl.node.allows.iter().map(|node| {
            let over = node.over.map(|over| over.shifted(origin));
            new(node, over)
        }));
        waiting = all.len();
    }
    all
}

/// The code that an `allow` may hide.
fn checked(placed: &Placed<'_>, sources: &SourceMap) -> Result<Code, Box<Diagnostic>> {
    let name = &placed.node.code;
    let Some(code) = Code::parse(&name.text) else {
        return Err(Box::new(unknown_code(placed)));
    };
    if !code.can_be_allowed() {
        let message = format!("`{code}` cannot be allowed");
        let why = match code {
            Code::W0902 => "an `allow` that hides nothing is removed",
            _ => "the project cannot be compiled with it",
        };
        let found = Diagnostic::new(Code::E0903, placed.at(name.span), message).label(why);
        return Err(Box::new(without(placed, sources, found.help("mend what it finds"))));
    }
    if placed.reason().is_empty() {
        let end = placed.node.reason.as_ref().map_or(name.span, |reason| reason.span);
        let found = Diagnostic::new(Code::E0903, placed.at(end), "this `allow` does not say why")
            .label("no reason")
            .help(format!("write `allow({code}, \"…\")` with the reason in quotes"));
        return Err(Box::new(found));
    }
    if placed.over.is_none() {
        let at = placed.at(placed.node.span);
        let found = Diagnostic::new(Code::E0904, at, "this `allow` stands before nothing")
            .label("nothing follows")
            .help(
                "put it directly before the declaration, step or other line that has the finding",
            );
        return Err(Box::new(without(placed, sources, found)));
    }
    Ok(code)
}

fn unknown_code(placed: &Placed<'_>) -> Diagnostic {
    let name = &placed.node.code;
    let at = placed.at(name.span);
    let found = Diagnostic::new(Code::E0903, at, format!("there is no code `{}`", name.text))
        .label("no such code");
    let known = Code::ALL.iter().filter(|code| code.can_be_allowed()).map(|code| code.as_str());
    match closest(&name.text, known) {
        Some(meant) => found.help(format!("did you mean `{meant}`?")).fix(
            format!("replace `{}` by `{meant}`", name.text),
            at,
            meant,
        ),
        None => found.help("`flowright explain` lists all codes"),
    }
}

fn hides_nothing(code: Code, placed: &Placed<'_>, sources: &SourceMap) -> Diagnostic {
    let at = placed.at(placed.node.span);
    let message = format!("nothing in what follows has a finding `{code}`");
    let found = Diagnostic::new(Code::W0902, at, message)
        .label("hides nothing")
        .help("remove it, so that it hides nothing later");
    without(placed, sources, found)
}

/// The finding with the `allow`'s removal as its fix.
fn without(placed: &Placed<'_>, sources: &SourceMap, found: Diagnostic) -> Diagnostic {
    let at = placed.at(placed.node.span);
    let text = sources.get(at.file).map_or("", |file| &*file.text);
    let gone = FileSpan { file: at.file, span: edits::with_its_line(text, at.span) };
    found.fix("remove this `allow`", gone, "")
}
