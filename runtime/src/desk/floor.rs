//! What the desk knows, and what follows from it. Nothing here waits or asks: what happened goes in with
//! its time, and orders for conversations come out.

mod hours;
mod overview;
mod why;

use std::collections::{BTreeMap, BTreeSet};

use flowright_compiler::ir::{BotDef, Program};
use flowright_engine::model::{DeskMove, Released};
use flowright_nlu::value::{DECIMAL_SCALE, Date};
use flowright_routing::{
    AgentId, ChannelId, Desk as Routing, DeskError, Due, Overflow, Setup, Skill, SkillId, Waiting,
};

use super::worker::{Presence, Worker};
use crate::dispatch::{DeskOrder, Held};
use crate::limits::AGENT_GONE_MS;

pub use overview::{Overview, Place, WorkerLoad};

/// The words before the id of an order that the desk makes by itself.
const ORDER: &str = "route";

/// An order for a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) session: String,
    pub(super) order: DeskOrder,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Floor {
    routing: Routing,
    bot: BotDef,
    /// The day for which the routing knows the hours around.
    today: Option<Date>,
    skills: BTreeMap<String, SkillId>,
    channels: BTreeMap<String, ChannelId>,
    workers: BTreeMap<String, Present>,
    numbers: BTreeMap<AgentId, String>,
    /// As the store has them.
    held: BTreeMap<String, Held>,
    /// What the routing knows of each: skill and channel.
    listed: BTreeMap<String, (Option<String>, String)>,
    /// Ordered, and not answered yet: the change of hands that the order names.
    ordered: BTreeMap<String, u64>,
}

/// An agent whom the desk has seen.
#[derive(Debug)]
struct Present {
    worker: Worker,
    number: AgentId,
    /// What she says of herself.
    wants: Presence,
    /// Pages of hers that are open.
    lines: u32,
    /// When she counts as gone, if none is opened before.
    gone_at_ms: Option<i64>,
}

impl Present {
    const fn presence(&self) -> Presence {
        if self.lines == 0 { Presence::Offline } else { self.wants }
    }
}

impl Floor {
    /// A floor for a program's skills and channels, without agents and conversations.
    pub(super) fn new(program: &Program) -> Result<Self, DeskError> {
        let names = program.skills.iter().map(|skill| skill.name.clone());
        // The last: of what no rule of `route` took.
        let skills: BTreeMap<String, SkillId> =
            names.chain([String::new()]).zip(0..).map(|(name, n)| (name, SkillId(n))).collect();
        let channels = program.channels.iter().map(|channel| channel.name.clone());
        let channels = channels.zip(0..).map(|(name, number)| (name, ChannelId(number))).collect();
        let routing = Routing::new(Setup::new(declared(program)))?;
        Ok(Self {
            routing,
            bot: program.bot.clone(),
            today: None,
            skills,
            channels,
            workers: BTreeMap::new(),
            numbers: BTreeMap::new(),
            held: BTreeMap::new(),
            listed: BTreeMap::new(),
            ordered: BTreeMap::new(),
        })
    }

    /// The same for another program: what is there and what waits is taken over.
    pub(super) fn for_program(&mut self, program: &Program, now_ms: i64) -> Result<(), DeskError> {
        let mut next = Self::new(program)?;
        next.keep_hours(now_ms);
        for (id, present) in std::mem::take(&mut self.workers) {
            next.numbers.insert(present.number, id.clone());
            next.workers.insert(id.clone(), present);
            next.place(&id)?;
        }
        next.ordered = std::mem::take(&mut self.ordered);
        for (session, held) in std::mem::take(&mut self.held) {
            next.becomes(&session, Some(held), now_ms)?;
        }
        *self = next;
        Ok(())
    }

    /// The business hours that count now; they are another day's with every midnight.
    pub(super) fn keep_hours(&mut self, now_ms: i64) {
        let today = hours::today(&self.bot, now_ms);
        if let Some(day) = today.filter(|_| today != self.today) {
            self.routing.set_hours(hours::around(&self.bot, day));
            self.today = today;
        }
    }

    /// An agent opens a page, or what is declared of her has changed.
    pub(super) fn declare(&mut self, worker: Worker) -> Result<(), DeskError> {
        let id = worker.id.clone();
        match self.workers.get_mut(&id) {
            Some(present) => present.worker = worker,
            None => {
                let number = self.numbers.last_key_value().map_or(0, |(last, _)| last.0 + 1);
                let number = AgentId(number);
                self.numbers.insert(number, id.clone());
                let wants = Presence::Online;
                let present = Present { worker, number, wants, lines: 0, gone_at_ms: None };
                self.workers.insert(id.clone(), present);
            }
        }
        self.place(&id)
    }

    /// One of her pages is open.
    pub(super) fn arrives(&mut self, agent: &str) -> Result<(), DeskError> {
        if let Some(present) = self.workers.get_mut(agent) {
            present.lines = present.lines.saturating_add(1);
            present.gone_at_ms = None;
        }
        self.place(agent)
    }

    /// One of her pages is closed, or was not heard of for too long.
    pub(super) fn leaves(&mut self, agent: &str, now_ms: i64) -> Result<(), DeskError> {
        if let Some(present) = self.workers.get_mut(agent) {
            present.lines = present.lines.saturating_sub(1);
            if present.lines == 0 {
                present.gone_at_ms = Some(now_ms.saturating_add(AGENT_GONE_MS));
            }
        }
        self.place(agent)
    }

    /// What she says of herself.
    pub(super) fn wants(&mut self, agent: &str, wants: Presence) -> Result<(), DeskError> {
        if let Some(present) = self.workers.get_mut(agent) {
            present.wants = wants;
        }
        self.place(agent)
    }

    /// Tells the routing what is declared of an agent, and whether she takes conversations.
    fn place(&mut self, agent: &str) -> Result<(), DeskError> {
        let Some(present) = self.workers.get(agent) else { return Ok(()) };
        let skill = |name: &str| self.skills.get(name).copied();
        let channel = |name: &str| self.channels.get(name).copied();
        let known = present.worker.agent(present.number, present.presence(), skill, channel);
        self.routing.set_agent(known)
    }

    /// A conversation is so now, or the bot has it.
    pub(super) fn becomes(
        &mut self,
        session: &str,
        now: Option<Held>,
        now_ms: i64,
    ) -> Result<(), DeskError> {
        let before = match &now {
            Some(held) => self.held.insert(session.to_owned(), held.clone()),
            None => self.held.remove(session),
        };
        let Some(now) = now else {
            self.ordered.remove(session);
            return self.ends(session, before.as_ref(), now_ms);
        };
        // What was ordered has not come to pass yet.
        if self.ordered.get(session) == Some(&now.epoch) {
            return Ok(());
        }
        self.ordered.remove(session);
        let wanted = (now.skill.clone(), now.channel.clone());
        if self.listed.get(session) != Some(&wanted) {
            self.ends(session, before.as_ref(), now_ms)?;
            self.routing.enqueue(self.waiting(&now))?;
            self.listed.insert(session.to_owned(), wanted);
        }
        // Whatever was told while an order was under way.
        self.routing.set_urgency(session, now.urgency)?;
        self.owned(session, &now, now_ms)?;
        if now.replied_at_ms.is_some() {
            self.routing.replied(session)?;
        }
        Ok(())
    }

    /// All conversations as they are now.
    pub(super) fn becomes_all(&mut self, all: Vec<Held>, now_ms: i64) -> Result<(), DeskError> {
        let there: BTreeSet<&String> = all.iter().map(|held| &held.session).collect();
        let gone = self.held.keys().filter(|session| !there.contains(session));
        for session in gone.cloned().collect::<Vec<_>>() {
            self.becomes(&session, None, now_ms)?;
        }
        all.into_iter().try_for_each(|held| self.becomes(&held.session.clone(), Some(held), now_ms))
    }

    /// Whoever has it in the routing is who has it.
    fn owned(&mut self, session: &str, held: &Held, now_ms: i64) -> Result<(), DeskError> {
        let owner = held.owner.as_ref();
        let number = owner.and_then(|owner| self.workers.get(&owner.agent)).map(|p| p.number);
        let has = self.routing.agent_of(session);
        if has == number && owner.is_some() == number.is_some() {
            return Ok(());
        }
        if has.is_some() {
            self.routing.give_back(session, now_ms)?;
        }
        match (number, owner) {
            (Some(number), _) => self.routing.take(session, number, now_ms),
            // Of an agent whom the desk has not seen since it began: she may come.
            (None, Some(owner)) => {
                let owner = Worker::new(&owner.agent, &owner.name, []);
                let id = owner.id.clone();
                self.declare(owner)?;
                if let Some(present) = self.workers.get_mut(&id) {
                    present.gone_at_ms = Some(now_ms.saturating_add(AGENT_GONE_MS));
                }
                match self.workers.get(&id).map(|present| present.number) {
                    Some(number) => self.routing.take(session, number, now_ms),
                    None => Ok(()),
                }
            }
            (None, None) => Ok(()),
        }
    }

    fn waiting(&self, held: &Held) -> Waiting {
        let skill = held.skill.as_deref().and_then(|name| self.skills.get(name));
        let any = self.skills.get("").copied().unwrap_or_default();
        Waiting {
            id: held.session.clone(),
            // A skill of an earlier program: whoever can do anything may see to it.
            skill: skill.copied().unwrap_or(any),
            level: 1,
            urgency: held.urgency,
            since_ms: held.wanted_at_ms,
            channel: self.channels.get(&held.channel).copied().unwrap_or_default(),
            replied: held.replied_at_ms.is_some(),
        }
    }

    /// It is no longer wanted as it was. What an agent had counts among what tells how long hers take.
    fn ends(&mut self, session: &str, before: Option<&Held>, now_ms: i64) -> Result<(), DeskError> {
        if self.listed.remove(session).is_none() {
            return Ok(());
        }
        let had = before.filter(|held| held.owner.is_some());
        match (self.routing.agent_of(session), had) {
            (Some(_), Some(held)) => {
                self.routing.release(session, now_ms.saturating_sub(held.since_ms), now_ms)
            }
            _ => self.routing.remove(session, now_ms),
        }
    }

    /// What follows now: who gets what waits, and what those had who are gone.
    pub(super) fn orders(&mut self, now_ms: i64) -> Vec<Effect> {
        let mut orders = self.of_the_gone(now_ms);
        for decision in self.routing.next_decisions(now_ms) {
            let present =
                self.numbers.get(&decision.agent).and_then(|agent| self.workers.get(agent));
            let held = self.held.get(&decision.item);
            let Some((present, held)) = present.zip(held) else { continue };
            let why = Some(self.why(&decision));
            let what = DeskMove::Claim { owner: present.worker.owner(), why };
            orders.push(effect(held, what));
        }
        for order in &orders {
            self.ordered.insert(order.session.clone(), order.order.epoch);
        }
        orders
    }

    /// Puts back what those have who are gone.
    fn of_the_gone(&mut self, now_ms: i64) -> Vec<Effect> {
        let is_gone = |present: &Present| present.gone_at_ms.is_some_and(|at| at <= now_ms);
        let gone: BTreeSet<&String> =
            self.workers.iter().filter(|(_, p)| is_gone(p)).map(|(id, _)| id).collect();
        let of_gone = |held: &&Held| held.owner.as_ref().is_some_and(|o| gone.contains(&o.agent));
        let all = self.held.values().filter(of_gone);
        let all = all.filter(|held| !self.is_ordered(held));
        let what = DeskMove::Release { why: Released::Gone };
        all.map(|held| effect(held, what.clone())).collect()
    }

    /// An order came to nothing: it is as it was, or as the next news say.
    pub(super) fn failed(&mut self, session: &str, now_ms: i64) -> Result<(), DeskError> {
        self.ordered.remove(session);
        let held = self.held.get(session).cloned();
        self.becomes(session, held, now_ms)
    }

    /// What time has brought: queues that overflow, targets that are near or broken.
    pub(super) fn due(&mut self, now_ms: i64) -> Vec<Due> {
        self.routing.due(now_ms)
    }

    /// How many conversations wait, and how many agents take some.
    pub(super) fn counts(&self) -> (usize, usize) {
        let online = self.workers.values().filter(|p| p.presence() == Presence::Online);
        (self.routing.waiting(), online.count())
    }

    /// The skill that a conversation waits for.
    pub(super) fn skill_of(&self, session: &str) -> &str {
        self.held.get(session).and_then(|held| held.skill.as_deref()).unwrap_or("-")
    }

    /// When something is due next, ms UTC.
    pub(super) fn next_due_ms(&self) -> Option<i64> {
        let had = self.held.values().filter(|held| !self.is_ordered(held));
        let owners = had.filter_map(|held| self.workers.get(&held.owner.as_ref()?.agent));
        let gone = owners.filter_map(|present| present.gone_at_ms).min();
        gone.into_iter().chain(self.routing.next_due_ms()).min()
    }

    /// Whether it was ordered elsewhere, and that has not come to pass yet.
    fn is_ordered(&self, held: &Held) -> bool {
        self.ordered.get(&held.session) == Some(&held.epoch)
    }
}

fn effect(held: &Held, what: DeskMove) -> Effect {
    let order = DeskOrder { id: format!("{ORDER}/{}", held.epoch), epoch: held.epoch, what };
    Effect { session: held.session.clone(), order }
}

/// A program's skills for the routing, and one for what no rule took.
fn declared(program: &Program) -> Vec<Skill> {
    let skill = |skill: &flowright_compiler::ir::SkillDef| Skill {
        name: skill.name.clone(),
        first_reply_ms: skill.first_reply_ms,
        overflow: skill.overflow.map(|(to, after_ms)| Overflow {
            to: SkillId(u16::try_from(to.index()).unwrap_or(u16::MAX)),
            after_ms,
        }),
        weight_milli: u32::try_from(skill.weight.0 / (DECIMAL_SCALE / 1_000)).unwrap_or(u32::MAX),
    };
    program.skills.iter().map(skill).chain([Skill::named("")]).collect()
}
