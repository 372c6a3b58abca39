//! WeChat: an official account or a mini program's customer messages.

use serde_json::{Value, json};

use super::super::http::{Answer, Call, HttpAnswer, Incoming};
use super::super::layout::{Button, MenuForm, Shows, Unit, layout};
use super::super::media::Media;
use super::super::outcome::{Outcome, Token};
use super::super::received::{At, Received, Verified};
use super::super::refusal::{Malformed, Refusal};
use super::super::sign::Key;
use super::super::{Admitted, Pace, Provider, Saying, json as read};
use super::crypt::SafeMode;
use super::messages::{Told, read as read_message};
use super::xml;
use crate::limits::CHALLENGE_BYTES_MAX;

/// An account.
#[derive(Debug, Clone)]
pub struct WeChat {
    /// `AppID`: every message says that it is for this.
    pub app_id: String,
    /// `AppSecret`, for sending.
    pub app_secret: Key,
    /// One, or two while they change.
    pub modes: Vec<SafeMode>,
}

const SHOWS: Shows = Shows {
    // 2,048 bytes is what accounts report; what is longer is sent in pieces.
    text_max: 2_048,
    unit: Unit::Bytes,
    menus: &[MenuForm { choices_max: 20, label_max: 1_024, text_max: 2_048 }],
    label_unit: Unit::Bytes,
    links: false,
    images: true,
};

impl Provider for WeChat {
    fn name(&self) -> &'static str {
        "wechat"
    }

    fn api(&self) -> &'static str {
        "https://api.weixin.qq.com"
    }

    fn pace(&self) -> Pace {
        Pace { per_second: 50, apart_ms: 0 }
    }

    fn shows(&self) -> &'static Shows {
        &SHOWS
    }

    fn admit<'a>(&self, incoming: &Incoming<'a>, now_ms: i64) -> Result<Admitted<'a>, Refusal> {
        if incoming.method == "GET" {
            return self.challenge(incoming, now_ms).map(Admitted::Handshake);
        }
        let message = super::open(incoming, &self.modes, &self.app_id, now_ms)?;
        Ok(Admitted::Message(Verified::new(message)))
    }

    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
        let fields = xml::parse(verified.bytes()).ok_or(Malformed("the message is no such XML"))?;
        let reply_to = json!({ "to": xml::field(&fields, "FromUserName") }).to_string();
        let mut received = Received::new(HttpAnswer::text("success"));
        match read_message(&fields, reply_to) {
            Told::Message(message) => received.take(*message, at),
            Told::Nothing(kind) => received.skip(&kind),
        }
        Ok(received)
    }

    fn render(&self, saying: &Saying<'_>) -> Result<Vec<Call>, String> {
        let address: Value = serde_json::from_str(saying.reply_to).map_err(|e| e.to_string())?;
        let (to, token) = (read::text(&address, "/to"), saying.token.ok_or("no token")?);
        if to.is_empty() {
            return Err("the message names nobody to answer".to_owned());
        }
        let send = |kind: &str, content: Value| {
            let mut body = json!({ "touser": to, "msgtype": kind });
            if let Some(body) = body.as_object_mut() {
                body.insert(kind.to_owned(), content);
            }
            super::post("/cgi-bin/message/custom/send", token, &body)
        };
        let laid = layout(saying.reply, &SHOWS);
        let picture = |image: &&crate::v1::Image| {
            let title = if image.label.is_empty() { "🖼" } else { &image.label };
            let article =
                json!({ "title": title, "description": "", "url": image.url, "picurl": image.url });
            send("news", json!({ "articles": [article] }))
        };
        let mut calls: Vec<Call> = laid.images.iter().map(picture).collect();
        calls.extend(laid.texts.iter().map(|text| send("text", json!({ "content": text }))));
        if let (false, Some(last)) = (laid.buttons.is_empty(), laid.texts.last()) {
            calls.pop();
            let item = |b: &Button| json!({ "id": b.id, "content": b.label });
            let list: Vec<Value> = laid.buttons.iter().map(item).collect();
            calls.push(send(
                "msgmenu",
                json!({ "head_content": last, "list": list, "tail_content": "" }),
            ));
        }
        Ok(calls)
    }

    fn read(&self, answer: &Answer<'_>) -> Outcome {
        super::read(answer, "/msgid")
    }

    fn media(&self, at_provider: &str, token: Option<&Key>) -> Option<Media> {
        super::media(at_provider, token)
    }

    fn refuses_media(&self, answer: &Answer<'_>) -> Option<Outcome> {
        super::refuses_media(answer)
    }

    /// A stable token: asking for one does not end the one that others use.
    fn ask_token(&self) -> Option<Call> {
        Some(Call::post(
            "/cgi-bin/stable_token",
            &json!({
                "grant_type": "client_credential",
                "appid": self.app_id,
                "secret": self.app_secret.reveal(),
            }),
        ))
    }

    fn read_token(&self, answer: &Answer<'_>, now_ms: i64) -> Result<Token, Outcome> {
        super::read_token(answer, now_ms)
    }
}

impl WeChat {
    /// WeChat signs its challenge the plain way also where messages are encrypted; what is signed is
    /// then the time, not what is sent back.
    fn challenge(&self, incoming: &Incoming<'_>, now_ms: i64) -> Result<HttpAnswer, Refusal> {
        super::signed(incoming, &self.modes, "signature", None, now_ms)?;
        let echo = super::echo(incoming)?;
        let fits = echo.len() <= CHALLENGE_BYTES_MAX
            && !echo.is_empty()
            && echo.bytes().all(|c| c.is_ascii_alphanumeric());
        if fits {
            Ok(HttpAnswer::text(echo.into_owned()))
        } else {
            Err(Refusal::MalformedChallenge)
        }
    }
}
