//! `flowright doctor` beside a server, and beside what is wrong.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::copies::{folder, run, said};
use crate::server::spawn_unheard;

const BOT: &str = "bot b {\n  languages en\n  timezone \"UTC\"\n}\nchannel web: websocket\nchannel api: rest\nskill s\n\
                   route { otherwise -> s }\n";

/// A project with its configuration.
fn project(name: &str, toml: &str) -> PathBuf {
    let folder = folder(&format!("doctor-{name}"));
    std::fs::write(folder.join("b.flow"), BOT).unwrap();
    std::fs::write(folder.join("flowright.toml"), toml).unwrap();
    folder
}

/// A port that nobody has, for a moment at least.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The exit code, and each thing by its name.
fn doctor(folder: &Path, more: &[&str]) -> (i32, Json) {
    let output = run(folder, &[&["doctor", "--format", "json"], more].concat());
    let report: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", said(&output).1));
    assert_eq!(report["schema_version"], 1, "{report}");
    let things = report["things"].as_array().unwrap();
    let mut by_name = serde_json::Map::new();
    for thing in things {
        let name = thing["thing"].as_str().unwrap();
        assert!(by_name.insert(name.to_owned(), thing.clone()).is_none(), "{name} twice");
        assert!(thing["state"] == "ok" || thing["says"].as_str().unwrap().len() > 5, "{thing}");
    }
    by_name.insert("result".to_owned(), report["result"].clone());
    (output.status.code().unwrap(), by_name.into())
}

#[test]
fn a_project_that_is_well_is_said_to_be_before_and_while_it_is_served() {
    let port = free_port();
    let folder = project("well", &format!("[serve]\nlisten = \"127.0.0.1:{port}\"\n"));
    let (code, report) = doctor(&folder, &[]);
    assert_eq!((code, &report["result"]), (0, &json!("ok")), "{report}");
    assert_eq!(report["address"]["says"], format!("127.0.0.1:{port} is free"));
    assert!(report["store"]["says"].as_str().unwrap().contains("yet"), "{report}");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flowright"));
    command.args(["serve", "."]).current_dir(&folder);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let server = spawn_unheard(command);
    for session in ["x", "y"] {
        server.post(session, &json!({ "id": "1", "text": "hello" }));
    }
    let (code, report) = doctor(&folder, &[]);
    assert_eq!(code, 0, "{report}");
    let says = |thing: &str| report[thing]["says"].as_str().unwrap().to_owned();
    assert_eq!(says("address"), format!("a flowright serves `b` on 127.0.0.1:{port}"));
    assert!(says("store").contains("schema 11; a server has it"), "{report}");
    assert!(says("integrity").contains("2 sessions"), "{report}");
    assert!(says("sessions").starts_with("2 sessions: "), "{report}");
    for thing in ["sources", "configuration", "encoder", "environment", "bundles", "timers"] {
        assert_eq!(report[thing]["state"], "ok", "{report}");
    }
    let plain = said(&run(&folder, &["doctor"]));
    assert_eq!(plain.0, 0, "{}", plain.1);
    assert!(!plain.1.contains('\x1b'), "{}", plain.1);
    let colored = said(&run(&folder, &["doctor", "--color", "always"])).1;
    assert!(colored.contains("\x1b[1;32mok\x1b[0m"), "{colored}");
}

#[test]
fn each_fault_is_said_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let toml = format!(
        "[serve]\nlisten = \"{}\"\n[api]\ntoken_env = \"DOCTOR_TOKEN_NOT_SET\"\n[nlu]\nencoder = \"none\"\n",
        taken.local_addr().unwrap()
    );
    let folder = project("ill", &toml);
    let (code, report) = doctor(&folder, &[]);
    assert_eq!((code, &report["result"]), (1, &json!("fault")), "{report}");
    for (thing, part) in [
        ("address", "R0205"),
        ("environment", "DOCTOR_TOKEN_NOT_SET"),
        ("encoder", if cfg!(feature = "encoder") { "R0208" } else { "R0207" }),
    ] {
        assert_eq!(report[thing]["state"], "fault", "{report}");
        assert!(report[thing].to_string().contains(part), "{thing}: {report}");
    }
    let broken = project("broken", "[serve]\nlisten = \"127.0.0.1:0\"\n");
    std::fs::write(broken.join("b.flow"), "flow {\n").unwrap();
    let (code, report) = doctor(&broken, &[]);
    assert_eq!((code, &report["sources"]["state"]), (1, &json!("fault")), "{report}");
    std::fs::write(broken.join("flowright.toml"), "[sever]\n").unwrap();
    let (code, report) = doctor(&broken, &[]);
    assert_eq!((code, &report["configuration"]["state"]), (1, &json!("fault")), "{report}");
    assert!(report["configuration"]["says"].as_str().unwrap().contains("R0202"), "{report}");
    std::fs::write(broken.join("flowright.toml"), "[serve]\nlisten = \"0.0.0.0:0\"\n").unwrap();
    let (_, report) = doctor(&broken, &[]);
    assert!(report["address"]["says"].as_str().unwrap().contains("R0204"), "{report}");
    let toml = "[deliver.desk]\nurl = \"http://127.0.0.1:1/e\"\nsecret_env = \"DESK\"\n[env]\nDESK = \"short\"\n";
    let (code, report) = doctor(&project("signed", toml), &[]);
    assert_eq!(code, 1, "{report}");
    assert!(report["keys"].to_string().contains("`DESK` holds a key of 5 bytes"), "{report}");
}

/// The configuration that a server was started with is the one that is looked at.
#[test]
fn a_configuration_that_is_named_holds_in_place_of_the_own_one() {
    let folder =
        project("named", "[serve]\nlisten = \"127.0.0.1:0\"\n[store]\npath = \"own.sqlite\"\n");
    let toml = "[serve]\nlisten = \"127.0.0.1:0\"\n[store]\npath = \"other.sqlite\"\n[api]\n\
                token_env = \"DOCTOR_TOKEN_NOT_SET\"\n";
    std::fs::write(folder.join("other.toml"), toml).unwrap();
    let (code, report) = doctor(&folder, &[]);
    assert!(code == 0 && report["store"].to_string().contains("own.sqlite"), "{report}");
    let (code, report) = doctor(&folder, &["--config", "other.toml"]);
    assert_eq!((code, &report["environment"]["state"]), (1, &json!("fault")), "{report}");
    for (thing, part) in [("store", "other.sqlite"), ("configuration", "other.toml can be read")] {
        assert!(report[thing].to_string().contains(part), "{report}");
    }
    let (code, report) = doctor(&folder, &["--config", "none.toml"]);
    let says = report["configuration"]["says"].as_str().unwrap();
    assert!(code == 1 && says.contains("`none.toml`: there is no such file"), "{report}");
    for command in [&["backup", "--to", "b.sqlite"][..], &["restore", "--verify", "own.sqlite"]] {
        let (code, text) = said(&run(&folder, &[command, &["--config", "other.toml"]].concat()));
        let missing = if command[0] == "backup" { "other.sqlite" } else { "own.sqlite" };
        assert!(code == 2 && text.contains(missing) && text.contains("no such file"), "{text}");
    }
}

/// Whoever has the port and never comes to an end is another program.
#[test]
fn a_port_that_answers_without_end_is_not_waited_for() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in taken.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                while stream.write_all(b"x").is_ok() {
                    std::thread::sleep(Duration::from_millis(200));
                }
            });
        }
    });
    let folder = project("endless", &format!("[serve]\nlisten = \"{address}\"\n"));
    let begun = Instant::now();
    let (code, report) = doctor(&folder, &[]);
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
    assert_eq!((code, &report["address"]["state"]), (1, &json!("fault")), "{report}");
    assert!(report["address"]["help"].as_str().unwrap().contains("another program"), "{report}");
}

#[test]
fn what_is_damaged_in_a_store_is_named() {
    let folder = project("damaged", "[serve]\nlisten = \"127.0.0.1:0\"\n");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flowright"));
    command.args(["serve", ".", "--listen", "127.0.0.1:0"]).current_dir(&folder);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let server = spawn_unheard(command);
    server.post("x", &json!({ "id": "1", "text": "hello" }));
    server.kill();
    let db = rusqlite::Connection::open(folder.join("flowright.sqlite")).unwrap();
    let damage = "UPDATE messages SET turn = 9; UPDATE sessions SET wake_at_ms = 5";
    db.execute_batch(damage).unwrap();
    db.close().unwrap();
    let (code, report) = doctor(&folder, &[]);
    assert_eq!(code, 1, "{report}");
    let details = report["integrity"]["details"].to_string();
    for part in ["the session `x` is damaged", "the message `1` of the session `x` is damaged"] {
        assert!(details.contains(part), "{part}: {report}");
    }
    assert_eq!(report["sessions"]["says"], "1 session: 1 with the bot, 0 with a human");
    assert!(report["integrity"]["help"].as_str().unwrap().contains("restore"), "{report}");
    let (code, text) = said(&run(&folder, &["doctor"]));
    assert!(code == 1 && text.contains("- the session `x` is damaged"), "{text}");
}
