//! Why a cell is empty, where the cause lies in another flow: one that empties what the session
//! remembers while this one waits or calls, or a call that does not give a slot.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::summary::Summary;
use super::values::may_lack;
use crate::base::FileSpan;
use crate::ir::{FlowId, Place, SlotIndex, Space};
use crate::sema::hir::{Body, Flow, Project, StepKind};
use crate::sema::lints::inner_bodies;

/// Places of one finding that are shown.
const SHOWN_MAX: usize = 2;

/// By slot of the session: the flows that may empty it, and those by which the customer comes to
/// them. What is said of a flow that reads the slot shows places in these, and names them.
pub(crate) fn emptying(
    project: &Project,
    summaries: &[Arc<Summary>],
) -> BTreeMap<Place, BTreeSet<FlowId>> {
    let mut found: BTreeMap<Place, BTreeSet<FlowId>> = BTreeMap::new();
    let callers = callers(project);
    for (id, own) in (0..).map(FlowId).zip(summaries) {
        let set = own.writes.iter().filter(|_| own.sets_computed);
        let emptied: BTreeSet<&Place> = own.clears.iter().chain(set).collect();
        if emptied.is_empty() {
            continue;
        }
        let flows = [Some(id), starter(project, &callers, id)];
        for place in emptied {
            found.entry(*place).or_default().extend(flows.iter().flatten());
        }
    }
    found
}

/// By flow: those that call it.
fn callers(project: &Project) -> BTreeMap<FlowId, Vec<FlowId>> {
    let mut callers: BTreeMap<FlowId, Vec<FlowId>> = BTreeMap::new();
    for (id, flow) in (0..).map(FlowId).zip(&project.flows) {
        flow.calls.iter().for_each(|called| callers.entry(*called).or_default().push(id));
    }
    callers
}

/// The flow by which a customer can come to a flow while another one waits: itself, or one that
/// calls it.
fn starter(
    project: &Project,
    callers: &BTreeMap<FlowId, Vec<FlowId>>,
    flow: FlowId,
) -> Option<FlowId> {
    let (mut open, mut seen) = (vec![flow], BTreeSet::from([flow]));
    while let Some(id) = open.pop() {
        if project.flows.get(id.index()).is_some_and(|flow| !flow.triggers.is_empty()) {
            return Some(id);
        }
        let callers = callers.get(&id).into_iter().flatten().copied();
        open.extend(callers.filter(|caller| seen.insert(*caller)));
    }
    None
}

/// Places with words about them.
pub(super) type Causes = Vec<(FileSpan, String)>;

/// What flows do to others, looked for when something is found.
pub(super) struct Elsewhere<'p> {
    project: &'p Project,
    all: OnceCell<All>,
}

#[derive(Default)]
struct All {
    /// Steps that may empty a slot of the session.
    emptied: BTreeMap<Place, Vec<(FlowId, FileSpan)>>,
    /// Calls of a flow, with the slots that they give.
    calls: BTreeMap<FlowId, Vec<(FileSpan, BTreeSet<SlotIndex>)>>,
    callers: BTreeMap<FlowId, Vec<FlowId>>,
}

impl<'p> Elsewhere<'p> {
    pub(super) const fn new(project: &'p Project) -> Self {
        Self { project, all: OnceCell::new() }
    }

    fn all(&self) -> &All {
        self.all.get_or_init(|| {
            let mut all = All { callers: callers(self.project), ..All::default() };
            for (id, flow) in (0..).map(FlowId).zip(&self.project.flows) {
                flow.bodies().for_each(|body| collect(id, body, &mut all));
            }
            all
        })
    }

    fn flow(&self, id: FlowId) -> Option<&'p Flow> {
        self.project.flows.get(id.index()).map(|flow| &**flow)
    }

    fn name(&self, id: FlowId) -> &'p str {
        self.flow(id).map_or("", |flow| flow.name.as_str())
    }

    /// Steps of other flows that empty a slot of the session while a flow waits somewhere.
    pub(super) fn while_waiting(&self, own: FlowId, place: Place, wait: FileSpan) -> Causes {
        let steps = self.all().emptied.get(&place).map_or(&[][..], Vec::as_slice);
        let others = || steps.iter().filter(|(flow, _)| *flow != own);
        // The flow itself may be under way twice.
        let shown: Vec<&(FlowId, FileSpan)> = match others().next() {
            Some(_) => others().take(SHOWN_MAX).collect(),
            None => steps.iter().take(SHOWN_MAX).collect(),
        };
        let Some((first, _)) = shown.first() else { return Causes::new() };
        let waits = format!("here `{}` waits", self.name(own));
        let waits = match starter(self.project, &self.all().callers, *first) {
            Some(begun) if begun == own => format!("{waits}, and can begin once more"),
            Some(begun) => format!("{waits}, and `{}` can begin", self.name(begun)),
            None => waits,
        };
        self.emptied(shown.into_iter()).chain([(wait, waits)]).collect()
    }

    /// Steps by which the call of a flow empties a slot of the session.
    pub(super) fn by_call(&self, called: FlowId, place: Place, call: FileSpan) -> Causes {
        let mut within = BTreeSet::new();
        let mut open = vec![called];
        while let Some(id) = open.pop() {
            if within.insert(id) {
                open.extend(self.flow(id).into_iter().flat_map(|flow| flow.calls.iter().copied()));
            }
        }
        let steps = self.all().emptied.get(&place).map_or(&[][..], Vec::as_slice);
        let inside = steps.iter().filter(|(flow, _)| within.contains(flow)).take(SHOWN_MAX);
        let emptied: Causes = self.emptied(inside).collect();
        match emptied.is_empty() {
            true => emptied,
            false => std::iter::once((call, "called here".to_owned())).chain(emptied).collect(),
        }
    }

    fn emptied<'s>(
        &'s self,
        steps: impl Iterator<Item = &'s (FlowId, FileSpan)>,
    ) -> impl Iterator<Item = (FileSpan, String)> {
        steps.map(|(flow, at)| (*at, format!("`{}` may empty it here", self.name(*flow))))
    }

    /// Calls that do not give a slot of a flow that nothing but calls begin.
    pub(super) fn not_given(&self, own: FlowId, place: Place) -> Causes {
        let Some(flow) = self.flow(own).filter(|f| f.triggers.is_empty() && !f.on_start) else {
            return Causes::new();
        };
        let Some(slot) = flow.slots.iter().position(|slot| slot.place == place) else {
            return Causes::new();
        };
        let given = |slots: &BTreeSet<SlotIndex>| slots.iter().any(|given| given.index() == slot);
        let calls = self.all().calls.get(&own).map_or(&[][..], Vec::as_slice);
        let lacking = calls.iter().filter(|(_, slots)| !given(slots)).take(SHOWN_MAX);
        let name = flow.slots.get(slot).map_or("", |slot| slot.name.as_str());
        lacking.map(|(at, _)| (*at, format!("this call gives no `{name}`"))).collect()
    }
}

fn collect(flow: FlowId, body: &Body, all: &mut All) {
    for step in body {
        let mut emptied = |place: &Place| {
            if place.space == Space::Session {
                all.emptied.entry(*place).or_default().push((flow, step.at));
            }
        };
        match &step.kind {
            StepKind::Clear(places) => places.iter().for_each(emptied),
            StepKind::Set { place, value } if may_lack(value).is_some() => emptied(place),
            StepKind::Call { flow: called, args } => {
                let given = args.iter().map(|(slot, _)| *slot).collect();
                all.calls.entry(*called).or_default().push((step.at, given));
            }
            _ => {}
        }
        inner_bodies(step).for_each(|body| collect(flow, body, all));
    }
}
