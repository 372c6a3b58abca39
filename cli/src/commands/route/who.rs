//! Who would have the conversation: a desk with the agents of a file, and one conversation at it.

use std::path::Path;

use flowright_compiler::ir::{Program, SkillId as ProgramSkill};
use flowright_routing::sim::Worker;
use flowright_routing::{
    Agent, AgentId, Candidate, ChannelId, Desk, DeskError, Due, LeftOut, Presence, SkillId,
    Waiting, Weighing,
};
use serde_json::{Value as Json, json};

use super::crew::{Member, Names, members, setup};
use super::given::Given;
use super::reader::{Source, read};
use super::time;
use crate::failure::Failure;
use crate::project::plural;

/// How the conversation is called at the desk.
const IT: &str = "it";
/// Agents that are listed one by one.
const LISTED: usize = 10;
/// Agents that are named of those whom one thing keeps out.
const NAMED: usize = 3;

/// What the desk makes of it.
pub(super) struct Who {
    desk: Desk,
    weighing: Weighing,
    /// What the time that it has waited has brought.
    due: Vec<Due>,
    skills: Vec<String>,
    now_ms: i64,
}

/// # Errors
/// What is wrong with the file.
pub(super) fn who(
    path: &Path,
    program: &Program,
    given: &Given,
    (skill, urgency): (ProgramSkill, u8),
) -> Result<Who, Failure> {
    let text = read(path)?;
    let source = Source::new(path, &text);
    let parsed = source.parse()?;
    let root = source.root(parsed.get_ref());
    root.only(&["day", "agents", "arrivals"])?;
    let names = Names::of(program);
    let members = members(&root, &names)?;
    let channel = names.channels.iter().position(|name| *name == given.session.channel);
    let waiting = Waiting {
        id: IT.to_owned(),
        skill: SkillId(u16::try_from(skill.index()).unwrap_or(u16::MAX)),
        level: 1,
        urgency,
        since_ms: given.now_ms.saturating_sub(given.waited_ms),
        channel: ChannelId(channel.and_then(|n| u16::try_from(n).ok()).unwrap_or(u16::MAX)),
        replied: false,
    };
    let seconds = i64::from(given.local.hour()) * 3_600 + i64::from(given.local.minute()) * 60;
    let desk = desk(program, members, (given.now_ms, seconds * 1_000), &waiting);
    let (desk, due) = desk.map_err(|error| Failure::new(error.to_string()))?;
    let weighing = desk.weigh(IT).unwrap_or(Weighing { candidates: vec![], left_out: vec![] });
    let skills = names.skills.iter().map(|&skill| skill.to_owned()).collect();
    Ok(Who { desk, weighing, due, skills, now_ms: given.now_ms })
}

/// A desk with everybody, who is in her shift as she is declared, and the conversation.
fn desk(
    program: &Program,
    members: Vec<Member>,
    (now_ms, clock_ms): (i64, i64),
    waiting: &Waiting,
) -> Result<(Desk, Vec<Due>), DeskError> {
    let mut desk = Desk::new(setup(program))?;
    for Member { worker: Worker { mut agent, shifts, .. }, has } in members {
        if !shifts.iter().any(|(from, until)| (*from..*until).contains(&clock_ms)) {
            agent.presence = Presence::Offline;
        }
        let (id, first) = (agent.id, agent.skills.first().copied().unwrap_or_default());
        desk.set_agent(agent)?;
        for (channel, count) in has {
            for number in 0..count {
                let other = format!("{} {} {number}", id.0, channel.0);
                desk.enqueue(Waiting {
                    id: other.clone(),
                    skill: first.0,
                    channel,
                    replied: true,
                    ..waiting.clone()
                })?;
                desk.take(&other, id, waiting.since_ms)?;
            }
        }
    }
    desk.enqueue(waiting.clone())?;
    let due = desk.due(now_ms);
    Ok((desk, due))
}

impl Who {
    fn agent(&self, id: AgentId) -> String {
        let agent: Option<&Agent> = self.desk.agents().find(|agent| agent.id == id);
        agent.map_or(String::new(), |agent| agent.name.clone())
    }

    fn skill(&self, skill: SkillId) -> &str {
        self.skills.get(skill.index()).map_or("", String::as_str)
    }

    /// What the time has brought, as a line each.
    fn told(&self, due: &Due) -> String {
        match due {
            Due::Overflowed { to, .. } => {
                format!("it has overflowed: agents of {} may take it as well", self.skill(*to))
            }
            Due::Warned { target_ms, .. } => {
                let left_ms = target_ms - self.now_ms;
                match left_ms > 0 {
                    true => format!("its first reply is due in {}", time(left_ms)),
                    false => "it was warned of".to_owned(),
                }
            }
            Due::Broken { at_ms, .. } => {
                format!("its first reply is overdue by {}", time(self.now_ms - at_ms))
            }
        }
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        // Who hears that it is overdue need not hear that it would be.
        let is_broken = self.due.iter().any(|due| matches!(due, Due::Broken { .. }));
        let is_told = |due: &&Due| !is_broken || !matches!(due, Due::Warned { .. });
        let told = self.due.iter().filter(is_told).map(|due| format!("  {}\n", self.told(due)));
        let mut out: String = told.collect();
        let candidates = &self.weighing.candidates;
        match candidates.as_slice() {
            [] => out.push_str("  nobody can take it now: it waits\n"),
            all => out.push_str(&format!("  {} can take it\n", plural(all.len(), "agent"))),
        }
        for (number, candidate) in candidates.iter().take(LISTED).enumerate() {
            out.push_str(&self.candidate(if number == 0 { ">" } else { " " }, candidate));
        }
        if candidates.len() > LISTED {
            out.push_str(&format!("    and {} more\n", candidates.len() - LISTED));
        }
        out + &self.left_out()
    }

    /// `> Li Wei  tech_l1 3  weight 1 · free 67 % ^8 · speed 1.00 = 0.039, with 0 owed 0.039`
    fn candidate(&self, mark: &str, candidate: &Candidate) -> String {
        let score = &candidate.score;
        let part = |millionths: i64| format!("{:.5}", millionths as f64 / 1e6);
        format!(
            "{mark} {:<18} {} {}  weight {} x free {:.0} %^8 x speed {:.2} = {}, owed {}: {}\n",
            self.agent(candidate.agent),
            self.skill(candidate.skill),
            candidate.level,
            score.weight_milli as f64 / 1e3,
            score.free as f64 / 1e4,
            score.speed as f64 / 1e6,
            part(score.share),
            part(score.credit),
            part(score.total())
        )
    }

    /// Those who cannot, by what keeps them out.
    fn left_out(&self) -> String {
        let mut groups: Vec<(String, Vec<AgentId>)> = Vec::new();
        for (agent, why) in &self.weighing.left_out {
            let why = self.why(*why);
            match groups.iter_mut().find(|(known, _)| *known == why) {
                Some((_, agents)) => agents.push(*agent),
                None => groups.push((why, vec![*agent])),
            }
        }
        let line = |(why, agents): (String, Vec<AgentId>)| {
            let named: Vec<String> = agents.iter().take(NAMED).map(|id| self.agent(*id)).collect();
            let more = match agents.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("  not {}{more}: {why}\n", named.join(", "))
        };
        groups.into_iter().map(line).collect()
    }

    fn why(&self, left_out: LeftOut) -> String {
        match left_out {
            LeftOut::LacksSkill => "lacks the skill".to_owned(),
            LeftOut::LevelTooLow { has, needs } => format!("level {has}, and {needs} is needed"),
            LeftOut::Away => "away".to_owned(),
            LeftOut::Offline => "offline, or not in a shift".to_owned(),
            LeftOut::NotThisChannel => "takes none of this channel".to_owned(),
            LeftOut::Full { has } => format!("full, with {}", plural(has as usize, "conversation")),
            LeftOut::OverflowLater { at_ms } => {
                format!("may help by overflow in {}", time(at_ms - self.now_ms))
            }
            LeftOut::EarlierSkillFirst => {
                "helps by overflow, and somebody is free before".to_owned()
            }
        }
    }

    /// For programs.
    pub(super) fn json(&self) -> Json {
        let candidate = |candidate: &Candidate| {
            json!({
                "agent": self.agent(candidate.agent),
                "skill": self.skill(candidate.skill),
                "level": candidate.level,
                "score": candidate.score,
                "total": candidate.score.total(),
            })
        };
        let left_out = |(agent, why): &(AgentId, LeftOut)| json!({ "agent": self.agent(*agent), "left_out": why });
        json!({
            "due": self.due,
            "candidates": self.weighing.candidates.iter().map(candidate).collect::<Vec<_>>(),
            "left_out": self.weighing.left_out.iter().map(left_out).collect::<Vec<_>>(),
        })
    }
}
