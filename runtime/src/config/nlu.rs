//! `[nlu]`: a model elsewhere that is asked with each utterance, and a sentence encoder.

use std::path::PathBuf;
use std::time::Duration;

use hyper::Uri;
use serde::Deserialize;

use crate::limits::{EXTERNAL_TIMEOUT, EXTERNAL_TIMEOUT_MAX};

/// `[nlu]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "NluKeys")]
pub struct NluConfig {
    /// Folder of a sentence encoder, relative to the project.
    pub encoder: Option<PathBuf>,
    /// A model elsewhere; without it, the local model alone understands.
    pub elsewhere: Option<ElsewhereConfig>,
}

/// A model elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElsewhereConfig {
    /// Where it is asked.
    pub url: NluUrl,
    /// How long its answer is waited for.
    pub timeout: NluTimeout,
    /// Name of the environment variable that holds the token to send.
    pub token_env: Option<String>,
}

/// The keys of `[nlu]` as they are written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NluKeys {
    encoder: Option<PathBuf>,
    url: Option<NluUrl>,
    timeout: Option<NluTimeout>,
    token_env: Option<String>,
}

impl TryFrom<NluKeys> for NluConfig {
    type Error = &'static str;

    fn try_from(keys: NluKeys) -> Result<Self, Self::Error> {
        let NluKeys { encoder, url, timeout, token_env } = keys;
        let elsewhere = match url {
            Some(url) => {
                Some(ElsewhereConfig { url, timeout: timeout.unwrap_or_default(), token_env })
            }
            None if timeout.is_some() || token_env.is_some() => {
                return Err(
                    "`[nlu]` has no `url`: `timeout` and `token_env` are about a model elsewhere, such as \
                     `url = \"http://127.0.0.1:5005/understand\"`",
                );
            }
            None => None,
        };
        Ok(Self { encoder, elsewhere })
    }
}

/// An address that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct NluUrl(pub Uri);

impl TryFrom<String> for NluUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let such_as = "such as \"http://127.0.0.1:5005/understand\"";
        let uri: Uri =
            text.parse().map_err(|e| format!("`{text}` is not an address ({e}); {such_as}"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(format!("`{text}` must begin with http:// or https://, {such_as}"));
        }
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            // Not shown: it may hold a password.
            return Err("the address must not hold a name or password; use `token_env`".to_owned());
        }
        Ok(Self(uri))
    }
}

/// A time to wait: `300ms`, `2s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct NluTimeout(pub Duration);

impl Default for NluTimeout {
    fn default() -> Self {
        Self(EXTERNAL_TIMEOUT)
    }
}

impl TryFrom<String> for NluTimeout {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (number, unit_ms) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
            (Some(number), _) => (number, 1),
            (None, Some(number)) => (number, 1_000),
            (None, None) => ("", 1),
        };
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let ms = digits.then(|| number.parse::<u64>().ok()?.checked_mul(unit_ms)).flatten();
        let most = EXTERNAL_TIMEOUT_MAX.as_secs();
        match ms.map(Duration::from_millis) {
            Some(time) if !time.is_zero() && time <= EXTERNAL_TIMEOUT_MAX => Ok(Self(time)),
            Some(_) => {
                Err(format!("`{text}` must be from 1ms to {most}s: the customer waits for it"))
            }
            None => Err(format!("`{text}` is not a time, such as \"300ms\" or \"2s\"")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const URL: &str = "url = \"http://127.0.0.1:5005/understand\"";

    #[test]
    fn settings_are_read_with_their_defaults() {
        assert_eq!(Config::parse("f", "").unwrap().nlu.elsewhere, None);
        let nlu = Config::parse("f", &format!("[nlu]\n{URL}\n")).unwrap().nlu.elsewhere.unwrap();
        assert_eq!(nlu.url.0.to_string(), "http://127.0.0.1:5005/understand");
        assert_eq!((nlu.timeout.0, nlu.token_env), (Duration::from_millis(300), None));
        for (time, ms) in [("1ms", 1), ("2s", 2_000), ("5000ms", 5_000)] {
            let text = format!("[nlu]\n{URL}\ntimeout = \"{time}\"\ntoken_env = \"T\"\n");
            let nlu = Config::parse("f", &text).unwrap().nlu.elsewhere.unwrap();
            assert_eq!(nlu.timeout.0, Duration::from_millis(ms));
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let timeout = |time: &str| format!("[nlu]\n{URL}\ntimeout = {time}\n");
        let cases = [
            ("[nlu]\ntimeout = \"1s\"\n".to_owned(), 1, "`[nlu]` has no `url`"),
            (format!("[nlu]\n{URL}\ntimout = \"1s\"\n"), 3, "did you mean `timeout`?"),
            (
                format!("[nlu]\n{URL}\ntoken = \"x\"\n"),
                3,
                "it has `encoder`, `url`, `timeout`, `token_env`",
            ),
            ("[nlu]\nurl = \"\"\n".to_owned(), 2, "`url` is empty"),
            ("[nlu]\nurl = \"not one\"\n".to_owned(), 2, "is not an address"),
            ("[nlu]\nurl = \"/understand\"\n".to_owned(), 2, "must begin with http:// or https://"),
            ("[nlu]\nurl = \"ftp://h/x\"\n".to_owned(), 2, "must begin with http:// or https://"),
            ("[nlu]\nurl = \"http://a:b@h/x\"\n".to_owned(), 2, "use `token_env`"),
            (timeout("\"soon\""), 3, "`soon` is not a time, such as \"300ms\" or \"2s\""),
            (timeout("\"-1s\""), 3, "`-1s` is not a time"),
            (timeout("\"99999999999999999999s\""), 3, "is not a time"),
            (timeout("\"0ms\""), 3, "must be from 1ms to 5s"),
            (timeout("\"6s\""), 3, "must be from 1ms to 5s"),
            (timeout("300"), 3, "such as `timeout = \"300ms\"`; here is a number"),
        ];
        for (text, line, message) in cases {
            let error = Config::parse("flowright.toml", &text).unwrap_err().to_string();
            let place = format!("R0202: flowright.toml:{line}: ");
            assert!(error.starts_with(&place) && error.contains(message), "{text}\n{error}");
            assert!(!error.contains("a:b"), "{error}");
        }
    }
}
