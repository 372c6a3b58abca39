//! A day as a file says it: `[day]`, `[[agents]]`, `[[arrivals]]`.

use std::path::Path;

use flowright_compiler::ir::Program;
use flowright_engine::hours::open_spans_ms;
use flowright_nlu::value::{DAY_MS, Date};
use flowright_routing::limits::{ARRIVALS_MAX, LEVEL_MAX};
use flowright_routing::sim::{Day, Spread, Stream};
use flowright_routing::{ChannelId, OpenHours, SkillId};

use super::crew::{Names, members, setup};
use super::reader::{Field, Source, Table, read, span_ms};
use crate::failure::Failure;

/// Days on which business hours are known: a target of the evening may be due after a long weekend.
const DAYS: u16 = 31;
/// Conversations an hour of one kind.
const PER_HOUR_MAX: f64 = 100_000.0;
/// How times scatter where nothing is said: as deviation, a share of the mean.
const SPREAD: f64 = 0.5;
/// The urgency of what says none.
const NORMAL: u8 = 1;
/// Urgencies, least first.
pub(super) const URGENCIES: [&str; 4] = ["low", "normal", "high", "critical"];

/// What a file says.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) day: Day,
    pub(super) date: jiff::civil::Date,
    pub(super) seed: u64,
}

/// # Errors
/// What is wrong with it, and in which line.
pub(super) fn declared(path: &Path, program: &Program) -> Result<Declared, Failure> {
    let text = read(path)?;
    let source = Source::new(path, &text);
    let parsed = source.parse()?;
    let root = source.root(parsed.get_ref());
    root.only(&["day", "agents", "arrivals"])?;
    let names = Names::of(program);
    let field = root.need("day", "{ date = 2026-06-15 }")?;
    let about = field.as_table("[day]").ok_or_else(|| field.wrong("a table", "[day]"))?;
    about.only(&["date", "seed", "slowdown"])?;
    let date = about.need("date", "2026-06-15")?.date("date = 2026-06-15")?;
    let seed = match about.get("seed") {
        Some(seed) => seed.whole(0, u32::MAX, "seed = 1")?,
        None => 1,
    };
    let slowdown = match about.get("slowdown") {
        Some(slowdown) => slowdown.number(0.0, 10.0, "slowdown = 0.2")?,
        None => 0.0,
    };
    let crew = members(&root, &names)?.into_iter().map(|member| member.worker).collect();
    let mut tiers = Vec::new();
    let arrivals = root.list("arrivals", "[[arrivals]]")?;
    let stream = |table: &Table<'_>| stream(table, &names, &mut tiers);
    let streams = arrivals.iter().map(stream).collect::<Result<Vec<Stream>, Failure>>()?;
    let spans = open_spans_ms(&program.bot, Date::from_civil(date), DAYS);
    let hours = spans.map_or_else(OpenHours::default, OpenHours::new);
    let setup = setup(program);
    let day = Day { setup, hours, crew, streams, tiers, slowdown };
    check(&root, &day)?;
    Ok(Declared { day, date, seed: seed.into() })
}

/// What no one key says.
fn check(root: &Table<'_>, day: &Day) -> Result<(), Failure> {
    if day.streams.is_empty() {
        let help = "write `[[arrivals]]`, and below it `skill`, `per_hour` and `handle`";
        return Err(root.fault("the file has no arrivals").with_help(help));
    }
    if day.expected() > ARRIVALS_MAX as f64 * 0.9 {
        let what = format!("{:.0} conversations are too many for one day", day.expected());
        return Err(root.fault(what).with_help(format!("let fewer than {ARRIVALS_MAX} come")));
    }
    Ok(())
}

fn stream(
    table: &Table<'_>,
    names: &Names<'_>,
    tiers: &mut Vec<String>,
) -> Result<Stream, Failure> {
    table.only(&[
        "skill", "level", "urgency", "tier", "channel", "per_hour", "handle", "patience",
    ])?;
    let example = names.skills.first().copied().unwrap_or("SKILL");
    let skill = table.need("skill", &format!("\"{example}\""))?;
    let skill = skill.one_of("skill", &names.skills, &format!("skill = \"{example}\""))?;
    let level = match table.get("level") {
        Some(level) => level.whole(1, LEVEL_MAX.into(), "level = 2")?,
        None => 1,
    };
    let handle = table.need("handle", "\"8m\"")?;
    let patience = table.get("patience");
    Ok(Stream {
        skill: SkillId(u16::try_from(skill).unwrap_or(u16::MAX)),
        level: u8::try_from(level).unwrap_or(1),
        urgencies: urgencies(table)?,
        tiers: tiers_of(table, names, tiers)?,
        channels: channels(table, names)?,
        rates: rates(table)?,
        handle: spread(&handle, "handle = \"8m\"")?,
        patience: patience.map(|field| spread(&field, "patience = \"20m\"")).transpose()?,
    })
}

fn urgencies(table: &Table<'_>) -> Result<Vec<(u8, f64)>, Failure> {
    let Some(field) = table.get("urgency") else { return Ok(vec![(NORMAL, 1.0)]) };
    let shares = field.shares("urgency = { normal = 0.7, high = 0.3 }")?;
    let number = |(name, share)| {
        let at = field.named("urgency", name, &URGENCIES)?;
        Ok((u8::try_from(at).unwrap_or(NORMAL), share))
    };
    shares.into_iter().map(number).collect()
}

/// Tiers are what the project's `customer.tier` can be; where it has none, any names.
fn tiers_of(
    table: &Table<'_>,
    names: &Names<'_>,
    tiers: &mut Vec<String>,
) -> Result<Vec<(usize, f64)>, Failure> {
    let field = table.get("tier");
    let shares = match &field {
        Some(field) => field.shares("tier = { standard = 0.8, gold = 0.2 }")?,
        None => vec![("any", 1.0)],
    };
    let mut numbered = Vec::new();
    for (name, share) in shares {
        if let Some((field, known)) = field.as_ref().zip(names.tiers.as_ref()) {
            field.named("tier", name, known)?;
        }
        let known = tiers.iter().position(|tier| tier == name);
        numbered.push((known.unwrap_or(tiers.len()), share));
        if known.is_none() {
            tiers.push(name.to_owned());
        }
    }
    Ok(numbered)
}

fn channels(table: &Table<'_>, names: &Names<'_>) -> Result<Vec<(ChannelId, f64)>, Failure> {
    let Some(field) = table.get("channel") else { return Ok(vec![(ChannelId(0), 1.0)]) };
    let shares = field.shares("channel = { CHANNEL = 0.7, OTHER = 0.3 }")?;
    let number = |(name, share)| {
        let at = field.named("channel", name, &names.channels)?;
        Ok((ChannelId(u16::try_from(at).unwrap_or(u16::MAX)), share))
    };
    shares.into_iter().map(number).collect()
}

/// `per_hour = 40`, the whole day; or by hours of it.
fn rates(table: &Table<'_>) -> Result<Vec<(i64, i64, f64)>, Failure> {
    let example = "per_hour = { \"08:00-12:00\" = 40 }";
    let field = table.need("per_hour", "{ \"08:00-12:00\" = 40 }")?;
    let Some(hours) = field.as_table("`per_hour`") else {
        return Ok(vec![(0, DAY_MS, field.number(0.0, PER_HOUR_MAX, example)?)]);
    };
    let rate = |hour: Field<'_>| {
        let must = format!("`{}` is no hours of the day, the earlier first", hour.name);
        let span = span_ms(hour.name);
        let (from_ms, until_ms) = span.ok_or_else(|| {
            hour.fault(must).with_help(format!("write something like `{example}`"))
        })?;
        Ok((from_ms, until_ms, hour.number(0.0, PER_HOUR_MAX, example)?))
    };
    hours.fields().into_iter().map(rate).collect()
}

/// `"8m"`, or `{ mean = "8m", spread = 0.5 }`.
fn spread(field: &Field<'_>, example: &str) -> Result<Spread, Failure> {
    let Some(table) = field.as_table("the table") else {
        return Ok(Spread { mean_ms: field.time_ms(example)? as f64, spread: SPREAD });
    };
    table.only(&["mean", "spread"])?;
    let mean_ms = table.need("mean", "\"8m\"")?.time_ms("mean = \"8m\"")? as f64;
    let spread = match table.get("spread") {
        Some(spread) => spread.number(0.0, 5.0, "spread = 0.5")?,
        None => SPREAD,
    };
    Ok(Spread { mean_ms, spread })
}
