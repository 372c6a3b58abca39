//! Many reloads among four versions while customers talk: nobody is lost, stuck or answered with an
//! error, and every turn goes as in a conversation that knew only the version that took it. Which
//! version that must be is known too: the current one, where the session fits, else its own.
//!
//! `FLOWRIGHT_SEED` gives the choices of a run again; `FLOWRIGHT_LONG=1` makes it long.

mod talk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use flowright_engine::model::Status;
use flowright_runtime::service::Options;
use flowright_runtime::store::{Durability, verify};
use flowright_tests::seeds::{Random, is_long, seed};
use flowright_tests::{World, bundle_of_text};
use futures_util::StreamExt as _;

use self::talk::{Client, Reference, TAGS, Talk, source};
use super::bundles::{listed, post_bundle};

/// Messages under way at once.
const AT_ONCE: usize = 32;
/// After this every wait is over and every silence is long enough.
const HOUR_MS: i64 = 61 * 60 * 1_000;

fn options(mut options: Options) -> Options {
    options.sqlite.durability = Durability::ProcessOnly;
    options
}

/// What the run has seen, so that it is known to have tried something.
#[derive(Default)]
struct Seen {
    /// Where sessions were when a bundle was taken.
    phases: BTreeSet<String>,
    moved: u64,
    stayed: u64,
    /// Calls that were under way while a bundle was taken.
    spanned: AtomicU64,
    reloads: AtomicU64,
}

struct Run {
    world: World,
    client: Client,
    reference: Reference,
    bundles: BTreeMap<char, Vec<u8>>,
    current: char,
    talks: Vec<Talk>,
    random: Random,
    seen: Seen,
}

impl Run {
    /// Some customers say something, and meanwhile another version is taken.
    async fn round(&mut self, one_in: usize) {
        let now = self.current;
        let next = *TAGS.get(self.random.below(4)).unwrap();
        let Self { world, client, reference, talks, random, seen, .. } = self;
        seen.phases.extend(talks.iter().map(|talk| talk.phase.clone()));
        let chosen: Vec<(&mut Talk, u64)> = talks
            .iter_mut()
            .filter_map(|talk| (random.below(one_in) == 0).then(|| (talk, random.bits() >> 32)))
            .collect();
        let pause = Duration::from_millis(random.below(30) as u64);
        let reloads = &seen.reloads;
        let (client, reference) = (&*client, &*reference);
        let says = futures_util::stream::iter(chosen).map(async |(talk, choice)| {
            let before = (talk.version, reloads.load(Ordering::SeqCst));
            let called = talk.says(client, reference, choice, false, &[now, next]).await;
            let spans = called && reloads.load(Ordering::SeqCst) > before.1;
            (before.0, talk.version, spans)
        });
        let (said, taken) =
            tokio::join!(says.buffer_unordered(AT_ONCE).collect::<Vec<_>>(), async {
                tokio::time::sleep(pause).await;
                let taken = post_bundle(world, self.bundles.get(&next).unwrap().clone(), &[]).await;
                reloads.fetch_add(1, Ordering::SeqCst);
                taken
            });
        assert_eq!(taken.0, 200, "{now} to {next}: {}", taken.1);
        assert_eq!(taken.1["changed"], now != next);
        for (before, after, spans) in said {
            seen.moved += u64::from(before.is_some() && before != after);
            seen.stayed += u64::from(before == after && before != Some(next));
            seen.spanned.fetch_add(u64::from(spans), Ordering::SeqCst);
        }
        self.current = next;
    }

    /// An hour goes by: whoever waits goes on, and whoever is silent is asked.
    async fn hour(&mut self) {
        self.world.clock.advance_ms(HOUR_MS);
        for talk in &mut self.talks {
            let due = Instant::now() + Duration::from_secs(120);
            while !talk.woken(&self.world, &self.reference, self.current).await {
                assert!(Instant::now() < due, "stuck: {talk:?}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// Everybody comes to the end, with the version that is current now where it fits.
    async fn end(&mut self) {
        for _ in 0..8 {
            self.hour().await;
            let (client, reference, now) = (&self.client, &self.reference, self.current);
            let random = &mut self.random;
            let open = self.talks.iter_mut().filter(|talk| !talk.is_over());
            let open: Vec<_> = open.map(|talk| (talk, random.bits() >> 32)).collect();
            let says = futures_util::stream::iter(open).map(async |(talk, choice)| {
                talk.says(client, reference, choice, true, &[now]).await
            });
            says.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
        }
        let open: Vec<_> = self.talks.iter().filter(|talk| !talk.is_over()).collect();
        assert!(open.is_empty(), "not at their end: {open:?}");
    }

    /// What is stored says the same as what was heard.
    async fn check(&mut self) {
        let dispatch = self.world.server.dispatch();
        for talk in &mut self.talks {
            let (session, _) = dispatch.session(&talk.id).await.unwrap().expect_stored(&talk.id);
            let human = matches!(session.status, Status::HandedOff(_));
            assert_eq!(
                (human, session.stack.is_empty()),
                (talk.phase == "human", !human),
                "{talk:?}"
            );
            if self.random.below(5) == 0 {
                talk.hears_the_same_again(&self.client).await;
            }
        }
        let calls: u64 = self.talks.iter().map(|talk| talk.calls).sum();
        assert_eq!(self.world.crm.data().tickets.len() as u64, calls, "each call once");
    }
}

/// A session that must be there.
trait Stored<T> {
    fn expect_stored(self, id: &str) -> T;
}

impl<T> Stored<T> for Option<T> {
    fn expect_stored(self, id: &str) -> T {
        self.unwrap_or_else(|| panic!("the session `{id}` is lost"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_talk_on_while_versions_change() {
    let seed = seed("reloads");
    let (sessions, reloads, one_in) = if is_long() { (10_000, 100, 8) } else { (240, 10, 2) };
    let bundles: BTreeMap<char, Vec<u8>> =
        TAGS.iter().map(|tag| (*tag, bundle_of_text(&source(*tag)))).collect();
    let reference = Reference::learn(&bundles).await;
    let world = World::start_bundle(bundles.get(&'A').unwrap().clone(), options).await;
    world.crm.set_delay(Duration::from_millis(25));
    let talks = (0..sessions).map(Talk::new).collect();
    let client = Client::new(&world);
    let random = Random::new(seed);
    let seen = Seen::default();
    let mut run = Run { world, client, reference, bundles, current: 'A', talks, random, seen };
    // Everybody says something at first, so that there are sessions to be moved.
    run.round(1).await;
    for number in 1..reloads {
        run.round(one_in).await;
        if run.random.below(3) == 0 {
            run.hour().await;
        }
        if number == reloads / 2 {
            let bundle = run.bundles.get(&run.current).unwrap().clone();
            run.world = run.world.restart_after(|_| {}, Some(bundle), options).await;
            run.client = Client::new(&run.world);
        }
    }
    run.end().await;
    run.check().await;
    let Run { world, seen, .. } = run;
    for phase in ["name?", "sure?", "pick?", "waiting.", "say something?", "human"] {
        assert!(seen.phases.contains(phase), "nobody was at `{phase}`: {:?}", seen.phases);
    }
    let spanned = seen.spanned.load(Ordering::SeqCst);
    println!("{} moved, {} stayed, {spanned} called meanwhile", seen.moved, seen.stayed);
    assert!(seen.moved > 20 && seen.stayed > 20 && spanned > 0, "not much was tried");
    // A last version: what is kept besides is run by somebody, and none is in memory for long.
    let last = bundle_of_text(&source('A').replace("A bye.", "A goodbye."));
    assert_eq!(post_bundle(&world, last, &[]).await.0, 200);
    world.clock.advance_ms(HOUR_MS);
    let until = Instant::now() + Duration::from_secs(60);
    let kept = loop {
        let kept = listed(&world).await;
        if kept.iter().all(|bundle| bundle["in_memory"] == bundle["current"]) {
            break kept;
        }
        assert!(Instant::now() < until, "a program stays in memory: {kept:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let counts: Vec<u64> = kept.iter().map(|b| b["sessions"].as_u64().unwrap()).collect();
    assert_eq!(counts.iter().sum::<u64>(), sessions as u64, "{kept:?}");
    assert!(kept.iter().all(|b| b["current"] == true || b["sessions"] != 0), "{kept:?}");
    world.server.stop().await;
    let report = verify(&world.store).unwrap();
    assert!(report.is_whole(), "{:?}", report.faults);
}
