//! What Slack sends: events as JSON, presses of buttons as a form with JSON in it.

use serde_json::{Value, json};

use super::super::http::HttpAnswer;
use super::super::received::{At, Message, Received, Verified};
use super::super::refusal::Malformed;
use super::super::{ids, json as read};
use crate::limits::CHALLENGE_BYTES_MAX;

/// The challenge with which Slack makes sure of an address.
pub(super) fn challenge(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    if read::text(&body, "/type") != "url_verification" {
        return None;
    }
    let challenge = read::text(&body, "/challenge");
    (challenge.len() <= CHALLENGE_BYTES_MAX).then(|| challenge.to_owned())
}

/// Reads a request.
pub(super) fn parse(verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
    let mut received = Received::new(HttpAnswer::text(""));
    if !verified.bytes().starts_with(b"{") {
        let payload =
            form_payload(verified.bytes()).ok_or(Malformed("a form without `payload`"))?;
        press(&payload, at, &mut received);
        return received.within_limits();
    }
    let body = verified.json()?;
    match read::text(&body, "/type") {
        "event_callback" => match message(&body) {
            Some(message) => received.take(message, at),
            None => received.skip(read::text(&body, "/event/type")),
        },
        other => received.skip(other),
    }
    received.within_limits()
}

fn form_payload(body: &[u8]) -> Option<Value> {
    let (_, payload) = form_urlencoded::parse(body).find(|(key, _)| key == "payload")?;
    serde_json::from_str(&payload).ok()
}

/// A message to the app, or one in which it is mentioned. Where both events come for one message,
/// only the mention counts, and in a direct conversation there is none.
fn message(body: &Value) -> Option<Message> {
    let event = body.get("event")?;
    let kind = read::text(event, "/type");
    let is_direct = matches!(read::text(event, "/channel_type"), "im" | "app_home");
    let is_one = kind == "app_mention" || (kind == "message" && is_direct);
    // Edits, deletions, joins and what bots say are not a customer's messages.
    let subtype = read::text(event, "/subtype");
    let is_plain = matches!(subtype, "" | "file_share" | "thread_broadcast");
    let is_bot = event.get("bot_id").is_some() || event.get("bot_profile").is_some();
    let user = read::text(event, "/user");
    if !is_one || !is_plain || is_bot || user.is_empty() {
        return None;
    }
    let mut out = of_user(
        read::text(body, "/team_id"),
        user,
        read::text(event, "/channel"),
        thread(event, is_direct),
    );
    out.id = read::text(body, "/event_id").to_owned();
    out.sent_at_ms = time_ms(read::text(event, "/ts"));
    out.text = plain(read::text(event, "/text"), kind == "app_mention");
    for file in read::items(event, "/files") {
        let at = |key: &str| read::text(file, key);
        let bytes = read::whole(file, "/size");
        out.attachments.push(read::attachment(
            at("/url_private"),
            at("/mimetype"),
            at("/name"),
            bytes,
        ));
    }
    Some(out).filter(|out| !out.id.is_empty())
}

/// Where the answer goes: into the thread; a mention in a channel begins one.
fn thread(event: &Value, is_direct: bool) -> &str {
    match read::text(event, "/thread_ts") {
        "" if !is_direct => read::text(event, "/ts"),
        thread => thread,
    }
}

fn of_user(team: &str, user: &str, channel: &str, thread: &str) -> Message {
    Message {
        address: format!("{team}:{user}"),
        reply_to: json!({ "channel": channel, "thread": thread }).to_string(),
        ..Message::default()
    }
}

/// Somebody pressed a button.
fn press(payload: &Value, at: At<'_>, received: &mut Received) {
    let kind = read::text(payload, "/type");
    let user = read::text(payload, "/user/id");
    for action in read::items(payload, "/actions") {
        let channel = match read::text(payload, "/channel/id") {
            "" => read::text(payload, "/container/channel_id"),
            channel => channel,
        };
        let time = read::text(action, "/action_ts");
        let is_button = kind == "block_actions" && read::text(action, "/type") == "button";
        // A button that opens an address says nothing.
        if !is_button || user.is_empty() || channel.is_empty() || action.get("url").is_some() {
            received.skip(kind);
            continue;
        }
        let thread = match read::text(payload, "/message/thread_ts") {
            "" => read::text(payload, "/container/thread_ts"),
            thread => thread,
        };
        let mut out = of_user(read::text(payload, "/team/id"), user, channel, thread);
        let button = read::text(action, "/action_id");
        out.id = format!("press:{channel}:{user}:{time}:{button}");
        out.name = read::text(payload, "/user/name").to_owned();
        out.sent_at_ms = time_ms(time);
        out.text = read::text(action, "/text/text").to_owned();
        out.payload = ids::payload(read::text(action, "/value")).to_owned();
        received.take(out, at);
    }
    if payload.get("actions").is_none() {
        received.skip(kind);
    }
}

/// `1595926230.009600`
fn time_ms(ts: &str) -> i64 {
    let (seconds, rest) = ts.split_once('.').unwrap_or((ts, ""));
    let seconds: i64 = seconds.parse().unwrap_or(0);
    let ms: i64 = rest.get(..3).and_then(|ms| ms.parse().ok()).unwrap_or(0);
    seconds.saturating_mul(1_000).saturating_add(ms).max(0)
}

/// Slack's text as the customer typed it: addresses in `<…>` as they are shown, `&amp;` and its like
/// as characters; without the mention of the app in front.
fn plain(text: &str, is_mention: bool) -> String {
    let mut text = text.trim();
    if is_mention && let Some((_, rest)) = text.strip_prefix("<@").and_then(|t| t.split_once('>')) {
        text = rest.trim_start();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((inside, behind)) = after.split_once('>') else {
            out.push('<');
            rest = after;
            continue;
        };
        let (target, label) = inside.split_once('|').unwrap_or((inside, inside));
        out.push_str(if target.starts_with("mailto:") || target.starts_with("tel:") {
            label
        } else {
            target
        });
        rest = behind;
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::{plain, time_ms};

    #[test]
    fn texts_are_as_they_were_typed() {
        for (text, is_mention, typed) in [
            ("<@U0LAN0Z89> my order &lt;3&gt; &amp;", true, "my order <3> &"),
            ("see <https://a.example/x|a.example/x>", false, "see https://a.example/x"),
            ("<mailto:a@b.example|a@b.example>", false, "a@b.example"),
            ("a < b", false, "a < b"),
            ("<@U1> hi", false, "@U1 hi"),
            ("&amp;lt;", false, "&lt;"),
            ("<<>>", false, "<>"),
            ("", true, ""),
        ] {
            assert_eq!(plain(text, is_mention), typed, "{text}");
        }
        for (ts, ms) in [("1595926230.009600", 1_595_926_230_009), ("7", 7_000), ("x", 0), ("", 0)]
        {
            assert_eq!(time_ms(ts), ms);
        }
    }
}
