//! Words for people: documentation, and why a human takes over.

use flowright_compiler::base::Span;
use flowright_compiler::syntax::ast::{Decl, DeclKind, Name, StepKind};
use flowright_compiler::syntax::write::quoted;

use super::Kind;
use super::cx::{Cx, touch};
use super::flows::step_at;
use super::names::sentence;
use crate::ide::model::declared;

pub(super) fn offer(cx: &mut Cx<'_>) {
    let Some(decl) = cx.decl else { return };
    if let Some((name, at)) = undocumented(cx, decl) {
        let text = format!("/// {}.\n", sentence(&name.text));
        let edits = vec![cx.insert(at.shifted(decl.origin).start, text)];
        cx.offer("add-documentation", Kind::Rewrite, "describe it", edits);
    }
    because(cx);
}

/// What has its name at the place and no documentation, and where it begins.
fn undocumented<'s>(cx: &Cx<'s>, decl: &'s Decl) -> Option<(&'s Name, Span)> {
    if let DeclKind::Flow(flow) = &decl.node.kind {
        let states = flow.states.iter().map(|state| (&state.name, state.span, &state.doc));
        let slots = flow.slots.iter().map(|slot| (&slot.name, slot.span, &slot.doc));
        let mut inside = states.chain(slots);
        if let Some((name, span, doc)) = inside.find(|(name, ..)| cx.touches(decl, name.span)) {
            return doc.is_none().then_some((name, span));
        }
    }
    let (_, name) = declared(&decl.node.kind)?;
    let here = decl.node.doc.is_none() && cx.touches(decl, name.span);
    here.then_some((name, decl.node.span))
}

/// `handoff` without a reason.
fn because(cx: &mut Cx<'_>) {
    let Some((decl, flow)) = cx.flow() else { return };
    let start = cx.at.start.saturating_sub(decl.origin);
    let Some((row, _, step)) = step_at(flow, Span::new(start, start)) else { return };
    let StepKind::Handoff { because: None, .. } = &step.kind else { return };
    let at = step.span.shifted(decl.origin);
    if !touch(at, cx.at) {
        return;
    }
    let flow = sentence(&flow.name.text);
    let reason = match row.state {
        Some(state) => format!("{flow}: {}", state.name.text.replace('_', " ")),
        None => flow,
    };
    let edits = vec![cx.insert(at.end, format!(" because {}", quoted(&reason)))];
    cx.offer("add-because", Kind::Rewrite, "say why a human takes over", edits);
}
