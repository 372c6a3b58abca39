//! Clients that want to do harm: headers and frames without end, answers that nobody takes,
//! connections that are of no use. Each is stopped, and nobody else notices.

use std::time::{Duration, Instant};

use flowright_runtime::http::{App, Server};
use flowright_tests::memory::resident_bytes;
use flowright_tests::{World, bundle_of_text};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::frames::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, RST_STREAM, Raw, SETTINGS,
    frame, header, request,
};
use super::raw;
use super::sockets::ECHO;

const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;
const QUIET: Duration = Duration::from_secs(2);
/// Memory that an attack may cost, and other tests meanwhile: without limits it would be gigabytes.
const COST_BYTES_MAX: u64 = 384 << 20;

async fn world() -> World {
    let world = World::start_bundle(bundle_of_text(ECHO), |options| options).await;
    world.say_plain("other", "echo", "echo").await;
    world
}

/// Runs an attack while a customer talks. That each of her turns is answered soon, and what the
/// attack came to.
async fn beside<T>(world: &World, attack: impl Future<Output = T>) -> T {
    let before = resident_bytes();
    let talk = async {
        let mut slowest = Duration::ZERO;
        for number in 0.. {
            let begun = Instant::now();
            world.say_plain("other", &format!("m{number}"), "hello").await;
            slowest = slowest.max(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert!(slowest < Duration::from_secs(5), "a turn took {slowest:?}");
        }
    };
    let outcome = tokio::select! {
        outcome = attack => outcome,
        () = talk => panic!("it talks without end"),
    };
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < COST_BYTES_MAX, "{grown} bytes more");
    world.say_plain("other", "after", "hello").await;
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_have_limits() {
    let world = world().await;
    let get = |headers: &str| {
        format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
    };
    let many: String = (0..1_000).map(|number| format!("x-{number}: y\r\n")).collect();
    for (what, headers, expected) in [
        ("as many as one may", (0..90).map(|n| format!("x-{n}: y\r\n")).collect(), "200"),
        ("too many", many, "431"),
        ("too long", format!("x-long: {}\r\n", "y".repeat(1 << 20)), "431"),
        ("a name that is too long", format!("{}: y\r\n", "x".repeat(1 << 20)), "4"),
        ("no name", ": y\r\n".to_owned(), "400"),
        ("a sign that may not be in one", "x-a: \u{0}\r\n".to_owned(), "400"),
        ("two lengths", "content-length: 1\r\ncontent-length: 2\r\n".to_owned(), "400"),
        (
            "a length and chunks",
            "content-length: 1\r\ntransfer-encoding: chunked, x\r\n".to_owned(),
            "400",
        ),
    ] {
        let answer = raw(&world, get(&headers).as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{what}: {answer}");
    }
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(1 << 20));
    let answer = raw(&world, long.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    world.server.stop().await;
}

/// Streams that are begun and given up, as fast as they can be written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_are_reset_at_once_cost_little() {
    let world = world().await;
    let address = world.server.address;
    let frames = beside(&world, async {
        let mut raw = Raw::open(address, &[]).await;
        let block = request("GET", "/openapi.json");
        let begin = |number: usize| {
            let stream = u32::try_from(number).unwrap() * 2 + 1;
            let mut bytes = frame(HEADERS, END_STREAM | END_HEADERS, stream, &block);
            bytes.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
            bytes
        };
        // Many in one write: the server finds them all at once.
        let many = |number| (number * 1_000..(number + 1) * 1_000).flat_map(begin).collect();
        raw.flood(50, many).await;
        raw.frames(QUIET).await
    })
    .await;
    let (frames, closed) = frames;
    assert!(closed, "it is served still, after {} frames", frames.len());
    let end = frames.iter().find_map(|frame| (frame.kind == 7).then(|| frame.error()));
    assert_eq!(end.flatten().unwrap_or(ENHANCE_YOUR_CALM), ENHANCE_YOUR_CALM);
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_streams_are_open_than_may_be() {
    let world = world().await;
    let mut raw = Raw::open(world.server.address, &[]).await;
    // Their bodies never come.
    let mut block = request("POST", "/v1/sessions/s/messages");
    block.extend(header("content-type", "application/json"));
    let begin =
        |number: usize| frame(HEADERS, END_HEADERS, u32::try_from(number).unwrap() * 2 + 1, &block);
    assert_eq!(raw.flood(200, begin).await, 200);
    let (frames, closed) = raw.frames(QUIET).await;
    let refused = frames.iter().filter(|frame| frame.error() == Some(REFUSED_STREAM)).count();
    // Some of those that are refused end the connection instead: it is one way or the other.
    assert!(closed || refused == 200 - 128, "{refused} of 200 were refused");
    world.say_plain("other", "after", "hello").await;
    world.server.stop().await;
}

/// What asks for an answer, by a client that reads none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_and_pings_without_end_are_not_taken_without_end() {
    let world = world().await;
    let address = world.server.address;
    for (kind, payload) in [(SETTINGS, &[][..]), (PING, &[0; 8][..])] {
        beside(&world, async {
            let mut raw = Raw::open(address, &[]).await;
            let once = frame(kind, 0, 0, payload);
            let bytes = once.repeat(1_000);
            // 100 million at most: it stops to read long before.
            let taken = raw.flood(100_000, |_| bytes.clone()).await;
            assert!(taken < 100_000, "{kind}: all of it was taken");
        })
        .await;
    }
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_of_a_stream_come_to_an_end() {
    let world = world().await;
    let address = world.server.address;
    // Without an end, in small and in large frames, empty ones too.
    for part in [Vec::new(), header("x-a", "b"), header("x-a", &"b".repeat(100)).repeat(150)] {
        let taken = beside(&world, async {
            let mut raw = Raw::open(address, &[]).await;
            let first = frame(HEADERS, END_STREAM, 1, &request("GET", "/healthz"));
            raw.stream.write_all(&first).await.unwrap();
            let next = frame(CONTINUATION, 0, 1, &part).repeat(10);
            let taken = raw.flood(20_000, |_| next.clone()).await;
            let (_, closed) = raw.frames(QUIET).await;
            assert!(closed, "{} bytes each: it is open still", part.len());
            taken
        })
        .await;
        assert!(taken < 20_000, "{} bytes each: all of it was taken", part.len());
    }
    world.server.stop().await;
}

/// A large header that is put into the table once and named over and over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_headers_that_stand_for_large_ones_are_counted_as_large() {
    let world = world().await;
    let address = world.server.address;
    let answered = beside(&world, async {
        let mut raw = Raw::open(address, &[]).await;
        let mut block = request("GET", "/healthz");
        // Literal with incremental indexing: a name of 3 and a value of 3,900 bytes.
        block.extend([0x40, 3]);
        block.extend(b"x-a");
        // 3900 = 127 + 3773 = 127 + (61 | 0x80) + 29 * 128
        block.extend([0x7f, 0xbd, 29]);
        block.extend(vec![b'y'; 3_900]);
        block.extend(vec![0xbe; 10_000]);
        raw.stream.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &block)).await.unwrap();
        raw.frames(QUIET).await
    })
    .await;
    let status = answered.0.iter().find(|frame| frame.kind == HEADERS && frame.stream == 1);
    // `:status: 431` is no entry of the static table, `:status: 200` is number 8.
    let is_ok = status.is_some_and(|frame| frame.payload.first() == Some(&0x88));
    assert!(!is_ok, "{answered:?}");
    let told = status.is_some() || answered.0.iter().any(|frame| frame.error().is_some());
    assert!(told || answered.1, "{answered:?}");
    world.server.stop().await;
}

/// More to read than the buffers of both ends of a connection hold.
async fn world_with_much_to_read() -> (World, usize) {
    let world = world().await;
    world.say_plain("much", "0", "echo this").await;
    let long = "字".repeat(9_000);
    let mut bytes = 0;
    for number in 1..=60 {
        let said = world.say_plain("much", &number.to_string(), &long).await;
        bytes += said.iter().map(String::len).sum::<usize>();
    }
    (world, bytes)
}

/// A client that asks and does not take the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_nobody_takes_is_given_up() {
    let (world, bytes) = world_with_much_to_read().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut one = socket.connect(world.server.address).await.unwrap();
    one.write_all(b"GET /v1/sessions/much HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // The same over HTTP/2, with windows as large as there are.
    let window = [0, 4, 0x7f, 0xff, 0xff, 0xff];
    let mut two = Raw::open(world.server.address, &window).await;
    let get = request("GET", "/v1/sessions/much");
    let mut ask = frame(8, 0, 0, &0x7fff_0000_u32.to_be_bytes());
    ask.extend(frame(HEADERS, END_STREAM | END_HEADERS, 1, &get));
    two.stream.write_all(&ask).await.unwrap();
    tokio::time::sleep(Duration::from_secs(14)).await;
    // Whoever reads only now finds the end before everything was sent.
    let mut read = Vec::new();
    let end = one.read_to_end(&mut read);
    let ended = tokio::time::timeout(Duration::from_secs(20), end).await;
    assert!(ended.is_ok(), "HTTP/1: the connection is open still");
    assert!(read.len() < bytes, "HTTP/1: everything was sent: {} of {bytes}", read.len());
    let (frames, closed) = two.frames(Duration::from_secs(8)).await;
    assert!(closed, "HTTP/2: the connection is open still");
    let data = frames.iter().filter(|frame| frame.kind == DATA);
    let read: usize = data.map(|frame| frame.payload.len()).sum();
    assert!(read < bytes, "HTTP/2: everything was sent: {read} of {bytes}");
    world.server.stop().await;
}

/// A WebSocket is a connection too, as long as it is open: one beyond those that may be is served when
/// another goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn websockets_have_their_places_among_the_connections() {
    let world = world().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let signed_in = (world.server.accounts().clone(), world.server.desk().clone());
    let app = App::new(world.server.access().clone(), signed_in, None, Vec::new(), Vec::new());
    let server = Server::start_within(listener, app, 3, None);
    let page = |number: usize| async move {
        let stream = TcpStream::connect(address).await.unwrap();
        let url = format!("ws://{address}/chat?session=page-{number:0>20}");
        tokio_tungstenite::client_async(url, stream).await.unwrap().0
    };
    let mut pages = Vec::new();
    for number in 0..3 {
        pages.push(page(number).await);
    }
    let mut fourth = tokio::spawn(page(3));
    let waited = tokio::time::timeout(QUIET, &mut fourth).await;
    assert!(waited.is_err(), "there are more than may be");
    drop(pages.pop());
    let served = tokio::time::timeout(Duration::from_secs(20), fourth).await;
    assert!(served.is_ok(), "a place that is free again is not given");
    // With every place taken, whoever stops does not wait for one.
    let begun = Instant::now();
    server.stop(Duration::from_secs(5)).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    world.server.stop().await;
}

/// Answers for which there is no window, on a connection that is alive by all other signs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_without_use_is_closed() {
    let world = world().await;
    let no_window = [0, 4, 0, 0, 0, 0];
    let mut held = Raw::open(world.server.address, &no_window).await;
    let get = request("GET", "/openapi.json");
    let begin = |number: usize| {
        let stream = u32::try_from(number).unwrap() * 2 + 1;
        frame(HEADERS, END_STREAM | END_HEADERS, stream, &get)
    };
    held.flood(100, begin).await;
    let silent = TcpStream::connect(world.server.address).await.unwrap();
    let begun = Instant::now();
    let mut closed = false;
    while !closed && begun.elapsed() < Duration::from_secs(90) {
        let (frames, ended) = held.frames(Duration::from_secs(1)).await;
        closed = ended;
        for ping in frames.iter().filter(|frame| frame.kind == PING && frame.flags & ACK == 0) {
            let pong = frame(PING, ACK, 0, &ping.payload);
            // It may be closed meanwhile.
            let _ = held.stream.write_all(&pong).await;
        }
    }
    assert!(closed, "it is open still");
    assert!(
        begun.elapsed() > Duration::from_secs(45),
        "{:?}: pings were answered",
        begun.elapsed()
    );
    drop(silent);
    world.server.stop().await;
}
