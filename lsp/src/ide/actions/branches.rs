//! Branches: an `otherwise`, a way out at the end of a state, braces around what stands behind an arrow.

use flowright_compiler::base::Span;
use flowright_compiler::diag::{Code, Edit};
use flowright_compiler::syntax::TokenKind;
use flowright_compiler::syntax::ast::{Body, Step, StepKind};

use super::Kind;
use super::cx::{Cx, touch};
use super::flows::{leaves, rows, steps};

pub(super) fn offer(cx: &mut Cx<'_>) {
    stuck(cx);
    let Some((decl, flow)) = cx.flow() else { return };
    let here = |step: &&Step| touch(step.span.shifted(decl.origin), cx.at);
    let around: Vec<&Step> = steps(flow).filter(here).collect();
    for step in &around {
        if let StepKind::When { otherwise: None, .. } = &step.kind {
            let at = step.span.shifted(decl.origin).end;
            let edits = vec![cx.insert(at, "\notherwise -> handoff")];
            cx.offer("add-otherwise", Kind::Rewrite, "add `otherwise`", edits);
            break;
        }
    }
    let handlers = flow.handlers.iter().chain(flow.states.iter().flat_map(|s| &s.handlers));
    let mut lone: Vec<(Span, bool)> = Vec::new();
    for step in around {
        let keeps_arrow = !matches!(step.kind, StepKind::When { .. });
        lone.extend(step.bodies().into_iter().map(|body| (span(body), keeps_arrow)));
    }
    lone.extend(handlers.map(|handler| (span(&handler.body), false)));
    let lone = lone.into_iter().map(|(at, arrow)| (at.shifted(decl.origin), arrow));
    let here = lone.filter(|(at, _)| !at.is_empty() && touch(*at, cx.at));
    if let Some((at, keeps_arrow)) = here.min_by_key(|(at, _)| at.len())
        && let Some(edit) = braces(cx, at, keeps_arrow)
    {
        cx.offer("wrap-in-braces", Kind::Rewrite, "put it into braces", vec![edit]);
    }
}

/// A state that can come to its end and go nowhere.
fn stuck(cx: &mut Cx<'_>) {
    for (number, finding, at) in cx.findings_of(&[Code::E0402]) {
        if !finding.message.contains("come to its end") {
            continue;
        }
        let Some((decl, flow)) = cx.flow() else { continue };
        let here = |name: Span| name.shifted(decl.origin) == at;
        let Some(state) = flow.states.iter().find(|state| here(state.name.span)) else { continue };
        let Some(last) = state.steps.last() else { continue };
        let end = last.span.shifted(decl.origin).end;
        if let StepKind::When { arms, otherwise: None } = &last.kind {
            let leaves_arm = |body: &Body| match body {
                Body::Goto(_) => true,
                Body::Steps(steps) => leaves(steps),
            };
            if arms.iter().all(|arm| leaves_arm(&arm.body)) {
                let edits = vec![cx.insert(end, "\notherwise -> handoff")];
                cx.fix("add-otherwise", "hand over otherwise", number, edits);
            }
        }
        let edits = vec![cx.insert(end, "\nhandoff")];
        cx.fix("hand-over-at-end", "hand over at the end of the state", number, edits);
    }
}

/// Where a body is, without its arrow.
fn span(body: &Body) -> Span {
    match body {
        Body::Goto(state) => state.span,
        Body::Steps(steps) => match (steps.first(), steps.last()) {
            (Some(first), Some(last)) => first.span.cover(last.span),
            _ => Span::default(),
        },
    }
}

/// Braces around a body that has none.
fn braces(cx: &Cx<'_>, at: Span, keeps_arrow: bool) -> Option<Edit> {
    let before = cx.code_before(at.start)?;
    if before.kind != TokenKind::Arrow {
        return None;
    }
    let text = cx.slice(at);
    let is_state = super::names::is_name(text) && !is_step(cx, at);
    let inside = if is_state { format!("-> {text}") } else { text.to_owned() };
    Some(match keeps_arrow {
        true => cx.edit(at, format!("{{ {inside} }}")),
        false => cx.edit(before.span.cover(at), format!("{{ {inside} }}")),
    })
}

/// Whether a step of one word stands there: `resume`.
fn is_step(cx: &Cx<'_>, at: Span) -> bool {
    let Some((decl, flow)) = cx.flow() else { return false };
    let mut all = rows(flow).into_iter().flat_map(|row| row.steps);
    all.any(|step| step.span.shifted(decl.origin) == at)
}
