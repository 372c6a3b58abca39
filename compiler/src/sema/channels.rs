//! Channels: their kind and settings.

use super::cx::Checker;
use super::symbols::Found;
use crate::channels::table::providers;
use crate::diag::Code;
use crate::ir::{ChannelDef, SettingDef};
use crate::syntax::ast::{self, ExprKind};

/// Channel kinds.
pub const CHANNEL_KINDS: [&str; 5] = ["websocket", "rest", "grpc", "email", "webhook"];

/// Settings that a channel may have.
const CHANNEL_SETTINGS: [&str; 5] = ["path", "address", "provider", "secret", "token"];

impl<'a> Checker<'a> {
    /// A channel.
    pub(super) fn channel(&mut self, found: &Found<'a, ast::Channel>) -> ChannelDef {
        self.enter(found);
        let channel = found.node;
        if !CHANNEL_KINDS.contains(&channel.kind.text.as_str()) {
            self.unknown(Code::E0208, "channel kind", &channel.kind, CHANNEL_KINDS);
        }
        self.settings_once(&channel.settings);
        let mut settings = Vec::new();
        for setting in &channel.settings {
            if !CHANNEL_SETTINGS.contains(&setting.key.text.as_str()) {
                self.unknown(Code::E0208, "channel setting", &setting.key, CHANNEL_SETTINGS);
            } else if channel.kind.text == "grpc" {
                self.no_settings(&setting.key);
            } else if let Some(value) = self.setting(&setting.value) {
                self.provider(channel, setting, &value);
                settings.push((setting.key.text.clone(), value));
            }
        }
        ChannelDef { name: channel.name.text.clone(), kind: channel.kind.text.clone(), settings }
    }

    /// The names of its services and methods are the protocol's, and its address is the deployment's.
    fn no_settings(&mut self, key: &ast::Name) {
        let message = format!("a channel of kind `grpc` has no setting `{}`", key.text);
        let finding = self
            .finding(Code::E0208, key.span, message)
            .label("nothing to set")
            .help("leave it out; where the server listens is in flowright.toml: `[grpc] listen`");
        self.report(finding);
    }

    /// A provider whose limits are not known: nothing is checked against them.
    fn provider(&mut self, channel: &ast::Channel, setting: &ast::Setting, value: &SettingDef) {
        let (SettingDef::Word(word) | SettingDef::Text(word)) = value else { return };
        if setting.key.text != "provider"
            || channel.kind.text != "webhook"
            || providers().any(|known| known == word)
        {
            return;
        }
        let message = format!("nothing is known of the provider `{word}`");
        let finding = self
            .finding(Code::W0613, setting.value.span, message)
            .label("texts and menus are not checked for this channel");
        let finding = match crate::diag::closest(word, providers()) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(
                format!("replace `{word}` by `{meant}`"),
                self.at(setting.value.span),
                meant,
            ),
            None => {
                let known: Vec<&str> = providers().collect();
                finding.help(format!("known: {}", super::cx::quoted(&known)))
            }
        };
        self.report(finding);
    }

    fn setting(&mut self, value: &ast::Expr) -> Option<SettingDef> {
        match &value.kind {
            ExprKind::Str(template) => Some(SettingDef::Text(super::types::plain(template))),
            ExprKind::Number(number) => Some(SettingDef::Number(*number)),
            ExprKind::Path(names) => match names.as_slice() {
                [env, name] if env.text == "env" => Some(SettingDef::Env(name.text.clone())),
                [word] => Some(SettingDef::Word(word.text.clone())),
                _ => None,
            },
            _ => None,
        }
        .or_else(|| {
            self.error(
                Code::E0602,
                value.span,
                "this cannot be a setting",
                "not a setting",
                "write a text, a number, a word or `env.NAME`",
            );
            None
        })
    }
}
