//! What a day came to.

use serde::Serialize;

use super::day::Day;
use super::play::{End, Played, Record, Worked};
use super::stats::{Waits, jain};

const HOUR_MS: i64 = 3_600_000;
/// Urgencies, least first, as the language calls them.
const URGENCIES: [&str; 4] = ["low", "normal", "high", "critical"];
/// A tier with fewer conversations of an urgency says nothing of fairness.
const COUNT_MIN: usize = 100;
/// Means are compared as if nobody waited less: seconds more or less are no wrong.
const MEAN_MS_MIN: i64 = 60_000;

/// Conversations with something in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// What.
    pub name: String,
    /// How long they waited: for an agent, until the customer left, until the day was over.
    pub waits: Waits,
    /// An agent took them.
    pub served: usize,
    /// The customer left.
    pub abandoned: usize,
    /// They waited when the day was over.
    pub unserved: usize,
    /// Agents of another skill were let to them.
    pub overflowed: usize,
    /// Taken within their time for a first reply; those without one are in neither.
    pub targets_met: usize,
    /// Not taken within it.
    pub targets_broken: usize,
    /// Those that were warned of, and taken in time after it.
    pub warned_in_time: usize,
    /// Jain's index of how full the agents of a skill were; nothing for other groups.
    pub agents_jain: Option<f64>,
}

/// How alike everybody fared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fairness {
    /// Jain's index of how full the agents were: 1 is all alike.
    pub agents_jain: Option<f64>,
    /// The most that one tier waited longer than another within one urgency, as a factor of mean
    /// waits: 1 is all alike. Nothing where no urgency has two tiers with enough conversations.
    pub tiers_ratio: Option<f64>,
}

/// An agent's day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgentLine {
    /// Who.
    pub name: String,
    /// Conversations.
    pub served: u32,
    /// How full she was while she was there, from 0 to 1.
    pub utilisation: Option<f64>,
}

/// An hour of the day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hour {
    /// From 0.
    pub hour: i64,
    /// Waits of those that came in it.
    pub waits: Waits,
    /// Agents who were there at its middle.
    pub agents: usize,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The policy's name.
    pub policy: &'static str,
    /// All conversations.
    pub all: Group,
    /// By the skill that they needed.
    pub skills: Vec<Group>,
    /// By urgency, most urgent first.
    pub urgencies: Vec<Group>,
    /// By tier.
    pub tiers: Vec<Group>,
    /// How alike everybody fared.
    pub fairness: Fairness,
    /// Those who were there.
    pub agents: Vec<AgentLine>,
    /// Hours in which something came.
    pub hours: Vec<Hour>,
}

impl Report {
    /// Of a day that was played under this policy.
    #[must_use]
    pub fn of(day: &Day, played: &Played, policy: crate::Policy) -> Self {
        let group = |name: &str, of: &dyn Fn(&Record) -> bool| Group::of(day, name, played, of);
        let skills = day.setup.skills.iter().enumerate().map(|(number, skill)| {
            let of = |record: &Record| record.arrival.skill.index() == number;
            Group { agents_jain: jain_of(day, played, Some(number)), ..group(&skill.name, &of) }
        });
        let urgencies = (0_u8..4)
            .zip(URGENCIES)
            .rev()
            .map(|(number, name)| group(name, &|record| record.arrival.urgency == number));
        let tiers = day.tiers.iter().enumerate();
        let tiers =
            tiers.map(|(number, name)| group(name, &|record| record.arrival.tier == number));
        let some = |group: &Group| group.waits.count > 0;
        Self {
            policy: policy.name(),
            all: group("all", &|_| true),
            skills: skills.filter(some).collect(),
            urgencies: urgencies.filter(some).collect(),
            tiers: tiers.filter(some).collect(),
            fairness: Fairness {
                agents_jain: jain_of(day, played, None),
                tiers_ratio: tiers_ratio(day, &played.records),
            },
            agents: played.crew.iter().filter(|w| w.present_ms > 0).map(AgentLine::of).collect(),
            hours: hours(day, &played.records),
        }
    }
}

impl AgentLine {
    fn of(worked: &Worked) -> Self {
        Self { name: worked.name.clone(), served: worked.served, utilisation: worked.utilisation() }
    }
}

impl Group {
    fn of(day: &Day, name: &str, played: &Played, of: &dyn Fn(&Record) -> bool) -> Self {
        let records: Vec<&Record> = played.records.iter().filter(|record| of(record)).collect();
        let count = |of: &dyn Fn(&Record) -> bool| records.iter().filter(|r| of(r)).count();
        let is_served = |record: &Record| matches!(record.end, End::Served { .. });
        let has_target = |record: &Record| {
            let skill = day.setup.skills.get(record.arrival.skill.index());
            skill.is_some_and(|skill| skill.first_reply_ms.is_some())
        };
        let is_met = |r: &Record| is_served(r) && has_target(r) && !r.broken;
        Self {
            name: name.to_owned(),
            waits: Waits::of(records.iter().map(|record| record.waited_ms).collect()),
            served: count(&is_served),
            abandoned: count(&|record| record.end == End::Abandoned),
            unserved: count(&|record| record.end == End::Unserved),
            overflowed: count(&|record| record.overflowed),
            targets_met: count(&is_met),
            targets_broken: count(&|record| has_target(record) && !is_met(record)),
            warned_in_time: count(&|record| record.warned && is_met(record)),
            agents_jain: None,
        }
    }
}

/// How alike those who were there were filled, all or those of one skill.
fn jain_of(day: &Day, played: &Played, skill: Option<usize>) -> Option<f64> {
    let having = day.crew.iter().zip(&played.crew).filter(|(worker, _)| {
        skill.is_none_or(|skill| worker.agent.skills.iter().any(|(has, _)| has.index() == skill))
    });
    let filled: Vec<f64> = having.filter_map(|(_, worked)| worked.utilisation()).collect();
    jain(&filled)
}

fn tiers_ratio(day: &Day, records: &[Record]) -> Option<f64> {
    let ratios = (0_u8..).zip(URGENCIES).filter_map(|(urgency, _)| {
        let means = (0..day.tiers.len()).filter_map(|tier| {
            let of = records
                .iter()
                .filter(|record| record.arrival.urgency == urgency && record.arrival.tier == tier);
            let waits = Waits::of(of.map(|record| record.waited_ms).collect());
            (waits.count >= COUNT_MIN).then(|| waits.mean_ms.max(MEAN_MS_MIN))
        });
        let means: Vec<i64> = means.collect();
        let (least, most) = (means.iter().min()?, means.iter().max()?);
        (means.len() > 1).then(|| *most as f64 / *least as f64)
    });
    ratios.max_by(f64::total_cmp)
}

fn hours(day: &Day, records: &[Record]) -> Vec<Hour> {
    let hour = |record: &Record| record.arrival.at_ms.div_euclid(HOUR_MS);
    let (Some(first), Some(last)) = (records.first().map(hour), records.last().map(hour)) else {
        return Vec::new();
    };
    let of = |number: i64| {
        let came = records.iter().filter(|record| hour(record) == number);
        let middle_ms = number * HOUR_MS + HOUR_MS / 2;
        let is_there = |shifts: &[(i64, i64)]| {
            shifts.iter().any(|(from_ms, until_ms)| (*from_ms..*until_ms).contains(&middle_ms))
        };
        Hour {
            hour: number,
            waits: Waits::of(came.map(|record| record.waited_ms).collect()),
            agents: day.crew.iter().filter(|worker| is_there(&worker.shifts)).count(),
        }
    };
    (first..=last).map(of).collect()
}
