//! The agents of a file, `[[agents]]`: their skills, shifts, capacity, weights; and what they have
//! just now, where one conversation is looked at.

use std::collections::BTreeSet;

use flowright_compiler::ir::{Program, SkillDef, Type};
use flowright_nlu::value::DAY_MS;
use flowright_routing::limits::{AGENTS_MAX, CAPACITY_MAX, LEVEL_MAX};
use flowright_routing::sim::Worker;
use flowright_routing::{
    Agent, AgentId, Capacity, ChannelId, Overflow, Presence, Setup, Skill, SkillId,
};

use super::reader::{Field, Table, span_ms};
use crate::failure::Failure;

/// Conversations at once of an agent who says nothing.
const AT_ONCE: u16 = 3;
const KEYS: [&str; 10] = [
    "name", "count", "skills", "weight", "speed", "capacity", "at_once", "shift", "presence", "has",
];
const PRESENCES: [(&str, Presence); 3] =
    [("online", Presence::Online), ("away", Presence::Away), ("offline", Presence::Offline)];

/// The names that a file can use.
pub(super) struct Names<'p> {
    pub(super) skills: Vec<&'p str>,
    pub(super) channels: Vec<&'p str>,
    /// What `customer.tier` can be; nothing where the project has no such field.
    pub(super) tiers: Option<Vec<&'p str>>,
}

impl<'p> Names<'p> {
    pub(super) fn of(program: &'p Program) -> Self {
        Self {
            skills: program.skills.iter().map(|skill| skill.name.as_str()).collect(),
            channels: program.channels.iter().map(|channel| channel.name.as_str()).collect(),
            tiers: tiers(program),
        }
    }
}

fn tiers(program: &Program) -> Option<Vec<&str>> {
    let field = program.customer.iter().find(|field| field.name == "tier")?;
    let Type::Choice(choice) = &field.ty else { return None };
    let choice = program.choices.get(choice.index())?;
    Some(choice.options.iter().map(|option| option.name.as_str()).collect())
}

/// An agent of a file.
pub(super) struct Member {
    pub(super) worker: Worker,
    /// Conversations that she has, by channel.
    pub(super) has: Vec<(ChannelId, u16)>,
}

/// The skills of a program as the desk takes them.
pub(super) fn setup(program: &Program) -> Setup {
    let id = |number: usize| SkillId(u16::try_from(number).unwrap_or(u16::MAX));
    let skill = |skill: &SkillDef| Skill {
        name: skill.name.clone(),
        first_reply_ms: skill.first_reply_ms,
        overflow: skill.overflow.map(|(to, after_ms)| Overflow { to: id(to.index()), after_ms }),
        // Millionths to thousandths; the desk keeps them within its limits.
        weight_milli: u32::try_from(skill.weight.0 / 1_000).unwrap_or(u32::MAX),
    };
    Setup::new(program.skills.iter().map(skill).collect())
}

/// # Errors
/// What is wrong with one of them.
pub(super) fn members(file: &Table<'_>, names: &Names<'_>) -> Result<Vec<Member>, Failure> {
    let mut members: Vec<Member> = Vec::new();
    let mut known = BTreeSet::new();
    for table in file.list("agents", "[[agents]]")? {
        table.only(&KEYS)?;
        let name = table.need("name", "\"Li Wei\"")?;
        let called = name.text("name = \"Li Wei\"")?;
        if !known.insert(called) {
            let what = format!("two agents are called `{called}`");
            return Err(name
                .fault(what)
                .with_help("give each a name of her own, or one a `count`"));
        }
        let count = match table.get("count") {
            Some(count) => count.whole(1, AGENTS_MAX as u32, "count = 20")?,
            None => 1,
        };
        if members.len() + count as usize > AGENTS_MAX {
            return Err(table.fault(format!("there are more than {AGENTS_MAX} agents")));
        }
        for number in 1..=count {
            let id = AgentId(u32::try_from(members.len() + 1).unwrap_or(u32::MAX));
            let name = if count == 1 { called.to_owned() } else { format!("{called} {number}") };
            members.push(member(&table, names, id, name)?);
        }
    }
    match members.is_empty() {
        true => Err(file
            .fault("the file has no agents")
            .with_help("write `[[agents]]`, and below it `name`, `skills` and `shift`")),
        false => Ok(members),
    }
}

fn member(
    table: &Table<'_>,
    names: &Names<'_>,
    id: AgentId,
    name: String,
) -> Result<Member, Failure> {
    let factor = |key: &str, example: &str| match table.get(key) {
        Some(field) => field.number(0.1, 10.0, example),
        None => Ok(1.0),
    };
    let presence = match table.get("presence") {
        Some(field) => {
            let known: Vec<&str> = PRESENCES.iter().map(|(name, _)| *name).collect();
            let at = field.one_of("presence", &known, "presence = \"online\"")?;
            PRESENCES.get(at).map(|(_, presence)| *presence).unwrap_or_default()
        }
        None => Presence::Online,
    };
    let agent = Agent {
        id,
        name,
        skills: skills(&table.need("skills", "{ SKILL = 3 }")?, names)?,
        presence,
        capacity: capacity(table, names)?,
        weight_milli: (factor("weight", "weight = 1.5")? * 1_000.0).round() as u32,
    };
    let has = match table.get("has") {
        Some(field) => by_channel(&field, names, "has = { CHANNEL = 2 }")?,
        None => Vec::new(),
    };
    let speed = factor("speed", "speed = 1.2")?;
    Ok(Member { worker: Worker { agent, shifts: shifts(table)?, speed }, has })
}

fn skills(field: &Field<'_>, names: &Names<'_>) -> Result<Vec<(SkillId, u8)>, Failure> {
    let example = "skills = { SKILL = 3 }";
    let must = "a table of skills and their levels";
    let table = field.as_table("`skills`").ok_or_else(|| field.wrong(must, example))?;
    let skill = |field: Field<'_>| {
        let number = field.own_name("skill", &names.skills)?;
        let level = field.whole(1, LEVEL_MAX.into(), &format!("{} = 3", field.name))?;
        let id = SkillId(u16::try_from(number).unwrap_or(u16::MAX));
        Ok((id, u8::try_from(level).unwrap_or(LEVEL_MAX)))
    };
    let skills: Vec<_> = table.fields().into_iter().map(skill).collect::<Result<_, Failure>>()?;
    if skills.is_empty() {
        return Err(field.wrong(must, example));
    }
    Ok(skills)
}

fn by_channel(
    field: &Field<'_>,
    names: &Names<'_>,
    example: &str,
) -> Result<Vec<(ChannelId, u16)>, Failure> {
    let must = "a table of channels and numbers";
    let table = field.as_table("the table").ok_or_else(|| field.wrong(must, example))?;
    let one = |field: Field<'_>| {
        let channel = field.own_name("channel", &names.channels)?;
        let count = field.whole(0, CAPACITY_MAX.into(), &format!("{} = 3", field.name))?;
        let channel = ChannelId(u16::try_from(channel).unwrap_or(u16::MAX));
        Ok((channel, u16::try_from(count).unwrap_or(CAPACITY_MAX)))
    };
    table.fields().into_iter().map(one).collect()
}

fn capacity(table: &Table<'_>, names: &Names<'_>) -> Result<Capacity, Failure> {
    let by_channel = match table.get("capacity") {
        Some(field) => by_channel(&field, names, "capacity = { CHANNEL = 3 }")?,
        None => Vec::new(),
    };
    let most = by_channel.iter().map(|(_, count)| *count).max();
    let total = match table.get("at_once") {
        Some(field) => {
            let count = field.whole(1, CAPACITY_MAX.into(), "at_once = 4")?;
            u16::try_from(count).unwrap_or(CAPACITY_MAX)
        }
        None => most.unwrap_or(AT_ONCE).max(1),
    };
    Ok(Capacity { by_channel, other: total, total })
}

fn shifts(table: &Table<'_>) -> Result<Vec<(i64, i64)>, Failure> {
    let example = "shift = [\"08:00-12:00\", \"13:00-17:00\"]";
    let Some(field) = table.get("shift") else { return Ok(vec![(0, DAY_MS)]) };
    let mut shifts: Vec<(i64, i64)> = Vec::new();
    for item in field.items() {
        let must = "hours of the day in quotes, the earlier first";
        let span = span_ms(item.text(example)?).ok_or_else(|| item.wrong(must, example))?;
        if shifts.iter().any(|(from, until)| span.0 < *until && *from < span.1) {
            let help = "leave out the hours that another shift has";
            return Err(item.fault("two shifts of one agent overlap").with_help(help));
        }
        shifts.push(span);
    }
    if shifts.is_empty() {
        return Err(field.wrong("at least one shift", example));
    }
    shifts.sort_unstable();
    // One that goes on at once is one: she is not away in between.
    shifts.dedup_by(|next, before| {
        let goes_on = before.1 == next.0;
        if goes_on {
            before.1 = next.1;
        }
        goes_on
    });
    Ok(shifts)
}
