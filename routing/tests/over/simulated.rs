//! What a day comes to.

use flowright_routing::sim::{End, Played, Report, play};
use flowright_routing::{Capacity, Policy};

use crate::days::{CHAT, MAIL, day};

fn played(policy: Policy, seed: u64) -> (Played, Report) {
    let day = day(1.0, 1.0);
    let played = play(&day, &day.arrivals(seed), policy).unwrap();
    let report = Report::of(&day, &played, policy);
    (played, report)
}

#[test]
fn waits_and_fairness_are_better_than_plain_round_robin_and_longest_idle() {
    for seed in 1..=3 {
        let [ours, robin, idle] = Policy::ALL.map(|(policy, _)| played(policy, seed).1);
        for other in [robin, idle] {
            assert!(ours.all.waits.count > 9_500);
            let p95 = |report: &Report| report.all.waits.p95_ms;
            assert!(p95(&ours) < p95(&other), "{} {} {}", other.policy, p95(&ours), p95(&other));
            let jain = |report: &Report| report.fairness.agents_jain.unwrap();
            assert!(
                jain(&ours) > jain(&other),
                "{} {} {}",
                other.policy,
                jain(&ours),
                jain(&other)
            );
            let urgent = |report: &Report| report.urgencies[0].waits.p95_ms;
            assert!(urgent(&ours) * 2 < urgent(&other));
        }
    }
}

#[test]
fn a_seed_says_all() {
    let (first, report) = played(Policy::Smooth, 5);
    let (again, _) = played(Policy::Smooth, 5);
    assert_eq!(first, again);
    let (other, _) = played(Policy::Smooth, 6);
    assert_ne!(first, other);
    // Pinned: the same on every machine.
    let sum: i64 = first.records.iter().map(|record| record.waited_ms).sum();
    assert_eq!((first.records.len(), sum, report.all.waits.p95_ms), (10_345, 168_114_787, 123_892));
}

/// Every conversation ends once, agents never have more than they can, and nobody works in a break.
#[test]
fn the_day_adds_up() {
    let day = day(0.3, 0.85);
    let played = play(&day, &day.arrivals(9), Policy::Smooth).unwrap();
    let served = |end: End| matches!(end, End::Served { .. });
    let count = played.records.iter().filter(|record| served(record.end)).count();
    let by_agents: u32 = played.crew.iter().map(|worked| worked.served).sum();
    assert_eq!(count, by_agents as usize);
    for worker in &day.crew {
        let mut events = Vec::new();
        for record in &played.records {
            let End::Served { agent, until_ms } = record.end else { continue };
            if agent != worker.agent.id {
                continue;
            }
            let begun_ms = record.arrival.at_ms + record.waited_ms;
            assert!(worker.shifts.iter().any(|(from, until)| (*from..*until).contains(&begun_ms)));
            assert!(worker.agent.skills.iter().any(|(skill, _)| {
                // Overflow of this day: orders to the frontline, tech to the second level.
                let helps = [(1, 0), (2, 3)].contains(&(record.arrival.skill.0, skill.0));
                *skill == record.arrival.skill || (record.overflowed && helps)
            }));
            let share = 1.0 / f64::from(if record.arrival.channel == CHAT { 3 } else { 6 });
            events.extend([(begun_ms, 1, share), (until_ms, -1, -share)]);
        }
        events.sort_by_key(|event| (event.0, event.1));
        let capacity = Capacity { by_channel: vec![(CHAT, 3), (MAIL, 6)], other: 3, total: 6 };
        assert_eq!(worker.agent.capacity, capacity);
        let (mut count, mut load) = (0, 0.0);
        for (_, one, share) in events {
            count += one;
            load += share;
            assert!(count <= 6 && load < 1.000_01, "{count} {load}");
        }
    }
}

#[test]
fn customers_leave_when_their_patience_is_over_and_targets_break() {
    let day = day(0.3, 0.5);
    let played = play(&day, &day.arrivals(2), Policy::Smooth).unwrap();
    let report = Report::of(&day, &played, Policy::Smooth);
    let all = &report.all;
    assert!(all.abandoned > 100 && all.targets_broken > 100, "{all:?}");
    assert_eq!(all.served + all.abandoned + all.unserved, all.waits.count);
    for record in played.records.iter().filter(|record| record.end == End::Abandoned) {
        assert_eq!(Some(record.arrival.at_ms + record.waited_ms), record.arrival.leaves_ms);
    }
}
