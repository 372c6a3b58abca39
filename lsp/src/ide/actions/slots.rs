//! What a slot lacks: a question, a check, a number of tries; and asking before a value is used.

use flowright_compiler::base::Span;
use flowright_compiler::diag::{Code, Edit};
use flowright_compiler::syntax::ast::{Decl, DeclKind, Slot, TypeExpr};
use flowright_compiler::syntax::write::quoted;

use super::Kind;
use super::cx::Cx;
use super::flows::step_at;
use super::names::sentence;
use super::texts::everywhere;

pub(super) fn offer(cx: &mut Cx<'_>) {
    without_question(cx);
    read_too_early(cx);
    let Some(decl) = cx.decl else { return };
    let slots: Vec<&Slot> = match &decl.node.kind {
        DeclKind::Flow(flow) => flow.slots.iter().collect(),
        DeclKind::Slot(slot) => vec![slot],
        _ => return,
    };
    let here = slots.into_iter().find(|slot| cx.touches(decl, slot.span));
    let Some(slot) = here.filter(|slot| !slot.broken) else { return };
    let name = &slot.name.text;
    if slot.ask.is_none() {
        let edits = vec![part(cx, decl, slot, &question(cx, name))];
        cx.offer("add-question", Kind::Rewrite, format!("ask for `{name}`"), edits);
    }
    // Only an answer is checked and tried again.
    if slot.ask.is_some() {
        if let Some(check) = check(cx, slot) {
            let edits = vec![part(cx, decl, slot, &check)];
            cx.offer("add-check", Kind::Rewrite, format!("check `{name}`"), edits);
        }
        if slot.tries.is_none() {
            let edits = vec![part(cx, decl, slot, "tries 3")];
            let title = format!("say how often `{name}` is asked for");
            cx.offer("add-tries", Kind::Rewrite, title, edits);
        }
    }
}

fn question(cx: &Cx<'_>, name: &str) -> String {
    let text = everywhere(cx.model, |_| quoted(&format!("{}?", sentence(name))));
    format!("ask {text}")
}

/// A part more of a slot.
fn part(cx: &Cx<'_>, decl: &Decl, slot: &Slot, text: &str) -> Edit {
    let span = slot.span.shifted(decl.origin);
    let header = end_of_header(slot).shifted(decl.origin).end;
    // A type may end with a brace of its own.
    match cx.closing(span).filter(|close| *close >= header) {
        Some(last) => {
            // A block on one line stays on it.
            let on_lines = cx.slice(Span::new(header, span.end)).contains('\n');
            let gap = if on_lines { "\n" } else { "  " };
            cx.insert(last, format!("{gap}{text}"))
        }
        None => cx.insert(span.end, format!(" {{ {text} }}")),
    }
}

/// The type and labels.
fn end_of_header(slot: &Slot) -> Span {
    let ty = slot.ty.span();
    let ty = slot.labels.personal.map_or(ty, |personal| ty.cover(personal));
    slot.labels.visible_to.as_ref().map_or(ty, |role| ty.cover(role.span))
}

/// A check that fits the type: a day to come, a number above nought.
fn check(cx: &Cx<'_>, slot: &Slot) -> Option<String> {
    let TypeExpr::Named(ty) = &slot.ty else { return None };
    if !slot.checks.is_empty() {
        return None;
    }
    let name = &slot.name.text;
    let (cond, en, zh) = match ty.text.as_str() {
        "date" => (format!("{name} > today"), "That day has passed.", "该日期已过。"),
        "datetime" => (format!("{name} > now"), "That time has passed.", "该时间已过。"),
        "number" => (format!("{name} > 0"), "It must be more than 0.", "必须大于0。"),
        "duration" => (format!("{name} > 0s"), "It must be more than 0.", "必须大于0。"),
        "text" => (
            format!("length({name}) <= 200"),
            "That is too long, please be brief.",
            "内容太长,请简短一些。",
        ),
        _ => return None,
    };
    let words = |lang: &str| quoted(if lang == "zh" { zh } else { en });
    Some(format!("check {cond} else {}", everywhere(cx.model, words)))
}

/// `fill` of a slot that asks nothing.
fn without_question(cx: &mut Cx<'_>) {
    for (number, _, at) in cx.findings_of(&[Code::E0405]) {
        let name = cx.slice(at);
        let Some((decl, flow)) = cx.flow() else { continue };
        let own = flow.slots.iter().find(|slot| slot.name.text == name && !slot.broken);
        let edit = match own {
            Some(slot) => part(cx, decl, slot, &question(cx, name)),
            None => continue,
        };
        cx.fix("ask-for-slot", format!("give `{name}` a question"), number, vec![edit]);
    }
}

/// A value of a slot with a question that is read where it may be empty.
fn read_too_early(cx: &mut Cx<'_>) {
    for (number, _, at) in cx.findings_of(&[Code::E0410]) {
        let Some((decl, flow)) = cx.flow() else { continue };
        let name = cx.slice(at);
        let Some(slot) = flow.slots.iter().find(|slot| slot.name.text == name) else { continue };
        let here =
            Span::new(at.start - decl.origin.min(at.start), at.end - decl.origin.min(at.end));
        let Some((row, place, step)) = step_at(flow, here) else { continue };
        if slot.ask.is_none() || row.in_handler {
            continue;
        }
        let step = step.span.shifted(decl.origin);
        let edits = before_step(cx, row.steps.len(), place, step, &format!("fill {name}"));
        cx.fix("fill-first", format!("ask for `{name}` first"), number, edits);
    }
}

/// A step before another; one that stands behind an arrow gets braces.
fn before_step(cx: &Cx<'_>, count: usize, place: usize, step: Span, text: &str) -> Vec<Edit> {
    if place > 0 || count > 1 || cx.opens_before(step.start) {
        return vec![cx.insert(step.start, format!("{text}\n"))];
    }
    vec![cx.insert(step.start, format!("{{ {text}\n")), cx.insert(step.end, " }")]
}
