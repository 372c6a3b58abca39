//! What each kind of channel can show, by its provider's published limits. `docs/channels.md` has
//! the same table, and a test compares the two.
//!
//! A number that no provider's page gives is left open: nothing is reported against a guess.

use crate::ir::{ChannelDef, SettingDef};

/// What a provider counts when it says "characters".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode code points.
    Characters,
    /// UTF-16 code units: 😀 is two.
    Utf16,
    /// UTF-8 bytes: 是 is three.
    Bytes,
}

impl Unit {
    /// The length of a text.
    #[must_use]
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Characters => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Bytes => text.len(),
        }
    }

    /// What it is called, in the plural.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Characters => "characters",
            Self::Utf16 => "UTF-16 units",
            Self::Bytes => "bytes",
        }
    }
}

/// One way to show a menu that can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuForm {
    /// Choices that it holds; absent: no limit is known.
    pub choices_max: Option<usize>,
    /// Length of one label, in the channel's label unit.
    pub label_max: Option<usize>,
    /// Length of the text above it, where that is less than a plain text's.
    pub text_max: Option<usize>,
}

/// What a channel can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// What messages call it.
    pub name: &'static str,
    /// `websocket`, `webhook`, …
    pub kind: &'static str,
    /// Of a webhook.
    pub provider: Option<&'static str>,
    /// Length of one text, in `unit`.
    pub text_max: Option<usize>,
    /// What `text_max` counts.
    pub unit: Unit,
    /// Forms of a menu, the one that is tried first in front. None: choices are numbered lines.
    pub menus: &'static [MenuForm],
    /// What a menu's `label_max` counts.
    pub label_unit: Unit,
    /// Links with a label of their own; else `label: address` on a line of the text.
    pub links: bool,
    /// Images; else their address on a line of the text.
    pub images: bool,
    /// Cards; else title, body and links as lines of the text.
    pub cards: bool,
    /// How long after the customer's last message the bot may still write, in ms.
    pub window_ms: Option<i64>,
    /// Where the numbers are from.
    pub sources: &'static str,
}

const HOUR_MS: i64 = 3_600_000;

/// A menu of any number of buttons with labels of any length.
const FREE: MenuForm = MenuForm { choices_max: None, label_max: None, text_max: None };

/// Shown by our own clients: nothing is cut.
const OWN: Capabilities = Capabilities {
    name: "WebSocket",
    kind: "websocket",
    provider: None,
    text_max: None,
    unit: Unit::Characters,
    menus: &[FREE],
    label_unit: Unit::Characters,
    links: true,
    images: true,
    cards: true,
    window_ms: None,
    sources: "our own protocol",
};

/// A provider whose messages are texts in which addresses can be tapped.
const MESSENGER_LIKE: Capabilities =
    Capabilities { kind: "webhook", links: false, cards: false, ..OWN };

/// Every kind, and every provider of a webhook.
pub const TABLE: &[Capabilities] = &[
    OWN,
    Capabilities { name: "REST", kind: "rest", ..OWN },
    Capabilities { name: "gRPC", kind: "grpc", ..OWN },
    Capabilities {
        name: "email",
        kind: "email",
        menus: &[],
        links: false,
        images: false,
        cards: false,
        sources: "plain text: RFC 5322 limits lines, not messages",
        ..OWN
    },
    // An account of WeChat Customer Service, which is how a company's customers reach it.
    Capabilities {
        name: "WeCom",
        provider: Some("wecom"),
        text_max: Some(2_048),
        unit: Unit::Bytes,
        menus: &[MenuForm { choices_max: Some(10), label_max: Some(128), text_max: Some(1_024) }],
        label_unit: Unit::Bytes,
        // They would have to be uploaded before.
        images: false,
        window_ms: Some(48 * HOUR_MS),
        sources: "`kf/send_msg`, as github.com/silenceper/wechat (work/kf) and github.com/NICEXAI/WeChatCustomerServiceSDK quote it",
        ..MESSENGER_LIKE
    },
    Capabilities {
        name: "WeChat",
        provider: Some("wechat"),
        window_ms: Some(48 * HOUR_MS),
        sources: "<https://developers.weixin.qq.com/doc/subscription/api/customer/message/api_sendcustommessage.html>",
        ..MESSENGER_LIKE
    },
    Capabilities {
        name: "WhatsApp",
        provider: Some("whatsapp"),
        text_max: Some(4_096),
        menus: &[
            MenuForm { choices_max: Some(3), label_max: Some(20), text_max: Some(1_024) },
            MenuForm { choices_max: Some(10), label_max: Some(24), text_max: None },
        ],
        window_ms: Some(24 * HOUR_MS),
        sources: "<https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages>, \
                  <https://docs.360dialog.com/partner/messaging/sending-and-receiving-messages/text-messages>, \
                  <https://developer.exotel.com/docs/whatsapp-support/interactive-messages>, \
                  <https://docs.gupshup.io/docs/list-node>",
        ..MESSENGER_LIKE
    },
    Capabilities {
        name: "Messenger",
        provider: Some("messenger"),
        text_max: Some(2_000),
        menus: &[MenuForm { choices_max: Some(13), label_max: Some(20), text_max: None }],
        window_ms: Some(24 * HOUR_MS),
        sources: "<https://developers.facebook.com/docs/messenger-platform/reference/send-api>, \
                  <https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies>, \
                  <https://developers.facebook.com/docs/messenger-platform/send-messages>",
        ..MESSENGER_LIKE
    },
    Capabilities {
        name: "Slack",
        provider: Some("slack"),
        text_max: Some(40_000),
        menus: &[MenuForm { choices_max: Some(25), label_max: Some(75), text_max: Some(3_000) }],
        links: true,
        sources: "<https://docs.slack.dev/reference/block-kit/block-elements/button-element>, \
                  <https://github.com/slackapi/python-slack-sdk/pull/1253>, \
                  <https://github.com/slackapi/bolt-js/issues/2509>",
        ..MESSENGER_LIKE
    },
    Capabilities {
        name: "Telegram",
        provider: Some("telegram"),
        text_max: Some(4_096),
        sources: "<https://core.telegram.org/bots/api#sendmessage>",
        ..MESSENGER_LIKE
    },
    Capabilities {
        name: "LINE",
        provider: Some("line"),
        text_max: Some(5_000),
        unit: Unit::Utf16,
        menus: &[MenuForm { choices_max: Some(13), label_max: None, text_max: None }],
        sources: "<https://developers.line.biz/en/docs/messaging-api/text-character-count/>, \
                  <https://developers.line.biz/en/docs/messaging-api/using-quick-reply>, \
                  <https://line.github.io/line-bot-sdk-nodejs/apidocs/type-aliases/TextMessage.html>",
        ..MESSENGER_LIKE
    },
];

/// What a declared channel can show; nothing for a webhook of a provider that is not in the table.
#[must_use]
pub fn of_channel(channel: &ChannelDef) -> Option<&'static Capabilities> {
    let provider = channel.settings.iter().find_map(|(key, value)| match value {
        SettingDef::Word(word) | SettingDef::Text(word) if key == "provider" => Some(word.as_str()),
        _ => None,
    });
    TABLE.iter().find(|row| {
        row.kind == channel.kind && (row.provider.is_none() || row.provider == provider)
    })
}

/// The providers of webhooks whose limits are known.
pub fn providers() -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter_map(|row| row.provider)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// The table as the page `docs/channels.md` shows it, in Markdown.
    fn render_markdown() -> String {
        let mut out = String::from(
            "| channel | text | menu | label | links | images | cards | reply window | from |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        );
        for row in TABLE {
            let kind = match row.provider {
                Some(provider) => format!("`{}`, `provider {provider}`", row.kind),
                None => format!("`{}`", row.kind),
            };
            let shown = |native: bool| if native { "yes" } else { "as text" };
            let window = row.window_ms.map_or("–".to_owned(), |ms| format!("{} h", ms / HOUR_MS));
            let _ = writeln!(
                out,
                "| {kind} | {} | {} | {} | {} | {} | {} | {window} | {} |",
                length(row.text_max, row.unit),
                menus(row),
                labels(row),
                shown(row.links),
                shown(row.images),
                shown(row.cards),
                row.sources,
            );
        }
        out
    }

    fn length(most: Option<usize>, unit: Unit) -> String {
        most.map_or("–".to_owned(), |most| format!("{most} {}", unit.name()))
    }

    fn menus(row: &Capabilities) -> String {
        let form = |form: &MenuForm| {
            let choices = form.choices_max.map_or("any number".to_owned(), |most| most.to_string());
            match form.text_max {
                Some(most) => format!("{choices} under {}", length(Some(most), row.unit)),
                None => choices,
            }
        };
        let forms: Vec<String> = row.menus.iter().map(form).collect();
        if forms.is_empty() { "numbered lines".to_owned() } else { forms.join(", else ") }
    }

    fn labels(row: &Capabilities) -> String {
        let forms: Vec<String> =
            row.menus.iter().map(|form| length(form.label_max, row.label_unit)).collect();
        if forms.is_empty() { "–".to_owned() } else { forms.join(", else ") }
    }

    #[test]
    fn the_page_shows_the_table() {
        let page = include_str!("../../../docs/channels.md");
        assert!(page.contains(&render_markdown()), "put this in:\n{}", render_markdown());
    }

    #[test]
    fn a_channel_is_found_by_kind_and_provider() {
        let channel = |kind: &str, provider: Option<&str>| ChannelDef {
            name: "c".to_owned(),
            kind: kind.to_owned(),
            settings: provider
                .map(|word| ("provider".to_owned(), SettingDef::Word(word.to_owned())))
                .into_iter()
                .collect(),
        };
        for (kind, provider, name) in [
            ("websocket", None, Some("WebSocket")),
            ("webhook", Some("wecom"), Some("WeCom")),
            ("webhook", Some("line"), Some("LINE")),
            ("webhook", Some("pigeon"), None),
            ("webhook", None, None),
        ] {
            assert_eq!(of_channel(&channel(kind, provider)).map(|row| row.name), name);
        }
    }

    #[test]
    fn each_unit_counts_its_own_way() {
        for (unit, length) in [(Unit::Characters, 3), (Unit::Utf16, 4), (Unit::Bytes, 8)] {
            assert_eq!(unit.count("a是😀"), length);
        }
    }
}
