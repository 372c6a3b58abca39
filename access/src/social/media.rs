//! Files that stay with their provider until somebody asks for them: where they are, and what may be asked.

use super::http::{Answer, Call};
use super::outcome::Outcome;
use super::sign::Key;

/// What is to be done for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Media {
    /// It is there.
    At(Place),
    /// The API says where it is: [`super::Provider::read_media`] reads the answer.
    Ask(Call),
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Behind the API's address, or behind another one of the provider's where the API is the provider's own.
    Api {
        /// The other address.
        beside: Option<&'static str>,
        /// What is asked there.
        call: Call,
    },
    /// At an address that the provider named. What is sent there goes nowhere else: see
    /// [`is_at`].
    Url {
        /// The address.
        url: String,
        /// What is asked there, with a token where the provider wants one.
        call: Call,
    },
}

impl Place {
    pub(super) const fn api(call: Call) -> Self {
        Self::Api { beside: None, call }
    }

    pub(super) fn url(url: &str, bearer: Option<&Key>) -> Self {
        let call = Call::get("");
        let call = match bearer {
            Some(key) => call.bearer(key.reveal()),
            None => call,
        };
        Self::Url { url: url.to_owned(), call }
    }
}

/// Whether an address is one of a provider's: encrypted, at one of its hosts; or behind its API's address as that is
/// configured. What a customer, or somebody in her name, could have written is never asked for: it could be an address
/// inside the company's own network.
#[must_use]
pub fn is_at(url: &str, hosts: &[&str], api: &str) -> bool {
    let behind_api = url.strip_prefix(api.trim_end_matches('/'));
    if !api.is_empty() && behind_api.is_some_and(|rest| rest.starts_with('/')) {
        // Nothing that a client takes for a step up.
        return !url.contains("..")
            && !url.contains(['\\', ' '])
            && !url.chars().any(char::is_control);
    }
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A name and nothing else: no user, no port.
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    host.chars().all(fits)
        && hosts.iter().any(|known| {
            host.strip_suffix(known)
                .is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
}

/// Why an answer is no file, by its status.
pub(super) fn refusal(answer: &Answer<'_>) -> Option<Outcome> {
    match Outcome::of_status(answer, "") {
        Outcome::Taken { .. } => None,
        outcome => Some(outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn only_addresses_of_the_provider_are_asked() {
        let hosts = ["fbcdn.net", "slack.com"];
        let api = "http://127.0.0.1:9000/slack";
        for (url, is) in [
            ("https://files.slack.com/files-pri/T1-F1/a.pdf", true),
            ("https://slack.com/x", true),
            ("https://scontent.xx.fbcdn.net/v/a.jpg?oh=1&oe=2", true),
            ("http://127.0.0.1:9000/slack/files/F1", true),
            ("http://files.slack.com/a", false),
            ("https://evilslack.com/a", false),
            ("https://slack.com.evil.example/a", false),
            ("https://slack.com@evil.example/a", false),
            ("https://evil.example/https://slack.com/", false),
            ("https://slack.com:8443/a", false),
            ("https://169.254.169.254/latest", false),
            ("http://127.0.0.1:9000/slackish/a", false),
            ("http://127.0.0.1:9000/slack/../admin", false),
            ("http://127.0.0.1:9000/other", false),
            ("file:///etc/passwd", false),
            ("", false),
        ] {
            assert_eq!(is_at(url, &hosts, api), is, "{url}");
        }
        assert!(!is_at("/a", &hosts, ""));
    }
}
