//! A day as text.

use flowright_routing::sim::{AgentLine, Group, Report};

use super::time;
use crate::project::plural;
use crate::style::{Stream, paint};

/// Agents that are named at either end.
const NAMED: usize = 3;

/// A report for people, and what other policies make of the same day.
pub(super) fn told(
    report: &Report,
    others: &[Report],
    date: jiff::civil::Date,
    seed: u64,
) -> String {
    let all = &report.all;
    let mut out = format!(
        "{date}: {} and {}, seed {seed}, policy {}\n",
        plural(all.waits.count, "conversation"),
        plural(report.agents.len(), "agent"),
        report.policy
    );
    out.push_str(&heading("Waits: mean, half within, 95 of 100 within, longest"));
    let groups = [("", std::slice::from_ref(all)), ("by urgency", &report.urgencies)];
    let more = [("by skill", &report.skills[..]), ("by tier", &report.tiers)];
    for (title, groups) in groups.into_iter().chain(more) {
        if !title.is_empty() {
            out.push_str(&format!("{title}\n"));
        }
        out.extend(groups.iter().map(wait_line));
    }
    out.push_str(&targets(report));
    out.push_str(&agents(report));
    if !others.is_empty() {
        out.push_str(&compared(report, others));
    }
    out
}

fn heading(text: &str) -> String {
    format!("\n{}\n", paint(Stream::Out, "1", text))
}

/// `  high          1,204   0:12 min …`
fn wait_line(group: &Group) -> String {
    let waits = &group.waits;
    format!(
        "  {:<18} {:>7} {:>10} {:>10} {:>10} {:>10}\n",
        group.name,
        waits.count,
        time(waits.mean_ms),
        time(waits.p50_ms),
        time(waits.p95_ms),
        time(waits.max_ms)
    )
}

/// A share as percent.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn targets(report: &Report) -> String {
    let mut out = heading("What became of them");
    let Group { waits, served, abandoned, unserved, overflowed, .. } = &report.all;
    let share = |count: usize| percent(count as f64 / waits.count.max(1) as f64);
    for (count, what) in [
        (served, "an agent took them"),
        (abandoned, "the customer left before"),
        (unserved, "they still waited when the last agent went"),
        (overflowed, "overflowed into another skill"),
    ] {
        out.push_str(&format!("  {count:>7} {:>8}  {what}\n", share(*count)));
    }
    for skill in report.skills.iter().filter(|skill| skill.targets_met + skill.targets_broken > 0) {
        let of = skill.targets_met + skill.targets_broken;
        out.push_str(&format!(
            "  {:<18} first reply in time {:>7}, {} in time after a warning, {} broken\n",
            skill.name,
            percent(skill.targets_met as f64 / of as f64),
            skill.warned_in_time,
            skill.targets_broken
        ));
    }
    out
}

fn agents(report: &Report) -> String {
    let mut out = heading("Agents: how full they were while they were there");
    let mut filled: Vec<&AgentLine> = report.agents.iter().collect();
    let rank = |line: &AgentLine| line.utilisation.unwrap_or(0.0);
    filled.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    let line = |agent: &AgentLine| {
        format!(
            "  {:<18} {:>7} {:>8}\n",
            agent.name,
            plural(agent.served as usize, "conversation"),
            percent(rank(agent))
        )
    };
    match filled.len() > 2 * NAMED + 1 {
        true => {
            out.extend(filled.iter().take(NAMED).map(|agent| line(agent)));
            out.push_str(&format!("  and {} between\n", filled.len() - 2 * NAMED));
            out.extend(filled.iter().skip(filled.len() - NAMED).map(|agent| line(agent)));
        }
        false => out.extend(filled.iter().map(|agent| line(agent))),
    }
    for skill in &report.skills {
        if let Some(jain) = skill.agents_jain {
            out.push_str(&format!(
                "  {:<18} alike to {jain:.3} (Jain; 1 is all alike)\n",
                skill.name
            ));
        }
    }
    out
}

/// The same arrivals under each policy.
fn compared(report: &Report, others: &[Report]) -> String {
    let mut out = heading("The same conversations under other policies");
    out.push_str(&format!(
        "  {:<18} {:>10} {:>10} {:>12} {:>8} {:>8} {:>8} {:>8}\n",
        "", "mean", "95 of 100", "most urgent", "left", "broken", "agents", "tiers"
    ));
    for report in std::iter::once(report).chain(others) {
        let Report { all, fairness, .. } = report;
        let urgent = report.urgencies.first().map_or(0, |group| group.waits.p95_ms);
        let figure = |figure: Option<f64>| figure.map_or("-".to_owned(), |f| format!("{f:.3}"));
        out.push_str(&format!(
            "  {:<18} {:>10} {:>10} {:>12} {:>8} {:>8} {:>8} {:>8}\n",
            report.policy,
            time(all.waits.mean_ms),
            time(all.waits.p95_ms),
            time(urgent),
            all.abandoned,
            all.targets_broken,
            figure(fairness.agents_jain),
            figure(fairness.tiers_ratio)
        ));
    }
    out.push_str(
        "  most urgent: 95 of 100 of these; agents: how alike they are filled (Jain, 1 is all alike);\n  \
         tiers: mean waits of the worst beside the best within an urgency (1 is all alike)\n",
    );
    out
}
