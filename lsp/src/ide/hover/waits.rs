//! What a state waits for: the customer, a time, nobody.

use std::collections::BTreeSet;

use flowright_compiler::syntax::ast::{Body, Expr, Flow, Name, State, Step, StepKind};

use super::md::{plain, tick};
use crate::ide::describe::cut;
use crate::ide::model::Model;
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::Kind;

/// Characters of a time that is shown.
const TIME_SHOWN: usize = 40;

/// What a state waits for, a line each.
pub(super) fn lines(snapshot: &Snapshot, flow: &Flow, state: &State) -> Vec<String> {
    let mut found = Found::default();
    found.steps(&snapshot.model, &state.steps);
    let mut lines = Vec::new();
    if !found.asks.is_empty() {
        lines.push(format!("waits for the customer: {}", plain(&found.asks.join(", "))));
    }
    if let Some((file, decl)) = snapshot.model.decl(Kind::Flow, &flow.name.text) {
        let words = |time: &&Expr| {
            let at = Model::at(file, decl, time.span);
            tick(&cut(&snapshot.analysis.sources.one_line(at), TIME_SHOWN))
        };
        let times: Vec<String> = found.times.iter().map(words).collect();
        if !times.is_empty() {
            lines.push(format!("waits for a time: {}", times.join(", ")));
        }
    }
    if lines.is_empty() {
        lines.push("waits for nobody".to_owned());
    }
    lines
}

/// What steps wait for, whatever leads to them.
#[derive(Debug, Default)]
struct Found<'f> {
    /// What they ask the customer.
    asks: Vec<String>,
    /// The times that they wait.
    times: Vec<&'f Expr>,
}

impl<'f> Found<'f> {
    fn steps(&mut self, model: &'f Model, steps: &'f [Step]) {
        for step in steps {
            match &step.kind {
                StepKind::Fill(slots) => {
                    let names: Vec<&str> = slots.iter().map(|slot| &*slot.text).collect();
                    self.ask(format!("asks {}", names.join(", ")));
                }
                StepKind::Confirm { .. } => self.ask("asks yes or no".to_owned()),
                StepKind::Choose { .. } | StepKind::ChooseFrom { .. } => {
                    self.ask("offers a choice".to_owned());
                }
                StepKind::Wait(time) => self.times.push(time),
                StepKind::Call { flow, .. } if waits(model, flow, &mut BTreeSet::new()) => {
                    self.ask(format!("runs {}, which waits", flow.text));
                }
                _ => {}
            }
            for body in step.bodies() {
                if let Body::Steps(steps) = body {
                    self.steps(model, steps);
                }
            }
        }
    }

    fn ask(&mut self, what: String) {
        if !self.asks.contains(&what) {
            self.asks.push(what);
        }
    }
}

/// Whether a flow, or one that it calls, waits for the customer in some state.
fn waits(model: &Model, flow: &Name, seen: &mut BTreeSet<String>) -> bool {
    if !seen.insert(flow.text.clone()) {
        return false;
    }
    let states = model.flow(&flow.text).map_or(&[][..], |flow| &flow.states);
    states.iter().any(|state| steps_wait(model, &state.steps, seen))
}

fn steps_wait(model: &Model, steps: &[Step], seen: &mut BTreeSet<String>) -> bool {
    steps.iter().any(|step| {
        let waits = match &step.kind {
            StepKind::Fill(_)
            | StepKind::Confirm { .. }
            | StepKind::Choose { .. }
            | StepKind::ChooseFrom { .. } => true,
            StepKind::Call { flow, .. } => waits(model, flow, seen),
            _ => false,
        };
        let inside = |body: &&Body| match body {
            Body::Steps(steps) => steps_wait(model, steps, seen),
            Body::Goto(_) => false,
        };
        waits || step.bodies().iter().any(inside)
    })
}
