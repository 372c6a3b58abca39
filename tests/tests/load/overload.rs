//! Ten times as many messages as can be carried out.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use flowright_tests::memory::resident_bytes;
use flowright_tests::pages;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinSet;

use super::flood::{Load, closed, open};
use super::{alone, percentile, world};

/// Short, so that what others do on the machine is the same before, during and after a load.
const TIME: Duration = Duration::from_secs(1);
/// What the middle one of so many rounds shows counts: whatever others do on the machine spoils one
/// now and then, and no luck of one makes up for the others.
const ROUNDS: u64 = 7;
/// The same over HTTP, where a round takes longer.
const HTTP_ROUNDS: u64 = 3;
/// Messages and pages that come over HTTP in a round, and the time between two.
const PROBES: u32 = 100;
const BETWEEN_PROBES: Duration = Duration::from_millis(20);
/// How long there is too much before the first of them comes.
const LEAD: Duration = Duration::from_secs(2);
/// Enough for many commits to share one write.
const CUSTOMERS: usize = 512;
/// Of the best rate, under ten times the load and after it.
const GOODPUT_MIN: f64 = 0.8;
/// How many times as long as a refusal an answer takes, at least.
const REFUSED_SOONER_MIN: f64 = 4.0;
/// What may stay in memory of a session, and of a message that was carried out. Of one that was refused,
/// nothing may: they are many times as many.
const SESSION_BYTES_MAX: usize = 12 << 10;
const TURN_BYTES_MAX: usize = 1_536;

/// That the middle one of these is no less.
fn is_at_least(what: &str, mut numbers: Vec<f64>, least: f64) {
    numbers.sort_unstable_by(f64::total_cmp);
    let middle = *numbers.get(numbers.len() / 2).unwrap();
    println!("{what}: {middle:.2}");
    assert!(middle >= least, "{what}: {middle:.2} of {numbers:.2?}, and {least} is the least");
}

/// The best rate is that of a server that is never given too much, beside the one that is: it is
/// measured right before and right after each load, so that a loss that stays is seen too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_times_the_load_is_carried_out_at_the_best_rate() {
    let _alone = alone().await;
    let (calm, flooded) = (world().await, world().await);
    let best = async |seed| closed(calm.server.dispatch(), CUSTOMERS, TIME, seed).await;
    let dispatch = flooded.server.dispatch();
    // Sessions are made, pages of the database are read.
    best(1).await;
    closed(dispatch, CUSTOMERS, TIME, 2).await;
    let grown_from = resident_bytes();
    let (mut during, mut afterwards, mut sooner) = (Vec::new(), Vec::new(), Vec::new());
    let mut may_stay = 0;
    let mut carried_out = |load: &Load| {
        may_stay += SESSION_BYTES_MAX * load.sessions + TURN_BYTES_MAX * load.answer_times.len();
        load.rate()
    };
    let mut before = carried_out(&best(10).await);
    for round in 1..=ROUNDS {
        let mut over = open(dispatch, before * 10.0, (TIME, TIME * 2), 10 * round + 1).await;
        carried_out(&over);
        let after = carried_out(&closed(dispatch, CUSTOMERS, TIME, 10 * round + 2).await);
        let then = carried_out(&best(10 * round + 3).await);
        let rate = f64::midpoint(before, then);
        // Who is refused hears so at once, who is not does not wait much longer than the queue is.
        let refusal = percentile(&mut over.refusal_times, 99);
        let answer = percentile(&mut over.answer_times, 50);
        println!(
            "{before:.0} and {then:.0} turns/s at best; of ten times as many messages {:.0}/s carried \
             out ({:.0} %), {} refused within {refusal:?} (99 of 100), answers within {answer:?}; \
             afterwards {:.0} %",
            over.rate(),
            100.0 * over.rate() / rate,
            over.refused,
            100.0 * after / rate,
        );
        assert!(over.refused > over.answered, "it was not too much: {over:?}");
        during.push(over.rate() / rate);
        afterwards.push(after / rate);
        sooner.push(answer.as_secs_f64() / refusal.as_secs_f64());
        before = then;
    }
    for (what, shares, least) in [
        ("of the best rate under the load", during, GOODPUT_MIN),
        ("of the best rate after the load", afterwards, GOODPUT_MIN),
        ("times as long an answer takes as a refusal", sooner, REFUSED_SOONER_MIN),
    ] {
        is_at_least(what, shares, least);
    }
    let grown = resident_bytes().saturating_sub(grown_from);
    println!("{} MiB more in memory, of {} that may be", grown >> 20, may_stay >> 20);
    assert!(grown < may_stay as u64, "{grown} bytes more, and {may_stay} may be");
    calm.server.stop().await;
    flooded.server.stop().await;
}

/// Over HTTP a refusal is a problem document that says when to come back, long before an answer
/// would have come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_over_http_say_when_to_come_back() {
    let _alone = alone().await;
    let world = world().await;
    let dispatch = world.server.dispatch();
    closed(dispatch, CUSTOMERS, TIME, 1).await;
    let (mut refused, mut sent_away, mut sooner) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=HTTP_ROUNDS {
        let rate = closed(dispatch, CUSTOMERS, TIME, 10 * round).await.rate() * 10.0;
        let flooded = dispatch.clone();
        let time = PROBES * BETWEEN_PROBES + TIME;
        let flood =
            tokio::spawn(async move { open(&flooded, rate, (LEAD, time), 10 * round + 1).await });
        tokio::time::sleep(LEAD).await;
        let address = world.server.address;
        // In a runtime of their own: these clients wait for the server alone.
        let clients = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(probe(address, round))
        });
        let (mut times, pages) = clients.await.unwrap();
        let mut flood = flood.await.unwrap();
        let refusal = percentile(&mut times, 50);
        let answer = percentile(&mut flood.answer_times, 50);
        println!(
            "over HTTP {} of {PROBES} refused within {refusal:?}, {pages} of {PROBES} pages sent away, \
             answers within {answer:?}",
            times.len()
        );
        refused.push(times.len() as f64);
        sent_away.push(pages as f64);
        sooner.push(answer.as_secs_f64() / refusal.as_secs_f64());
    }
    // A place is free now and then, and whoever asks just then gets it: some fifteen of a hundred do not.
    for (what, numbers, least) in [
        ("messages refused", refused, 3.0),
        ("pages sent away", sent_away, 3.0),
        ("times as long an answer takes as a refusal", sooner, 2.0),
    ] {
        is_at_least(what, numbers, least);
    }
    world.server.stop().await;
}

/// So many messages and so many pages: how long the refused ones took, and how many pages were sent
/// away.
async fn probe(address: SocketAddr, round: u64) -> (Vec<Duration>, usize) {
    let (mut asked, mut pages) = (JoinSet::new(), JoinSet::new());
    for number in 0..PROBES {
        asked.spawn(ask(format!("http://{address}/v1/sessions/http-{round}-{number}/messages")));
        pages.spawn(open_page(address, format!("page-{round}-{number:0>12}")));
        tokio::time::sleep(BETWEEN_PROBES).await;
    }
    let times = asked.join_all().await.into_iter().flatten().collect();
    let sent_away = pages.join_all().await.into_iter().filter(|sent_away| *sent_away).count();
    (times, sent_away)
}

/// Whether a page was sent away to come again; if not, its conversation has begun.
async fn open_page(address: SocketAddr, session: String) -> bool {
    let Some(problem) = pages::sent_away(address, &session).await else { return false };
    assert!(problem.to_string().contains("takes no more at the moment"), "{problem}");
    true
}

/// How long it took to be refused, if it was.
async fn ask(url: String) -> Option<Duration> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request = hyper::Request::post(url)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from_static(b"{\"id\":\"1\",\"text\":\"echo\"}")))
        .unwrap();
    let begun = Instant::now();
    let (head, body) = client.request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    if head.status == 200 {
        return None;
    }
    let text = String::from_utf8_lossy(&body);
    assert_eq!(head.status, 503, "{text}");
    assert_eq!(head.headers.get("retry-after").unwrap(), "1");
    assert_eq!(head.headers.get("content-type").unwrap(), "application/problem+json");
    assert!(text.contains("takes no more at the moment"), "{text}");
    Some(begun.elapsed())
}
