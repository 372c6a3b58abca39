//! A disk of 16 MB that is full: what was answered stays, what cannot be kept is refused, and when
//! there is room the server goes on by itself.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use flowright_runtime::store::verify;
use flowright_tests::pages::sent_away;
use flowright_tests::{World, bundle_of, texts};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Bytes that are given free later.
const BALLAST: usize = 9 << 20;

/// A disk in memory, 16 MB large.
struct Disk(PathBuf);

impl Disk {
    /// None where nobody may make one.
    fn new() -> Option<Self> {
        let folder = format!("flowright-disk-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut mount = Command::new("mount");
        let mounted =
            mount.args(["-t", "tmpfs", "-o", "size=16m", "flowright"]).arg(&folder).output();
        match mounted {
            Ok(output) if output.status.success() => return Some(Self(folder)),
            Ok(output) => eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr).trim()),
            Err(error) => eprintln!("skipped: there is no `mount`: {error}"),
        }
        std::fs::remove_dir(&folder).unwrap();
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
        if unmounted.is_ok_and(|status| status.success()) {
            let _ = std::fs::remove_dir(&self.0);
        }
    }
}

/// Status, headers and JSON of an answer.
async fn request(world: &World, method: &str, path: &str, body: &str) -> (u16, String, Json) {
    let mut stream = TcpStream::connect(world.server.address).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), serde_json::from_str(body).unwrap_or(Json::Null))
}

async fn post(world: &World, session: &str, id: &str) -> (u16, String, Json) {
    // As long as a message may be, so that a disk of 16 MB is full soon.
    let text = format!("{id} {}", "x".repeat(9_900));
    let body = json!({ "id": id, "text": text }).to_string();
    request(world, "POST", &format!("/v1/sessions/{session}/messages"), &body).await
}

/// Messages that were answered, each with its session, id and answer.
type Answered = Vec<(String, String, Vec<String>)>;

/// Everything that was answered is answered the same.
async fn assert_kept(world: &World, answered: &Answered) {
    for (session, id, said) in answered {
        let (status, _, again) = post(world, session, id).await;
        assert_eq!(status, 200, "{session} {id}: {again}");
        assert_eq!(again["repeated"], true, "{session} {id}: {again}");
        assert_eq!(texts(&again), *said, "{session} {id}");
    }
}

/// Takes all the room that there is.
fn fill_with(ballast: &Path) {
    let mut file = File::create(ballast).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
}

/// Talks until there is no room, sees what goes on without any, and makes room.
async fn fill_and_free(world: &World, ballast: &Path, answered: &mut Answered) {
    let until = Instant::now() + Duration::from_secs(300);
    let (session, id) = loop {
        assert!(Instant::now() < until, "the disk is never full");
        let number = answered.len();
        let (session, id) = (format!("s{}", number % 20), format!("m{number}"));
        let (status, head, answer) = post(world, &session, &id).await;
        if status != 200 {
            assert_refused(status, &head, &answer);
            break (session, id);
        }
        answered.push((session, id, texts(&answer)));
    };
    // What is there is read, more than once, while nothing can be written.
    for number in 0..answered.len().min(20) {
        let path = format!("/v1/sessions/s{number}");
        let (status, _, session) = request(world, "GET", &path, "").await;
        assert_eq!(status, 200, "{session}");
    }
    assert_kept(world, answered).await;
    let (status, head, answer) = post(world, &session, &id).await;
    assert_refused(status, &head, &answer);
    // A page whose conversation cannot begin is sent away, and comes again when there is room. What it
    // writes is less than a message: a few fit where the log has grown for one that was refused.
    let rest = ballast.with_extension("rest");
    fill_with(&rest);
    let (mut page, mut told) = (String::new(), None);
    for number in 0..20 {
        page = format!("page-{number}-{:0>16}", answered.len());
        told = sent_away(world.server.address, &page).await;
        if told.is_some() {
            break;
        }
    }
    let told = told.unwrap();
    assert_eq!((&told["status"], &told["code"]), (&json!(503), &json!("R0306")), "{told}");
    std::fs::remove_file(rest).unwrap();
    std::fs::remove_file(ballast).unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    let taken = loop {
        let (status, head, answer) = post(world, &session, &id).await;
        if status == 200 {
            break answer;
        }
        assert_refused(status, &head, &answer);
        assert!(Instant::now() < until, "there is room, and still: {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(taken["repeated"], false, "what was refused did not happen: {taken}");
    answered.push((session, id, texts(&taken)));
    assert_kept(world, answered).await;
    assert_eq!(sent_away(world.server.address, &page).await, None);
}

fn assert_refused(status: u16, head: &str, answer: &Json) {
    assert_eq!((status, &answer["code"]), (503, &json!("R0306")), "{answer}");
    assert!(head.contains("retry-after: "), "{head}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_and_is_survived() {
    let Some(disk) = Disk::new() else { return };
    let (ballast, store) = (disk.0.join("ballast"), disk.0.join("store.sqlite"));
    std::fs::write(&ballast, vec![1; BALLAST]).unwrap();
    let world = World::start_bundle(bundle_of("order_change"), |mut options| {
        options.store.clone_from(&store);
        options
    })
    .await;
    let mut answered = Answered::new();
    fill_and_free(&world, &ballast, &mut answered).await;
    assert!(answered.len() > 20, "the disk is full after {} messages", answered.len());
    // Now the log has no room to be moved into the file.
    fill_with(&ballast);
    fill_and_free(&world, &ballast, &mut answered).await;
    let count = answered.len() as u64;
    world.server.stop().await;
    let report = verify(&store).unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    assert_eq!(report.count("messages"), count, "each once, and nothing that was refused");
}
