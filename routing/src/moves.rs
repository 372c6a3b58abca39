//! What happens at a desk: conversations come and go, agents change. Nothing is assigned by it; see
//! [`Desk::next_decision`].

use crate::agent::{Agent, AgentId, ChannelId, Presence, Seat};
use crate::book::Item;
use crate::desk::{Desk, DeskError, Waiting};
use crate::hours::OpenHours;
use crate::limits::HANDLE_MS_MAX;
use crate::queue::Need;
use crate::skill::SkillId;

/// Of so many conversations the usual time is a plain mean; from then on it moves by one part in them.
const USUAL_COUNT: u32 = 64;

impl Desk {
    /// A conversation wants a human.
    ///
    /// # Errors
    /// When it is there already, or says what cannot be.
    pub fn enqueue(&mut self, waiting: Waiting) -> Result<(), DeskError> {
        self.check_waiting(&waiting)?;
        let key_ms = self.key_ms(&waiting);
        let is_staffed = || self.is_staffed(waiting.skill);
        let on_call = !self.hours.is_open(waiting.since_ms) && is_staffed();
        let seq = self.next_seq;
        self.next_seq += 1;
        let item = Item {
            waiting,
            key_ms,
            seq,
            reach: 0,
            with: None,
            on_call,
            warned: false,
            broken: false,
        };
        self.queue.insert(item.need(), item.place());
        self.schedule(&item);
        self.book.insert(item);
        Ok(())
    }

    /// Where it stands: what came early and is urgent first, under plain policies what came first.
    fn key_ms(&self, waiting: &Waiting) -> i64 {
        let skill = self.setup.skills.get(waiting.skill.index());
        let head_start =
            skill.map_or(0, |skill| self.setup.policy.head_start(waiting.urgency, skill));
        waiting.since_ms.saturating_sub(head_start)
    }

    /// Whether somebody of a skill is online.
    fn is_staffed(&self, skill: SkillId) -> bool {
        let having = self.by_skill.get(skill.index()).into_iter().flatten();
        let mut seats = having.filter_map(|number| self.seats.get(*number));
        seats.any(|seat| seat.agent.presence == Presence::Online)
    }

    /// Another urgency: it goes to its new place, as one that came when it came.
    ///
    /// # Errors
    /// When it is not there, or the urgency is none.
    pub fn set_urgency(&mut self, id: &str, urgency: u8) -> Result<(), DeskError> {
        crate::desk::within("an urgency", (0, crate::limits::URGENCY_MAX.into()), urgency.into())?;
        let item = self.book.get(id).ok_or_else(|| DeskError::NoItem(id.to_owned()))?;
        let (need, before, is_waiting) = (item.need(), item.place(), item.with.is_none());
        let key_ms = self.key_ms(&Waiting { urgency, ..item.waiting.clone() });
        if let Some(item) = self.book.get_mut(id) {
            item.waiting.urgency = urgency;
            item.key_ms = key_ms;
            if is_waiting {
                self.queue.remove(need, before);
                self.queue.insert(need, item.place());
            }
        }
        Ok(())
    }

    /// A conversation that no longer wants anybody: it is over, or the customer has left. Whoever
    /// has it is free of it; her handle time is not counted.
    ///
    /// # Errors
    /// When it is not there.
    pub fn remove(&mut self, id: &str, now_ms: i64) -> Result<(), DeskError> {
        let item = self.book.remove(id).ok_or_else(|| DeskError::NoItem(id.to_owned()))?;
        self.unschedule(item.seq);
        match item.with {
            Some(agent) => self.free(agent, item.waiting.channel, now_ms),
            None => self.queue.remove(item.need(), item.place()),
        }
        Ok(())
    }

    /// An agent has ended a conversation that took her so long.
    ///
    /// # Errors
    /// When it is not there, or nobody has it.
    pub fn release(&mut self, id: &str, handle_ms: i64, now_ms: i64) -> Result<(), DeskError> {
        let item = self.book.get(id).ok_or_else(|| DeskError::NoItem(id.to_owned()))?;
        let Some(agent) = item.with else {
            return Err(DeskError::NotSo(id.to_owned(), "with nobody"));
        };
        let (skill, channel) = (item.waiting.skill, item.waiting.channel);
        let handle_ms = handle_ms.clamp(0, HANDLE_MS_MAX);
        let usual_ms = self.usual_ms(skill, channel, handle_ms);
        if let Some(seat) = self.seat_mut(agent) {
            seat.learn(handle_ms, usual_ms);
        }
        self.remove(id, now_ms)
    }

    /// How long such conversations took so far; then this one counts among them.
    fn usual_ms(&mut self, skill: SkillId, channel: ChannelId, handle_ms: i64) -> i64 {
        let known = self.usual.iter_mut().find(|(s, c, ..)| (*s, *c) == (skill, channel));
        let Some((_, _, mean_ms, count)) = known else {
            self.usual.push((skill, channel, handle_ms, 1));
            return handle_ms;
        };
        let before = *mean_ms;
        *count = count.saturating_add(1).min(USUAL_COUNT);
        *mean_ms += (handle_ms - *mean_ms) / i64::from(*count);
        before
    }

    /// An agent gives a conversation back: it waits again, where it stood.
    ///
    /// # Errors
    /// When it is not there, or nobody has it.
    pub fn give_back(&mut self, id: &str, now_ms: i64) -> Result<(), DeskError> {
        let item = self.book.get_mut(id).ok_or_else(|| DeskError::NoItem(id.to_owned()))?;
        let Some(agent) = item.with.take() else {
            return Err(DeskError::NotSo(id.to_owned(), "with nobody"));
        };
        let item = item.clone();
        self.queue.insert(item.need(), item.place());
        self.schedule(&item);
        self.free(agent, item.waiting.channel, now_ms);
        Ok(())
    }

    /// An agent takes a waiting conversation herself, whatever she can do and has.
    ///
    /// # Errors
    /// When it or she is not there, or somebody has it.
    pub fn take(&mut self, id: &str, agent: AgentId, now_ms: i64) -> Result<(), DeskError> {
        self.seat_index(agent).ok_or(DeskError::NoAgent(agent))?;
        let item = self.book.get(id).ok_or_else(|| DeskError::NoItem(id.to_owned()))?;
        if item.with.is_some() {
            return Err(DeskError::NotSo(id.to_owned(), "with an agent already"));
        }
        self.hand_to(item.seq, agent, now_ms);
        Ok(())
    }

    /// Takes a waiting conversation out of the queue and gives it to an agent.
    pub(crate) fn hand_to(&mut self, seq: u64, agent: AgentId, now_ms: i64) {
        let Some(item) = self.book.numbered_mut(seq) else { return };
        item.with = Some(agent);
        let item = item.clone();
        self.queue.remove(item.need(), item.place());
        self.schedule(&item);
        if let Some(seat) = self.seat_mut(agent) {
            seat.begin(item.waiting.channel, now_ms);
        }
    }

    /// The customer has had her first reply: nothing is to be warned of any more.
    ///
    /// # Errors
    /// When it is not there.
    pub fn replied(&mut self, id: &str) -> Result<(), DeskError> {
        let item = self.book.get_mut(id).ok_or_else(|| DeskError::NoItem(id.to_owned()))?;
        item.waiting.replied = true;
        let item = item.clone();
        self.schedule(&item);
        Ok(())
    }

    /// An agent is new, or what is declared of her has changed; what she has stays hers.
    ///
    /// # Errors
    /// When it says what cannot be.
    pub fn set_agent(&mut self, agent: Agent) -> Result<(), DeskError> {
        self.check_agent(&agent)?;
        let id = agent.id;
        match self.seats.binary_search_by_key(&id, |seat| seat.agent.id) {
            Ok(number) => {
                if let Some(seat) = self.seats.get_mut(number) {
                    seat.agent = agent;
                }
            }
            Err(number) => self.seats.insert(number, Seat::new(agent)),
        }
        self.index_skills();
        self.may_take(id);
        Ok(())
    }

    /// An agent comes, goes for a while or leaves; what she has stays hers.
    ///
    /// # Errors
    /// When she is not there.
    pub fn set_presence(&mut self, id: AgentId, presence: Presence) -> Result<(), DeskError> {
        let seat = self.seat_mut(id).ok_or(DeskError::NoAgent(id))?;
        seat.agent.presence = presence;
        self.may_take(id);
        Ok(())
    }

    /// An agent is no more. What she had waits again, where it stood: those conversations come back.
    ///
    /// # Errors
    /// When she is not there.
    pub fn remove_agent(&mut self, id: AgentId, now_ms: i64) -> Result<Vec<String>, DeskError> {
        let number = self.seat_index(id).ok_or(DeskError::NoAgent(id))?;
        let hers = self.book.iter().filter(|item| item.with == Some(id));
        let hers: Vec<String> = hers.map(|item| item.waiting.id.clone()).collect();
        for id in &hers {
            self.give_back(id, now_ms)?;
        }
        self.seats.remove(number);
        self.index_skills();
        Ok(hers)
    }

    /// Other business hours. What is due for waiting conversations follows from them.
    pub fn set_hours(&mut self, hours: OpenHours) {
        self.hours = hours;
        let items: Vec<Item> = self.book.iter().cloned().collect();
        items.iter().for_each(|item| self.schedule(item));
    }

    fn free(&mut self, agent: AgentId, channel: ChannelId, now_ms: i64) {
        if let Some(seat) = self.seat_mut(agent) {
            seat.end(channel, now_ms);
        }
        self.may_take(agent);
    }

    /// What was set aside because nobody was free is looked at again, where this agent may take it.
    pub(crate) fn may_take(&mut self, agent: AgentId) {
        let Some(seat) = self.seat_index(agent).and_then(|number| self.seats.get(number)) else {
            return;
        };
        let chains = &self.chains;
        let fits = |need: &Need| {
            let chain = chains.get(need.skill.index()).into_iter().flatten();
            let mut steps = chain.take(usize::from(need.reach) + 1);
            steps.any(|(by, _)| crate::pick::can_take(seat, need, *by))
        };
        self.queue.bring_back(fits);
    }
}
