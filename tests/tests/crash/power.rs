//! The power goes at any point: of what was not synced, any part may be on the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowright_faultfs::{FaultFs, Op, PowerCut};
use flowright_runtime::store::{Durability, SqliteOptions, SqliteStore, verify};
use flowright_runtime::telemetry::Metrics;
use flowright_tests::seeds::{Random, is_long, seed};
use flowright_tests::{Fresh, bundle_of_text};

use crate::bot::{Acked, BOT, serve, talk};

/// What happened on the disk while sessions talked, and what was acknowledged.
async fn recorded(name: &str, durability: Durability) -> (Vec<Op>, Vec<PathBuf>, Vec<Acked>) {
    let fs = FaultFs::register(name);
    fs.record();
    let store = Fresh::new("store.sqlite");
    let bundle = bundle_of_text(BOT);
    let server = serve(&bundle, &store, Some(name), durability).await;
    let acked = talk(&server, fs, 8, 25).await;
    server.stop().await;
    (fs.take_log(), fs.paths(), acked)
}

/// What is wrong with a store after a power cut: what was acknowledged and is not there as it was.
fn wrong(store: &Path, acked: &[&Acked]) -> Option<String> {
    let options = SqliteOptions::new(Durability::Full);
    let opened = match SqliteStore::open(store, &options, Arc::new(Metrics::default())) {
        Ok(opened) => opened,
        Err(error) => return Some(format!("it does not open: {error}")),
    };
    for Acked { session, message, answer } in acked.iter().copied() {
        let said = opened.read_session(session).and_then(|_| {
            let turn = opened.read_message(session, &format!("m{message}"))?;
            turn.map(|turn| opened.read_replies_of_turn(session, &turn)).transpose()
        });
        match said {
            Ok(Some(replies)) if replies == answer.replies => {}
            other => return Some(format!("m{message} of {session} is {other:?}")),
        }
    }
    drop(opened);
    let report = verify(store).unwrap();
    (!report.is_whole()).then(|| format!("{:?}", report.faults))
}

/// Power cuts at random points; how many lost something, and the first of those in words.
fn cuts(
    count: usize,
    (log, paths, acked): &(Vec<Op>, Vec<PathBuf>, Vec<Acked>),
    random: &mut Random,
) -> (usize, Option<String>) {
    let mut points: Vec<usize> = (0..count).map(|_| random.below(log.len() + 1)).collect();
    points.sort_unstable();
    let (mut disk, mut at, mut lost, mut first) = (PowerCut::default(), 0, 0, None);
    for point in points {
        for op in log.get(at..point).unwrap() {
            disk.apply(op);
        }
        at = point;
        let clone = Fresh::new("store.sqlite");
        let name = |number: usize| {
            let file = paths.get(number)?.file_name()?.to_str()?;
            file.starts_with("store.sqlite").then(|| clone.with_file_name(file))
        };
        disk.clone_to(|most| random.below(most), name);
        let acked: Vec<&Acked> =
            disk.acknowledged().iter().map(|number| acked.get(*number as usize).unwrap()).collect();
        if let Some(what) = wrong(&clone, &acked) {
            lost += 1;
            first.get_or_insert_with(|| format!("at operation {point}: {what}"));
        }
    }
    (lost, first)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_takes_nothing_that_was_acknowledged() {
    let seed = seed("power cuts");
    let recorded = recorded("power-full", Durability::Full).await;
    let count = if is_long() { 20_000 } else { 2_000 };
    let (lost, first) = cuts(count, &recorded, &mut Random::new(seed));
    assert_eq!(lost, 0, "FLOWRIGHT_SEED={seed} of {count} power cuts; the first {first:?}");
}

/// The same with commits that are not synced: were nothing found there, the test above would find
/// nothing either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_synced_commits_a_power_cut_is_seen_to_take_some() {
    let seed = seed("power cuts");
    let recorded = recorded("power-normal", Durability::CrashUnsafe).await;
    let (lost, _) = cuts(100, &recorded, &mut Random::new(seed));
    assert!(lost > 20, "FLOWRIGHT_SEED={seed}: only {lost} of 100 power cuts lost something");
}
