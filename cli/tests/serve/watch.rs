//! `serve --watch`: a changed source is served, a faulty one is said and changes nothing.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::json;

use super::server::Server;
use super::{store, texts};

const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
intent hello { pattern r"^hello$"  en "hello", "good morning", "hi there", "hey you", "good evening" }
flow greet {
  on intent hello
  slot name: text { ask "What is your name?" }
  state start { fill name  say "Hello {name}."  end resolved }
}
"#;

/// A server, and what it says on standard error, line by line.
struct Watched {
    server: Server,
    lines: Receiver<String>,
}

impl Watched {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
        command.args(["serve", "bot", "--watch", "--listen", "127.0.0.1:0", "--store"]);
        command.arg(store("watched")).current_dir(folder);
        // Nobody types anything, and it goes on.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (server, stderr) = super::server::spawn(command);
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self { server, lines }
    }

    fn until(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(120);
        let mut seen = Vec::new();
        while seen.last().is_none_or(|line: &String| !line.contains(text)) {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            seen.push(line.unwrap_or_else(|e| panic!("no `{text}` ({e}) in {seen:#?}")));
        }
    }

    fn says(&self, session: &str, id: &str, text: &str) -> Vec<String> {
        texts(&self.server.post(session, &json!({ "id": id, "text": text })))
    }
}

#[test]
fn a_changed_source_is_served_and_a_faulty_one_changes_nothing() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("watched");
    std::fs::create_dir_all(folder.join("bot")).unwrap();
    let write = |text: &str| std::fs::write(folder.join("bot/a.flow"), text).unwrap();
    write(SOURCE);
    let watched = Watched::start(&folder);
    watched.until("the sources are watched");
    assert_eq!(watched.says("s", "1", "hello"), ["What is your name?"]);
    write(&SOURCE.replace("fill name", "fill nam"));
    watched.until("E0");
    watched.until("the version so far goes on");
    assert_eq!(watched.says("other", "1", "hello"), ["What is your name?"]);
    write(&SOURCE.replace("Hello {name}", "Welcome, {name}"));
    watched.until("the new version is served");
    assert_eq!(watched.says("s", "2", "Ann"), ["Welcome, Ann."], "it has moved");
    // It needs what nobody set: refused, and the server goes on.
    let needs = format!(
        "{}action crm.due() -> {{ due: text }} {{ get \"{{env.NOBODY_SET_THIS}}/due\" }}\n",
        SOURCE.replace(
            "fill name  say",
            "do found = crm.due() { failed -> handoff }\n fill name  say"
        )
    );
    write(&needs);
    watched.until("R0212");
    watched.until("the version so far goes on");
    assert_eq!(watched.says("other", "2", "Bo"), ["Welcome, Bo."]);
    write(&SOURCE.replace("state start", "state begin"));
    watched.until("E0914");
    watched.until("the new version is served");
}

#[test]
fn a_bundle_has_no_sources_to_watch() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("watched.flowb");
    std::fs::write(&file, b"x").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    let output = command.arg("serve").arg(&file).arg("--watch").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("no sources to watch") && said.contains("/admin/bundles"), "{said}");
}
