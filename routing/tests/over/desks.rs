//! Small desks for the tests.

use flowright_routing::{
    Agent, AgentId, Capacity, ChannelId, Desk, Presence, Setup, Skill, SkillId, Waiting,
};

pub const CHAT: ChannelId = ChannelId(0);
pub const MAIL: ChannelId = ChannelId(1);
pub const MINUTE_MS: i64 = 60_000;

/// An agent who is online, of level 3 in each skill, with three conversations at once.
pub fn agent(id: u32, skills: &[u16]) -> Agent {
    Agent {
        id: AgentId(id),
        name: format!("agent {id}"),
        skills: skills.iter().map(|skill| (SkillId(*skill), 3)).collect(),
        presence: Presence::Online,
        capacity: Capacity::of(3),
        weight_milli: 1_000,
    }
}

/// A chat of normal urgency.
pub fn chat(id: &str, skill: u16, since_ms: i64) -> Waiting {
    Waiting {
        id: id.to_owned(),
        skill: SkillId(skill),
        level: 1,
        urgency: 1,
        since_ms,
        channel: CHAT,
        replied: false,
    }
}

/// A desk of skills called by letters.
pub fn desk(skills: usize, agents: impl IntoIterator<Item = Agent>) -> Desk {
    let names = ["a", "b", "c", "d"].into_iter().take(skills);
    desk_of(names.map(Skill::named).collect(), agents)
}

pub fn desk_of(skills: Vec<Skill>, agents: impl IntoIterator<Item = Agent>) -> Desk {
    let mut desk = Desk::new(Setup::new(skills)).unwrap();
    agents.into_iter().for_each(|agent| desk.set_agent(agent).unwrap());
    desk
}

/// Who has each of the conversations after all decisions of this moment.
pub fn given(desk: &mut Desk, now_ms: i64) -> Vec<(String, u32)> {
    let decisions = desk.next_decisions(now_ms);
    decisions.into_iter().map(|decision| (decision.item, decision.agent.0)).collect()
}
