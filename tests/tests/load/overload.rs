//! Ten times as many messages as can be carried out.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use flowright_tests::memory::resident_bytes;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::flood::{closed, open};
use super::{alone, percentile, world};

const TIME: Duration = Duration::from_secs(3);
/// Enough for many commits to share one write.
const CUSTOMERS: usize = 512;
/// Of the best rate, under ten times the load and after it.
const GOODPUT_MIN: f64 = 0.8;
/// Sessions, their mailboxes, what waits: not what was offered.
const GROWTH_BYTES_MAX: u64 = 400 << 20;
/// A machine that others use meanwhile is measured again.
const ROUNDS: u64 = 8;

/// A round: what was carried out during and after the load, and how much longer than a refusal an answer
/// took. Whatever others do on the machine meanwhile spoils one of them now and then.
type Round = (f64, f64, f64);

fn during(rounds: &[Round]) -> bool {
    rounds.iter().any(|round| round.0 >= GOODPUT_MIN)
}

fn after_it(rounds: &[Round]) -> bool {
    rounds.iter().any(|round| round.1 >= GOODPUT_MIN)
}

fn refused(rounds: &[Round]) -> bool {
    rounds.iter().any(|round| round.2 > 4.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_times_the_load_is_carried_out_at_the_best_rate() {
    let _alone = alone().await;
    let world = world().await;
    let dispatch = world.server.dispatch();
    // Sessions are made, pages of the database are read.
    closed(dispatch, CUSTOMERS, TIME, 1).await;
    let before = resident_bytes();
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        let best = closed(dispatch, CUSTOMERS, TIME, 10 * round).await;
        let mut over = open(dispatch, best.rate() * 10.0, TIME, 10 * round + 1).await;
        let after = closed(dispatch, CUSTOMERS, TIME, 10 * round + 2).await;
        let best_rate = best.rate().max(1.0);
        let share = (over.rate() / best_rate, after.rate() / best_rate);
        println!(
            "{:.0} turns/s at best; of ten times as many messages {:.0}/s carried out ({:.0} %), \
             {} refused within {:?} (99 of 100), answers within {:?}; afterwards {:.0} %",
            best.rate(),
            over.rate(),
            100.0 * share.0,
            over.refused,
            percentile(&mut over.refusal_times, 99),
            percentile(&mut over.answer_times, 99),
            100.0 * share.1,
        );
        assert!(over.refused > over.answered, "it was not too much: {over:?}");
        // Who is refused hears so at once, who is not does not wait much longer than the queue is.
        let refusal = percentile(&mut over.refusal_times, 99);
        let answer = percentile(&mut over.answer_times, 50);
        rounds.push((share.0, share.1, answer.as_secs_f64() / refusal.as_secs_f64()));
        if [during(&rounds), after_it(&rounds), refused(&rounds)].iter().all(|holds| *holds) {
            break;
        }
    }
    let shown = "of the best rate during and after, answers beside refusals";
    assert!(during(&rounds) && after_it(&rounds) && refused(&rounds), "{shown}: {rounds:?}");
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < GROWTH_BYTES_MAX, "{grown} bytes more");
    world.server.stop().await;
}

/// Over HTTP a refusal is a problem document that says when to come back, long before an answer
/// would have come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_over_http_say_when_to_come_back() {
    let _alone = alone().await;
    let world = world().await;
    let dispatch = world.server.dispatch().clone();
    closed(&dispatch, CUSTOMERS, TIME, 1).await;
    let rate = closed(&dispatch, CUSTOMERS, TIME, 2).await.rate() * 10.0;
    let mut rounds = Vec::new();
    for round in 0..4 {
        let flooded = dispatch.clone();
        let flood = tokio::spawn(async move { open(&flooded, rate, TIME * 2, 3 + round).await });
        tokio::time::sleep(TIME).await;
        let address = world.server.address;
        // In a runtime of their own: these clients wait for the server alone.
        let clients = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(probe(address, round))
        });
        let (mut times, sent_away) = clients.await.unwrap();
        let mut flood = flood.await.unwrap();
        let refused = times.len();
        let refusal = percentile(&mut times, 50);
        let answer = percentile(&mut flood.answer_times, 50);
        println!(
            "over HTTP {refused} of 100 refused within {refusal:?}, {sent_away} of 100 pages sent \
             away, answers within {answer:?}"
        );
        rounds.push((refused, sent_away, refusal, answer));
        if refused >= 10 && sent_away >= 10 && refusal * 2 < answer {
            world.server.stop().await;
            return;
        }
    }
    panic!("refused, sent away, times of refusals and answers: {rounds:?}");
}

/// A hundred messages and a hundred pages: how long the refused ones took, and how many pages were
/// sent away.
async fn probe(address: SocketAddr, round: u64) -> (Vec<Duration>, usize) {
    let (mut asked, mut pages) = (JoinSet::new(), JoinSet::new());
    for number in 0..100 {
        asked.spawn(ask(format!("http://{address}/v1/sessions/http-{round}-{number}/messages")));
        pages.spawn(open_page(address, format!("page-{round}-{number:0>12}")));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let times = asked.join_all().await.into_iter().flatten().collect();
    let sent_away = pages.join_all().await.into_iter().filter(|sent_away| *sent_away).count();
    (times, sent_away)
}

/// Whether a page was sent away to come again; if not, its conversation has begun.
async fn open_page(address: SocketAddr, session: String) -> bool {
    let stream = TcpStream::connect(address).await.unwrap();
    let url = format!("ws://{address}/chat?session={session}");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    let mut told = false;
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) if text.contains("\"type\":\"status\"") => return false,
            Message::Text(text) => told |= text.contains("takes no more at the moment"),
            Message::Close(frame) => {
                assert!(told, "it was not told why");
                assert_eq!(frame.unwrap().code, CloseCode::Again);
                return true;
            }
            _ => {}
        }
    }
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
