//! Social webhooks over sockets: requests that another implementation signed come in, replies go out to
//! a server of this test that speaks the providers' APIs.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod doors;
mod media;
mod order_change;
mod standin;
mod table;
mod talk;
mod trouble;

use std::time::{Duration, Instant};

use flowright_compiler::compile::MemorySources;
use flowright_runtime::access::social::SocialChannels;
use flowright_runtime::config::Config;
use flowright_runtime::service::Options;
use flowright_tests::{ManualClock, World, bundle_of_text};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value as Json;

use standin::{Asked, StandIn};

/// Long enough for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// A shop on every messenger.
const SHOP: &str = r#"
bot shop { languages en  timezone "UTC" }

channel api: rest
channel whatsapp:  webhook { provider whatsapp   secret env.SECRET  token env.TOKEN }
channel messenger: webhook { provider messenger  secret env.SECRET  token env.TOKEN }
channel slack:     webhook { provider slack      secret env.SECRET  token env.TOKEN }
channel telegram:  webhook { provider telegram   secret env.SECRET  token env.TOKEN }
channel line:      webhook { provider line       secret env.SECRET  token env.TOKEN  path "/hooks/line" }
channel wechat:    webhook { provider wechat     secret env.CALLBACK  token env.TOKEN }
channel wecom:     webhook { provider wecom      secret env.CALLBACK  token env.TOKEN }
channel generic:   webhook { secret env.SECRET }
skill s

route { otherwise -> s }

action stock.look(what: text) -> { left: number } {
  get "{env.DESK}/stock/{what}"
  timeout 30s
}

intent order { en "order", "my order", "I have an order", "about an order", "an order please" }
intent stock { en "is it in stock", "stock", "how many are left", "in stock", "anything left" }

flow order {
  on intent order
  state start {
    say "Hello from the shop."
    choose "Which one?" { "Return it" -> back  "Keep it" -> keep }
  }
  state back { say "It is picked up." end resolved }
  state keep { say "Enjoy it." end resolved }
}

flow stock {
  on intent stock
  state start {
    do found = stock.look("it") { failed -> handoff because "the desk is silent" }
    say "{found.left} are left."
    end resolved
  }
}
"#;

/// The settings of that shop, with all APIs at one address.
fn settings(api: &str, more: &str) -> Config {
    let mut text = String::new();
    for channel in ["whatsapp", "messenger", "slack", "telegram", "line", "generic"] {
        text.push_str(&format!("[webhooks.{channel}]\napi = \"{api}/{channel}\"\n"));
        if channel == "whatsapp" || channel == "messenger" {
            text.push_str("verify_token_env = \"VERIFY\"\n");
        }
        text.push_str("secret_before_env = \"SECRET_BEFORE\"\n");
    }
    for (channel, account) in [("wechat", "wx2c2769f8efd9abc2"), ("wecom", "wx5823bf96d3bd56c7")] {
        text.push_str(&format!(
            "[webhooks.{channel}]\napi = \"{api}/{channel}\"\naccount = \"{account}\"\n\
             aes_key_env = \"AES_KEY\"\n"
        ));
    }
    text.push_str(more);
    Config::parse("flowright.toml", &text).unwrap()
}

const SECRETS: &str = "[env]\nSECRET = \"new-secret-27aa\"\nSECRET_BEFORE = \"old-secret-8f1c\"\n\
                       TOKEN = \"123:t0ken\"\nVERIFY = \"verify-me\"\nCALLBACK = \"token-new\"\n\
                       AES_KEY = \"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\"\n";

fn channels(flow: &str, config: &Config) -> SocialChannels {
    let compiled = flowright_compiler::compile(&MemorySources::one("a.flow", flow)).unwrap();
    SocialChannels::new(&compiled.bundle.unwrap().program.channels, config).unwrap()
}

/// The shop.
async fn shop(api: &StandIn) -> World {
    shop_with(&settings(&api.url(), SECRETS), |options| options).await
}

async fn shop_with(config: &Config, change: impl FnOnce(Options) -> Options) -> World {
    let social = channels(SHOP, config);
    let set = |options: Options| {
        let mut options = Options { social, ..options };
        options.variables.insert("DESK".to_owned(), "http://127.0.0.1:9".to_owned().into());
        change(options)
    };
    World::start_bundle(bundle_of_text(SHOP), set).await
}

/// What customers send, by provider, as Python signed it.
fn requests(provider: &str) -> Vec<Json> {
    let text = include_str!("../../../access/tests/social/conversations.json");
    let all: Json = serde_json::from_str(text).unwrap();
    all[provider].as_array().unwrap().clone()
}

/// Sends a request to a webhook; the status and the answer.
async fn send(world: &World, path: &str, request: &Json) -> (u16, String) {
    let client: Client<_, Full<hyper::body::Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let query = request["query"].as_str().unwrap_or_default();
    let mut out = Request::builder().method("POST").uri(world.url(&format!("{path}?{query}")));
    for header in request["headers"].as_array().into_iter().flatten() {
        out = out.header(header[0].as_str().unwrap(), header[1].as_str().unwrap());
    }
    let body = request["body"].as_str().unwrap().to_owned();
    let answer = client.request(out.body(Full::new(body.into())).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Everything that was said to a customer, as JSON in one text.
fn said(asked: &[Asked]) -> String {
    asked.iter().map(|asked| format!("{}\n", asked.body)).collect()
}

/// Where a provider's requests come in.
fn path(provider: &str) -> String {
    if provider == "line" { "/hooks/line".to_owned() } else { format!("/webhooks/{provider}") }
}

/// Waits for something, while the server's clock goes on by `step_ms` each time.
async fn until(
    clock: &ManualClock,
    step_ms: i64,
    what: &str,
    mut holds: impl AsyncFnMut() -> bool,
) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        clock.advance_ms(step_ms);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
