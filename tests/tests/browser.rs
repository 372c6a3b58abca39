//! The widget and the chat page in a real Chromium, on pages of other origins, with a real server. The cases are in
//! `tests/browser/`; what they need of the server (to start, to be away) they ask for here.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use flowright_runtime::secret::Secret;
use flowright_runtime::service::Options;
use flowright_tests::{Stopped, WIDGET, World, bundle_of, bundle_of_text, root};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Signs what the cases' site says of its customers; they have it too.
const KEY: &str = "the-shop's-own-key-of-32-bytes-!";

/// Runs test files one after the other.
const NODE_MIN: u32 = 20;

/// A server of the cases, there or away.
enum Side {
    There(Box<World>),
    Away(Box<Stopped>),
}

struct Server {
    side: Side,
    address: SocketAddr,
    /// The site of the cases: its pages may talk to the server, and it is what actions ask.
    site: String,
}

impl Server {
    async fn start(bot: &str, site: &str) -> Self {
        let bundle = if bot == "widget" { bundle_of_text(WIDGET) } else { bundle_of(bot) };
        let own = bot == "widget";
        let world = World::start_bundle(bundle, |o| with_site(o, site, own)).await;
        let address = world.server.address;
        Self { side: Side::There(Box::new(world)), address, site: site.to_owned() }
    }

    async fn turn(self, there: bool) -> Self {
        let (address, site) = (self.address, self.site);
        let side = match (self.side, there) {
            (Side::There(world), false) => Side::Away(Box::new(world.stop().await)),
            (Side::Away(stopped), true) => {
                let at = |options| Options { listen: address, ..with_site(options, &site, true) };
                Side::There(Box::new(stopped.start(at).await))
            }
            (side, _) => side,
        };
        Self { side, address, site }
    }
}

/// `own`: actions ask the cases' site, not the CRM.
fn with_site(mut options: Options, site: &str, own: bool) -> Options {
    options.allowed_origins.push(site.to_owned());
    options.token_keys = vec![Secret::from(KEY.to_owned())];
    if own {
        options.variables.insert("CRM_URL".to_owned(), site.to_owned().into());
    }
    let customer =
        serde_json::json!({ "id": "C-1001", "company": "Hongda Precision", "tier": "gold" });
    if !own {
        options.demo_customers.push(customer);
    }
    options
}

/// A line `start BOT SITE` is answered with the server's address; `down BOT` and `up BOT` when it is so.
async fn obey(stream: TcpStream) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut servers: BTreeMap<String, Server> = BTreeMap::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let words: Vec<&str> = line.split(' ').collect();
        let answer = match words.as_slice() {
            ["start", bot, site] => {
                let server = Server::start(bot, site).await;
                let address = format!("http://{}", server.address);
                servers.insert((*bot).to_owned(), server);
                address
            }
            [word @ ("up" | "down"), bot] => {
                let server = servers.remove(*bot).unwrap();
                servers.insert((*bot).to_owned(), server.turn(*word == "up").await);
                (*word).to_owned()
            }
            _ => panic!("{line}"),
        };
        // Cases that end early are told of by their exit code.
        let _ = writer.write_all(format!("{answer}\n").as_bytes()).await;
    }
}

/// What is missing here; with FLOWRIGHT_BROWSER, as in CI, nothing may be.
fn missing(folder: &Path) -> Option<String> {
    let node = Command::new("node").arg("--version").output().ok();
    let node = node.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    let major = node.as_deref().and_then(|version| version.strip_prefix('v')?.split('.').next());
    if major.and_then(|major| major.parse().ok()).is_none_or(|major: u32| major < NODE_MIN) {
        return Some(format!("there is no node {NODE_MIN} or later"));
    }
    let chromium = chromium();
    if !chromium.is_file() {
        return Some(format!("there is no {}", chromium.display()));
    }
    let modules = folder.join("node_modules/playwright-core");
    (!modules.is_dir()).then(|| "run `npm ci` in tests/browser".to_owned())
}

fn chromium() -> PathBuf {
    std::env::var_os("FLOWRIGHT_CHROMIUM").map_or_else(|| "/usr/bin/chromium".into(), PathBuf::from)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_widget_in_chromium() {
    let folder = root().join("tests/browser");
    if let Some(what) = missing(&folder) {
        assert!(std::env::var_os("FLOWRIGHT_BROWSER").is_none(), "{what}");
        eprintln!("skipped, {what}");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let control = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(obey(stream));
        }
    });
    let mut cases = Command::new("node");
    cases.current_dir(&folder).args(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
    cases.env("FLOWRIGHT_CONTROL", control.port().to_string());
    cases.env("FLOWRIGHT_CHROMIUM", chromium()).env("FLOWRIGHT_TOKEN_KEY", KEY);
    // Each case has a time limit of its own.
    let out = tokio::task::spawn_blocking(move || cases.output()).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{text}\n{}", String::from_utf8_lossy(&out.stderr));
    println!("{text}");
}
