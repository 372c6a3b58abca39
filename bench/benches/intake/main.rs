//! Messages by WebSocket, signed webhook and email, each beside a server of the same library that only
//! answers; and how soon webhooks and mails are acknowledged while what they ask for hangs.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

mod hook;
mod mail;
mod socket;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_bench::grouped;
use flowright_compiler::bundle;
use flowright_compiler::compile::{MemorySources, compile};
use flowright_compiler::ir::ChannelDef;
use flowright_runtime::access::email::{Setup, setup};
use flowright_runtime::access::social::SocialChannels;
use flowright_runtime::config::Config;
use flowright_runtime::programs::Loader;
use flowright_runtime::service::{Handle, Options, Service};
use flowright_runtime::store::{Durability, SqliteOptions};
use flowright_tests::{Fresh, load};
use tokio::net::TcpListener;

/// Clients at once: as many as a mail server has connections of one address, and fewer than that.
const CLIENTS: usize = 16;
const TIME: Duration = Duration::from_secs(5);
/// What both sides of the webhook sign with.
const SECRET: &str = "what both sides sign with";

/// A bot that says back what it hears, and one whose answer comes from a system that never answers.
const CHANNELS: &str = r#"
bot b { languages en  timezone "UTC" }
channel web: websocket { path "/chat" }
channel hook: webhook { secret env.HOOK_SECRET }
channel mail: email { address "support@acme.example" }
skill s
route { otherwise -> s }
intent echo { en "echo this", "echo", "echo please", "say it back", "repeat my words" }
"#;
const ECHO: &str = r#"
flow echo {
  on intent echo
  slot words: text { ask "What?" }
  state start {
    fill words
    when words == "stop" { end resolved }
    say "{words}"
    clear words
    -> start
  }
}
"#;
const HANGS: &str = r#"
action slow.look(what: text) -> { found: text } { get "{env.SLOW}/{what}"  timeout 30s }
flow echo {
  on intent echo
  state start {
    do seen = slow.look("it") { failed -> handoff because "it is silent" }
    say "{seen.found}"
    end resolved
  }
}
"#;

/// A server with its store, which goes with it.
struct Served {
    server: Handle,
    _store: Fresh,
}

async fn served(flows: &str, durability: Durability) -> Served {
    let source = format!("{CHANNELS}{flows}");
    let made = compile(&MemorySources::one("a.flow", &source)).unwrap().bundle.unwrap();
    let channels: Vec<ChannelDef> = made.program.channels.clone();
    let bytes = bundle::write(&made).unwrap().bytes;
    // Takes connections, and says nothing.
    let slow = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow_url = format!("http://{}", slow.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            held.push(slow.accept().await.unwrap());
        }
    });
    // Nobody takes replies: what is measured is the way in.
    let config = format!(
        "[env]\nKEY = \"0123456789abcdef\"\nHOOK_SECRET = \"{SECRET}\"\n[email]\nlisten = \"127.0.0.1:0\"\n\
         key_env = \"KEY\"\ntrusted = [\"127.0.0.1\"]\n[webhooks.hook]\napi = \"http://127.0.0.1:1\"\n"
    );
    let config = Config::parse("flowright.toml", &config).unwrap();
    let store = Fresh::new("bench.sqlite");
    let mut options =
        Options { sqlite: SqliteOptions::new(durability), ..Options::local(store.to_owned()) };
    let variable = |name: &str| config.env.get(name).cloned();
    let folder = std::env::temp_dir();
    let Setup { options: email, outlets } =
        setup(&config.email, &folder, &channels, variable, &options.clock).unwrap();
    (options.email, options.outlets) = (email, outlets);
    options.social = SocialChannels::new(&channels, &config).unwrap();
    options.variables.insert("SLOW".to_owned(), slow_url.into());
    let loader: Loader = Arc::new(|bytes| load(bytes, true));
    let server = Service::start(&bytes, loader, options).await.unwrap();
    Served { server, _store: store }
}

/// How long each message took of clients that send another as soon as one is taken.
async fn measured<F, T>(client: F) -> (f64, f64)
where
    F: Fn(usize, Instant) -> T,
    T: Future<Output = Vec<Duration>> + Send + 'static,
{
    let begun = Instant::now();
    let clients: Vec<_> = (0..CLIENTS).map(|number| tokio::spawn(client(number, begun))).collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.unwrap());
    }
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    times.sort_unstable();
    (rate, times.get(times.len() * 99 / 100).unwrap().as_secs_f64() * 1e3)
}

fn show(name: &str, (rate, p99): (f64, f64), bare: f64) {
    let percent = 100.0 * rate / bare;
    println!("{name:<44} {:>9}/s {percent:>6.1} %   p99 {p99:>7.2} ms", grouped(rate));
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        println!("{CLIENTS} clients, {} s each, all on this machine", TIME.as_secs());
        let bare = socket::bare().await;
        let bare = measured(|client, begun| socket::client(bare, client, begun)).await;
        show("WebSocket, bare tungstenite", bare, bare.0);
        for (how, durability) in
            [("not durable", Durability::ProcessOnly), ("durable", Durability::Full)]
        {
            let world = served(ECHO, durability).await;
            let at = world.server.address;
            let turns = measured(|client, begun| socket::client(at, client, begun)).await;
            show(&format!("WebSocket, turns, {how}"), turns, bare.0);
            world.server.stop().await;
        }
        let bare = flowright_bench::bare::http(br#"{"status":"accepted"}"#).await;
        let bare = measured(|client, begun| hook::client(bare, client, begun)).await;
        show("webhook, bare hyper", bare, bare.0);
        for (what, flows) in [("taken", ECHO), ("taken while actions hang", HANGS)] {
            let world = served(flows, Durability::Full).await;
            let at = world.server.address;
            let taken = measured(|client, begun| hook::client(at, client, begun)).await;
            show(&format!("webhook, {what}, durable"), taken, bare.0);
            world.server.stop().await;
        }
        let bare = mail::bare().await;
        let bare = measured(|client, begun| mail::client(bare, client, begun)).await;
        show("email, bare session", bare, bare.0);
        for (what, flows) in [("taken", ECHO), ("taken while actions hang", HANGS)] {
            let world = served(flows, Durability::Full).await;
            let at = world.server.mail_address.unwrap();
            let taken = measured(|client, begun| mail::client(at, client, begun)).await;
            show(&format!("email, {what}, durable"), taken, bare.0);
            world.server.stop().await;
        }
    });
}
