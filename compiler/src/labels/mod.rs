//! Who may see what: every labelled value is followed from where it is declared, through slots,
//! expressions, calls, results and texts, to whoever reads it in the end.
//!
//! Places that hold values are nodes ([`net`]); whatever moves a value from one to another is an
//! edge. One pass over the project ([`collect`]) draws them and notes the readers; one fixpoint
//! ([`solve`]) says what each node carries and from where, and a second one what it carries by
//! what conditions decide ([`decides`]); then the readers are asked ([`report`], [`implicit`],
//! [`reveals`]). The order of steps does not matter: a slot carries
//! whatever may flow into it anywhere.

mod collect;
mod decides;
mod demand;
mod exprs;
mod implicit;
mod net;
mod outside;
mod report;
mod reveals;
mod solve;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::limits::{LABEL_FACTS_MAX, ROLES_MAX};
use crate::base::{FileSpan, SourceMap};
use crate::diag::{Code, Diagnostic};
use crate::graph::points::Ways;
use crate::ir::{FlowId, Place, Space};
use crate::sema::hir::{Project, Slot};

use self::collect::Collector;
use self::demand::Roles;
use self::report::Report;
use self::solve::Solved;

pub use reveals::{Reveal, render_json, render_table};

/// What following the labels has found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Values that reach somebody who may not see them, and reveals that are not right.
    pub diagnostics: Vec<Diagnostic>,
    /// Every `reveal`, in reading order.
    pub reveals: Vec<Reveal>,
    /// Labels that slots without one have taken on.
    taken_on: BTreeMap<(Option<FlowId>, Place), TakenOn>,
}

/// What a slot carries by what flows into it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TakenOn {
    personal: bool,
    visible_to: Option<String>,
}

/// Follows every label of a project, whose flows are given as points too.
#[must_use]
pub(crate) fn check(project: &Project, sources: &SourceMap, flows: &Ways<'_>) -> Checked {
    if let Some(role) = project.roles.get(ROLES_MAX) {
        let message =
            format!("the project has {} roles, more than {ROLES_MAX}", project.roles.len());
        return too_large(
            Diagnostic::new(Code::E0901, role.at, message).help("merge some of them"),
        );
    }
    let roles = Roles::new(project);
    let Collector { mut net, uses, branches, reveals, lacking, .. } =
        Collector::collect(project, &roles);
    let solved = Solved::solve(&net);
    let decided = solved
        .as_ref()
        .and_then(|solved| decides::follow(flows, &mut net, solved, &branches, &uses, &lacking));
    let Some((solved, decided)) = solved.zip(decided) else {
        let message = format!("labels reach more than {LABEL_FACTS_MAX} places");
        let finding = Diagnostic::new(Code::E0901, FileSpan::default(), message);
        return too_large(finding.help("split the project, or label fewer values"));
    };
    let mut report = Report::new(project, &roles, &net, &solved, &decided);
    report.uses(&uses);
    report.addresses();
    report.branches(&branches);
    report.decided_uses(&uses);
    let reveals = report.reveals(&reveals, sources);
    let taken_on = taken_on(project, &report);
    Checked { diagnostics: report.found, reveals, taken_on }
}

fn too_large(finding: Diagnostic) -> Checked {
    Checked { diagnostics: vec![finding], ..Checked::default() }
}

fn taken_on(project: &Project, report: &Report<'_>) -> BTreeMap<(Option<FlowId>, Place), TakenOn> {
    let mut taken = BTreeMap::new();
    let mut take = |flow: Option<FlowId>, slot: &Slot| {
        if let Some(label) = report.carried(flow, slot) {
            taken.insert((flow, slot.place), label);
        }
    };
    project.session_slots.iter().for_each(|slot| take(None, slot));
    for (id, flow) in (0..).map(FlowId).zip(&project.flows) {
        let own = flow.slots.iter().filter(|slot| slot.place.space == Space::Flow);
        own.for_each(|slot| take(Some(id), slot));
    }
    taken
}

impl Checked {
    /// Gives slots the labels that they have taken on, so that summaries mask them too.
    pub fn mask(&self, project: &mut Project) {
        let apply = |flow: Option<FlowId>, slot: &mut Slot| {
            let flow = flow.filter(|_| slot.place.space == Space::Flow);
            if let Some(label) = self.taken_on.get(&(flow, slot.place)) {
                slot.personal = label.personal;
                slot.visible_to.clone_from(&label.visible_to);
            }
        };
        let takes_on = |flow: FlowId, slot: &Slot| {
            let flow = Some(flow).filter(|_| slot.place.space == Space::Flow);
            self.taken_on.contains_key(&(flow, slot.place))
        };
        project.session_slots.iter_mut().for_each(|slot| apply(None, slot));
        for (id, flow) in (0..).map(FlowId).zip(&mut project.flows) {
            if flow.slots.iter().any(|slot| takes_on(id, slot)) {
                let slots = &mut Arc::make_mut(flow).slots;
                slots.iter_mut().for_each(|slot| apply(Some(id), slot));
            }
        }
    }
}
