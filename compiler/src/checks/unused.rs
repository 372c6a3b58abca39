//! What a project asks for, keeps or recognises, and then makes nothing of.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic};
use crate::graph::{Summary, Used};
use crate::ir::{FlowId, IntentId, Place, Space, TestStep};
use crate::sema::hir::{Project, RouteKind, Slot};

/// Slots that nothing reads.
pub(super) fn slots(project: &Project, summaries: &[Arc<Summary>]) -> Vec<Diagnostic> {
    let used: Vec<&Used> = summaries.iter().map(|summary| &summary.used).collect();
    let mut found = slots_of_flows(project, &used);
    found.extend(slots_of_the_session(project, summaries, &outside(project)));
    found
}

/// What is used outside of flows. What a test expects of the slots of a flow is not in it.
fn outside(project: &Project) -> Used {
    let mut used = Used::default();
    for text in &project.texts {
        text.text.params.iter().for_each(|param| used.expr(param, None));
    }
    let conditions = project.route.iter().filter_map(|rule| rule.cond.as_ref());
    let applies = project.knowledge.iter().filter_map(|base| base.applies.as_ref());
    let handed_over = project.fallbacks().flat_map(|fallback| &fallback.handoff_when);
    let handed_over = handed_over.map(|when| &when.cond);
    conditions.chain(applies).chain(handed_over).for_each(|cond| used.expr(cond, None));
    project.session_slots.iter().for_each(|slot| used.slot(slot));
    used
}

/// By flow: slots that some test looks at; those of the session without one.
fn tested(project: &Project) -> BTreeSet<(Option<FlowId>, Place)> {
    let mut tested = BTreeSet::new();
    for line in project.tests.iter().flat_map(|test| &test.lines) {
        let TestStep::Holds { cond, flow, .. } = &line.kind else { continue };
        let mut used = Used::default();
        used.expr(cond, None);
        let owner = |place: &Place| flow.filter(|_| place.space == Space::Flow);
        tested.extend(used.reads.iter().map(|place| (owner(place), *place)));
    }
    tested
}

fn slots_of_flows(project: &Project, used: &[&Used]) -> Vec<Diagnostic> {
    let tested = tested(project);
    let mut found = Vec::new();
    for ((id, flow), used) in (0..).map(FlowId).zip(&project.flows).zip(used) {
        let own = flow.slots.iter().filter(|slot| slot.place.space == Space::Flow);
        for slot in own.filter(|_| !flow.from_std) {
            let is_read = used.reads.contains(&slot.place) || used.told.contains(&slot.place);
            if !is_read && !tested.contains(&(Some(id), slot.place)) {
                let is = |of: fn(&Used) -> &BTreeSet<Place>| of(used).contains(&slot.place);
                found.push(unused(slot, is(|used| &used.asked), is(|used| &used.own)));
            }
        }
    }
    found
}

/// Slots of the session that flows of the project itself fill or set. What no flow does is there for
/// what is still to come; where a human gets the conversation, she sees them all.
fn slots_of_the_session(
    project: &Project,
    summaries: &[Arc<Summary>],
    outside: &Used,
) -> Vec<Diagnostic> {
    if summaries.iter().any(|summary| summary.used.hands_over) {
        return Vec::new();
    }
    let flows = project.flows.iter().zip(summaries).filter(|(flow, _)| !flow.from_std);
    let kept: BTreeSet<Place> = flows.flat_map(|(_, own)| &own.writes).copied().collect();
    let tested = tested(project);
    let slots = project.session_slots.iter().filter(|slot| kept.contains(&slot.place));
    let unread = slots.filter_map(|slot| {
        let all = || summaries.iter().map(|summary| &summary.used).chain([outside]);
        let is = |of: fn(&Used) -> &BTreeSet<Place>| all().any(|one| of(one).contains(&slot.place));
        let is_read = is(|used| &used.reads) || tested.contains(&(None, slot.place));
        (!is_read).then(|| unused(slot, is(|used| &used.asked), is(|used| &used.own)))
    });
    unread.collect()
}

fn unused(slot: &Slot, is_asked: bool, is_looked_at: bool) -> Diagnostic {
    let is_asked = is_asked || slot.ask.is_some();
    let (message, label) = match (is_asked, is_looked_at) {
        (true, true) => {
            (format!("nothing but its own check reads `{}`", slot.name), "asked for in vain")
        }
        (false, true) => {
            (format!("nothing reads `{}` but what sets it", slot.name), "kept in vain")
        }
        (true, false) => (format!("nothing reads `{}`", slot.name), "asked for in vain"),
        (false, false) => (format!("nothing reads `{}`", slot.name), "kept in vain"),
    };
    Diagnostic::new(Code::W0403, slot.at, message).label(label).help("use it, or remove it")
}

/// Intents that are recognised, and nothing comes of it.
pub(super) fn intents(project: &Project, summaries: &[Arc<Summary>]) -> Vec<Diagnostic> {
    let used: Vec<&Used> = summaries.iter().map(|summary| &summary.used).collect();
    let outside = outside(project);
    let mut named: BTreeSet<IntentId> =
        used.iter().flat_map(|used| &used.handled).copied().collect();
    for rule in &project.route {
        if let RouteKind::Skill { intents, .. } = &rule.kind {
            named.extend(intents);
        }
    }
    let asked_for =
        |name: &str| used.iter().copied().chain([&outside]).any(|one| one.intents.contains(name));
    let mut found = Vec::new();
    for (id, intent) in (0..).map(IntentId).zip(&project.intents) {
        let is_used = intent.starts.is_some() || named.contains(&id) || asked_for(&intent.name);
        if !is_used && !intent.from_std {
            let message = format!("nothing comes of the intent `{}`", intent.name);
            found.push(
                Diagnostic::new(Code::W0414, intent.at, message)
                    .label("starts no flow, and is named nowhere")
                    .help(format!("begin a flow with `on intent {}`, name it in a handler, a routing rule or a condition, or remove it", intent.name)),
            );
        }
    }
    found
}
