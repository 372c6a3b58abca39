//! `migrate`: what it names is there, and what it runs is code of its flow.

use super::{Checked, Role, fail, role, within};
use crate::ir::{Exit, FlowDef, FlowId, FuncId, MigrateRule, Program, SlotRef};

pub(super) fn verify(program: &Program) -> Checked {
    program
        .migrations
        .iter()
        .flat_map(|migrate| &migrate.lines)
        .try_for_each(|line| verify_rule(program, &line.rule))
}

fn verify_rule(program: &Program, rule: &MigrateRule) -> Checked {
    match rule {
        MigrateRule::Flow { new, to, .. } => {
            let flow = flow_of(program, *new)?;
            to.map_or(Ok(()), |to| verify_code(program, flow, to))
        }
        MigrateRule::StateIs { flow, new, .. } => {
            within(new.0, flow_of(program, *flow)?.states.len(), "migrate", "state")
        }
        MigrateRule::StateTo { flow, to, .. } => {
            verify_code(program, flow_of(program, *flow)?, *to)
        }
        MigrateRule::SlotIs { new, .. } | MigrateRule::SlotDefault { new, .. } => {
            verify_slot(program, new)
        }
        MigrateRule::SlotDropped { .. } => Ok(()),
        MigrateRule::Intent { new, .. } => {
            within(new.0, program.intents.len(), "migrate", "intent")
        }
        MigrateRule::Skill { new, .. } => within(new.0, program.skills.len(), "migrate", "skill"),
        MigrateRule::Channel { new, .. } => {
            within(new.0, program.channels.len(), "migrate", "channel")
        }
    }
}

fn flow_of(program: &Program, id: FlowId) -> Result<&FlowDef, super::VerifyError> {
    within(id.0, program.flows.len(), "migrate", "flow")?;
    program.flows.get(id.index()).ok_or_else(|| super::VerifyError {
        place: "migrate".to_owned(),
        what: format!("there is no flow {}", id.0),
    })
}

/// What `migrate` runs leaves at once: to a state of the flow, to a human, or for good.
fn verify_code(program: &Program, flow: &FlowDef, id: FuncId) -> Checked {
    role(program, id, Role::Steps, "migrate")?;
    let exits = program.functions.get(id.index()).map_or(&[][..], |function| &function.exits);
    exits.iter().try_for_each(|exit| match exit {
        Exit::Goto(state) => within(state.0, flow.states.len(), "migrate", "state"),
        Exit::Handoff { .. } | Exit::End(_) => Ok(()),
        _ => fail("migrate", "it leaves through an exit that it cannot use"),
    })
}

fn verify_slot(program: &Program, slot: &SlotRef) -> Checked {
    match slot {
        SlotRef::Session(slot) => within(*slot, program.session_slots.len(), "migrate", "slot"),
        SlotRef::Customer(field) => within(*field, program.customer.len(), "migrate", "field"),
        SlotRef::Flow(flow, _) => flow_of(program, *flow).map(|_| ()),
    }
}
