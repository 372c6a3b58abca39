//! A signed webhook: what a system of the company's own sends and is sent.

use std::sync::Arc;

use flowright_runtime::access::social::SocialChannels;
use flowright_runtime::clock::Clock as _;
use flowright_runtime::service::Options;
use flowright_tests::{ManualClock, World, send};
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

use super::standin::StandIn;
use super::{Kind, Line, Program, config};

const SECRET: &str = "what both sides sign with";

pub struct Hook {
    api: StandIn,
}

impl Hook {
    pub async fn start() -> Self {
        Self { api: StandIn::start().await }
    }
}

impl Kind for Hook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn declared(&self) -> &'static str {
        "channel hook: webhook { secret env.HOOK_SECRET }"
    }

    fn serve(&self, options: Options, program: &Program) -> Options {
        let text = format!(
            "[env]\nHOOK_SECRET = \"{SECRET}\"\n[webhooks.hook]\napi = \"{}/generic\"\n\
             per_second = \"10000\"\n",
            self.api.url()
        );
        let social = SocialChannels::new(&program.channels, &config(&text)).unwrap();
        Options { social, ..options }
    }

    fn line<'w>(&'w self, world: &'w World, sender: &'w str) -> BoxFuture<'w, Box<dyn Line>> {
        let mut line = HookLine {
            url: world.url("/webhooks/hook"),
            clock: Arc::clone(&world.clock),
            api: self.api.clone(),
            sender: sender.to_owned(),
            seen: 0,
        };
        line.seen = line.texts().len();
        Box::pin(std::future::ready(Box::new(line) as Box<dyn Line>))
    }
}

struct HookLine {
    url: String,
    clock: Arc<ManualClock>,
    api: StandIn,
    sender: String,
    seen: usize,
}

impl HookLine {
    /// All that was sent to this sender.
    fn texts(&self) -> Vec<String> {
        let taken = self.api.taken("generic");
        let to_her = taken.iter().filter(|asked| asked.body["to"] == self.sender.as_str());
        to_her.map(|asked| asked.body["reply"]["text"].as_str().unwrap().to_owned()).collect()
    }
}

impl Line for HookLine {
    fn say<'l>(&'l mut self, id: &'l str, text: &'l str) -> BoxFuture<'l, ()> {
        Box::pin(async move {
            let message = json!({ "id": id, "from": { "address": self.sender }, "text": text });
            let body = json!({ "messages": [message] });
            let time = self.clock.now_ms() / 1_000;
            let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(format!("{time}.{body}").as_bytes());
            let sum: String =
                mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            let signature = format!("t={time},v1={sum}");
            let headers = [("flowright-signature", signature.as_str())];
            let (status, answer) = send(&self.url, "POST", Some(body), &headers).await;
            assert_eq!(status, 200, "{answer}");
        })
    }

    fn hear(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async move {
            loop {
                if let Some(text) = self.texts().into_iter().nth(self.seen) {
                    self.seen += 1;
                    return text;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
    }
}
