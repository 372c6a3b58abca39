//! Silences a finding where it is, with a reason.

use flowright_compiler::base::Span;
use flowright_compiler::syntax::ast::{Decl, DeclKind, Flow, Step, StepKind};

use super::clean::above;
use super::cx::Cx;
use super::flows::rows;

pub(super) fn offer(cx: &mut Cx<'_>) {
    let mut codes = Vec::new();
    for (number, finding) in cx.findings() {
        let code = finding.code;
        if !code.can_be_allowed() || codes.contains(&code) {
            continue;
        }
        let Some(decl) = cx.model.decl_at(cx.file.id, finding.primary.at.span.start) else {
            continue;
        };
        codes.push(code);
        let place = smallest(cx, decl, finding.primary.at.span);
        let at = above(cx.text, place.start);
        // In the first column a new declaration would begin.
        let before = cx.text.get(..at as usize).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        let indent = if line.is_empty() { "" } else { &*format!("{indent}  ") };
        let text = format!("allow({code}, \"it is meant so\")\n{indent}");
        let edits = vec![cx.insert(at, text)];
        cx.fix("allow", format!("silence {code} here, with a reason"), number, edits);
    }
}

/// The smallest part around a place that an `allow` may stand before.
fn smallest(cx: &Cx<'_>, decl: &Decl, at: Span) -> Span {
    let mut parts = vec![decl.node.span];
    if let DeclKind::Flow(flow) = &decl.node.kind {
        parts.extend(of_flow(cx, decl, flow));
    }
    let parts = parts.into_iter().map(|part| part.shifted(decl.origin));
    let around = parts.filter(|part| part.start <= at.start && at.end <= part.end);
    around.min_by_key(|part| part.len()).unwrap_or(decl.node.span.shifted(decl.origin))
}

/// Each further `when` of one choice is a part of its own.
fn branches(cx: &Cx<'_>, decl: &Decl, step: &Step) -> Vec<Span> {
    let StepKind::When { arms, .. } = &step.kind else { return Vec::new() };
    let starts = arms.iter().skip(1).filter_map(|arm| {
        let keyword = cx.code_before(arm.cond.span.shifted(decl.origin).start)?;
        (cx.slice(keyword.span) == "when").then_some(keyword.span.start - decl.origin)
    });
    let starts: Vec<u32> = starts.collect();
    let ends = starts.iter().skip(1).copied().chain([step.span.end]);
    starts.iter().zip(ends).map(|(start, end)| Span::new(*start, end)).collect()
}

fn of_flow(cx: &Cx<'_>, decl: &Decl, flow: &Flow) -> Vec<Span> {
    let mut parts: Vec<Span> = flow.slots.iter().map(|slot| slot.span).collect();
    parts.extend(flow.states.iter().map(|state| state.span));
    parts.extend(flow.states.iter().flat_map(|state| &state.handlers).map(|own| own.span));
    parts.extend(flow.handlers.iter().map(|handler| handler.span));
    parts.extend(flow.ensures.iter().map(|ensure| ensure.span));
    for row in rows(flow) {
        // Behind an arrow stands a step alone.
        let mut steps = row.steps.iter();
        if let Some(first) = steps.next()
            && (row.steps.len() > 1 || cx.opens_before(first.span.shifted(decl.origin).start))
        {
            parts.push(first.span);
            parts.extend(steps.map(|step| step.span));
        }
        parts.extend(row.steps.iter().flat_map(|step| branches(cx, decl, step)));
    }
    parts
}
