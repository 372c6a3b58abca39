//! Client systems of a served project: what the start and `doctor` say of their keys, what is logged of
//! their requests, and that no key is ever shown.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::copies::{folder, run, said};

const BOT: &str = "bot b {\n  languages en\n  timezone \"UTC\"\n}\nchannel api: rest\nskill s\n\
                   route { otherwise -> s }\nflow f {\n  on start\n  state a { say \"Hello.\"  end resolved }\n}\n";
const APP: &str = "app-key-0123456789abcdef0123456789abcdef";
const CRM: &str = "crm-key-0123456789abcdef0123456789abcdef";
/// Two clients, from line 4 and 8 on.
const CLIENTS: &str = "[serve]\nlisten = \"127.0.0.1:0\"\n\n[api.clients.app]\nkey_env = \"TEST_APP\"\n\
                       may = [\"write\", \"read\"]\nchannels = [\"api\"]\n[api.clients.crm]\nkey_env = \"TEST_CRM\"\n\
                       may = [\"refresh\"]\n";

/// Its name and value.
type Variable<'v> = (&'v str, &'v str);

/// A project with its configuration and values of variables.
fn project(name: &str, toml: &str, env: &[Variable<'_>]) -> PathBuf {
    let folder = folder(&format!("clients-{name}"));
    std::fs::write(folder.join("b.flow"), BOT).unwrap();
    let env: String = env.iter().map(|(name, value)| format!("{name} = {value:?}\n")).collect();
    std::fs::write(folder.join("flowright.toml"), format!("{toml}[env]\n{env}")).unwrap();
    folder
}

#[test]
fn what_is_wrong_with_keys_is_said_at_the_start_and_by_the_doctor() {
    let good = [("TEST_APP", APP), ("TEST_CRM", CRM)];
    let token = CLIENTS
        .replace("[api.clients.app]", "[api]\ntoken_env = \"TEST_TOKEN\"\n[api.clients.app]");
    let secret = format!("{CLIENTS}[customers]\nrefresh_secret_env = \"TEST_SECRET\"\n");
    let cases: [(&str, String, Vec<Variable<'_>>, &str); 9] = [
        (
            "missing",
            CLIENTS.to_owned(),
            vec![("TEST_APP", APP)],
            "R0203: environment variables are missing: ",
        ),
        (
            "short",
            CLIENTS.to_owned(),
            vec![("TEST_APP", APP), ("TEST_CRM", "sh0rt")],
            "R0214: the environment variable `TEST_CRM` (./flowright.toml:8) holds a key of 5 bytes",
        ),
        (
            "twice",
            CLIENTS.to_owned(),
            vec![("TEST_APP", APP), ("TEST_CRM", APP)],
            "R0241: `key_env` of `[api.clients.crm]` (./flowright.toml:8) is the same key as `key_env` of `[api.clients.app]` (./flowright.toml:4)",
        ),
        (
            "channel",
            CLIENTS.replace("[\"api\"]", "[\"apii\"]"),
            good.to_vec(),
            "did you mean `api`?",
        ),
        (
            "right",
            CLIENTS.replace("\"refresh\"", "\"refesh\""),
            good.to_vec(),
            "flowright.toml:10: there is no right `refesh`",
        ),
        (
            "empty",
            token.clone(),
            [&good[..], &[("TEST_TOKEN", "")]].concat(),
            "R0206: the environment variable `TEST_TOKEN`",
        ),
        (
            "unsendable",
            token,
            [&good[..], &[("TEST_TOKEN", "a\nb")]].concat(),
            "R0206: the environment variable `TEST_TOKEN`",
        ),
        ("no-secret", secret.clone(), good.to_vec(), "TEST_SECRET"),
        (
            "secret",
            secret,
            [&good[..], &[("TEST_SECRET", "sh0rt")]].concat(),
            "R0214: the environment variable `TEST_SECRET` holds a key of 5 bytes",
        ),
    ];
    for (name, toml, env, expected) in cases {
        let folder = project(name, &toml, &env);
        for args in [["serve", "."], ["doctor", "."]] {
            let output = run(&folder, &args);
            let (code, all) = said(&output);
            assert!(code > 0 && all.contains(expected), "{name}, {args:?}: {all}");
            assert!(!all.contains(APP) && !all.contains("sh0rt"), "{all}");
        }
    }
    let folder = project("well", CLIENTS, &good);
    let output = run(&folder, &["doctor"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("2 clients have keys of their own"), "{text}");
}

/// The answer's first line.
fn ask(at: SocketAddr, path: &str, key: &str) -> String {
    let mut stream = TcpStream::connect(at).unwrap();
    let body = "{\"id\": \"1\", \"text\": \"hello\"}";
    write!(stream, "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap().to_owned()
}

/// A server with clients: where it listens, and what it says and logs until `work` is done.
fn served(folder: &Path, work: impl FnOnce(SocketAddr)) -> (String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_flowright"))
        .args(["serve", ".", "--listen", "127.0.0.1:0", "--log", "debug"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut err = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = String::new();
        err.read_to_string(&mut text).unwrap();
        text
    });
    let mut text = String::new();
    let address = loop {
        let mut line = String::new();
        assert!(out.read_line(&mut line).unwrap() > 0, "it ended: {text}");
        text.push_str(&line);
        if let Some(url) = line.trim().strip_prefix("chat") {
            break url.trim().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
        }
    };
    work(address);
    child.kill().unwrap();
    child.wait().unwrap();
    out.read_to_string(&mut text).unwrap();
    (text, log.join().unwrap())
}

#[test]
fn logs_name_the_client_and_never_a_key() {
    let folder = project("logged", CLIENTS, &[("TEST_APP", APP), ("TEST_CRM", CRM)]);
    let (text, log) = served(&folder, |at| {
        let messages = "/v1/sessions/s/messages";
        assert_eq!(ask(at, messages, APP), "HTTP/1.1 200 OK");
        assert_eq!(ask(at, messages, CRM), "HTTP/1.1 403 Forbidden");
        assert_eq!(
            ask(at, messages, "wr0ng-key-that-nobody-has-and-is-long"),
            "HTTP/1.1 401 Unauthorized"
        );
        assert_eq!(ask(at, "/admin/bundles", APP), "HTTP/1.1 403 Forbidden");
    });
    assert!(text.contains("client  `app` may write, read, on api\n"), "{text}");
    assert!(text.contains("client  `crm` may refresh\n"), "{text}");
    let refused = log.lines().find(|line| line.contains("right=\"write\"") && line.contains("crm"));
    let refused = refused.unwrap_or_else(|| panic!("{log}"));
    assert!(refused.contains("WARN") && refused.contains("request{client=\"crm\"}"), "{refused}");
    assert!(log.contains("a request without a known key is refused"), "{log}");
    for key in [APP, CRM, "wr0ng-key"] {
        assert!(!log.contains(key) && !text.contains(key), "{log}");
    }
}
