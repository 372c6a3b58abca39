//! Routing: 1,000 rules as machine code against the interpreter; a decision at 1,000 agents and 10,000
//! waiting conversations against plain round robin and longest idle; whole days under each.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_bench::nanos;
use flowright_codegen::JitProgram;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::ir::interp::Interpreter;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{Cell, CellKind, Executor, Place, RunContext, Space};
use flowright_routing::sim::{Report, play};
use flowright_routing::{
    Agent, AgentId, Capacity, ChannelId, Desk, Policy, Presence, Setup, Skill, SkillId, Waiting,
};

#[path = "../../routing/tests/over/days.rs"]
mod days;

const ROUND: Duration = Duration::from_millis(60);
const RULES: usize = 1_000;
const SKILLS: u16 = 50;
const AGENTS: u32 = 1_000;
const WAITING: usize = 10_000;

/// A thousand rules, of which only the last fits.
fn program() -> VerifiedProgram {
    let mut rules = String::new();
    for i in 0..RULES - 1 {
        let _ =
            writeln!(rules, "  when customer.contract > {} and customer.tier == {i} -> t", i + 1);
    }
    let text = format!(
        "bot b {{ languages en  timezone \"UTC\" }}\nchannel web: websocket\nskill s\nskill t\n\
         customer {{ contract: number  tier: number }}\nroute {{\n{rules}  otherwise -> s\n}}\n"
    );
    let compiled = flowright_compiler::compile(&MemorySources::one("b.flow", &text)).unwrap();
    compiled.bundle.unwrap().program
}

/// Nanoseconds that the rules take in each executor.
fn rules() -> (f64, f64) {
    let program = program();
    let time = |executor: &dyn Executor| {
        let mut cx = RunContext::new(Arc::clone(&program), u64::MAX);
        for (index, number) in [(0, 2_000_000), (1, 5_000)] {
            let cell = Cell::new(CellKind::Number, number * 1_000_000);
            cx.set_cell(Place { space: Space::Customer, index }, cell);
        }
        nanos(ROUND, || {
            black_box(executor.run(program.route.skill, black_box(&mut cx))).unwrap();
        })
    };
    let machine = JitProgram::compile(program.clone()).unwrap();
    (time(&Interpreter::new(Arc::clone(&program))), time(&machine))
}

/// A desk of fifty skills; each agent has `skills` of them.
fn desk(policy: Policy, skills: u16) -> Desk {
    let all = (0..SKILLS).map(|number| Skill::named(&number.to_string())).collect();
    let mut desk = Desk::new(Setup { policy, ..Setup::new(all) }).unwrap();
    for id in 1..=AGENTS {
        let has = (0..skills).map(|n| ((id as u16).wrapping_mul(7).wrapping_add(n)) % SKILLS);
        desk.set_agent(Agent {
            id: AgentId(id),
            name: String::new(),
            skills: has.map(|skill| (SkillId(skill), 3)).collect(),
            presence: Presence::Online,
            capacity: Capacity::of(3),
            weight_milli: 1_000,
        })
        .unwrap();
    }
    desk
}

fn waiting(number: usize, skill: u16) -> Waiting {
    Waiting {
        id: number.to_string(),
        skill: SkillId(skill),
        level: 1,
        urgency: (number % 4) as u8,
        since_ms: number as i64,
        channel: ChannelId(0),
        replied: false,
    }
}

/// Nanoseconds of one conversation that comes, is given to one of the free agents and ends.
fn decision(policy: Policy, skills: u16) -> f64 {
    let mut desk = desk(policy, skills);
    let mut number = 0_usize;
    nanos(ROUND, || {
        number += 1;
        desk.enqueue(waiting(number, (number % usize::from(SKILLS)) as u16)).unwrap();
        let decision = desk.next_decision(number as i64).unwrap();
        desk.release(&decision.item, 60_000, number as i64).unwrap();
    })
}

/// Nanoseconds of one that ends while 10,000 wait and all agents are full: the next is given away.
fn under_load(policy: Policy) -> f64 {
    let mut desk = desk(policy, 3);
    let mut number = 0_usize;
    let mut come = |desk: &mut Desk| {
        number += 1;
        desk.enqueue(waiting(number, (number % usize::from(SKILLS)) as u16)).unwrap();
    };
    let mut has = std::collections::VecDeque::new();
    (0..WAITING + 3 * AGENTS as usize).for_each(|_| come(&mut desk));
    has.extend(desk.next_decisions(0).into_iter().map(|decision| decision.item));
    assert_eq!(has.len(), 3 * AGENTS as usize);
    nanos(ROUND, || {
        let ended = has.pop_front().unwrap();
        desk.release(&ended, 60_000, 0).unwrap();
        has.extend(desk.next_decision(0).map(|decision| decision.item));
        come(&mut desk);
    })
}

fn days() {
    println!(
        "\n{:<26}{:>14}{:>12}{:>12}{:>12}{:>10}",
        "a day of 10,000, 5 seeds", "played in", "95 of 100", "critical", "left", "agents"
    );
    for (staff, called) in [(1.0, "staffed"), (0.95, "busy"), (0.9, "overrun")] {
        let day = days::day(1.0, staff);
        for (policy, name) in Policy::ALL {
            let (mut ms, mut p95, mut critical, mut left, mut jain) = (0.0, 0, 0, 0, 0.0);
            for seed in 1..=5 {
                let arrivals = day.arrivals(seed);
                let begun = Instant::now();
                let played = play(&day, &arrivals, policy).unwrap();
                ms += begun.elapsed().as_secs_f64() * 1e3;
                let report = Report::of(&day, &played, policy);
                p95 += report.all.waits.p95_ms;
                critical += report.urgencies.first().unwrap().waits.p95_ms;
                left += report.all.abandoned;
                jain += report.fairness.agents_jain.unwrap();
            }
            println!(
                "{:<26}{:>11.0} ms{:>10} s{:>10} s{:>12}{:>10.4}",
                format!("{called}: {name}"),
                ms / 5.0,
                p95 / 5_000,
                critical / 5_000,
                left / 5,
                jain / 5.0
            );
        }
    }
}

fn main() {
    let (interpreted, machine) = rules();
    println!("{:<26}{:>14}{:>14}{:>8}", "", "interpreter", "machine code", "ratio");
    println!(
        "{:<26}{:>11.1} µs{:>11.1} µs{:>7.1}x",
        "1,000 rules",
        interpreted / 1e3,
        machine / 1e3,
        interpreted / machine
    );
    println!("\n{:<26}{:>14}{:>14}{:>14}", "1,000 agents", "smooth", "round-robin", "longest-idle");
    let row = |name: &str, time: &dyn Fn(Policy) -> f64| {
        let times = Policy::ALL.map(|(policy, _)| format!("{:.2} µs", time(policy) / 1e3));
        println!("{name:<26}{:>14}{:>14}{:>14}", times[0], times[1], times[2]);
    };
    row("60 have the skill", &|policy| decision(policy, 3));
    row("all have the skill", &|policy| decision(policy, SKILLS));
    row("10,000 wait, all are full", &under_load);
    days();
}
