//! What is well-formed and still looks wrong: flows nothing starts, calls in a circle.

use std::collections::BTreeSet;

use super::circles::{circles, finding, told};
use super::cx::Checker;
use super::hir::{Body, Flow, Handlers, State, Step, StepKind};
use super::symbols::Found;
use super::written::Flows;
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::FlowId;
use crate::syntax::ast::{Test, TestLine, TestLineKind};

impl Checker<'_> {
    /// Flows that neither an intent nor another flow starts.
    pub(super) fn flow_starts(&mut self, flows: &Flows<'_>) {
        let calls = flows.right().flat_map(|(_, flow)| called_flows(flow));
        let called: BTreeSet<FlowId> = calls.collect();
        for (id, flow) in flows.written() {
            let name = &flow.node.name;
            // A trigger that names nothing is said where it stands.
            let starts = !flow.node.triggers.is_empty() || called.contains(&id);
            if !starts && !flow.is_std && !self.lost && !flows.may_be_meant(&name.text) {
                let message = format!("nothing starts `{}`", name.text);
                let finding = Diagnostic::new(Code::W0401, flow.at(name.span), message)
                    .label("no trigger, no call")
                    .help("add `on intent NAME`, or `call` it from another flow");
                self.report(finding);
            }
        }
    }

    /// Calls that lead back to the flow that makes them: each circle once.
    pub(super) fn call_circles(&mut self, flows: &Flows<'_>) {
        let mut next = vec![BTreeSet::new(); flows.len()];
        for (id, flow) in flows.right() {
            let calls = flow.calls.iter().map(|called| called.index());
            next.get_mut(id.index()).into_iter().for_each(|next| next.extend(calls.clone()));
        }
        let id = |flow: usize| Some(FlowId(u32::try_from(flow).ok()?));
        let name = |flow: usize| id(flow).map_or("", |flow| flows.name(flow));
        for circle in circles(&next) {
            let to = circle.iter().cycle().skip(1);
            let call = |(from, to): (&usize, &usize)| {
                let called = id(*to)?;
                let at = flows.get(id(*from)?)?.bodies().find_map(|body| call_of(body, called))?;
                Some((at, format!("`{}` calls `{}` here", name(*from), name(*to))))
            };
            let calls = circle.iter().zip(to).filter_map(call);
            let (message, help) = match circle.as_slice() {
                [only] => (
                    format!("`{}` calls itself", name(*only)),
                    "go back to a state with `->` instead",
                ),
                more => (
                    format!("these flows call each other in a circle: {}", told(more, name)),
                    "put what both need into a flow that calls neither, or end instead of calling back",
                ),
            };
            let Some(found) = finding(Code::E0406, message, calls) else { continue };
            let found =
                if circle.len() == 1 { found.label("would wait for itself") } else { found };
            self.report(found.help(help));
        }
    }

    /// A test in which nothing happens.
    pub(super) fn test_says_something(&mut self, found: &Found<'_, Test>) {
        let sets_the_scene = |line: &TestLine| {
            matches!(
                line.kind,
                TestLineKind::Today { .. }
                    | TestLineKind::Language(_)
                    | TestLineKind::Channel(_)
                    | TestLineKind::Reachable(_)
                    | TestLineKind::Customer(_)
                    | TestLineKind::Seed(_)
                    | TestLineKind::Given { .. }
            )
        };
        if !found.broken && found.node.lines.iter().all(sets_the_scene) {
            let finding = self
                .finding(Code::W0512, found.node.name.span, "nothing happens in this test")
                .label("can never fail")
                .help("write what is said: `user \"…\"` and `bot \"…\"`, and what to `expect`");
            self.report(finding);
        }
    }
}

/// The flows that a flow calls.
pub(crate) fn called_flows(flow: &Flow) -> BTreeSet<FlowId> {
    flow.calls.clone()
}

/// The flows that states and handlers call.
pub(super) fn calls_of<'h>(
    states: &'h [State],
    handlers: impl IntoIterator<Item = &'h Handlers>,
) -> BTreeSet<FlowId> {
    let mut called = BTreeSet::new();
    for handlers in states.iter().map(|state| &state.handlers).chain(handlers) {
        handlers.bodies().for_each(|body| collect_calls(body, &mut called));
    }
    states.iter().for_each(|state| collect_calls(&state.body, &mut called));
    called
}

/// The first call of a flow in a body.
fn call_of(body: &Body, called: FlowId) -> Option<FileSpan> {
    body.iter().find_map(|step| match &step.kind {
        StepKind::Call { flow, .. } if *flow == called => Some(step.at),
        _ => inner_bodies(step).find_map(|body| call_of(body, called)),
    })
}

fn collect_calls(body: &Body, called: &mut BTreeSet<FlowId>) {
    for step in body {
        if let StepKind::Call { flow, .. } = &step.kind {
            called.insert(*flow);
        }
        inner_bodies(step).for_each(|body| collect_calls(body, called));
    }
}

/// The bodies inside a step.
pub(crate) fn inner_bodies(step: &Step) -> impl Iterator<Item = &Body> {
    let (mut offered, mut handled, mut decided) = ([].as_slice(), [].as_slice(), [].as_slice());
    let last = match &step.kind {
        StepKind::Confirm { yes, no, .. } => [Some(yes), Some(no)],
        StepKind::Choose { arms, .. } => {
            offered = arms;
            [None, None]
        }
        StepKind::ChooseFrom { then, none, .. } => [Some(then), none.as_ref()],
        StepKind::Do { handlers, failed, .. } => {
            handled = handlers;
            [failed.as_ref(), None]
        }
        StepKind::When { arms, otherwise } => {
            decided = arms;
            [otherwise.as_ref(), None]
        }
        _ => [None, None],
    };
    let arms = offered.iter().map(|(_, body)| body);
    let arms = arms.chain(handled.iter().map(|(_, body)| body));
    arms.chain(decided.iter().map(|(_, body)| body)).chain(last.into_iter().flatten())
}
