//! What each thing of the old program is in the new one: by what `migrate` says, else by its name.

use std::collections::HashMap;

use super::cells::Cells;
use super::said::Said;
use crate::ir::{ActionId, FlowId, IntentId, Place, Program, SkillId, Space};

/// Two programs, and what the things of the old one are in the new one.
#[derive(Debug)]
pub(super) struct Names<'p> {
    pub(super) old: &'p Program,
    pub(super) new: &'p Program,
    pub(super) flows: Vec<Option<FlowId>>,
    pub(super) intents: Vec<Option<IntentId>>,
    pub(super) skills: Vec<Option<SkillId>>,
    pub(super) actions: Vec<Option<ActionId>>,
    /// Names of channels, old and new.
    pub(super) channels: Vec<(String, Option<String>)>,
}

/// What becomes of the values that all flows share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spaces<'s> {
    pub(super) customer: &'s Cells,
    pub(super) session: &'s Cells,
}

impl<'p> Names<'p> {
    pub(super) fn new(old: &'p Program, new: &'p Program, said: &Said) -> Self {
        let flow = |f: &crate::ir::FlowDef| f.name.clone();
        let flows = by_name(&old.flows, &new.flows, flow, |n| {
            said.flow_is.get(&FlowId(n)).map(|flow| flow.0)
        });
        let intents = by_name(
            &old.intents,
            &new.intents,
            |intent| intent.name.clone(),
            |n| said.intent_is.get(&IntentId(n)).map(|intent| intent.0),
        );
        let skills = by_name(
            &old.skills,
            &new.skills,
            |skill| skill.name.clone(),
            |n| said.skill_is.get(&SkillId(n)).map(|skill| skill.0),
        );
        let actions = by_name(&old.actions, &new.actions, |action| action.name.clone(), |_| None);
        let channel = |channel: &crate::ir::ChannelDef| {
            let said = said.channel_is.get(&channel.name);
            let now = match said {
                Some(id) => new.channels.get(id.index()),
                None => new.channels.iter().find(|known| known.name == channel.name),
            };
            (channel.name.clone(), now.map(|now| now.name.clone()))
        };
        Self {
            old,
            new,
            flows: flows.into_iter().map(|n| n.map(FlowId)).collect(),
            intents: intents.into_iter().map(|n| n.map(IntentId)).collect(),
            skills: skills.into_iter().map(|n| n.map(SkillId)).collect(),
            actions: actions.into_iter().map(|n| n.map(ActionId)).collect(),
            channels: old.channels.iter().map(channel).collect(),
        }
    }
}

impl Spaces<'_> {
    /// Whether a cell that no flow owns is the same in both programs.
    pub(super) fn same_place(self, old: Place, new: Place) -> bool {
        let cells = match old.space {
            Space::Turn | Space::Flow => return old == new,
            Space::Customer => self.customer,
            Space::Session => self.session,
        };
        old.space == new.space && cells.plan.place_of(old.index) == Some(new.index)
    }
}

/// The number in `new` of each of `old`: what is said, else the same name.
pub(super) fn by_name<T>(
    old: &[T],
    new: &[T],
    name: impl Fn(&T) -> String,
    said: impl Fn(u32) -> Option<u32>,
) -> Vec<Option<u32>> {
    let mut places: HashMap<String, u32> = HashMap::with_capacity(new.len());
    for (number, thing) in (0..).zip(new) {
        places.entry(name(thing)).or_insert(number);
    }
    let place =
        |(number, thing): (u32, &T)| said(number).or_else(|| places.get(&name(thing)).copied());
    (0..).zip(old).map(place).collect()
}
