//! LINE: an official account.

mod events;
mod send;

use super::http::{Answer, Call, Incoming};
use super::layout::{MenuForm, Shows, Unit};
use super::media::{Media, Place};
use super::outcome::{OPERATOR_MS, Outcome};
use super::received::{At, Received, Verified};
use super::refusal::{Malformed, Refusal};
use super::sign::{Key, Keys, from_base64};
use super::{Admitted, Pace, Provider, Saying, json as read};

const SIGNATURE: &str = "x-line-signature";

/// A channel of LINE's.
#[derive(Debug, Clone)]
pub struct Line {
    /// The channel's secrets.
    pub secrets: Keys,
    /// The channel's access token, for sending.
    pub access_token: Key,
}

const SHOWS: Shows = Shows {
    text_max: 5_000,
    unit: Unit::Utf16,
    menus: &[MenuForm { choices_max: 13, label_max: 20, text_max: 5_000 }],
    label_unit: Unit::Characters,
    links: false,
    images: true,
};

impl Provider for Line {
    fn name(&self) -> &'static str {
        "line"
    }

    fn api(&self) -> &'static str {
        "https://api.line.me"
    }

    fn pace(&self) -> Pace {
        Pace { per_second: 2_000, apart_ms: 0 }
    }

    fn shows(&self) -> &'static Shows {
        &SHOWS
    }

    fn admit<'a>(&self, incoming: &Incoming<'a>, _now_ms: i64) -> Result<Admitted<'a>, Refusal> {
        incoming.is_post()?;
        let given = incoming.header(SIGNATURE)?;
        let given = from_base64(given, 32).ok_or(Refusal::MalformedSignature(SIGNATURE))?;
        self.secrets.signed(&[incoming.body], &[given])?;
        Ok(Admitted::Message(Verified::new(incoming.body)))
    }

    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
        events::parse(verified, at)
    }

    fn render(&self, saying: &Saying<'_>) -> Result<Vec<Call>, String> {
        send::render(saying, &SHOWS, &self.access_token)
    }

    fn read(&self, answer: &Answer<'_>) -> Outcome {
        let body = answer.json();
        let id = read::id(&body, "/sentMessages/0/id");
        let words = read::text(&body, "/message");
        let cause = format!("{}: {words}", answer.status);
        match answer.status {
            200..=299 => Outcome::taken(&id),
            // The same retry key once more: it was taken before.
            409 => Outcome::taken(&id),
            401 | 403 => Outcome::again(cause, Some(OPERATOR_MS)),
            // Until the month is over, or the operator has bought more.
            429 if words.contains("monthly limit") => Outcome::again(cause, Some(3_600_000)),
            _ => Outcome::of_status(answer, words),
        }
    }

    fn media(&self, at_provider: &str, _token: Option<&Key>) -> Option<Media> {
        let is_id = !at_provider.is_empty() && at_provider.bytes().all(|b| b.is_ascii_digit());
        // What a customer's app keeps elsewhere is at whatever address it says: that is not asked.
        is_id.then(|| {
            let path = format!("/v2/bot/message/{at_provider}/content");
            let call = Call::get(path).bearer(self.access_token.reveal());
            Media::At(Place::Api { beside: Some("https://api-data.line.me"), call })
        })
    }

    fn refuses_media(&self, answer: &Answer<'_>) -> Option<Outcome> {
        match answer.status {
            // It is being made ready.
            202 => Some(Outcome::again("it is not ready yet", None)),
            _ => super::media::refusal(answer),
        }
    }
}
