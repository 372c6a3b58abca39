//! REST: what is said comes with the answer, or later as an event.

use flowright_tests::{World, send};
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};

use super::{Kind, Line, Said};

pub struct Rest;

struct RestLine {
    base: String,
    sender: String,
    session: String,
    seen: u64,
    said: Said,
}

impl Kind for Rest {
    fn name(&self) -> &'static str {
        "rest"
    }

    fn declared(&self) -> &'static str {
        "channel api: rest"
    }

    fn line<'w>(&'w self, world: &'w World, sender: &'w str) -> BoxFuture<'w, Box<dyn Line>> {
        Box::pin(async move {
            let line = RestLine {
                base: world.url(""),
                sender: sender.to_owned(),
                session: String::new(),
                // What was said before is known to whoever was there.
                seen: u64::MAX,
                said: Said::new(),
            };
            Box::new(line) as Box<dyn Line>
        })
    }
}

impl RestLine {
    fn take(&mut self, replies: &Json) {
        for reply in replies.as_array().unwrap() {
            let seq = reply["seq"].as_u64().unwrap();
            if self.seen == u64::MAX || seq > self.seen {
                self.seen = seq;
                self.said.push_back(reply["text"].as_str().unwrap().to_owned());
            }
        }
    }
}

impl Line for RestLine {
    fn say<'l>(&'l mut self, id: &'l str, text: &'l str) -> BoxFuture<'l, ()> {
        Box::pin(async move {
            let body = json!({ "id": id, "text": text, "from": self.sender });
            let url = format!("{}/v1/messages", self.base);
            let (status, answer) = send(&url, "POST", Some(body), &[]).await;
            assert_eq!(status, 200, "{answer}");
            answer["session"].as_str().unwrap().clone_into(&mut self.session);
            // The answer to a message that is sent again is the one of before.
            if answer["repeated"] == json!(false) {
                self.take(&answer["replies"]);
            }
        })
    }

    fn hear(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async move {
            loop {
                if let Some(text) = self.said.pop_front() {
                    return text;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                let path = format!("/v1/sessions/{}/replies?after={}", self.session, self.seen);
                let (_, page) = send(&format!("{}{path}", self.base), "GET", None, &[]).await;
                self.take(&page["replies"]);
            }
        })
    }
}
