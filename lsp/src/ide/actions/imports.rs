//! The standard modules that a file uses: in order, each once.

use flowright_compiler::base::{FileId, Span};
use flowright_compiler::diag::Edit;
use flowright_compiler::syntax::ast::{Decl, DeclKind, Name};

use super::Kind;
use super::cx::Cx;
use crate::ide::snapshot::Snapshot;

pub(super) fn offer(cx: &mut Cx<'_>) {
    if !cx.decl.is_some_and(|decl| matches!(decl.node.kind, DeclKind::Use(_))) {
        return;
    }
    let edits = organized(cx.snapshot, cx.file.id);
    if !edits.is_empty() {
        cx.offer("organize-imports", Kind::Rewrite, "put the modules in order", edits);
    }
}

/// The edits that put the modules of a file in order; those with documentation or an `allow` stay
/// where they are.
#[must_use]
pub fn organized(snapshot: &Snapshot, file: FileId) -> Vec<Edit> {
    let Some(mut cx) = Cx::new(snapshot, file, Span::default()) else { return Vec::new() };
    cx.decl = None;
    let plain = |decl: &&Decl| decl.node.doc.is_none() && decl.node.allows.is_empty();
    let used: Vec<(Span, &Name)> = cx
        .file
        .parsed
        .decls
        .iter()
        .filter(plain)
        .filter_map(|decl| match &decl.node.kind {
            DeclKind::Use(name) => Some((decl.node.span.shifted(decl.origin), name)),
            _ => None,
        })
        .collect();
    let mut sorted: Vec<&str> = used.iter().map(|(_, name)| name.text.as_str()).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut wanted = sorted.into_iter();
    let mut edits = Vec::new();
    for (at, name) in used {
        match wanted.next() {
            Some(module) if module == name.text => {}
            Some(module) => edits.push(cx.edit(at, format!("use {module}"))),
            None => {
                let gone = flowright_compiler::diag::edits::with_its_line(cx.text, at);
                edits.push(cx.edit(gone, ""));
            }
        }
    }
    edits
}

/// `use MODULE`, behind the last of them, else behind the bot, else at the beginning.
pub(super) fn add(cx: &Cx<'_>, module: &str) -> Edit {
    let decls = &cx.file.parsed.decls;
    let last = |is: fn(&DeclKind) -> bool| decls.iter().rfind(|decl| is(&decl.node.kind));
    let end = |decl: &Decl| cx.line_end(decl.node.span.shifted(decl.origin).end);
    if let Some(decl) = last(|kind| matches!(kind, DeclKind::Use(_))) {
        return cx.insert(end(decl), format!("\nuse {module}"));
    }
    match last(|kind| matches!(kind, DeclKind::Bot(_))) {
        Some(decl) => cx.insert(end(decl), format!("\n\nuse {module}")),
        None => cx.insert(0, format!("use {module}\n\n")),
    }
}
