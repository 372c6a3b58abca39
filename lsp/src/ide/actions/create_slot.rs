//! Declares a slot that is named and not there: in the flow, or for the whole session.

use flowright_compiler::base::Span;
use flowright_compiler::diag::Code;
use flowright_compiler::syntax::ast::{Arg, BinaryOp, Decl, Expr, ExprKind, Flow, StepKind};
use flowright_compiler::syntax::write::quoted;

use super::cx::Cx;
use super::exprs::{each_expr, expressions};
use super::flows::steps;
use super::names::{is_name, sentence};
use super::texts::everywhere;
use super::types;
use crate::ide::symbols::{Scope, Symbol, Ty};

pub(super) fn offer(cx: &mut Cx<'_>) {
    for (number, _, at) in cx.findings_of(&[Code::E0201]) {
        let name = cx.slice(at);
        if !is_name(name) || cx.undeclared(at).is_some() {
            continue;
        }
        let Some((decl, flow)) = cx.flow() else { continue };
        let Some(use_) = named(cx, decl, flow, at) else { continue };
        let ty = use_.ty.unwrap_or_else(|| "text".to_owned());
        // A question can be asked of anything but a yes or no, which is confirmed.
        let ask = everywhere(cx.model, |_| quoted(&format!("{}?", sentence(name))));
        let text = format!("slot {name}: {ty} {{ ask {ask} }}");
        let edits = vec![member(cx, decl, flow, &text)];
        cx.fix("create-slot", format!("create the slot `{name}` of the flow"), number, edits);
        if !use_.is_filled {
            let edits = vec![cx.declaration(&format!("slot {name}: {ty}"))];
            let title = format!("create the slot `{name}` of the session");
            cx.fix("create-session-slot", title, number, edits);
        }
    }
}

/// A part of the flow, behind its slots, else behind what starts it, else first.
pub(super) fn member(
    cx: &Cx<'_>,
    decl: &Decl,
    flow: &Flow,
    text: &str,
) -> flowright_compiler::diag::Edit {
    use flowright_compiler::syntax::ast::Trigger;
    let mut triggers = flow.triggers.iter().map(|trigger| match trigger {
        Trigger::Intent { span, .. } | Trigger::Repair { span, .. } | Trigger::Start { span } => {
            *span
        }
    });
    let before = flow.slots.last().map(|slot| slot.span).or(triggers.next_back());
    match before {
        Some(before) => {
            let end = cx.line_end(before.shifted(decl.origin).end);
            cx.insert(end, format!("\n  {text}\n"))
        }
        None => {
            let name = flow.name.span.shifted(decl.origin).end;
            let open = cx.code_from(name).next().map_or(name, |token| token.span.end);
            cx.insert(open, format!("\n  {text}\n\n"))
        }
    }
}

/// How a slot is used that is not there.
struct Use {
    /// The type that its place asks for, where that is known.
    ty: Option<String>,
    /// It is asked for: that can only be in a flow.
    is_filled: bool,
}

fn named(cx: &Cx<'_>, decl: &Decl, flow: &Flow, at: Span) -> Option<Use> {
    let scope = Scope::of_flow(cx.model, flow);
    let is_here = |span: Span| span.shifted(decl.origin) == at;
    for step in steps(flow) {
        match &step.kind {
            StepKind::Fill(slots) if slots.iter().any(|slot| is_here(slot.span)) => {
                return Some(Use { ty: None, is_filled: true });
            }
            StepKind::Clear(slots) if slots.iter().any(|slot| is_here(slot.span)) => {
                return Some(Use { ty: None, is_filled: false });
            }
            StepKind::Set { slot, value } if is_here(slot.span) => {
                return Some(Use { ty: types::of_expr(cx.model, &scope, value), is_filled: false });
            }
            StepKind::Do { action, args, .. } => {
                let params = cx.model.action_params(&action.text);
                if let Some(ty) = of_argument(args, &params, &is_here) {
                    let ty = types::of_slot(cx.model, &ty);
                    return Some(Use { ty, is_filled: false });
                }
            }
            StepKind::Call { flow, args } => {
                let params = cx.model.flow_slots(&flow.text);
                if let Some(ty) = of_argument(args, &params, &is_here) {
                    let ty = types::of_slot(cx.model, &ty);
                    return Some(Use { ty, is_filled: false });
                }
            }
            _ => {}
        }
    }
    let mut found = None;
    for placed in expressions(flow) {
        if is_path_at(placed.expr, &is_here) {
            let ty = placed.is_condition.then(|| "bool".to_owned());
            found = Some(Use { ty, is_filled: false });
        }
        each_expr(placed.expr, &mut |expr| match &expr.kind {
            ExprKind::Binary(op, left, right) => {
                let other = match (is_path_at(left, &is_here), is_path_at(right, &is_here)) {
                    (true, _) => right,
                    (_, true) => left,
                    _ => return,
                };
                let ty = match op {
                    BinaryOp::And | BinaryOp::Or => Some("bool".to_owned()),
                    _ => types::of_expr(cx.model, &scope, other),
                };
                found = Some(Use { ty, is_filled: false });
            }
            // The choices of something that is not there are not known.
            ExprKind::Is { value, option, .. } if is_path_at(value, &is_here) => {
                let ty = Some(format!("one_of {{ {}, other }}", option.text));
                found = Some(Use { ty, is_filled: false });
            }
            ExprKind::Path(_) | ExprKind::Has(_) if is_path_at(expr, &is_here) => {
                found.get_or_insert(Use { ty: None, is_filled: false });
            }
            _ => {}
        });
    }
    found
}

fn of_argument(args: &[Arg], params: &[(Symbol, Ty)], at: &dyn Fn(Span) -> bool) -> Option<Ty> {
    let number = args.iter().position(|arg| is_path_at(&arg.value, at))?;
    let name = args.get(number).and_then(|arg| arg.name.as_ref());
    let param = match name {
        Some(name) => params.iter().find(|(symbol, _)| symbol.word() == name.text),
        None => params.get(number),
    };
    param.map(|(_, ty)| ty.clone())
}

/// Whether an expression is one name, and there.
fn is_path_at(expr: &Expr, at: &dyn Fn(Span) -> bool) -> bool {
    match &expr.kind {
        ExprKind::Path(names) | ExprKind::Has(names) => {
            matches!(names.as_slice(), [name] if at(name.span))
        }
        _ => false,
    }
}
