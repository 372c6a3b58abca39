//! From what is declared and configured of a webhook channel to an account at its provider; or what is
//! missing. A channel without a secret is not served: anybody could speak for its customers there.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowright_access::social::{
    BadKey, Generic, Key, Keys, Line, Messenger, Provider, SafeMode, Slack, Telegram, WeChat,
    WeCom, WhatsApp,
};
use flowright_compiler::diag::closest;
use flowright_compiler::ir::{ChannelDef, SettingDef};

use crate::config::{Config, WebhookConfig, WebhookError};

/// A webhook channel that can be served.
#[derive(Debug, Clone)]
pub struct SocialChannel {
    /// Its name.
    pub name: String,
    /// Where it is reached.
    pub path: String,
    /// Whose messages it takes.
    pub provider: Arc<dyn Provider>,
    /// Where the provider's API is, without a slash at its end.
    pub api: String,
    /// Messages a second at most, where that is configured.
    pub per_second: Option<u32>,
}

/// All webhook channels of a bot.
#[derive(Debug, Clone, Default)]
pub struct SocialChannels {
    /// Those that are served.
    pub open: Vec<SocialChannel>,
    /// Those that lack something: their path, and what.
    pub closed: Vec<(String, WebhookError)>,
}

impl SocialChannels {
    /// Of the channels of a bot.
    ///
    /// # Errors
    /// Something is there that cannot be right. What is missing is no error: that channel is closed.
    pub fn new(channels: &[ChannelDef], config: &Config) -> Result<Self, WebhookError> {
        let webhooks = channels.iter().filter(|channel| channel.kind == "webhook");
        let webhooks: Vec<&ChannelDef> = webhooks.collect();
        unknown(&webhooks, config)?;
        let mut paths = BTreeMap::new();
        let mut all = Self::default();
        let nothing = WebhookConfig::default();
        for channel in webhooks {
            let path = path(channel)?;
            if let Some(other) = paths.insert(path.clone(), &channel.name) {
                let what =
                    format!("`{path}` is the path of `{other}`; write `path \"/…\"` into one");
                return Err(WebhookError::Unusable { channel: channel.name.clone(), what });
            }
            let own = config.webhooks.get(&channel.name).unwrap_or(&nothing);
            let mut reader = Reader { channel, config, own, missing: Vec::new() };
            match reader.open(&path)? {
                Some(open) => all.open.push(open),
                None => {
                    let (channel, missing) = (channel.name.clone(), reader.missing);
                    all.closed.push((path, WebhookError::Lacks { channel, missing }));
                }
            }
        }
        Ok(all)
    }
}

/// What a webhook channel lacks to be served. What is there and cannot be right counts as lacking.
#[must_use]
pub fn lacking(channel: &ChannelDef, config: &Config) -> Vec<String> {
    let own = config.webhooks.get(&channel.name).cloned().unwrap_or_default();
    let mut reader = Reader { channel, config, own: &own, missing: Vec::new() };
    let opened = path(channel).and_then(|path| reader.open(&path));
    match opened {
        Ok(_) => reader.missing,
        Err(error) => vec![error.to_string()],
    }
}

fn unknown(webhooks: &[&ChannelDef], config: &Config) -> Result<(), WebhookError> {
    let known: Vec<String> = webhooks.iter().map(|channel| channel.name.clone()).collect();
    match config.webhooks.keys().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(WebhookError::Unknown {
            name: name.clone(),
            hint: closest(name, known.iter().map(String::as_str)).map(str::to_owned),
            known,
        }),
    }
}

fn setting<'c>(channel: &'c ChannelDef, name: &str) -> Option<&'c SettingDef> {
    channel.settings.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// `path "/hooks/line"`, else `/webhooks/CHANNEL`.
fn path(channel: &ChannelDef) -> Result<String, WebhookError> {
    match setting(channel, "path") {
        None => Ok(format!("/webhooks/{}", channel.name)),
        Some(SettingDef::Text(path)) if path.starts_with('/') && !path.contains(['?', '#']) => {
            Ok(path.clone())
        }
        Some(_) => Err(WebhookError::Unusable {
            channel: channel.name.clone(),
            what: "its `path` is none: write `path \"/webhooks/…\"`".to_owned(),
        }),
    }
}

/// Reads what one channel needs, and notes what is missing.
struct Reader<'a> {
    channel: &'a ChannelDef,
    config: &'a Config,
    own: &'a WebhookConfig,
    missing: Vec<String>,
}

impl Reader<'_> {
    fn open(&mut self, path: &str) -> Result<Option<SocialChannel>, WebhookError> {
        let name = match setting(self.channel, "provider") {
            Some(SettingDef::Word(word) | SettingDef::Text(word)) => word.as_str(),
            _ => "",
        };
        let provider: Option<Arc<dyn Provider>> = match name {
            "whatsapp" | "messenger" => self.meta(name == "whatsapp"),
            "wecom" | "wechat" => self.tencent(name == "wecom"),
            "slack" => self.keys_and_token(|secrets, bot_token| Ok(Slack { secrets, bot_token })),
            "line" => {
                self.keys_and_token(|secrets, access_token| Ok(Line { secrets, access_token }))
            }
            "telegram" => self.keys_and_token(Telegram::new),
            _ => self.generic(),
        }
        .map_err(|error: BadKey| self.unusable(error.to_string()))?;
        let Some(provider) = provider.filter(|_| self.missing.is_empty()) else { return Ok(None) };
        let api = match &self.own.api {
            Some(api) => api.0.to_string(),
            None => provider.api().to_owned(),
        };
        Ok(Some(SocialChannel {
            name: self.channel.name.clone(),
            path: path.to_owned(),
            provider,
            api: api.trim_end_matches('/').to_owned(),
            per_second: self.own.per_second.map(|number| number.0),
        }))
    }

    fn unusable(&self, what: String) -> WebhookError {
        WebhookError::Unusable { channel: self.channel.name.clone(), what }
    }

    /// `secret env.NAME` of the channel's declaration.
    fn declared(&mut self, name: &str, of_what: &str) -> Option<String> {
        let Some(SettingDef::Env(variable)) = setting(self.channel, name) else {
            let such_as = self.channel.name.to_uppercase();
            self.missing.push(format!(
                "{of_what}: write `{name} env.{such_as}_{}` into the channel",
                name.to_uppercase()
            ));
            return None;
        };
        self.variable(variable, of_what)
    }

    fn variable(&mut self, name: &str, of_what: &str) -> Option<String> {
        let value = self.config.variable(name).filter(|value| !value.trim().is_empty());
        if value.is_none() {
            self.missing.push(format!("{of_what}: set the environment variable `{name}`"));
        }
        value
    }

    /// `key_env = "NAME"` of `[webhooks.CHANNEL]`.
    fn configured(&mut self, key: &str, name: Option<&String>, of_what: &str) -> Option<String> {
        match name {
            Some(name) => self.variable(name, of_what),
            None => {
                let table = &self.channel.name;
                self.missing.push(format!(
                    "{of_what}: write `{key} = \"…\"` below `[webhooks.{table}]` in flowright.toml"
                ));
                None
            }
        }
    }

    /// The secret, and the one before it while they change.
    fn secrets(&mut self, of_what: &str) -> Result<Option<Keys>, BadKey> {
        let now = self.declared("secret", of_what);
        let before = match &self.own.secret_before_env {
            Some(name) => self.variable(name, "the secret before"),
            None => None,
        };
        now.map(|now| Keys::new("secret", [now].into_iter().chain(before))).transpose()
    }

    fn token(&mut self, of_what: &str) -> Result<Option<Key>, BadKey> {
        self.declared("token", of_what).map(|token| Key::new("token", token)).transpose()
    }

    fn keys_and_token<P: Provider + 'static>(
        &mut self,
        make: impl FnOnce(Keys, Key) -> Result<P, BadKey>,
    ) -> Result<Option<Arc<dyn Provider>>, BadKey> {
        let secrets = self.secrets("the secret that its requests are checked with")?;
        let token = self.token("the token that it sends with")?;
        match (secrets, token) {
            (Some(secrets), Some(token)) => Ok(Some(Arc::new(make(secrets, token)?))),
            _ => Ok(None),
        }
    }

    fn meta(&mut self, is_whatsapp: bool) -> Result<Option<Arc<dyn Provider>>, BadKey> {
        let secrets = self.secrets("the app's secret")?;
        let token = self.token("the access token that it sends with")?;
        let name = self.own.verify_token_env.as_ref();
        let verify = self.configured("verify_token_env", name, "what Meta's form was told to send");
        let (Some(secrets), Some(access_token), Some(verify)) = (secrets, token, verify) else {
            return Ok(None);
        };
        let verify_token = Keys::new("verify_token", [verify])?;
        Ok(Some(if is_whatsapp {
            Arc::new(WhatsApp { secrets, verify_token, access_token })
        } else {
            Arc::new(Messenger { secrets, verify_token, access_token })
        }))
    }

    fn tencent(&mut self, is_wecom: bool) -> Result<Option<Arc<dyn Provider>>, BadKey> {
        let token = self.declared("secret", "the Token of its callback");
        let name = self.own.aes_key_env.as_ref();
        let key = self.configured("aes_key_env", name, "the EncodingAESKey of its callback");
        let before = match (&self.own.secret_before_env, &self.own.aes_key_before_env) {
            (None, None) => None,
            // One may stay when the other changes.
            (token_name, key_name) => {
                let old_token = match token_name {
                    Some(name) => self.variable(name, "the Token before"),
                    None => token.clone(),
                };
                let old_key = match key_name {
                    Some(name) => self.variable(name, "the EncodingAESKey before"),
                    None => key.clone(),
                };
                old_token.zip(old_key)
            }
        };
        let secret = self.token(if is_wecom { "the app's Secret" } else { "the AppSecret" })?;
        if self.own.account.is_none() {
            let table = &self.channel.name;
            let id = if is_wecom { "the CorpID" } else { "the AppID" };
            self.missing.push(format!(
                "{id}: write `account = \"…\"` below `[webhooks.{table}]` in flowright.toml"
            ));
        }
        let (Some(pair), Some(secret), Some(account)) =
            (token.zip(key), secret, self.own.account.clone())
        else {
            return Ok(None);
        };
        let pairs = [pair].into_iter().chain(before);
        let modes: Result<Vec<SafeMode>, BadKey> =
            pairs.map(|(token, key)| SafeMode::new(&token, &key)).collect();
        let modes = modes?;
        Ok(Some(if is_wecom {
            Arc::new(WeCom { corp_id: account, corp_secret: secret, modes })
        } else {
            Arc::new(WeChat { app_id: account, app_secret: secret, modes })
        }))
    }

    fn generic(&mut self) -> Result<Option<Arc<dyn Provider>>, BadKey> {
        let secrets = self.secrets("the secret that both sides sign with")?;
        if self.own.api.is_none() {
            let table = &self.channel.name;
            self.missing.push(format!(
                "where replies are sent: write `api = \"https://…\"` below `[webhooks.{table}]` in flowright.toml"
            ));
        }
        Ok(secrets.map(|secrets| Arc::new(Generic { secrets }) as Arc<dyn Provider>))
    }
}
