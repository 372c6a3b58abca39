//! Slack: messages to an app, mentions of it, and its buttons.

mod events;
mod send;

use serde_json::json;

use super::http::{Answer, Call, HttpAnswer, Incoming};
use super::layout::{MenuForm, Shows, Unit};
use super::media::{Media, Place};
use super::outcome::{OPERATOR_MS, Outcome};
use super::received::{At, Received, Verified};
use super::refusal::{Malformed, Refusal};
use super::sign::{Key, Keys, from_hex, timely};
use super::{Admitted, Pace, Provider, Saying, json as read};

const SIGNATURE: &str = "x-slack-signature";
const TIMESTAMP: &str = "x-slack-request-timestamp";

/// An app in a workspace.
#[derive(Debug, Clone)]
pub struct Slack {
    /// The app's signing secrets.
    pub secrets: Keys,
    /// `xoxb-…`, for sending.
    pub bot_token: Key,
}

const SHOWS: Shows = Shows {
    text_max: 40_000,
    unit: Unit::Characters,
    menus: &[MenuForm { choices_max: 25, label_max: 75, text_max: 3_000 }],
    label_unit: Unit::Characters,
    links: true,
    images: true,
};

impl Provider for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    fn api(&self) -> &'static str {
        "https://slack.com/api"
    }

    fn pace(&self) -> Pace {
        Pace { per_second: 50, apart_ms: 1_000 }
    }

    fn shows(&self) -> &'static Shows {
        &SHOWS
    }

    fn admit<'a>(&self, incoming: &Incoming<'a>, now_ms: i64) -> Result<Admitted<'a>, Refusal> {
        incoming.is_post()?;
        let malformed = Refusal::MalformedSignature(SIGNATURE);
        let given = incoming.header(SIGNATURE)?.strip_prefix(b"v0=").ok_or(malformed)?;
        let given = from_hex(given, 32).ok_or(malformed)?;
        let time = incoming.header(TIMESTAMP)?;
        timely(time, TIMESTAMP, now_ms)?;
        self.secrets.signed(&[b"v0:", time, b":", incoming.body], &[given])?;
        let verified = Verified::new(incoming.body);
        // This one is signed like everything else: it may be read now.
        match events::challenge(verified.bytes()) {
            Some(challenge) => {
                Ok(Admitted::Handshake(HttpAnswer::json(&json!({ "challenge": challenge }))))
            }
            None => Ok(Admitted::Message(verified)),
        }
    }

    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
        events::parse(verified, at)
    }

    fn render(&self, saying: &Saying<'_>) -> Result<Vec<Call>, String> {
        send::render(saying, &SHOWS, &self.bot_token)
    }

    fn read(&self, answer: &Answer<'_>) -> Outcome {
        let body = answer.json();
        if read::is_true(&body, "/ok") {
            let id = format!("{}:{}", read::text(&body, "/channel"), read::text(&body, "/ts"));
            return Outcome::taken(if id == ":" { "" } else { &id });
        }
        let error = read::text(&body, "/error");
        match error {
            "" if (200..300).contains(&answer.status) => {
                Outcome::again("an answer that is none", None)
            }
            "" => Outcome::of_status(answer, ""),
            "ratelimited" | "rate_limited" | "message_limit_exceeded" => {
                Outcome::again(error, Some(answer.retry_after_ms().unwrap_or(30_000)))
            }
            "internal_error"
            | "fatal_error"
            | "service_unavailable"
            | "request_timeout"
            | "team_added_to_org" => Outcome::again(error, answer.retry_after_ms()),
            "invalid_auth"
            | "not_authed"
            | "token_expired"
            | "token_revoked"
            | "account_inactive"
            | "missing_scope"
            | "no_permission"
            | "org_login_required"
            | "ekm_access_denied"
            | "access_denied"
            | "two_factor_setup_required"
            | "not_in_channel" => Outcome::again(error, Some(OPERATOR_MS)),
            _ => Outcome::dead(error),
        }
    }

    fn media(&self, at_provider: &str, _token: Option<&Key>) -> Option<Media> {
        Some(Media::At(Place::url(at_provider, Some(&self.bot_token))))
    }

    fn media_hosts(&self) -> &'static [&'static str] {
        &["files.slack.com"]
    }

    fn refuses_media(&self, answer: &Answer<'_>) -> Option<Outcome> {
        // Without the right `files:read` it shows a page to log in.
        let is_page =
            answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        match super::media::refusal(answer) {
            None if is_page => {
                Some(Outcome::dead("the bot may not read files: it needs files:read"))
            }
            refusal => refusal,
        }
    }
}
