//! Every message is carried out once, however often it is sent and however much is lost on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowright_tests::seeds::{Random, is_long, seed};
use flowright_tests::{ECHO, World, bundle_of_text};
use tokio::task::JoinSet;

use super::lossy::Lossy;
use super::plain::{Plain, message};

/// Says back in two parts what it hears, and is impatient.
pub(crate) fn bot() -> String {
    let in_two = "say \"{heard}: {words}\"\n    say \"end of {words}\"";
    ECHO.replace("say \"{heard}: {words}\"", in_two).replace("silence 1h", "silence 1m")
}

/// Messages in each session.
const PER_SESSION: usize = 40;
/// Who sends at the same time.
const WORKERS: usize = 24;
const COPIES_MAX: usize = 5;
const SESSIONS_AT_ONCE: usize = 4;
const ATTEMPTS_MAX: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// What the messages were answered, by session and id; with how many answers said that it was the
/// first time.
type Answers = Mutex<BTreeMap<(usize, usize), (String, usize)>>;

/// Sends a message until it is answered.
async fn persist(plain: &mut Plain, session: usize, number: usize) -> String {
    let text = if number == 0 { "echo".to_owned() } else { format!("m{number}") };
    let request = message(&format!("s{session}"), &format!("id{number}"), &text);
    for _ in 0..ATTEMPTS_MAX {
        let asked = tokio::time::timeout(PATIENCE, plain.ask(&request)).await;
        match asked.unwrap_or_else(|_| panic!("no answer: {session} {number}")) {
            Some((200, body)) => return body,
            // Lost, or too many wait in the session.
            None | Some((429, _)) => tokio::time::sleep(Duration::from_millis(2)).await,
            Some((status, body)) => panic!("{status}: {body}"),
        }
    }
    panic!("{session} {number}: lost in each of {ATTEMPTS_MAX} attempts");
}

fn note(answers: &Answers, session: usize, number: usize, body: &str) {
    let first = usize::from(body.contains("\"repeated\":false"));
    let body = body.replace("\"repeated\":true", "\"repeated\":false");
    let mut answers = answers.lock().unwrap();
    let known = answers.entry((session, number)).or_insert_with(|| (body.clone(), 0));
    assert_eq!(known.0, body, "two answers to message {number} of session {session}");
    known.1 += first;
    assert!(known.1 <= 1, "message {number} of session {session} is new twice");
}

/// Sends a message so many times, one after the other or all at once.
async fn send_copies(
    clients: &mut [Plain],
    answers: &Answers,
    (session, number): (usize, usize),
    at_once: bool,
) {
    if at_once {
        let copies = clients.iter_mut().map(|plain| persist(plain, session, number));
        for body in futures_util::future::join_all(copies).await {
            note(answers, session, number, &body);
        }
        return;
    }
    for plain in clients {
        note(answers, session, number, &persist(plain, session, number).await);
    }
}

/// Sends all these messages, by several workers.
async fn send_all(
    messages: Vec<(usize, usize)>,
    address: SocketAddr,
    answers: &Arc<Answers>,
    seed: u64,
) {
    let (next, messages) = (Arc::new(AtomicUsize::new(0)), Arc::new(messages));
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let (answers, next, messages) = (Arc::clone(answers), Arc::clone(&next), messages.clone());
        let mut random = Random::new(seed.wrapping_add(worker as u64));
        workers.spawn(async move {
            let mut clients: Vec<Plain> = (0..COPIES_MAX).map(|_| Plain::new(address)).collect();
            while let Some(one) = messages.get(next.fetch_add(1, Ordering::Relaxed)) {
                let clients = clients.get_mut(..=random.below(COPIES_MAX)).unwrap();
                send_copies(clients, &answers, *one, random.below(2) == 0).await;
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_is_carried_out_once() {
    let seed = seed("once");
    let requests = if is_long() { 1_000_000 } else { 20_000 };
    let sessions = requests / PER_SESSION;
    let world = World::start_bundle(bundle_of_text(&bot()), |options| options).await;
    let lossy = Lossy::start(world.server.address, seed).await;
    let answers: Arc<Answers> = Arc::default();
    // What begins a session goes first. Then as many messages of a session are under way at once as
    // there are workers for it, in an order that nobody knows.
    let begin = (0..sessions).map(|session| (session, 0)).collect();
    send_all(begin, lossy.address, &answers, seed).await;
    let mut rest: Vec<(usize, usize)> = (0..sessions)
        .flat_map(|session| (1..PER_SESSION).map(move |number| (session, number)))
        .collect();
    let mut random = Random::new(seed);
    for block in rest.chunks_mut(PER_SESSION * SESSIONS_AT_ONCE) {
        for at in (1..block.len()).rev() {
            block.swap(at, random.below(at + 1));
        }
    }
    send_all(rest, lossy.address, &answers, seed).await;
    let (lost, repeats) =
        (lossy.lost.load(Ordering::Relaxed), world.server.dispatch().metrics().repeats.get());
    println!("{lost} answers were lost, {repeats} messages repeated");
    assert!(lost as usize > requests / 10 && repeats as usize > requests, "{lost}, {repeats}");
    for session in 0..sessions {
        check(&world, session, &answers).await;
    }
    let store = world.store.to_owned();
    world.server.stop().await;
    let db = rusqlite::Connection::open(&store).unwrap();
    let count = |query: &str| db.query_row(query, [], |row| row.get::<_, usize>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM messages"), requests);
    assert_eq!(count("SELECT count(*) FROM messages WHERE settled = 0"), 0);
    let steps = "SELECT count(*) FROM journal WHERE event LIKE '%\"type\":\"message\"%'";
    assert_eq!(count(steps), requests);
}

/// What the store has of a session is what its messages were answered, each once.
async fn check(world: &World, session: usize, answers: &Answers) {
    let id = format!("s{session}");
    let stored = world.server.dispatch().session(&id).await.unwrap().unwrap().0;
    assert_eq!(stored.turn, PER_SESSION as u64, "{id}");
    let replies = world.server.dispatch().replies_after(&id, 0).await.unwrap();
    let texts: Vec<&str> = replies.iter().map(|reply| reply.reply.text.as_str()).collect();
    let counted: Vec<(u64, &str)> = texts
        .iter()
        .filter_map(|text| text.split_once(": "))
        .map(|(count, words)| (count.parse().unwrap(), words))
        .collect();
    let counts: Vec<u64> = counted.iter().map(|(count, _)| *count).collect();
    assert_eq!(counts, (1..PER_SESSION as u64).collect::<Vec<_>>(), "{id}: {texts:?}");
    let words: BTreeSet<&str> = counted.iter().map(|(_, words)| *words).collect();
    assert_eq!(words.len(), counted.len(), "{id}: one was said back twice: {texts:?}");
    let answers = answers.lock().unwrap();
    for number in 0..PER_SESSION {
        let (body, _) = answers.get(&(session, number)).unwrap();
        let answer: serde_json::Value = serde_json::from_str(body).unwrap();
        for reply in answer.get("replies").unwrap().as_array().unwrap() {
            let seq = usize::try_from(reply.get("seq").unwrap().as_u64().unwrap()).unwrap();
            assert_eq!(reply.get("text").unwrap(), texts.get(seq - 1).unwrap(), "{id}: {body}");
        }
    }
}
