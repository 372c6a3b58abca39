//! The steps of a flow, in the rows in which they stand.

use flowright_compiler::base::Span;
use flowright_compiler::syntax::ast::{Body, Flow, State, Step, StepKind};

/// Steps one after the other: of a state, of a handler, behind an arrow.
#[derive(Clone, Copy)]
pub(super) struct Row<'f> {
    /// The state that they are in; none in a handler of the flow.
    pub(super) state: Option<&'f State>,
    pub(super) steps: &'f [Step],
    /// They are in a handler.
    pub(super) in_handler: bool,
}

/// All rows of a flow, outer ones before those in them.
pub(super) fn rows(flow: &Flow) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for state in &flow.states {
        put(Row { state: Some(state), steps: &state.steps, in_handler: false }, &mut rows);
        let of = Row { state: Some(state), steps: &[], in_handler: true };
        state.handlers.iter().for_each(|handler| put_body(of, &handler.body, &mut rows));
    }
    let of = Row { state: None, steps: &[], in_handler: true };
    flow.handlers.iter().for_each(|handler| put_body(of, &handler.body, &mut rows));
    rows
}

fn put<'f>(row: Row<'f>, rows: &mut Vec<Row<'f>>) {
    rows.push(row);
    for step in row.steps {
        step.bodies().into_iter().for_each(|body| put_body(row, body, rows));
    }
}

/// The steps of a body, where the others of `around` are.
fn put_body<'f>(around: Row<'f>, body: &'f Body, rows: &mut Vec<Row<'f>>) {
    if let Body::Steps(steps) = body {
        put(Row { steps, ..around }, rows);
    }
}

/// All steps of a flow.
pub(super) fn steps(flow: &Flow) -> impl Iterator<Item = &Step> {
    rows(flow).into_iter().flat_map(|row| row.steps)
}

/// All steps of a row and those in them.
pub(super) fn within(steps: &[Step]) -> Vec<&Step> {
    let mut rows = Vec::new();
    put(Row { state: None, steps, in_handler: false }, &mut rows);
    rows.into_iter().flat_map(|row| row.steps).collect()
}

/// The innermost row with a step around a place, and the step's number.
pub(super) fn step_at(flow: &Flow, at: Span) -> Option<(Row<'_>, usize, &Step)> {
    let around = |step: &Step| step.span.start <= at.start && at.end <= step.span.end;
    let mut found = None;
    for row in rows(flow) {
        if let Some(number) = row.steps.iter().position(around) {
            found = row.steps.get(number).map(|step| (row, number, step));
        }
    }
    found
}

/// Whether nothing comes behind a row: every way through it goes somewhere.
pub(super) fn leaves(steps: &[Step]) -> bool {
    let leaves_body = |body: &Body| match body {
        Body::Goto(_) => true,
        Body::Steps(steps) => leaves(steps),
    };
    steps.iter().any(|step| match &step.kind {
        StepKind::Goto(_)
        | StepKind::Handoff { .. }
        | StepKind::End(_)
        | StepKind::Resume
        | StepKind::Repeat
        | StepKind::Abandon
        | StepKind::Correct => true,
        StepKind::Confirm { yes, no, .. } => leaves_body(yes) && leaves_body(no),
        StepKind::Choose { arms, .. } => arms.iter().all(|arm| leaves_body(&arm.body)),
        StepKind::ChooseFrom { then, none: Some(none), .. } => {
            leaves_body(then) && leaves_body(none)
        }
        StepKind::When { arms, otherwise: Some(otherwise) } => {
            arms.iter().all(|arm| leaves_body(&arm.body)) && leaves_body(otherwise)
        }
        _ => false,
    })
}
