//! A day at a desk of order and technical questions, as large as wanted.

use flowright_routing::sim::{Day, Spread, Stream, Worker};
use flowright_routing::{
    Agent, AgentId, Capacity, ChannelId, OpenHours, Overflow, Presence, Setup, Skill, SkillId,
};

const HOUR_MS: i64 = 3_600_000;
pub const CHAT: ChannelId = ChannelId(0);
pub const MAIL: ChannelId = ChannelId(1);

fn skills() -> Vec<Skill> {
    let skill = |name: &str, first_reply_min: i64, overflow: Option<(u16, i64)>| Skill {
        first_reply_ms: Some(first_reply_min * 60_000),
        overflow: overflow.map(|(to, min)| Overflow { to: SkillId(to), after_ms: min * 60_000 }),
        ..Skill::named(name)
    };
    vec![
        skill("frontline", 15, None),
        skill("orders", 10, Some((0, 5))),
        skill("tech", 5, Some((3, 4))),
        skill("tech_l2", 10, None),
    ]
}

/// Eight hours and a break, which not all take at once; some begin later.
fn shifts(number: i64) -> Vec<(i64, i64)> {
    let begins_ms = 8 * HOUR_MS + number % 3 * HOUR_MS / 2;
    let break_ms = begins_ms + (3 + number % 3) * HOUR_MS;
    vec![(begins_ms, break_ms), (break_ms + HOUR_MS / 2, begins_ms + 10 * HOUR_MS)]
}

/// How many, their skills with levels, how fast.
type Kind<'k> = (u32, &'k [(u16, u8)], f64);

/// `scale` 1 is about 10,000 conversations, and with `staff` 1 as well 175 agents.
pub fn day(scale: f64, staff: f64) -> Day {
    let of = |count: f64| (count * scale * staff).round() as u32;
    let kinds: [Kind<'_>; 7] = [
        (of(40.0), &[(0, 3)], 1.0),
        (of(35.0), &[(0, 3), (1, 3)], 1.0),
        (of(25.0), &[(1, 4)], 1.1),
        (of(30.0), &[(1, 2), (2, 3)], 1.0),
        (of(20.0), &[(2, 4)], 1.1),
        (of(15.0), &[(2, 4), (3, 4)], 1.2),
        (of(10.0), &[(0, 2), (1, 2), (2, 2)], 0.75),
    ];
    let mut crew = Vec::new();
    for (count, skills, speed) in kinds {
        for number in 0..count {
            let id = u32::try_from(crew.len()).unwrap() + 1;
            // Within a kind, people differ.
            let differs = 0.8 + 0.4 * f64::from(number % 5) / 4.0;
            crew.push(Worker {
                agent: Agent {
                    id: AgentId(id),
                    name: format!("agent {id}"),
                    skills: skills.iter().map(|(skill, level)| (SkillId(*skill), *level)).collect(),
                    presence: Presence::Offline,
                    capacity: Capacity {
                        by_channel: vec![(CHAT, 3), (MAIL, 6)],
                        other: 3,
                        total: 6,
                    },
                    weight_milli: 1_000,
                },
                shifts: shifts(i64::from(number)),
                speed: speed * differs,
            });
        }
    }
    let rates = |per_hour: f64, peak: i64| {
        let of = |hour: i64| 1.25 - 0.11 * (hour - peak).abs() as f64;
        (8..18_i64)
            .map(|hour| (hour * HOUR_MS, (hour + 1) * HOUR_MS, of(hour) * per_hour * scale))
            .collect()
    };
    let stream =
        |skill: u16, per_hour: f64, peak: i64, handle_min: f64, urgencies: [f64; 4]| Stream {
            skill: SkillId(skill),
            level: 1,
            urgencies: (0..4).zip(urgencies).collect(),
            tiers: vec![(0, 0.6), (1, 0.3), (2, 0.1)],
            channels: vec![(CHAT, 0.75), (MAIL, 0.25)],
            rates: rates(per_hour, peak),
            handle: Spread { mean_ms: handle_min * 60_000.0, spread: 0.6 },
            patience: Some(Spread { mean_ms: 40.0 * 60_000.0, spread: 0.5 }),
        };
    Day {
        setup: Setup::new(skills()),
        hours: OpenHours::new(vec![(8 * HOUR_MS, 18 * HOUR_MS)]),
        crew,
        streams: vec![
            stream(0, 420.0, 13, 16.0, [0.2, 0.6, 0.15, 0.05]),
            stream(1, 350.0, 10, 18.0, [0.1, 0.6, 0.25, 0.05]),
            stream(2, 280.0, 15, 18.0, [0.1, 0.5, 0.3, 0.1]),
            stream(3, 40.0, 14, 20.0, [0.0, 0.4, 0.4, 0.2]),
        ],
        tiers: vec!["standard".to_owned(), "silver".to_owned(), "gold".to_owned()],
        slowdown: 0.25,
    }
}
