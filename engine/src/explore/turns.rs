//! How many turns a flow takes, where it claims `at most N turns`: what starts it, and every answer to
//! what it asks. Detours (other wishes, what is not understood) are not counted; where one leads the
//! flow somewhere else (a correction, a handler), the claim says nothing, and it is watched no longer.

use std::collections::BTreeMap;

use flowright_compiler::ir::{FlowId, SlotIndex, Watch};

use crate::model::{Command, Session, Status, Wait};
use crate::{LoadedProgram, Step, Taken};

/// The turns of the flows under way that claim something of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns {
    /// Nothing where the flow went a way that its claim says nothing of.
    counted: BTreeMap<FlowId, Option<u32>>,
}

/// A flow that asks, and the slots that it asks for.
#[derive(Debug)]
pub(super) struct Asking {
    flow: FlowId,
    slots: Vec<SlotIndex>,
}

impl Turns {
    /// What would be answered by what the customer says next.
    pub(super) fn asking(session: &Session) -> Option<Asking> {
        let asks = session.status == Status::Bot && session.clarifying.is_none();
        let frame = session.stack.last().filter(|_| asks)?;
        let slots = match &frame.wait {
            Wait::Slot { slot, rest, .. } => std::iter::once(slot).chain(rest).copied().collect(),
            _ => Vec::new(),
        };
        Some(Asking { flow: frame.flow, slots })
    }

    /// Counts an answer to the flow that asked, when nothing else was made of it: one that a check refused
    /// too, but no correction of another slot.
    pub(super) fn said(&mut self, asking: Option<Asking>, taken: &[Taken]) {
        let Some(Asking { flow, slots }) = asking else { return };
        let Some(Some(turns)) = self.counted.get_mut(&flow) else { return };
        let answers = |taken: &Taken| matches!(taken, Taken::Refused(slot) if slots.contains(slot));
        if taken.iter().all(answers) {
            *turns += 1;
        }
    }

    /// What a step does to the flows under way.
    pub(super) fn step(&mut self, program: &LoadedProgram, session: &Session, step: &Step) {
        for command in &step.commands {
            let name = match command {
                Command::FlowStarted { flow } | Command::FlowEnded { flow, .. } => flow,
                _ => continue,
            };
            let flows = &program.program.flows;
            let Some(id) = (0..).map(FlowId).zip(flows).find(|(_, f)| f.name == *name) else {
                continue;
            };
            match command {
                // Of two of a kind under way none is known.
                Command::FlowStarted { .. } => {
                    let known = self.counted.insert(id.0, Some(1));
                    if known.is_some() {
                        self.counted.insert(id.0, None);
                    }
                }
                _ => {
                    self.counted.remove(&id.0);
                }
            }
        }
        let leads_away = |taken: &Taken| {
            matches!(
                taken,
                Taken::Corrected(_) | Taken::TooLate | Taken::Handled(_) | Taken::WentOn(_)
            )
        };
        if step.taken.iter().any(leads_away) {
            self.lose_all();
        }
        if session.status != Status::Bot {
            self.counted.clear();
        }
    }

    /// Time has passed: handlers may have run.
    pub(super) fn lose_all(&mut self) {
        self.counted.values_mut().for_each(|turns| *turns = None);
    }

    /// A property that says that a flow would be over by now: its number, its flow.
    pub(super) fn too_many(&self, program: &LoadedProgram) -> Option<(usize, FlowId)> {
        let mut properties = program.program.properties.iter().enumerate();
        properties.find_map(|(number, property)| {
            let Some(Watch::Turns { flow, most }) = property.watch else { return None };
            let turns = self.counted.get(&flow).copied().flatten()?;
            (turns >= most).then_some((number, flow))
        })
    }
}
