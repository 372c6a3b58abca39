//! Properties that hold because nothing they speak of ever occurs.

use std::collections::BTreeSet;

use super::points::{Edge, Op, PointId, Points, Way};
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{ActionId, FlowId};
use crate::sema::calls::callees_first;
use crate::sema::hir::{Ensure, EnsureKind, Project};
use crate::sema::lints::called_flows;

/// Every property of every flow. `found` is what was found before: of branches that never hold.
pub(crate) fn check(
    project: &Project,
    flows: &[Points<'_>],
    found: &[Diagnostic],
) -> Vec<Diagnostic> {
    let never = |finding: &&Diagnostic| matches!(finding.code, Code::W0407 | Code::W0408);
    let dead: BTreeSet<FileSpan> =
        found.iter().filter(never).map(|finding| finding.primary.at).collect();
    let ids = || (0..).map(FlowId).zip(flows);
    let reached: Vec<Reached> =
        ids().map(|(id, points)| Reached::of(project, id, points, &dead)).collect();
    let live = live(flows, &reached);
    let done = carried_out(flows, &reached);
    let mut found = Vec::new();
    for (id, points) in ids().filter(|(_, points)| !points.flow.from_std && !points.too_many) {
        for ensure in &points.flow.ensures {
            if !live.contains(&id) {
                found.push(of_a_flow(&points.flow.name, points.flow.at, ensure));
            } else if let EnsureKind::Before { action, .. } = ensure.kind
                && !done.get(id.index()).is_some_and(|done| done.contains(&action))
            {
                found.push(of_an_action(project, action, points, ensure));
            }
        }
    }
    found
}

/// What conversations come to in a flow that has begun.
#[derive(Debug, Default)]
struct Reached {
    actions: BTreeSet<ActionId>,
    calls: BTreeSet<FlowId>,
}

impl Reached {
    fn of(project: &Project, id: FlowId, points: &Points<'_>, dead: &BTreeSet<FileSpan>) -> Self {
        let never = |id: PointId, edge: &Edge| {
            edge.way == Way::Holds
                && points.get(id).is_some_and(
                    |point| matches!(point.op, Op::Branch(cond) if dead.contains(&cond.at)),
                )
        };
        let sent = super::exits::migrated(project, id);
        let sent = sent.iter().filter_map(|state| points.states.get(state.index()).copied());
        let mut open: Vec<PointId> = std::iter::once(points.start).chain(sent).collect();
        let (mut seen, mut reached) = (BTreeSet::new(), Self::default());
        while let Some(id) = open.pop() {
            let Some(point) = points.get(id).filter(|_| seen.insert(id)) else { continue };
            match point.op {
                Op::Do { action, .. } => {
                    reached.actions.insert(action);
                }
                Op::Call { flow, .. } => {
                    reached.calls.insert(flow);
                }
                _ => {}
            }
            open.extend(point.next.iter().filter(|e| !never(id, e)).map(|edge| edge.to));
        }
        reached
    }
}

/// Flows that conversations come to. A flow that nothing calls is reported as such (W0401) or begun
/// from outside.
fn live(flows: &[Points<'_>], reached: &[Reached]) -> BTreeSet<FlowId> {
    let called: BTreeSet<FlowId> =
        flows.iter().flat_map(|points| called_flows(points.flow)).collect();
    let begins = |(id, points): &(FlowId, &Points<'_>)| {
        let flow = points.flow;
        !flow.triggers.is_empty() || flow.on_start || !called.contains(id)
    };
    let mut open: Vec<FlowId> =
        (0..).map(FlowId).zip(flows).filter(begins).map(|(id, _)| id).collect();
    let mut live = BTreeSet::new();
    while let Some(id) = open.pop() {
        if live.insert(id) {
            open.extend(reached.get(id.index()).into_iter().flat_map(|own| &own.calls));
        }
    }
    live
}

/// By flow: the actions that it carries out, itself or by flows that it calls.
fn carried_out(flows: &[Points<'_>], reached: &[Reached]) -> Vec<BTreeSet<ActionId>> {
    let calls: Vec<BTreeSet<FlowId>> = reached.iter().map(|own| own.calls.clone()).collect();
    let mut done = vec![BTreeSet::new(); flows.len()];
    for id in callees_first(&calls) {
        let Some(own) = reached.get(id.index()) else { continue };
        let called = own.calls.iter().filter_map(|flow| done.get(flow.index())).flatten();
        let all: BTreeSet<ActionId> = own.actions.iter().chain(called).copied().collect();
        if let Some(done) = done.get_mut(id.index()) {
            *done = all;
        }
    }
    done
}

fn of_an_action(
    project: &Project,
    action: ActionId,
    points: &Points<'_>,
    ensure: &Ensure,
) -> Diagnostic {
    let name = project.actions.get(action.index()).map_or("", |action| action.name.as_str());
    let message = format!("this property says nothing: `{name}` is never carried out here");
    let found = Diagnostic::new(Code::W0802, ensure.at, message);
    let is_it = |op: &Op<'_>| matches!(op, Op::Do { action: own, .. } if *own == action);
    match points.all.iter().find(|point| is_it(&point.op)) {
        Some(point) => found
            .label("holds because nothing comes to it")
            .related(point.at, "no conversation comes here")
            .help("see that some way leads there, or remove the property"),
        None => found
            .label(format!("neither `{}` nor what it calls does", points.flow.name))
            .help("name an action that the flow carries out, or remove the property"),
    }
}

fn of_a_flow(name: &str, at: FileSpan, ensure: &Ensure) -> Diagnostic {
    let message = format!("this property says nothing: no conversation comes to `{name}`");
    Diagnostic::new(Code::W0802, ensure.at, message)
        .label("holds because nothing occurs")
        .related(at, "only called where no conversation comes")
        .help("see that some way leads to a call of it, or remove the flow")
}
