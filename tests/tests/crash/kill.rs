//! The server is killed at its writes and syncs, as `kill -9` kills: in the middle of them, nothing
//! after. It starts again on what is there; customers repeat what was not answered; and everything is
//! as if nothing had happened.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use flowright_faultfs::FaultFs;
use flowright_runtime::dispatch::{AgentMove, Incoming};
use flowright_runtime::outbox::{Address, Addresses};
use flowright_runtime::programs::interpreter_loader;
use flowright_runtime::service::{Handle, Options, Service};
use flowright_runtime::store::{Durability, SqliteOptions, verify};
use flowright_tests::seeds::{Random, is_long, seed};
use flowright_tests::{Fresh, ManualClock, SHOP, bundle_of_text};
use serde_json::{Value as Json, json};

use crate::desk::Desk;
use crate::scenario::{ALL, Scenario, Step};

/// What a child process is told in its environment.
const TOLD: &str = "FLOWRIGHT_KILL";

/// How long a step may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server in a process of its own; does nothing when it is not called by the test below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of the test that kills it"]
async fn child() {
    let Ok(told) = std::env::var(TOLD) else { return };
    let told: Json = serde_json::from_str(&told).unwrap();
    let number = |name: &str| told[name].as_u64().unwrap();
    let fs = FaultFs::register("killed");
    fs.kill_at(number("kill_at"));
    let scenario = ALL[number("scenario") as usize];
    let clock = ManualClock::at("2026-06-01T01:00:00Z");
    clock.advance_ms(told["passed_ms"].as_i64().unwrap());
    let url = |path: &str| format!("{}/{path}", told["desk"].as_str().unwrap()).parse().unwrap();
    let address = |path: &str| Address::new(url(path));
    let deliver = Addresses {
        replies: BTreeMap::from([("api".to_owned(), address("replies"))]),
        handoffs: Some(address("handoffs")),
        desk: None,
    };
    let sqlite = SqliteOptions {
        vfs: Some("killed".to_owned()),
        checkpoint_pages: 30,
        ..SqliteOptions::new(Durability::Full)
    };
    let desk = told["desk"].as_str().unwrap().to_owned();
    let options = Options {
        sqlite,
        deliver,
        variables: BTreeMap::from([("DESK".to_owned(), desk.into())]),
        clock: clock.clone(),
        ..Options::local(told["store"].as_str().unwrap().into())
    };
    let bundle = |name: &str| std::fs::read(told[name].as_str().unwrap()).unwrap();
    let (bundle, next) = (bundle("bundle"), bundle("next"));
    let done: BTreeSet<u64> =
        told["done"].as_array().unwrap().iter().filter_map(Json::as_u64).collect();
    let steps = || (0..).zip(scenario.steps);
    let has_next = steps().any(|(n, step)| matches!(step, Step::Take) && done.contains(&n));
    // Operators leave the version that was taken where the next start finds it.
    let begin = if has_next { &next } else { &bundle };
    let server = Service::start(begin, interpreter_loader(), options).await.unwrap();
    for (number, step) in steps() {
        play(&server, (&clock, &next), number, *step, done.contains(&number)).await;
    }
    // What was not taken at once is sent again after pauses.
    let until = Instant::now() + PATIENCE;
    while server.dispatch().outbox_sizes().await.unwrap() != (0, 0) {
        assert!(Instant::now() < until, "something is not sent");
        clock.advance_ms(500);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut sessions = BTreeMap::new();
    for name in ["a", "b"] {
        if let Some((session, _)) = server.dispatch().session(name).await.unwrap() {
            let replies = server.dispatch().replies_after(name, 0).await.unwrap();
            sessions.insert(name, json!([session.status, session.stack, session.turn, replies]));
        }
    }
    server.stop().await;
    tell("END", &json!({ "sessions": sessions, "operations": fs.count() }));
}

fn tell(what: &str, json: &Json) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what} {json}").and_then(|()| out.flush()).unwrap();
}

async fn play(
    server: &Handle,
    (clock, next): (&ManualClock, &[u8]),
    number: u64,
    step: Step,
    done: bool,
) {
    match step {
        Step::Say(session, id, text) => {
            let message = Incoming {
                reply_to: None,
                customer_id: None,
                attachments: Vec::new(),
                from: None,
                id: id.to_owned(),
                channel: "api".to_owned(),
                text: text.to_owned(),
                payload: None,
                customer: None,
                lang: None,
            };
            let answer = server.dispatch().message(session, message).await.unwrap();
            tell("DONE", &json!([number, session, id, answer.turn, answer.replies]));
        }
        Step::Serve(session, id, text, then) => {
            let done = AgentMove {
                id: id.to_owned(),
                name: "Li Wei".to_owned(),
                text: Some(text.to_owned()),
                then,
                handoff_at_ms: None,
                by: None,
            };
            let answer = server.dispatch().agent(session, done).await.unwrap();
            tell("DONE", &json!([number, session, id, answer.turn, answer.replies]));
        }
        Step::Pass(ms, session, replies) => {
            if !done {
                clock.advance_ms(ms);
            }
            let until = Instant::now() + PATIENCE;
            while server.dispatch().replies_after(session, 0).await.unwrap().len() < replies {
                assert!(Instant::now() < until, "nobody woke `{session}`");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tell("DONE", &json!([number, "passed", ms]));
        }
        Step::Take => {
            if !done {
                server.dispatch().reload(next.to_vec()).await.unwrap();
            }
            tell("DONE", &json!([number, "taken"]));
        }
    }
}

/// What a process said before it ended.
#[derive(Debug, Default)]
struct Said {
    /// What was acknowledged: the steps, each with what was answered.
    done: BTreeMap<u64, Json>,
    /// Absent when it was killed.
    end: Option<Json>,
}

/// Runs a process on a store.
fn run(files: &Files<'_>, scenario: usize, kill_at: u64, before: &BTreeMap<u64, Json>) -> Said {
    let passed: i64 = before.values().filter(|done| done[1] == "passed").map(passed).sum();
    let told = json!({
        "store": files.store.display().to_string(), "bundle": files.bundle.display().to_string(),
        "next": files.next.display().to_string(),
        "desk": files.desk, "scenario": scenario, "kill_at": kill_at, "passed_ms": passed,
        "done": before.keys().collect::<Vec<_>>(),
    });
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(TOLD, told.to_string())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let mut said = Said::default();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let json = |rest: &str| serde_json::from_str::<Json>(rest).ok();
        if let Some(done) = line.strip_prefix("DONE ").and_then(json) {
            said.done.insert(done[0].as_u64().unwrap(), done);
        } else if let Some(end) = line.strip_prefix("END ").and_then(json) {
            said.end = Some(end);
        }
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(said.end.is_some() || kill_at > 0, "{errors}");
    assert!(said.end.is_some() || output.status.code().is_none(), "{errors}");
    said
}

fn passed(done: &Json) -> i64 {
    done[2].as_i64().unwrap()
}

/// What the processes of one run have in common.
struct Files<'f> {
    store: &'f Path,
    bundle: &'f Path,
    /// Of the version after.
    next: &'f Path,
    desk: &'f str,
}

/// Kills a scenario at an operation, and once more while it starts again if `again` says where; what
/// came of it in the end, and whether it was killed at all.
fn killed(files: &Files<'_>, scenario: usize, kill_at: u64, again: Option<u64>) -> (bool, Json) {
    let first = run(files, scenario, kill_at, &BTreeMap::new());
    let (was_killed, mut done) = (first.end.is_none(), first.done);
    for kill_at in again.into_iter().chain([0]) {
        let said = run(files, scenario, kill_at, &done);
        for (step, answer) in said.done {
            // What was acknowledged is answered alike for ever.
            let before = done.entry(step).or_insert_with(|| answer.clone());
            assert_eq!(before.to_string(), answer.to_string());
        }
        if let Some(end) = said.end {
            return (was_killed, end);
        }
    }
    (was_killed, Json::Null)
}

/// That a run came out as it must.
fn check(scenario: &Scenario, desk: &Desk, store: &Path, end: &Json, expected: &Json) {
    assert_eq!(end["sessions"].to_string(), expected["sessions"].to_string());
    let report = verify(store).unwrap();
    assert!(report.is_whole(), "{:?}", report.faults);
    let (booked, sent) = desk.take();
    let keys: BTreeSet<&String> = booked.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), scenario.booked, "{booked:?}");
    // The same key always asks for the same.
    let asked: BTreeSet<&(String, String)> = booked.iter().collect();
    assert_eq!(asked.len(), keys.len(), "{booked:?}");
    let mut first = Vec::new();
    for (key, _) in &sent {
        if !first.contains(&key.as_str()) {
            first.push(key.as_str());
        }
    }
    let bodies: BTreeSet<&(String, String)> = sent.iter().collect();
    assert_eq!(bodies.len(), first.len(), "{sent:?}");
    for session in ["a/", "b/"] {
        let of = |keys: &[&str]| -> Vec<String> {
            keys.iter().filter(|key| key.starts_with(session)).map(ToString::to_string).collect()
        };
        assert_eq!(of(&first), of(scenario.sent), "{}", scenario.name);
    }
}

/// Kills one scenario so many times; what went wrong, in words, and how often it was killed.
fn kill_often(
    number: usize,
    kills: u64,
    (bundle, next): (&Path, &Path),
    random: &mut Random,
) -> (Vec<String>, u64) {
    let scenario = &ALL[number];
    let desk = Desk::start();
    let store = Fresh::new("store.sqlite");
    let files = Files { store: &store, bundle, next, desk: &desk.url };
    let expected = run(&files, number, 0, &BTreeMap::new()).end.unwrap();
    check(scenario, &desk, &store, &expected, &expected);
    let operations = expected["operations"].as_u64().unwrap();
    println!("{}: {operations} writes and syncs", scenario.name);
    let (mut failures, mut killed_times) = (Vec::new(), 0);
    for attempt in 1..=2 * kills {
        if killed_times == kills {
            break;
        }
        // The long run begins with every one of them.
        let any = 1 + random.below(operations as usize) as u64;
        let kill_at = if is_long() && attempt <= operations { attempt } else { any };
        // One in four is killed a second time while it recovers.
        let again = (random.below(4) == 0).then(|| 1 + random.below(60) as u64);
        let store = Fresh::new("store.sqlite");
        let files = Files { store: &store, bundle, next, desk: &desk.url };
        let came = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let (was_killed, end) = killed(&files, number, kill_at, again);
            check(scenario, &desk, &store, &end, &expected);
            was_killed
        }));
        match came {
            // One that is a little quicker than the first is over before its point.
            Ok(was_killed) => killed_times += u64::from(was_killed),
            Err(why) => {
                let why = why.downcast_ref::<String>().cloned().unwrap_or_default();
                failures.push(format!("{} at {kill_at}, {again:?}: {why}", scenario.name));
                desk.take();
            }
        }
    }
    (failures, killed_times)
}

/// The shop with another state to ask in, where conversations of the old one begin anew.
fn next_shop() -> String {
    let asking = "state ask {\n    say \"Once more.\"\n    fill days, site";
    let next = SHOP.replace("state start {\n    fill days, site", asking);
    next.replace("no -> start", "no -> ask") + "migrate { state rent.start -> ask }\n"
}

#[test]
fn a_server_that_is_killed_at_any_write_goes_on_as_if_it_were_not() {
    let seed = seed("kill");
    let per_scenario = if is_long() { 1_000 } else { 100 };
    let bundle = Fresh::new("shop.flowb");
    std::fs::write(&*bundle, bundle_of_text(SHOP)).unwrap();
    let next = Fresh::new("next.flowb");
    std::fs::write(&*next, bundle_of_text(&next_shop())).unwrap();
    let scenarios = Mutex::new(0..ALL.len());
    let work = || {
        let (mut failures, mut kills) = (Vec::new(), 0);
        while let Some(number) = { scenarios.lock().unwrap().next() } {
            let mut random = Random::new(seed.wrapping_add(number as u64));
            let (failed, killed) = kill_often(number, per_scenario, (&bundle, &next), &mut random);
            failures.extend(failed);
            kills += killed;
        }
        (failures, kills)
    };
    let (mut failures, mut kills) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        for worker in [scope.spawn(work), scope.spawn(work)] {
            let (failed, killed) = worker.join().unwrap();
            failures.extend(failed);
            kills += killed;
        }
    });
    println!("killed {kills} times");
    let shown: Vec<&String> = failures.iter().take(5).collect();
    assert!(failures.is_empty(), "FLOWRIGHT_SEED={seed}: {} fail: {shown:#?}", failures.len());
    assert_eq!(kills, ALL.len() as u64 * per_scenario);
}
