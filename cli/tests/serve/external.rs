//! A model elsewhere under `[nlu]` of flowright.toml: in a chat, in a server that is killed, and
//! settings that cannot be used.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::server::{Server, spawn_unheard};

const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
intent deliver { en "bring my order", "deliver it", "deliver my order", "send me the order" }
intent refund  { en "give me my money back", "refund it", "refund please", "I want a refund" }
flow deliver { on intent deliver  state start { say "Delivered."  end resolved } }
flow refund  { on intent refund   state start { say "Refunded."   end resolved } }
"#;

/// Taken for a delivery by the local model, and for a refund by the one elsewhere.
const TEXT: &str = "please deliver my order now";

/// A model in this process: it means a refund, and answers when it may.
struct Model {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    silent: Arc<Mutex<bool>>,
}

impl Model {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, silent) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(Mutex::new(false)));
        let (own_asked, own_silent) = (Arc::clone(&asked), Arc::clone(&silent));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(text) = question(&mut stream) else { continue };
                own_asked.lock().unwrap().push(text);
                if *own_silent.lock().unwrap() {
                    // Kept open without an answer, as long as this process lives.
                    std::mem::forget(stream);
                    continue;
                }
                let body = json!({
                    "intents": [{ "name": "refund", "confidence": 0.9 }], "entities": [],
                });
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                // Whoever was killed takes no answer.
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self { address, asked, silent }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn question(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut part).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(part.get(..length)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((_, body)) = text.split_once("\r\n\r\n")
            && let Ok(body) = serde_json::from_str::<Json>(body)
        {
            return Some(body.get("text").unwrap().as_str().unwrap().to_owned());
        }
    }
}

/// A project that asks a model, in a folder of its own.
fn project(name: &str, nlu: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("external_{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bot.flow"), SOURCE).unwrap();
    std::fs::write(folder.join("flowright.toml"), format!("[nlu]\n{nlu}\n")).unwrap();
    folder
}

fn asks(model: SocketAddr, timeout: &str) -> String {
    format!("url = \"http://{model}/understand\"\ntimeout = \"{timeout}\"")
}

fn flowright(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    command.args(args).current_dir(folder).env("NO_COLOR", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that ends at once reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn shown(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_chat_asks_it_and_goes_on_without_it() {
    let model = Model::start();
    let folder = project("chat", &asks(model.address, "5s"));
    let (out, err) = shown(&flowright(&folder, &["chat"], &format!("{TEXT}\n")));
    assert!(out.contains("Refunded.") && !out.contains("Delivered."), "{out}{err}");
    assert_eq!(model.asked(), [TEXT]);
    *model.silent.lock().unwrap() = true;
    let folder = project("silent", &asks(model.address, "100ms"));
    let (out, err) = shown(&flowright(&folder, &["chat"], &format!("{TEXT}\n{TEXT}\n")));
    assert_eq!(out.matches("Delivered.").count(), 2, "{out}{err}");
    assert_eq!(err.matches("no answer within 100 ms").count(), 1, "told once: {err}");
    assert!(err.contains("the local model is used"), "{err}");
}

/// Tests are the same everywhere and every time: nothing outside has a say in them.
#[test]
fn tests_do_not_ask_it() {
    let model = Model::start();
    let folder = project("tests", &asks(model.address, "5s"));
    let test = format!("{SOURCE}\ntest \"local\" {{ user \"{TEXT}\"  bot \"Delivered.\" }}\n");
    std::fs::write(folder.join("bot.flow"), test).unwrap();
    let output = flowright(&folder, &["test"], "");
    let (out, err) = shown(&output);
    assert!(output.status.success(), "{out}{err}");
    assert!(model.asked().is_empty());
}

#[test]
fn settings_that_cannot_be_used_are_told_at_the_start() {
    let url = "url = \"http://127.0.0.1:1/\"";
    let cases = [
        ("url = \"127.0.0.1\"".to_owned(), "R0202: "),
        (format!("{url}\ntimeout = \"long\""), "`long` is not a time"),
        (format!("{url}\ntimout = \"1s\""), "did you mean `timeout`?"),
        (
            format!("{url}\ntoken_env = \"NO_SUCH_TOKEN\""),
            "R0203: environment variables are missing: NO_SUCH_TOKEN",
        ),
        (
            format!("{url}\ntoken_env = \"T\"\n[env]\nT = \"a\\nb\""),
            "R0206: the environment variable `T`",
        ),
    ];
    for (nlu, expected) in cases {
        let folder = project("settings", &nlu);
        for command in ["chat", "serve"] {
            let output = flowright(&folder, &[command], "");
            let (out, err) = shown(&output);
            assert_eq!(output.status.code(), Some(2), "{command} {nlu}: {out}{err}");
            assert!(err.contains(expected), "{command} {nlu}: {err}");
        }
    }
}

fn start(folder: &Path) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    command.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    spawn_unheard(command)
}

fn message(id: &str) -> Json {
    json!({ "id": id, "text": TEXT })
}

#[test]
fn a_message_again_after_a_kill_is_not_asked_about_again() {
    let model = Model::start();
    let folder = project("killed", &asks(model.address, "5s"));
    let server = start(&folder);
    let first = server.post("s", &message("1"));
    assert_eq!(first["replies"][0]["text"], "Refunded.", "{first}");
    server.kill();
    let server = start(&folder);
    let again = server.post("s", &message("1"));
    assert_eq!((&again["replies"], &again["repeated"]), (&first["replies"], &json!(true)));
    assert_eq!(model.asked().len(), 1);
    // Killed while it waits for the model: nothing was answered, so it is asked again, and the
    // message is carried out once.
    *model.silent.lock().unwrap() = true;
    let waiting = server.send("s", &message("2"));
    let until = Instant::now() + Duration::from_secs(20);
    while model.asked().len() < 2 {
        assert!(Instant::now() < until, "it was not asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    server.kill();
    drop(waiting);
    *model.silent.lock().unwrap() = false;
    let server = start(&folder);
    let second = server.post("s", &message("2"));
    assert_eq!(second["replies"][0]["text"], "Refunded.", "{second}");
    assert_eq!((&second["turn"], &second["repeated"]), (&json!(2), &json!(false)));
    assert_eq!(model.asked().len(), 3);
}
