//! Following a conversation of a server that runs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::client::Debugger;

const SOURCE: &str = r#"
bot b { languages zh, en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
intent hello { pattern r"^hello$"  en "hello", "good morning", "hi there", "hey you", "good evening"
  zh "你好", "您好", "早上好", "晚上好", "在吗" }
flow greet {
  on intent hello
  slot name: text { ask { en "What is your name?"  zh "您叫什么名字?" } }
  state start {
    fill name
    say { en "Hello {name}."  zh "{name},您好。" }
    end resolved
  }
}
"#;

struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("flowright-dap-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bot.flow"), SOURCE).unwrap();
    folder
}

fn serve(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    command.args(["serve", ".", "--no-jit", "--store", "store.db"]).args(more).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

fn started(mut command: Command) -> Server {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| {
        let line = line.unwrap();
        let url = line.trim().strip_prefix("chat")?.trim().strip_prefix("http://")?.to_owned();
        Some(url.trim_end_matches('/').to_owned())
    });
    std::thread::spawn(move || lines.for_each(drop));
    Server { child, address: address.unwrap() }
}

impl Server {
    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn say(&self, session: &str, text: &str) {
        let body = json!({ "id": text, "text": text, "language": "en" }).to_string();
        let answer = self.ask("POST", &format!("/v1/sessions/{session}/messages"), &body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn a_conversation_of_a_server_is_followed() {
    let folder = folder("followed");
    let server = started(serve(&folder, &["--debug", "--listen", "127.0.0.1:0"]));
    server.say("anna", "hello");
    let mut debugger = Debugger::start();
    // A name stands for every address of this machine.
    let url = format!("http://{}", server.address.replace("127.0.0.1", "localhost"));
    let arguments =
        json!({ "project": folder, "server": url, "session": "anna", "stopOnEntry": true });
    debugger.ask("attach", &arguments);
    debugger.event("initialized");
    let states = json!({ "breakpoints": [{ "name": "greet.start" }] });
    debugger.ask("setFunctionBreakpoints", &states);
    debugger.ask("configurationDone", &json!({}));

    // What has happened happens again, and can be gone back through.
    assert_eq!(debugger.stopped()["reason"], "pause");
    debugger.output_with("What is your name?");
    assert_eq!(debugger.top()["name"], "greet.start");
    debugger.ask("stepBack", &json!({}));
    debugger.stopped();
    assert_eq!(debugger.variable("Turn", "utterance"), "\"hello\"");
    debugger.ask("continue", &json!({}));

    // A step that is under way ends in the next turn.
    debugger.ask("pause", &json!({}));
    debugger.stopped();
    debugger.ask("next", &json!({}));
    server.say("anna", "Ada");
    assert_eq!(debugger.stopped()["reason"], "step");
    assert_eq!(debugger.variable("Slots", "name"), "\"Ada\"");
    let typed = json!({ "expression": "/wait 1m", "context": "repl" });
    assert!(debugger.refused("evaluate", &typed).contains("server"));

    // What is set makes it another conversation; the server's goes on as it did.
    let set = json!({ "expression": "name", "value": "Grace", "frameId": 1 });
    debugger.ask("setExpression", &set);
    debugger.output_with("another conversation than the server's");
    debugger.ask("continue", &json!({}));
    debugger.output_with("Hello Grace.");
    assert!(server.ask("GET", "/v1/sessions/anna", "").contains("Hello Ada."));
}

#[test]
fn journals_are_closed_unless_they_are_asked_for_and_never_open_to_others() {
    let folder = folder("closed");
    let server = started(serve(&folder, &["--listen", "127.0.0.1:0"]));
    assert!(server.ask("GET", "/debug/v1/sessions", "").starts_with("HTTP/1.1 404"));
    let mut debugger = Debugger::start();
    let url = format!("http://{}", server.address);
    let arguments = json!({ "project": folder, "server": url });
    assert!(debugger.refused("attach", &arguments).contains("flowright serve --debug"));
    let elsewhere = json!({ "project": folder, "server": "http://10.1.2.3:80" });
    assert!(debugger.refused("attach", &elsewhere).contains("this machine"));
    drop(server);

    let outside = serve(&folder, &["--debug", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(outside.status.code(), Some(2));

    let server = started(serve(&folder, &["--debug", "--listen", "127.0.0.1:0"]));
    let page = "/debug/v1/sessions HTTP/1.1\r\norigin: http://evil.example\r\nx: y\r\n\r\n";
    assert!(server.ask("GET", page.split_once(' ').unwrap().0, "").starts_with("HTTP/1.1 200"));
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(stream, "GET {page}").unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_ne!(&answer, b"HTTP/1.1 200");
    for path in ["/debug/v1/sessions/none/journal", "/debug/v1/else", "/debug/v1"] {
        assert!(server.ask("GET", path, "").starts_with("HTTP/1.1 404"), "{path}");
    }
    assert!(server.ask("POST", "/debug/v1/sessions", "").starts_with("HTTP/1.1 405"));

    // Other sources than those that are served are said to be others.
    let changed = SOURCE.replace("Hello {name}.", "Hello, {name}.");
    std::fs::write(folder.join("bot.flow"), changed).unwrap();
    let arguments = json!({ "project": folder, "server": format!("http://{}", server.address) });
    assert!(debugger.refused("attach", &arguments).contains("another version"));
}
