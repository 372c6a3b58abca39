//! The day as it goes: events in the order of their times, and after each what the desk decides.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::day::{Arrival, Day, Worker};
use crate::agent::{Agent, AgentId, Presence};
use crate::desk::{Desk, DeskError, Setup, Waiting};
use crate::due::Due;
use crate::pick::{Decision, Policy};

/// What became of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// An agent took it.
    Served {
        /// Who.
        agent: AgentId,
        /// When she had done.
        until_ms: i64,
    },
    /// The customer left.
    Abandoned,
    /// It was still waiting when the last agent had gone.
    Unserved,
}

/// One conversation of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// What came.
    pub arrival: Arrival,
    /// How long it waited: for an agent, until the customer left or until the day was over.
    pub waited_ms: i64,
    /// What became of it.
    pub end: End,
    /// Agents of another skill were let to it.
    pub overflowed: bool,
    /// It was warned of.
    pub warned: bool,
    /// Its time for a first reply passed; an agent's beginning counts as reply.
    pub broken: bool,
}

/// What an agent did.
#[derive(Debug, Clone, PartialEq)]
pub struct Worked {
    /// Who.
    pub agent: AgentId,
    /// For people.
    pub name: String,
    /// Conversations that she took.
    pub served: u32,
    /// How long she was there, overtime included.
    pub present_ms: i64,
    /// How long, times how full she was.
    pub busy_ms: f64,
}

/// A day that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// In the order of the arrivals.
    pub records: Vec<Record>,
    /// In the order of the crew.
    pub crew: Vec<Worked>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Ends(usize),
    Done(usize),
    Begins(usize),
    Arrives(usize),
    Leaves(usize),
}

/// Plays a day with what comes on it.
///
/// # Errors
/// When the day declares what a desk does not hold.
pub fn play(day: &Day, arrivals: &[Arrival], policy: Policy) -> Result<Played, DeskError> {
    let mut game = Game::new(day, arrivals, policy)?;
    while let Some(now_ms) = game.next_ms() {
        game.step(now_ms)?;
    }
    Ok(game.over())
}

struct Game<'d> {
    day: &'d Day,
    desk: Desk,
    events: BinaryHeap<Reverse<(i64, Event)>>,
    records: Vec<Record>,
    now_ms: i64,
}

impl<'d> Game<'d> {
    fn new(day: &'d Day, arrivals: &[Arrival], policy: Policy) -> Result<Self, DeskError> {
        let mut desk = Desk::new(Setup { policy, ..day.setup.clone() })?;
        desk.set_hours(day.hours.clone());
        let mut events = BinaryHeap::new();
        for (number, worker) in day.crew.iter().enumerate() {
            desk.set_agent(Agent { presence: Presence::Offline, ..worker.agent.clone() })?;
            for (from_ms, until_ms) in &worker.shifts {
                events.push(Reverse((*from_ms, Event::Begins(number))));
                events.push(Reverse((*until_ms, Event::Ends(number))));
            }
        }
        let comes =
            |(number, arrival): (usize, &Arrival)| Reverse((arrival.at_ms, Event::Arrives(number)));
        events.extend(arrivals.iter().enumerate().map(comes));
        let records = arrivals.iter().map(|arrival| Record {
            arrival: *arrival,
            waited_ms: 0,
            end: End::Unserved,
            overflowed: false,
            warned: false,
            broken: false,
        });
        Ok(Self { records: records.collect(), day, desk, events, now_ms: 0 })
    }

    /// When something happens next. Without events nobody comes any more.
    fn next_ms(&self) -> Option<i64> {
        let Reverse((event_ms, _)) = self.events.peek()?;
        Some(self.desk.next_due_ms().map_or(*event_ms, |due_ms| due_ms.min(*event_ms)))
    }

    fn step(&mut self, now_ms: i64) -> Result<(), DeskError> {
        self.now_ms = now_ms;
        while let Some(Reverse((_, event))) = self.events.peek().filter(|e| e.0.0 <= now_ms) {
            let event = *event;
            self.events.pop();
            self.happen(event)?;
        }
        for due in self.desk.due(now_ms) {
            self.came(&due);
        }
        while let Some(decision) = self.desk.next_decision(now_ms) {
            self.begins(&decision)?;
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), DeskError> {
        match event {
            Event::Begins(worker) => self.turns(worker, Presence::Online),
            Event::Ends(worker) => self.turns(worker, Presence::Offline),
            Event::Arrives(number) => self.arrives(number),
            Event::Leaves(number) => self.leaves(number),
            Event::Done(number) => self.done(number),
        }
    }

    fn turns(&mut self, worker: usize, presence: Presence) -> Result<(), DeskError> {
        match self.day.crew.get(worker) {
            Some(worker) => self.desk.set_presence(worker.agent.id, presence),
            None => Ok(()),
        }
    }

    fn arrives(&mut self, number: usize) -> Result<(), DeskError> {
        let Some(record) = self.records.get(number) else { return Ok(()) };
        let Arrival { at_ms, skill, level, urgency, channel, leaves_ms, .. } = record.arrival;
        if let Some(leaves_ms) = leaves_ms {
            self.events.push(Reverse((leaves_ms, Event::Leaves(number))));
        }
        self.desk.enqueue(Waiting {
            id: number.to_string(),
            skill,
            level,
            urgency,
            since_ms: at_ms,
            channel,
            replied: false,
        })
    }

    /// A customer whose patience is over, unless somebody has taken it.
    fn leaves(&mut self, number: usize) -> Result<(), DeskError> {
        let Some(record) = self.records.get_mut(number) else { return Ok(()) };
        if record.end != End::Unserved {
            return Ok(());
        }
        record.end = End::Abandoned;
        record.waited_ms = self.now_ms - record.arrival.at_ms;
        self.desk.remove(&number.to_string(), self.now_ms)
    }

    fn done(&mut self, number: usize) -> Result<(), DeskError> {
        let Some(Record { arrival, waited_ms, end: End::Served { until_ms, .. }, .. }) =
            self.records.get(number).copied()
        else {
            return Ok(());
        };
        let handle_ms = until_ms - arrival.at_ms - waited_ms;
        self.desk.release(&number.to_string(), handle_ms, self.now_ms)
    }

    fn came(&mut self, due: &Due) {
        let (Due::Overflowed { item, .. } | Due::Warned { item, .. } | Due::Broken { item, .. }) =
            due;
        let record = item.parse().ok().and_then(|number: usize| self.records.get_mut(number));
        let Some(record) = record else { return };
        match due {
            Due::Overflowed { .. } => record.overflowed = true,
            Due::Warned { .. } => record.warned = true,
            Due::Broken { .. } => record.broken = true,
        }
    }

    /// An agent takes a conversation: when she will have done follows from what it takes, how fast
    /// she is, and what else she has.
    fn begins(&mut self, decision: &Decision) -> Result<(), DeskError> {
        let Ok(number) = decision.item.parse::<usize>() else { return Ok(()) };
        let others = self.desk.load(decision.agent).map_or(0, |(count, _)| count.saturating_sub(1));
        let crew = &self.day.crew;
        let worker = crew.iter().position(|worker| worker.agent.id == decision.agent);
        let Some((worker, record)) =
            worker.and_then(|at| crew.get(at)).zip(self.records.get_mut(number))
        else {
            return Ok(());
        };
        let longer = (1.0 + self.day.slowdown * f64::from(others)) / worker.speed;
        let handle_ms = (record.arrival.handle_ms as f64 * longer) as i64;
        let until_ms = self.now_ms.saturating_add(handle_ms);
        record.waited_ms = decision.waited_ms;
        record.end = End::Served { agent: decision.agent, until_ms };
        self.events.push(Reverse((until_ms, Event::Done(number))));
        self.desk.replied(&decision.item)
    }

    /// Who waits still has waited until now.
    fn over(mut self) -> Played {
        for record in self.records.iter_mut().filter(|record| record.end == End::Unserved) {
            record.waited_ms = (self.now_ms - record.arrival.at_ms).max(0);
        }
        let crew = self.day.crew.iter().map(|worker| Worked::of(worker, &self.records)).collect();
        Played { records: self.records, crew }
    }
}

impl Worked {
    /// What a worker did in these conversations.
    fn of(worker: &Worker, records: &[Record]) -> Self {
        let Agent { id, name, capacity, .. } = &worker.agent;
        let mut worked = Self {
            agent: *id,
            name: name.clone(),
            served: 0,
            present_ms: worker.shifts.iter().map(|(from_ms, until_ms)| until_ms - from_ms).sum(),
            busy_ms: 0.0,
        };
        let last_ms = worker.shifts.iter().map(|(_, until_ms)| *until_ms).max().unwrap_or(0);
        let mut left_ms = last_ms;
        for record in records {
            let End::Served { agent, until_ms } = record.end else { continue };
            if agent != *id {
                continue;
            }
            let at_once = capacity.on(record.arrival.channel).min(capacity.total).max(1);
            let handle_ms = until_ms - record.arrival.at_ms - record.waited_ms;
            worked.served += 1;
            worked.busy_ms += handle_ms as f64 / f64::from(at_once);
            left_ms = left_ms.max(until_ms);
        }
        worked.present_ms += left_ms - last_ms;
        worked
    }

    /// How full she was while she was there, from 0 to 1; nothing for who was not there.
    #[must_use]
    pub fn utilisation(&self) -> Option<f64> {
        (self.present_ms > 0).then(|| self.busy_ms / self.present_ms as f64)
    }
}
