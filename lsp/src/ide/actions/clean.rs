//! Takes out what nothing leads to and nobody names.

use flowright_compiler::base::Span;
use flowright_compiler::diag::{Code, Edit, edits};
use flowright_compiler::syntax::ast::{Decl, DeclKind};

use super::Kind as ActionKind;
use super::cx::Cx;
use super::flows::rows;
use crate::ide::model::declared;
use crate::ide::navigate::references;
use crate::ide::symbols::{Kind, Role, Symbol};

pub(super) fn offer(cx: &mut Cx<'_>) {
    let codes = [Code::E0401, Code::E0404, Code::W0401, Code::W0413, Code::W0414];
    let mut declaration = None;
    for (number, finding, at) in cx.findings_of(&codes) {
        match finding.code {
            Code::E0401 => state(cx, number, at),
            Code::E0404 => steps(cx, number, at),
            Code::W0413 => handler(cx, number, at),
            _ => declaration = Some(number),
        }
    }
    unused(cx, declaration);
}

/// All places that name something, apart from those in its own text.
fn named_elsewhere(cx: &Cx<'_>, symbol: &Symbol, own: Span) -> bool {
    references(cx.snapshot, symbol).iter().any(|found| {
        let inside = found.at.file == cx.file.id
            && own.start <= found.at.span.start
            && found.at.span.end <= own.end;
        found.role != Role::Declares && !inside
    })
}

/// A piece with its documentation and its line.
fn gone(cx: &Cx<'_>, piece: Span) -> Edit {
    let mut gone = edits::with_its_line(cx.text, piece);
    // One blank line around it is enough.
    let before = cx.text.get(..above(cx.text, piece.start) as usize).unwrap_or("");
    let after = cx.text.get(gone.end as usize..).unwrap_or("");
    gone.start = gone.start.min(above(cx.text, piece.start));
    if before.ends_with("\n\n") && after.starts_with('\n') {
        gone.end += 1;
    }
    cx.edit(gone, "")
}

/// Where the documentation of what begins at a place begins; the place, if it has none.
pub(super) fn above(text: &str, at: u32) -> u32 {
    let line_of = |at: usize| text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |end| end + 1);
    let mut start = line_of(at as usize);
    // Something else stands before it on its line.
    if text.get(start..at as usize).is_none_or(|before| !before.trim().is_empty()) {
        return at;
    }
    let mut found = at;
    while start > 0 {
        let line = line_of(start - 1);
        if !text.get(line..start).is_some_and(|line| line.trim_start().starts_with("///")) {
            break;
        }
        found = u32::try_from(line).unwrap_or(at);
        start = line;
    }
    found
}

fn state(cx: &mut Cx<'_>, mends: usize, at: Span) {
    let Some((decl, flow)) = cx.flow() else { return };
    let here = |name: Span| name.shifted(decl.origin) == at;
    let Some(state) = flow.states.iter().find(|state| here(state.name.span)) else { return };
    let symbol = Symbol::inside(Kind::State, &flow.name.text, &state.name.text);
    let own = state.span.shifted(decl.origin);
    if !named_elsewhere(cx, &symbol, own) {
        let edits = vec![gone(cx, own)];
        cx.fix("remove-state", format!("remove the state `{}`", state.name.text), mends, edits);
    }
}

/// Steps behind one that leads away.
fn steps(cx: &mut Cx<'_>, mends: usize, at: Span) {
    let Some((decl, flow)) = cx.flow() else { return };
    let here = |span: Span| span.shifted(decl.origin) == at;
    for row in rows(flow) {
        let Some(first) = row.steps.iter().position(|step| here(step.span)) else { continue };
        let Some(last) = row.steps.last() else { continue };
        let Some(before) = first.checked_sub(1).and_then(|n| row.steps.get(n)) else { return };
        let all = Span::new(before.span.end, last.span.end).shifted(decl.origin);
        let edits = vec![cx.edit(all, "")];
        cx.fix("remove-steps", "remove what is never reached", mends, edits);
        return;
    }
}

fn handler(cx: &mut Cx<'_>, mends: usize, at: Span) {
    let Some((decl, flow)) = cx.flow() else { return };
    let all = flow.handlers.iter().chain(flow.states.iter().flat_map(|state| &state.handlers));
    let around = |span: Span| {
        let span = span.shifted(decl.origin);
        span.start <= at.start && at.end <= span.end
    };
    if let Some(handler) = all.into_iter().find(|handler| around(handler.span)) {
        let edits = vec![gone(cx, handler.span.shifted(decl.origin))];
        cx.fix("remove-handler", "remove this handler", mends, edits);
    }
}

/// A declaration that nobody names, on its name.
fn unused(cx: &mut Cx<'_>, mends: Option<usize>) {
    let Some(decl) = cx.decl else { return };
    let Some((kind, name)) = declared(&decl.node.kind) else { return };
    if !cx.touches(decl, name.span) || !can_be_unused(&decl.node.kind) {
        return;
    }
    let own = decl.node.span.shifted(decl.origin);
    let symbol = Symbol::top(kind, &name.text);
    // A flow that something starts is used; so is what replaces or stands beside the standard
    // library's, and what the engine itself says.
    let starts = matches!(&decl.node.kind, DeclKind::Flow(flow) if !flow.triggers.is_empty());
    let known = cx.model.decls().filter(|(_, decl)| {
        declared(&decl.node.kind).is_some_and(|(k, n)| k == kind && n.text == name.text)
    });
    // An `allow` above it would stand before something else.
    let before = cx.file.parsed.decls.iter().take_while(|other| other.origin < decl.origin).last();
    if before.is_some_and(|before| matches!(before.node.kind, DeclKind::Allow(_))) {
        return;
    }
    if starts || known.count() > 1 || named_elsewhere(cx, &symbol, own) || has_owned(cx, decl) {
        return;
    }
    let edits = vec![gone(cx, own)];
    let title = format!("remove `{}`, which nothing uses", name.text);
    match mends {
        Some(mends) => cx.fix("remove-unused", title, mends, edits),
        None => cx.offer("remove-unused", ActionKind::Rewrite, title, edits),
    }
}

/// Whether something of a flow is named outside of it.
fn has_owned(cx: &Cx<'_>, decl: &Decl) -> bool {
    let DeclKind::Flow(flow) = &decl.node.kind else { return false };
    let own = decl.node.span.shifted(decl.origin);
    let states = flow.states.iter().map(|state| (Kind::State, &state.name.text));
    let slots = flow.slots.iter().map(|slot| (Kind::Slot, &slot.name.text));
    states
        .chain(slots)
        .any(|(kind, name)| named_elsewhere(cx, &Symbol::inside(kind, &flow.name.text, name), own))
}

fn can_be_unused(kind: &DeclKind) -> bool {
    match kind {
        // Texts for people at the desk are named by nobody.
        DeclKind::Text(text) => !text.name.text.starts_with("desk."),
        DeclKind::Entity(_)
        | DeclKind::Intent(_)
        | DeclKind::Action(_)
        | DeclKind::Flow(_)
        | DeclKind::Role(_) => true,
        _ => false,
    }
}
