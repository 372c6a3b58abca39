//! The served process: killed in the middle, started again, stopped in good order.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod accounts;
mod clients;
mod configured;
mod copies;
mod doctor;
mod external;
mod files;
mod interrupted;
mod server;
mod watch;

use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flowright_crm::{Crm, Data};
use serde_json::{Value as Json, json};

use self::server::{Server, spawn, spawn_unheard};

/// A CRM in this process.
fn start_crm() -> (Crm, SocketAddr) {
    let crm = Crm::new(Data::example(jiff::civil::date(2026, 6, 1)).unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    let served = crm.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            served.serve(listener).await;
        });
    });
    (crm, receiver.recv().unwrap())
}

fn store(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.sqlite"));
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    path
}

fn command(store: &Path, crm: SocketAddr) -> Command {
    command_of("order_change", store, crm)
}

fn command_of(project: &str, store: &Path, crm: SocketAddr) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    command
        .arg("serve")
        .arg(format!("flows/{project}"))
        .args(["--listen", "127.0.0.1:0", "--store"])
        .arg(store)
        .env("CRM_URL", format!("http://{crm}"))
        .current_dir(root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn start(store: &Path, crm: SocketAddr) -> Server {
    spawn_unheard(command(store, crm))
}

fn texts(answer: &Json) -> Vec<String> {
    let replies = answer["replies"].as_array().unwrap();
    replies.iter().map(|reply| reply["text"].as_str().unwrap().to_owned()).collect()
}

fn message(id: &str, text: &str) -> Json {
    json!({ "id": id, "text": text, "customer": { "id": "C-1001", "tier": "gold" } })
}

#[test]
fn a_killed_conversation_goes_on_where_it_was() {
    let (crm, crm_address) = start_crm();
    let store = store("killed");
    let server = start(&store, crm_address);
    let asked = server.post("s", &message("1", "我需要修改订单#12345的交货日期。"));
    assert_eq!(texts(&asked).len(), 1, "{asked}");
    server.kill();
    let server = start(&store, crm_address);
    let done = server.post("s", &message("2", "2099-06-15"));
    assert_eq!(texts(&done)[0], "已验证权限,正在更新...");
    server.kill();
    let server = start(&store, crm_address);
    let repeated = server.post("s", &message("2", "2099-06-15"));
    assert_eq!(repeated["repeated"], true);
    assert_eq!(repeated["replies"], done["replies"]);
    assert_eq!(crm.data().audit.len(), 1, "carried out once");
    assert_eq!(crm.data().orders["12345"]["due"], "2099-06-15");
}

/// Kills the server at many moments of a turn with three calls, the last of them an effect.
#[test]
fn killed_at_any_moment_of_a_turn_nothing_is_lost_or_done_twice() {
    let (crm, crm_address) = start_crm();
    let store = store("moments");
    crm.set_delay(Duration::from_millis(15));
    let mut server = start(&store, crm_address);
    for round in 0..12_u32 {
        let session = format!("s{round}");
        let day = format!("2099-07-{:02}", round + 1);
        let text = format!("把订单12345改到{day}交货");
        let before = crm.data().audit.len();
        let waiting = server.send(&session, &message("m", &text));
        std::thread::sleep(Duration::from_millis(u64::from(round) * 6));
        server.kill();
        drop(waiting);
        server = start(&store, crm_address);
        let answer = server.post(&session, &message("m", &text));
        let said = texts(&answer);
        assert_eq!(said.len(), 2, "round {round}: {answer}");
        assert_eq!(said[0], "已验证权限,正在更新...", "round {round}");
        let data = crm.data();
        assert_eq!(data.audit.len(), before + 1, "round {round}: once, whenever it was killed");
        assert_eq!(data.orders["12345"]["due"], day.as_str());
    }
}

/// The CRM has carried the effect out and says so a second later; the server is killed in between.
#[test]
fn killed_between_an_effect_and_its_commit_it_is_carried_out_once() {
    let (crm, crm_address) = start_crm();
    let store = store("between");
    let server = start(&store, crm_address);
    server.post("s", &message("1", "我需要修改订单#12345的交货日期。"));
    crm.set_answer_delay(Duration::from_secs(1));
    let waiting = server.send("s", &message("2", "2099-06-15"));
    let until = Instant::now() + Duration::from_secs(20);
    while crm.data().audit.is_empty() {
        assert!(Instant::now() < until, "the effect was not asked for");
        std::thread::sleep(Duration::from_millis(5));
    }
    server.kill();
    drop(waiting);
    assert_eq!(crm.data().orders["12345"]["due"], "2099-06-15", "it was done before the kill");
    crm.set_answer_delay(Duration::ZERO);
    let server = start(&store, crm_address);
    let done = server.post("s", &message("2", "2099-06-15"));
    assert_eq!(texts(&done), ["已验证权限,正在更新...", "更新成功,新交货日为2099年6月15日。"]);
    assert_eq!(crm.data().audit.len(), 1, "asked again with the same key, and not done again");
}

/// All of the answer but that it is a repeat.
#[test]
fn a_message_again_after_a_kill_gets_the_same_bytes() {
    let (_, crm_address) = start_crm();
    let store = store("bytes");
    let server = start(&store, crm_address);
    let messages = [
        message("1", "我需要修改订单#12345的交货日期。"),
        message("2", "2099-06-15"),
        message("3", "转人工"),
        message("4", "有人吗?"),
    ];
    let first: Vec<String> = messages.iter().map(|m| server.body("s", m)).collect();
    server.kill();
    let server = start(&store, crm_address);
    for (message, first) in messages.iter().zip(&first) {
        let again = server.body("s", message);
        let expected = first.replace("\"repeated\":false", "\"repeated\":true");
        assert_ne!(expected, *first, "{first}");
        assert_eq!(again, expected);
    }
}

#[test]
fn a_bundle_of_a_newer_version_is_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("newer.flowb");
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
        command.args(args).current_dir(root).env("CRM_URL", "http://x").output().unwrap()
    };
    let path = file.to_str().unwrap();
    let built = run(&["build", "flows/order_change", "-o", path]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let mut bytes = std::fs::read(&file).unwrap();
    // The format's version follows the eight bytes that every bundle begins with.
    let version = bytes.get_mut(8).unwrap();
    *version += 1;
    std::fs::write(&file, bytes).unwrap();
    let store = store("newer");
    let serve = ["serve", path, "--listen", "127.0.0.1:0", "--store", store.to_str().unwrap()];
    for args in [&serve[..], &["test", path], &["diff", path, "flows/order_change"]] {
        let output = run(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("this flowright reads format"), "{args:?}: {said}");
        let help = "use the version of flowright that made it, or a later one";
        assert!(said.contains(help), "{args:?}: {said}");
    }
    assert!(!store.exists(), "nothing is made for a bundle that cannot be served");
}

/// The bot was upgraded, and flowright with it: a conversation of before is pinned to a bundle that
/// this flowright does not read.
#[test]
fn a_conversation_of_another_format_is_said_in_the_log_and_to_its_client() {
    let (_, crm_address) = start_crm();
    let store = store("pinned");
    let server = start(&store, crm_address);
    server.post("s", &message("1", "我需要修改订单#12345的交货日期。"));
    server.kill();
    let db = rusqlite::Connection::open(&store).unwrap();
    let (hash, mut bytes): (String, Vec<u8>) = db
        .query_row("SELECT lower(hex(hash)), bytes FROM bundles", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    // The checksum is of the body, which is as it was.
    *bytes.get_mut(8).unwrap() -= 1;
    assert_eq!(db.execute("UPDATE bundles SET bytes = ?1", [&bytes]).unwrap(), 1);
    drop(db);
    let (server, mut stderr) = spawn(command_of("invoice_query", &store, crm_address));
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).unwrap();
        log
    });
    let mut answer = String::new();
    let again = json!({ "id": "2", "text": "2099-06-15" });
    server.send("s", &again).read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("\"code\":\"R0305\"") && answer.contains("retry-after"), "{answer}");
    assert!(!answer.contains(&hash), "the bundle is for the operator: {answer}");
    server.kill();
    let log = log.join().unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("R0305")).collect();
    let [line] = lines.as_slice() else { panic!("one line about it: {log}") };
    for part in ["`s`", &hash, "older format", "goes on when the flowright that wrote"] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

#[test]
fn a_turn_under_way_goes_on_after_the_start_without_being_asked() {
    let (crm, crm_address) = start_crm();
    let store = store("resumed");
    crm.set_delay(Duration::from_millis(400));
    let server = start(&store, crm_address);
    let waiting = server.send("s", &message("m", "把订单12345改到2099-08-01交货"));
    std::thread::sleep(Duration::from_millis(600));
    server.kill();
    drop(waiting);
    let _server = start(&store, crm_address);
    let until = Instant::now() + Duration::from_secs(20);
    while crm.data().audit.is_empty() {
        assert!(Instant::now() < until, "nobody asked again, and it must still be done");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(crm.data().orders["12345"]["due"], "2099-08-01");
}

#[cfg(unix)]
#[test]
fn a_stopped_server_answers_what_it_has_begun() {
    let (crm, crm_address) = start_crm();
    crm.set_delay(Duration::from_millis(300));
    let mut server = start(&store("stopped"), crm_address);
    let mut waiting = server.send("s", &message("1", "我需要修改订单#12345的交货日期。"));
    std::thread::sleep(Duration::from_millis(100));
    let pid = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn missing_variables_and_taken_ports_are_said_at_the_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
        command.args(args).current_dir(root).env_remove("CRM_URL").output().unwrap()
    };
    let store = store("taken");
    let store = store.to_str().unwrap();
    let output = run(&["serve", "flows/order_change", "--listen", &address, "--store", store]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("R0205") && said.contains("--listen"), "{said}");
    let output = run(&["serve", "flows/order_change", "--listen", "0.0.0.0:0", "--store", store]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("R0204") && said.contains("token_env"), "{said}");
    let bare = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bare.toml");
    std::fs::write(&bare, "").unwrap();
    let output = run(&["serve", "flows/order_change", "--config", bare.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("R0203") && said.contains("CRM_URL"), "{said}");
}
