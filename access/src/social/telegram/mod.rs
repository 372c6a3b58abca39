//! Telegram: a bot. Nothing is signed there; a secret token comes along with each update.

mod send;
mod updates;

use super::http::{Answer, Call, Incoming, with_query};
use super::layout::{MenuForm, Shows, Unit};
use super::media::{Media, Place};
use super::outcome::{OPERATOR_MS, Outcome};
use super::received::{At, Received, Verified};
use super::refusal::{BadKey, Malformed, Refusal};
use super::sign::{Key, Keys};
use super::{Admitted, Pace, Provider, Saying, json as read};

const TOKEN: &str = "x-telegram-bot-api-secret-token";
/// Characters that Telegram takes in a secret token.
const TOKEN_CHARS_MAX: usize = 256;

/// A bot.
#[derive(Debug, Clone)]
pub struct Telegram {
    secrets: Keys,
    bot_token: Key,
}

impl Telegram {
    /// From the secret tokens that were given to `setWebhook`, and the bot's own, for sending.
    ///
    /// # Errors
    /// A token that Telegram would not take.
    pub fn new(secrets: Keys, bot_token: Key) -> Result<Self, BadKey> {
        let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
        for secret in secrets.iter() {
            let text = secret.reveal();
            if text.len() > TOKEN_CHARS_MAX || !text.bytes().all(fits) {
                return Err(BadKey::Form("secret", "1 to 256 letters, digits, `_` and `-`"));
            }
        }
        let right = |c: u8| fits(c) || c == b':';
        if !bot_token.reveal().bytes().all(right) {
            return Err(BadKey::Form("token", "a bot's token, `123456:ABC-…`"));
        }
        Ok(Self { secrets, bot_token })
    }
}

const SHOWS: Shows = Shows {
    text_max: 4_096,
    // The page says characters; what is counted are UTF-16 units.
    unit: Unit::Utf16,
    menus: &[MenuForm { choices_max: 100, label_max: 256, text_max: 4_096 }],
    label_unit: Unit::Characters,
    links: false,
    images: true,
};

impl Provider for Telegram {
    fn name(&self) -> &'static str {
        "telegram"
    }

    fn api(&self) -> &'static str {
        "https://api.telegram.org"
    }

    fn pace(&self) -> Pace {
        Pace { per_second: 30, apart_ms: 1_000 }
    }

    fn shows(&self) -> &'static Shows {
        &SHOWS
    }

    fn admit<'a>(&self, incoming: &Incoming<'a>, _now_ms: i64) -> Result<Admitted<'a>, Refusal> {
        incoming.is_post()?;
        self.secrets.contain(incoming.header(TOKEN)?)?;
        Ok(Admitted::Message(Verified::new(incoming.body)))
    }

    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
        updates::parse(verified, at)
    }

    fn render(&self, saying: &Saying<'_>) -> Result<Vec<Call>, String> {
        send::render(saying, &SHOWS, &self.bot_token)
    }

    fn read(&self, answer: &Answer<'_>) -> Outcome {
        let body = answer.json();
        if read::is_true(&body, "/ok") {
            let chat = read::id(&body, "/result/chat/id");
            return Outcome::taken(&format!("{chat}:{}", read::id(&body, "/result/message_id")));
        }
        let words = read::text(&body, "/description");
        let code = read::whole(&body, "/error_code").unwrap_or(i64::from(answer.status));
        let cause = format!("{code}: {words}");
        let seconds = read::whole(&body, "/parameters/retry_after");
        let after = seconds.map(|seconds| seconds.clamp(0, 86_400) * 1_000);
        match code {
            200..=299 => Outcome::again("an answer that is none", None),
            // The bot's token is not valid; the page of the API calls it not found, too.
            401 => Outcome::again(cause, Some(OPERATOR_MS)),
            404 if words == "Not Found" => Outcome::again(cause, Some(OPERATOR_MS)),
            408 | 429 | 500..=599 => Outcome::again(cause, after.or(answer.retry_after_ms())),
            _ => Outcome::dead(cause),
        }
    }

    fn media(&self, at_provider: &str, _token: Option<&Key>) -> Option<Media> {
        let path = format!("/bot{}/getFile", self.bot_token.reveal());
        Some(Media::Ask(Call::get(with_query(&path, &[("file_id", at_provider)]))))
    }

    fn read_media(&self, answer: &Answer<'_>) -> Result<Place, Outcome> {
        let body = answer.json();
        let path = read::text(&body, "/result/file_path");
        let fits = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        if path.is_empty() || path.contains("..") || !path.chars().all(fits) {
            return Err(self.read(answer).or_dead("it says nothing of where the file is"));
        }
        let path = format!("/file/bot{}/{path}", self.bot_token.reveal());
        Ok(Place::api(Call::get(path)))
    }
}
