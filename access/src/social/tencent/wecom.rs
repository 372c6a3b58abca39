//! WeCom: an app of a company's own people, and accounts of WeChat Customer Service, which is how
//! its customers reach it. What customers write is only announced, and fetched (`wecom_kf`).

use serde_json::{Value, json};

use super::super::http::{Answer, Call, HttpAnswer, Incoming, with_query};
use super::super::layout::{Button, Layout, MenuForm, Shows, Unit, layout};
use super::super::media::Media;
use super::super::outcome::{Outcome, Token};
use super::super::received::{At, Pull, Pulled, Received, Verified};
use super::super::refusal::{Malformed, Refusal};
use super::super::sign::{Key, sha256_hex};
use super::super::{Admitted, Pace, Provider, Saying, json as read};
use super::crypt::SafeMode;
use super::messages::{Told, read as read_message};
use super::{wecom_kf, xml};

/// A company.
#[derive(Debug, Clone)]
pub struct WeCom {
    /// Every message says that it is for this.
    pub corp_id: String,
    /// The app's or the customer service's secret, for sending.
    pub corp_secret: Key,
    /// One, or two while they change.
    pub modes: Vec<SafeMode>,
}

const SHOWS: Shows = Shows {
    text_max: 2_048,
    unit: Unit::Bytes,
    menus: &[MenuForm { choices_max: 10, label_max: 128, text_max: 1_024 }],
    label_unit: Unit::Bytes,
    links: false,
    // They would have to be uploaded first.
    images: false,
};

/// An app's people see no menu of this kind.
const APP_SHOWS: Shows = Shows { menus: &[], ..SHOWS };

impl Provider for WeCom {
    fn name(&self) -> &'static str {
        "wecom"
    }

    fn api(&self) -> &'static str {
        "https://qyapi.weixin.qq.com"
    }

    fn pace(&self) -> Pace {
        Pace { per_second: 50, apart_ms: 0 }
    }

    fn shows(&self) -> &'static Shows {
        &SHOWS
    }

    fn admit<'a>(&self, incoming: &Incoming<'a>, now_ms: i64) -> Result<Admitted<'a>, Refusal> {
        if incoming.method != "GET" {
            let message = super::open(incoming, &self.modes, &self.corp_id, now_ms)?;
            return Ok(Admitted::Message(Verified::new(message)));
        }
        let echo = super::echo(incoming)?;
        let part = Some(&*echo);
        let mode = super::signed(incoming, &self.modes, super::MSG_SIGNATURE, part, now_ms)?;
        let answer = mode.open(&echo, &self.corp_id)?;
        Ok(Admitted::Handshake(HttpAnswer::text(answer)))
    }

    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
        let fields = xml::parse(verified.bytes()).ok_or(Malformed("the message is no such XML"))?;
        let mut received = Received::new(HttpAnswer::text("success"));
        let field = |path: &str| xml::field(&fields, path);
        if field("Event") == "kf_msg_or_event" {
            let (account, token) = (field("OpenKfId").to_owned(), field("Token").to_owned());
            if account.is_empty() {
                return Err(Malformed("messages of no account are announced"));
            }
            received.pulls.push(Pull { account, token });
            return Ok(received);
        }
        let reply_to =
            json!({ "agent": field("AgentID"), "to": field("FromUserName") }).to_string();
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
        match read::text(&address, "/account") {
            "" => Ok(to_app(to, &address, saying, token)),
            account => Ok(to_customer(to, account, saying, token)),
        }
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

    fn ask_token(&self) -> Option<Call> {
        let pairs = [("corpid", &*self.corp_id), ("corpsecret", self.corp_secret.reveal())];
        Some(Call::get(with_query("/cgi-bin/gettoken", &pairs)))
    }

    fn read_token(&self, answer: &Answer<'_>, now_ms: i64) -> Result<Token, Outcome> {
        super::read_token(answer, now_ms)
    }

    fn pull(&self, pull: &Pull, cursor: &str, token: &Key) -> Option<Call> {
        Some(wecom_kf::ask(pull, cursor, token))
    }

    fn read_pull(&self, answer: &Answer<'_>, at: At<'_>) -> Result<Pulled, Outcome> {
        wecom_kf::read(answer, at)
    }
}

/// To somebody of the company, from the app.
fn to_app(to: &str, address: &Value, saying: &Saying<'_>, token: &Key) -> Vec<Call> {
    let laid = layout(saying.reply, &APP_SHOWS);
    let agent = read::whole(address, "/agent").unwrap_or(0);
    let call = |text: &String| {
        let body = json!({
            "touser": to,
            "msgtype": "text",
            "agentid": agent,
            "text": { "content": text },
        });
        super::post("/cgi-bin/message/send", token, &body)
    };
    laid.texts.iter().map(call).collect()
}

/// To a customer, from an account of WeChat Customer Service.
fn to_customer(to: &str, account: &str, saying: &Saying<'_>, token: &Key) -> Vec<Call> {
    let laid = layout(saying.reply, &SHOWS);
    let contents = contents(&laid);
    let call = |(place, (kind, content)): (usize, (&str, Value))| {
        // A name of our own, the same on each attempt.
        let name: String =
            sha256_hex(&format!("{}:{place}", saying.key)).chars().take(32).collect();
        let mut body =
            json!({ "touser": to, "open_kfid": account, "msgid": name, "msgtype": kind });
        if let Some(body) = body.as_object_mut() {
            body.insert(kind.to_owned(), content);
        }
        super::post("/cgi-bin/kf/send_msg", token, &body)
    };
    contents.into_iter().enumerate().map(call).collect()
}

fn contents(laid: &Layout<'_>) -> Vec<(&'static str, Value)> {
    let text = |text: &String| ("text", json!({ "content": text }));
    let mut contents: Vec<_> = laid.texts.iter().map(text).collect();
    if let (false, Some(last)) = (laid.buttons.is_empty(), laid.texts.last()) {
        contents.pop();
        let click =
            |b: &Button| json!({ "type": "click", "click": { "id": b.id, "content": b.label } });
        let list: Vec<Value> = laid.buttons.iter().map(click).collect();
        contents.push(("msgmenu", json!({ "head_content": last, "list": list })));
    }
    contents
}
