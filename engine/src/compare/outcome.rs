//! What counts of a turn: what it does to the world and where it leaves the conversation. Wording
//! does not.

use std::fmt;

use flowright_compiler::ir::{Outcome, Program};
use flowright_compiler::upgrade::MigrationPlan;

use crate::LoadedProgram;
use crate::json::value_to_json;
use crate::model::{Command, Session, Wait};

/// One thing that counts, in the names of the new program where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Did {
    Calls { action: String, args: Vec<(String, String)> },
    Ends { flow: String, outcome: Outcome },
    HandsOver { skill: Option<String>, urgency: u8 },
    Waits { place: String, what: String },
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calls { action, args } => {
                let args: Vec<String> =
                    args.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                write!(f, "calls {action}({})", args.join(", "))
            }
            Self::Ends { flow, outcome } => {
                write!(f, "{flow} ends {}", format!("{outcome:?}").to_lowercase())
            }
            Self::HandsOver { skill, urgency } => {
                let urgency = ["low", "normal", "high"].get(usize::from(*urgency));
                let skill = skill.as_deref().unwrap_or("anyone");
                write!(f, "goes to a human: {skill}, urgency {}", urgency.unwrap_or(&"critical"))
            }
            Self::Waits { place, what } => write!(f, "waits in {place} for {what}"),
        }
    }
}

/// The names of one program as the other would say them.
pub(super) enum Names<'p> {
    /// The old program's, in those of the new one.
    Old { plan: &'p MigrationPlan, new: &'p Program },
    /// As they are.
    New,
}

/// What a turn did.
pub(super) fn outcome(
    program: &LoadedProgram,
    names: &Names<'_>,
    session: &Session,
    commands: &[Command],
) -> Vec<Did> {
    let tables = &program.program;
    let mut did: Vec<Did> = Vec::new();
    for command in commands {
        match command {
            Command::FlowEnded { flow, outcome } => {
                did.push(Did::Ends { flow: names.flow(tables, flow), outcome: *outcome });
            }
            Command::Handoff(handoff) => did.push(Did::HandsOver {
                skill: handoff.skill.and_then(|id| names.skill(tables, id)),
                urgency: handoff.urgency,
            }),
            _ => {}
        }
    }
    if let Some(call) = session.pending_call()
        && let Some(action) = tables.actions.get(call.action.index())
    {
        let arg = |(param, value): (&flowright_compiler::ir::FieldType, &Option<_>)| {
            let json = value.as_ref().map(|value| value_to_json(tables, &param.ty, value));
            (param.name.clone(), json.map_or_else(|| "empty".to_owned(), |json| json.to_string()))
        };
        let args = action.params.iter().zip(&call.args).map(arg).collect();
        did.push(Did::Calls { action: action.name.clone(), args });
    }
    if let Some(frame) =
        session.stack.last().filter(|_| session.status == crate::model::Status::Bot)
    {
        let place = names.place(tables, frame.flow.index(), frame.state.index());
        let what = names.waits_for(tables, session);
        did.push(Did::Waits { place, what });
    }
    did
}

impl Names<'_> {
    fn flow(&self, tables: &Program, name: &str) -> String {
        let number = tables.flows.iter().position(|flow| flow.name == name);
        let now = number.and_then(|number| self.new_flow(number));
        now.map_or_else(|| name.to_owned(), |flow| flow.name.clone())
    }

    fn new_flow(&self, number: usize) -> Option<&flowright_compiler::ir::FlowDef> {
        let Self::Old { plan, new } = self else { return None };
        new.flows.get(plan.flows.get(number)?.as_ref()?.flow.index())
    }

    fn skill(&self, tables: &Program, id: flowright_compiler::ir::SkillId) -> Option<String> {
        if let Self::Old { plan, new } = self
            && let Some(Some(now)) = plan.skills.get(id.index())
        {
            return new.skills.get(now.index()).map(|skill| skill.name.clone());
        }
        tables.skills.get(id.index()).map(|skill| skill.name.clone())
    }

    fn place(&self, tables: &Program, flow: usize, state: usize) -> String {
        if let Self::Old { plan, .. } = self
            && let Some(now) = self.new_flow(flow)
            && let Some(Some(of_flow)) = plan.flows.get(flow)
            && let Some(to) = of_flow.states.get(state).and_then(|state| state.to)
            && let Some(def) = now.states.get(to.index())
        {
            return format!("{}.{}", now.name, def.name);
        }
        let def = tables.flows.get(flow);
        let name = def.and_then(|def| def.states.get(state)).map_or("", |state| &state.name);
        format!("{}.{name}", def.map_or("", |def| &def.name))
    }

    fn waits_for(&self, tables: &Program, session: &Session) -> String {
        let Some(frame) = session.stack.last() else { return "nothing".to_owned() };
        match &frame.wait {
            Wait::Slot { slot, .. } => {
                let flow = frame.flow.index();
                if let (Self::Old { plan, .. }, Some(now)) = (self, self.new_flow(flow))
                    && let Some(Some(of_flow)) = plan.flows.get(flow)
                    && let Some(Some(to)) = of_flow.slots.get(slot.index())
                    && let Some(def) = now.slots.get(to.index())
                {
                    return format!("`{}`", def.name);
                }
                let def = tables.flows.get(flow).and_then(|flow| flow.slots.get(slot.index()));
                format!("`{}`", def.map_or("", |def| &def.name))
            }
            Wait::Confirm { .. } => "a yes or no".to_owned(),
            Wait::Choose { arms, .. } => format!("one of {} choices", arms.len()),
            Wait::ChooseFrom { items, .. } => format!("one of {} items", items.len()),
            Wait::Action(_) => "an answer".to_owned(),
            Wait::Until { .. } => "a time".to_owned(),
            Wait::Return | Wait::Nothing => "nothing".to_owned(),
        }
    }
}
