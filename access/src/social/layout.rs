//! A reply as a messenger can show it: a text or several, a menu under the last one, images.

use crate::limits::MESSAGES_PER_REPLY_MAX;
use crate::v1;

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

    fn of(self, c: char) -> usize {
        match self {
            Self::Characters => 1,
            Self::Utf16 => c.len_utf16(),
            Self::Bytes => c.len_utf8(),
        }
    }
}

/// One way to show a menu that can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuForm {
    /// Choices that it holds.
    pub choices_max: usize,
    /// Length of one label.
    pub label_max: usize,
    /// Length of the text above it.
    pub text_max: usize,
}

/// What a provider shows. The compiler checks flows against the same numbers, and a test compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shows {
    /// Length of one text.
    pub text_max: usize,
    /// What a text's length counts.
    pub unit: Unit,
    /// Forms of a menu, the one that is tried first in front.
    pub menus: &'static [MenuForm],
    /// What a label's length counts.
    pub label_unit: Unit,
    /// Links with a label of their own.
    pub links: bool,
    /// Images by their address.
    pub images: bool,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Button {
    /// Its place and payload.
    pub(super) id: String,
    /// What it shows, as much as there is room for.
    pub(super) label: String,
    /// Its whole label.
    pub(super) said: String,
}

/// A reply in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout<'a> {
    /// Images that are shown as such.
    pub(super) images: Vec<&'a v1::Image>,
    /// Texts, none of them empty. The menu is under the last one.
    pub(super) texts: Vec<String>,
    /// The links that are shown as such.
    pub(super) links: Vec<&'a v1::Link>,
    /// Which form of menu.
    pub(super) form: usize,
    /// The menu's buttons; none: no menu, or it is numbered lines of the text.
    pub(super) buttons: Vec<Button>,
}

/// Lays a reply out.
pub(super) fn layout<'a>(reply: &'a v1::Reply, shows: &Shows) -> Layout<'a> {
    let mut text = body(reply, shows);
    let form = shows.menus.iter().position(|form| holds(form, reply, &text, shows));
    let buttons = match form.and_then(|form| shows.menus.get(form)) {
        Some(form) => buttons(&reply.choices, form, shows.label_unit),
        None => Vec::new(),
    };
    if buttons.is_empty() && !is_numbered(&text, &reply.choices) {
        text.push_str(&numbered(&reply.choices));
    }
    if !buttons.is_empty() && text.trim().is_empty() {
        // No provider takes a menu under nothing.
        text = "…".to_owned();
    }
    let images = reply.images.iter().filter(|_| shows.images);
    let cards = reply.card.iter().flat_map(|card| &card.images).filter(|_| shows.images);
    Layout {
        images: images.chain(cards).collect(),
        texts: pieces(text.trim(), shows.text_max, shows.unit),
        links: if shows.links { reply.links.iter().collect() } else { Vec::new() },
        form: form.unwrap_or(0),
        buttons,
    }
}

/// The text, with everything that is only shown as lines of it.
fn body(reply: &v1::Reply, shows: &Shows) -> String {
    let mut text = match reply.agent.as_str() {
        "" => reply.text.clone(),
        agent => format!("{agent}: {}", reply.text),
    };
    let mut line = |words: &str| {
        if !words.is_empty() && !text.is_empty() {
            text.push('\n');
        }
        text.push_str(words);
    };
    let labelled = |label: &str, url: &str| match label {
        "" => url.to_owned(),
        label => format!("{label}: {url}"),
    };
    for link in reply.links.iter().filter(|_| !shows.links) {
        line(&labelled(&link.label, &link.url));
    }
    for image in reply.images.iter().filter(|_| !shows.images) {
        line(&labelled(&image.label, &image.url));
    }
    if let Some(card) = &reply.card {
        line(&card.title);
        line(&card.body);
        card.links.iter().for_each(|link| line(&labelled(&link.label, &link.url)));
        for image in card.images.iter().filter(|_| !shows.images) {
            line(&labelled(&image.label, &image.url));
        }
    }
    text
}

fn holds(form: &MenuForm, reply: &v1::Reply, text: &str, shows: &Shows) -> bool {
    let cut = |choice: &v1::Choice| cut(&choice.label, form.label_max, shows.label_unit);
    let mut labels: Vec<String> = reply.choices.iter().map(cut).collect();
    labels.sort_unstable();
    // Two buttons that look alike are no choice.
    let differ = labels.windows(2).all(|pair| pair.first() != pair.last());
    let shown = labels.iter().all(|label| !label.trim().is_empty());
    let text_max = form.text_max.min(shows.text_max);
    reply.choices.len() <= form.choices_max && differ && shown && shows.unit.count(text) <= text_max
}

fn buttons(choices: &[v1::Choice], form: &MenuForm, unit: Unit) -> Vec<Button> {
    let button = |(place, choice): (usize, &v1::Choice)| Button {
        id: super::ids::button(place, &choice.payload),
        label: cut(&choice.label, form.label_max, unit),
        said: choice.label.clone(),
    };
    choices.iter().enumerate().map(button).collect()
}

fn numbered(choices: &[v1::Choice]) -> String {
    let lines = (1..).zip(choices);
    lines.map(|(number, choice)| format!("\n{number}. {}", choice.label)).collect()
}

/// Whether the choices are lines of the text already.
fn is_numbered(text: &str, choices: &[v1::Choice]) -> bool {
    choices.is_empty() || text.ends_with(&numbered(choices))
}

/// A text that is no longer than that; one that was has `…` at its end.
pub(super) fn cut(text: &str, most: usize, unit: Unit) -> String {
    if unit.count(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    let (mut left, dots) = (most, unit.count("…"));
    for c in text.chars() {
        if unit.of(c) + dots > left {
            break;
        }
        left -= unit.of(c);
        short.push(c);
    }
    short.push('…');
    short
}

/// A text in pieces, cut at a line's end or a blank where there is one in the piece's second half.
fn pieces(text: &str, most: usize, unit: Unit) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if unit.count(rest) <= most {
            pieces.push(rest.to_owned());
            break;
        }
        if pieces.len() + 1 == MESSAGES_PER_REPLY_MAX {
            pieces.push(cut(rest, most, unit));
            break;
        }
        let (piece, after) = rest.split_at(place(rest, most, unit));
        if !piece.trim().is_empty() {
            pieces.push(piece.trim_end().to_owned());
        }
        rest = after.trim_start();
    }
    pieces
}

/// Where a piece ends, in bytes: never 0.
fn place(text: &str, most: usize, unit: Unit) -> usize {
    let (mut end, mut length, mut line, mut blank) = (0, 0, 0, 0);
    for (at, c) in text.char_indices() {
        length += unit.of(c);
        if length > most && at > 0 {
            break;
        }
        end = at + c.len_utf8();
        if c == '\n' {
            line = end;
        }
        if c.is_whitespace() {
            blank = end;
        }
    }
    [line, blank].into_iter().find(|at| *at > end / 2).unwrap_or(end)
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
