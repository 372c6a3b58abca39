//! `flowright accounts` beside a server: what it does, what it says, and that neither passwords nor tokens come
//! into the log.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};

use serde_json::{Value as Json, json};

use crate::copies::{folder, said};
use crate::server::{Server, spawn};

const BOT: &str = "bot b {\n  languages en\n  timezone \"UTC\"\n}\nchannel web: websocket\nchannel mail: rest\n\
                   skill orders\nrole agent\nrole supervisor includes agent\nroute { otherwise -> orders }\n\
                   flow f {\n  on start\n  state a { say \"Hello.\"  end resolved }\n}\n";
const TOKEN: &str = "operators-token-0123456789abcdef";
const PASSWORD: &str = "a password of Ann's";
const TOML: &str = "[api]\ntoken_env = \"TEST_OPERATORS\"\n";

fn project(name: &str, toml: &str) -> PathBuf {
    let folder = folder(&format!("accounts-{name}"));
    std::fs::write(folder.join("b.flow"), BOT).unwrap();
    std::fs::write(folder.join("flowright.toml"), toml).unwrap();
    folder
}

fn flowright(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "FLOWRIGHT_LOG"] {
        command.env_remove(name);
    }
    command.env("TEST_OPERATORS", TOKEN).env("TEST_PASSWORD", PASSWORD).current_dir(folder);
    command
}

fn serve(folder: &Path) -> (Server, ChildStderr) {
    let mut command = flowright(folder);
    command.args(["serve", ".", "--listen", "127.0.0.1:0", "--log", "trace"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    spawn(command)
}

/// The exit code, and all that is said.
fn accounts(folder: &Path, address: SocketAddr, args: &[&str]) -> (i32, String) {
    let url = format!("http://{address}");
    let more = ["--url", &url, "--token-env", "TEST_OPERATORS"];
    let output = flowright(folder).arg("accounts").args(args).args(more).output().unwrap();
    said(&output)
}

/// The whole answer.
fn post(address: SocketAddr, path: &str, headers: &str, body: &Json) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let (body, mut answer) = (body.to_string(), String::new());
    write!(stream, "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn sign_in(address: SocketAddr, login: &str, password: &str) -> String {
    let body = json!({ "login": login, "password": password, "token": true });
    post(address, "/desk/v1/login", "", &body)
}

#[test]
fn accounts_are_made_changed_and_removed_and_nothing_secret_is_logged() {
    let folder = project("all", TOML);
    let (server, mut stderr) = serve(&folder);
    let at = server.address;
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).unwrap();
        log
    });
    let (code, text) = accounts(&folder, at, &["list"]);
    assert_eq!(code, 0);
    assert!(
        text.contains("there is no account: `flowright accounts add LOGIN --name NAME`"),
        "{text}"
    );
    let add = [
        "add",
        "Ann",
        "--name",
        "Ann Lee",
        "--role",
        "agent",
        "--skill",
        "orders=3",
        "--capacity",
        "4",
        "--capacity",
        "mail=10",
        "--password-env",
        "TEST_PASSWORD",
    ];
    assert_eq!(accounts(&folder, at, &add), (0, "`ann` can sign in\n".to_owned()));
    let (code, text) = accounts(&folder, at, &["add", "bob", "--name", "Bob"]);
    assert_eq!(code, 0);
    let generated = text.split_once("password: ").unwrap().1.split(' ').next().unwrap().to_owned();
    assert!(text.contains("it is not shown again") && generated.len() == 23, "{text}");
    let (_, text) = accounts(&folder, at, &["list"]);
    let expected = "ann  agent  Ann Lee  orders 3  4 at once, mail 10\nbob  -      Bob      -         -\n2 accounts\n";
    assert_eq!(text, expected);
    // A login of each, and what was wrong.
    let token_of = |answer: &str| {
        let body: Json = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        body["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let token = token_of(&sign_in(at, "ann", PASSWORD));
    let bobs = token_of(&sign_in(at, "bob", &generated));
    assert!(sign_in(at, "ann", "a wrong password of hers").contains("R0405"));
    // Typed in the wrong place.
    assert!(sign_in(at, PASSWORD, PASSWORD).contains("R0405"));
    let bearer = format!("authorization: Bearer {token}\r\n");
    let body = json!({ "old": PASSWORD, "new": "another password of hers" });
    assert!(post(at, "/desk/v1/password", &bearer, &body).contains("\"signed_out\":0"));
    let set = ["set", "ann", "--role", "supervisor", "--no-skill", "orders", "--capacity", "6"];
    assert_eq!(
        accounts(&folder, at, &set),
        (0, "`ann` is changed; 1 login has ended\n".to_owned())
    );
    let (_, text) = accounts(&folder, at, &["list", "--format", "json"]);
    let all: Json = serde_json::from_str(&text).unwrap();
    let ann = &all["accounts"][0];
    assert_eq!(
        (&ann["name"], &ann["role"], &ann["skills"], &ann["capacity"]),
        (
            &json!("Ann Lee"),
            &json!("supervisor"),
            &json!({}),
            &json!({ "default": 6, "channels": { "mail": 10 } })
        )
    );
    assert_eq!(accounts(&folder, at, &["set", "ann", "--disabled", "yes"]).0, 0);
    assert!(sign_in(at, "ann", "another password of hers").contains("R0407"));
    assert!(accounts(&folder, at, &["list"]).1.contains("disabled"));
    let (_, text) = accounts(&folder, at, &["password", "ann"]);
    assert!(text.starts_with("`ann` has another password\npassword: "), "{text}");
    let third = text.split_once("password: ").unwrap().1.split(' ').next().unwrap().to_owned();
    let (_, text) = accounts(&folder, at, &["remove", "bob"]);
    assert_eq!(text, "`bob` is removed; 1 login has ended\n");
    server.kill();
    let log = log.join().unwrap();
    assert!(
        log.contains("somebody has signed in at the desk") && log.contains("a wrong password"),
        "{log}"
    );
    for secret in [PASSWORD, &generated, &third, &token, &bobs, TOKEN, "password of hers", "argon2"]
    {
        assert!(!log.contains(secret), "{secret}\n{log}");
    }
}

#[test]
fn what_cannot_be_is_said_with_a_way_out() {
    let folder = project("wrong", TOML);
    let (server, mut stderr) = serve(&folder);
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    let at = server.address;
    accounts(&folder, at, &["add", "ann", "--name", "Ann"]);
    for (args, expected) in [
        (
            &["add", "ann", "--name", "A"][..],
            "there is an account `ann` already\nhelp: `flowright accounts set` changes one",
        ),
        (&["add", "a b", "--name", "A"], "a login has 1 to 64 of the letters a to z"),
        (
            &["add", "b", "--name", "B", "--role", "superviser"],
            "the bot has no role `superviser`, did you mean `supervisor`?",
        ),
        (
            &["add", "b", "--name", "B", "--skill", "order=3"],
            "no skill `order`, did you mean `orders`?; there are orders",
        ),
        (
            &["add", "b", "--name", "B", "--skill", "orders"],
            "write a skill and a level, such as `order_ops=3`",
        ),
        (
            &["add", "b", "--name", "B", "--password-env", "TEST_NONE"],
            "the environment variable `TEST_NONE` is not set",
        ),
        (&["add", "b"], "--name"),
        (
            &["set", "bob", "--name", "B"],
            "there is no account `bob`\nhelp: `flowright accounts list` shows them",
        ),
        (&["set", "../bundles", "--name", "B"], "there is no account `../bundles`"),
        (&["set", "ann", "--no-skill", "orders"], "`ann` has no skill `orders`"),
        (&["set", "ann"], "nothing of the account is to be changed"),
        (&["set", "ann", "--disabled", "maybe"], "write `yes` or `no`"),
        (&["remove", "bob"], "there is no account `bob`"),
        (&["password", "bob"], "there is no account `bob`"),
    ] {
        let (code, text) = accounts(&folder, at, args);
        assert!(code == 2 && text.contains(expected), "{args:?}: {code} {text}");
    }
    let output =
        |args: &[&str]| said(&flowright(&folder).arg("accounts").args(args).output().unwrap());
    let url = format!("http://{at}");
    let (code, text) = output(&["list", "--url", &url]);
    assert!(
        code == 2
            && text.contains("R0401: a valid key is needed")
            && text.contains("`--token-env`"),
        "{text}"
    );
    let elsewhere = format!("{url}/x");
    let (code, text) = output(&["list", "--url", &elsewhere]);
    assert!(code == 2 && text.contains("`--url` is the address of the server itself"), "{text}");
    let (code, text) = output(&["list", "--url", "localhost"]);
    assert!(
        code == 2 && text.contains("`--url localhost` is not the address of a server"),
        "{text}"
    );
    drop(server);
    let (code, text) = output(&["list", "--url", &url]);
    assert!(
        code == 2
            && text.contains("nothing answers at")
            && text.contains("`flowright serve` must run there"),
        "{text}"
    );
}

#[test]
fn a_role_that_supervises_must_be_one_of_the_bot() {
    let folder = project("roles", "[desk]\nsupervisors = [\"lead\"]\n");
    for command in ["serve", "doctor"] {
        let (code, text) = said(&flowright(&folder).args([command, "."]).output().unwrap());
        let expected = "R0215: `supervisors` of `[desk]`: the bot has no role `lead`; its roles are agent, supervisor";
        assert!(code != 0 && text.contains(expected), "{command}: {text}");
    }
}
