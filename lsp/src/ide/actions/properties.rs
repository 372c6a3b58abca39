//! Properties of a flow, to be proved.

use flowright_compiler::diag::Edit;
use flowright_compiler::syntax::ast::{Decl, Ensure, EnsureKind, ExprKind, Flow, Step, StepKind};

use super::Kind;
use super::cx::{Cx, touch};
use super::flows::steps;
use crate::ide::symbols::{Scope, Ty};

/// Conditions that are offered for one call.
const CONDITIONS_MAX: usize = 4;

pub(super) fn offer(cx: &mut Cx<'_>) {
    let Some((decl, flow)) = cx.flow() else { return };
    let reaches_end = |own: &Ensure| matches!(own.kind, EnsureKind::AlwaysReachesEnd);
    if cx.touches(decl, flow.name.span) && !flow.ensures.iter().any(reaches_end) {
        let edits = vec![property(cx, decl, flow, "ensure always reaches end")];
        let title = "have it proved that an end can always be reached";
        cx.offer("ensure-end", Kind::Rewrite, title, edits);
    }
    let here = |step: &&Step| touch(step.span.shifted(decl.origin), cx.at);
    let Some(step) = steps(flow).filter(here).last() else { return };
    let StepKind::Do { action, args, .. } = &step.kind else { return };
    if !cx.model.action(&action.text).is_some_and(|action| action.is_effect) {
        return;
    }
    let scope = Scope::of_flow(cx.model, flow);
    let mut conditions = Vec::new();
    // What a call before it answers with yes or no.
    for (name, (_, ty)) in &scope.locals {
        if let Ty::Record(fields) = ty {
            let bools = fields.iter().filter(|(.., ty)| *ty == Ty::Named("bool".to_owned()));
            conditions.extend(bools.map(|(field, ..)| format!("{name}.{field}")));
        }
    }
    for arg in args {
        if let ExprKind::Path(names) = &arg.value.kind
            && let [name] = names.as_slice()
        {
            conditions.push(format!("has {}", name.text));
        }
    }
    conditions
        .retain(|cond| !flow.ensures.iter().any(|own| says(cx, decl, own, cond, &action.text)));
    for cond in conditions.into_iter().take(CONDITIONS_MAX) {
        let text = format!("ensure {cond} before {}", action.text);
        let edits = vec![property(cx, decl, flow, &text)];
        let title = format!("have it proved that `{cond}` before `{}`", action.text);
        cx.offer("ensure-before", Kind::Rewrite, title, edits);
    }
}

/// Whether a property says just that.
fn says(cx: &Cx<'_>, decl: &Decl, ensure: &Ensure, cond: &str, action: &str) -> bool {
    match &ensure.kind {
        EnsureKind::Before { cond: own, action: of } => {
            of.text == action && cx.of(decl, own.span) == cond
        }
        _ => false,
    }
}

/// A property behind the others, at the end of the flow.
fn property(cx: &Cx<'_>, decl: &Decl, flow: &Flow, text: &str) -> Edit {
    let end = |span: flowright_compiler::base::Span| span.shifted(decl.origin).end;
    let states = flow.states.iter().map(|state| end(state.span));
    let handlers = flow.handlers.iter().map(|handler| end(handler.span));
    let last = states.chain(handlers).max();
    let gap = match flow.ensures.last() {
        Some(_) => "\n",
        None => "\n\n",
    };
    let last = flow.ensures.last().map(|ensure| end(ensure.span)).or(last);
    match last {
        Some(last) => cx.insert(cx.line_end(last), format!("{gap}  {text}")),
        None => cx.insert(end(decl.node.span).saturating_sub(1), format!("\n  {text}\n")),
    }
}
