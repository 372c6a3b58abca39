//! What the new program's `migrate` says, with the names of the old program found in it.

use std::collections::{BTreeMap, BTreeSet};

use flowright_nlu::value::Value;

use super::{Change, Class, Found};
use crate::diag::{Code, closest};
use crate::ir::{
    ChannelId, FlowDef, FlowId, FuncId, IntentId, MigrateRule, Program, SkillId, SlotRef, StateId,
};

/// A cell of one of the programs. A flow's cell goes by the flow's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CellOf {
    Session(u32),
    Customer(u32),
    Flow(FlowId, u32),
}

/// Everything said, by the numbers of the old program. What is said first holds.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) flow_is: BTreeMap<FlowId, FlowId>,
    /// What runs in the flow where what a session waits for does not fit.
    pub(super) flow_to: BTreeMap<FlowId, FuncId>,
    pub(super) state_is: BTreeMap<(FlowId, StateId), (FlowId, StateId)>,
    pub(super) state_to: BTreeMap<(FlowId, StateId), FuncId>,
    /// Old cells to new cells.
    pub(super) cell_is: BTreeMap<CellOf, CellOf>,
    /// Old cells.
    pub(super) dropped: BTreeSet<CellOf>,
    /// New cells.
    pub(super) defaults: BTreeMap<CellOf, Option<Value>>,
    pub(super) intent_is: BTreeMap<IntentId, IntentId>,
    pub(super) skill_is: BTreeMap<SkillId, SkillId>,
    pub(super) channel_is: BTreeMap<String, ChannelId>,
}

/// Reads every `migrate` of the new program that speaks of the old one, and says which of its
/// lines name nothing.
pub(super) fn read(old: &Program, hash: &[u8; 32], new: &Program, found: &mut Found) -> Said {
    let mut said = Said::default();
    let lines = new.migrations.iter().filter(|migrate| migrate.is_for(hash));
    for line in lines.flat_map(|migrate| &migrate.lines) {
        if let Err((what, name, known)) = said.take(old, new, &line.rule) {
            let mut change = Change::new(Class::Safe, what, &name);
            change.code = Some(Code::W0910);
            change.message = "is named by `migrate`, and was not there".to_owned();
            change.new_at = Some(line.at);
            let meant = closest(&name, known.iter().map(String::as_str));
            change.help = Some(match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "remove the line, or name with `from` the bundle that it is for".to_owned(),
            });
            found.push(change);
        }
    }
    said
}

/// What is not there: its kind, its name, and what there is.
type Missing = (&'static str, String, Vec<String>);

impl Said {
    fn take(&mut self, old: &Program, new: &Program, rule: &MigrateRule) -> Result<(), Missing> {
        match rule {
            MigrateRule::Flow { old: name, new: flow, to } => {
                let was = flow_named(old, name)?;
                self.flow_is.entry(was).or_insert(*flow);
                if let Some(to) = to {
                    self.flow_to.entry(was).or_insert(*to);
                }
            }
            MigrateRule::StateIs { old: name, flow, new: state } => {
                self.state_is.entry(state_named(old, name)?).or_insert((*flow, *state));
            }
            MigrateRule::StateTo { old: name, to, .. } => {
                self.state_to.entry(state_named(old, name)?).or_insert(*to);
            }
            MigrateRule::SlotIs { old: name, new: slot } => {
                for (was, is) in slot_pairs(old, name, new, slot)? {
                    self.cell_is.entry(was).or_insert(is);
                }
            }
            MigrateRule::SlotDropped { old: name } => {
                self.dropped.extend(slots_named(old, name)?.into_iter().map(|(cell, _)| cell));
            }
            MigrateRule::SlotDefault { new: slot, value } => {
                for (cell, _) in cells_of(new, slot) {
                    self.defaults.entry(cell).or_insert_with(|| value.clone());
                }
            }
            _ => return self.take_name(old, rule),
        }
        Ok(())
    }

    fn take_name(&mut self, old: &Program, rule: &MigrateRule) -> Result<(), Missing> {
        match rule {
            MigrateRule::Intent { old: name, new } => {
                let names = old.intents.iter().map(|intent| intent.name.as_str());
                let was = IntentId(numbered("intent", name, names)?);
                self.intent_is.entry(was).or_insert(*new);
            }
            MigrateRule::Skill { old: name, new } => {
                let names = old.skills.iter().map(|skill| skill.name.as_str());
                let was = SkillId(numbered("skill", name, names)?);
                self.skill_is.entry(was).or_insert(*new);
            }
            MigrateRule::Channel { old: name, new } => {
                let names = old.channels.iter().map(|channel| channel.name.as_str());
                numbered("channel", name, names)?;
                self.channel_is.entry(name.clone()).or_insert(*new);
            }
            _ => {}
        }
        Ok(())
    }
}

fn numbered<'n>(
    what: &'static str,
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Result<u32, Missing> {
    let number = names.clone().position(|known| known == name);
    number
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| (what, name.to_owned(), names.map(str::to_owned).collect()))
}

fn flow_named(old: &Program, name: &str) -> Result<FlowId, Missing> {
    numbered("flow", name, old.flows.iter().map(|flow| flow.name.as_str())).map(FlowId)
}

fn state_named(old: &Program, name: &str) -> Result<(FlowId, StateId), Missing> {
    let states = old.flows.iter().flat_map(|flow| {
        flow.states.iter().map(move |state| format!("{}.{}", flow.name, state.name))
    });
    let missing = || ("state", name.to_owned(), states.collect());
    let found = name.rsplit_once('.').and_then(|(flow, state)| {
        let number = old.flows.iter().position(|known| known.name == flow)?;
        let known = &old.flows.get(number)?.states;
        let place = known.iter().position(|known| known.name == state)?;
        Some((FlowId(u32::try_from(number).ok()?), StateId(u32::try_from(place).ok()?)))
    });
    found.ok_or_else(missing)
}

/// The cells of a name, each with what its own name has behind it (`.due` of a result's).
type Cells = Vec<(CellOf, String)>;

/// The old cells of a slot or result.
fn slots_named(old: &Program, name: &str) -> Result<Cells, Missing> {
    let place = |found: Option<usize>| found.and_then(|number| u32::try_from(number).ok());
    if let Some(field) = name.strip_prefix("customer.")
        && let Some(n) = place(old.customer.iter().position(|known| known.name == field))
    {
        return Ok(vec![(CellOf::Customer(n), String::new())]);
    }
    if let Some(n) = place(old.session_slots.iter().position(|slot| slot.name == name)) {
        return Ok(vec![(CellOf::Session(n), String::new())]);
    }
    for (number, flow) in (0..).zip(&old.flows) {
        let Some(inner) = name.strip_prefix(&format!("{}.", flow.name)) else { continue };
        let cells = flow_cells(FlowId(number), flow, inner);
        if !cells.is_empty() {
            return Ok(cells);
        }
    }
    Err(("slot", name.to_owned(), known_slots(old)))
}

fn known_slots(program: &Program) -> Vec<String> {
    let of_flows = program
        .flows
        .iter()
        .flat_map(|flow| flow.cell_names.iter().map(move |cell| format!("{}.{cell}", flow.name)));
    let fields = program.customer.iter().map(|field| format!("customer.{}", field.name));
    of_flows.chain(fields).chain(program.session_slots.iter().map(|s| s.name.clone())).collect()
}

fn flow_cells(id: FlowId, flow: &FlowDef, name: &str) -> Cells {
    let named = |(number, cell): (u32, &String)| {
        let rest = cell.strip_prefix(name)?;
        let is_part = rest.is_empty() || rest.starts_with('.');
        is_part.then(|| (CellOf::Flow(id, number), rest.to_owned()))
    };
    (0..).zip(&flow.cell_names).filter_map(named).collect()
}

/// The new cells of a slot or result.
fn cells_of(new: &Program, slot: &SlotRef) -> Cells {
    match slot {
        SlotRef::Session(number) => vec![(CellOf::Session(*number), String::new())],
        SlotRef::Customer(number) => vec![(CellOf::Customer(*number), String::new())],
        SlotRef::Flow(id, name) => {
            new.flows.get(id.index()).map_or_else(Vec::new, |flow| flow_cells(*id, flow, name))
        }
    }
}

fn slot_pairs(
    old: &Program,
    name: &str,
    new: &Program,
    slot: &SlotRef,
) -> Result<Vec<(CellOf, CellOf)>, Missing> {
    let now = cells_of(new, slot);
    let pair = |(was, rest): (CellOf, String)| {
        now.iter().find(|(_, other)| *other == rest).map(|(is, _)| (was, *is))
    };
    Ok(slots_named(old, name)?.into_iter().filter_map(pair).collect())
}
