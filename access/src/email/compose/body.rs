//! What a reply says, as plain text and as HTML. Both say the same in the same order.

use crate::v1::{Image, Link, Reply};

/// A line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Text(&'a str),
    Title(&'a str),
    Choice(usize, &'a str),
    Link { url: &'a str, label: &'a str },
    Blank,
}

fn lines(reply: &Reply) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = reply.text.lines().map(Line::Text).collect();
    let choices = reply.choices.iter().enumerate();
    section(&mut lines, choices.map(|(i, choice)| Line::Choice(i + 1, &choice.label)).collect());
    if let Some(card) = &reply.card {
        let mut inside = vec![Line::Title(&card.title)];
        inside.extend(card.body.lines().map(Line::Text));
        inside.extend(card.links.iter().map(link).chain(card.images.iter().map(image)));
        section(&mut lines, inside);
    }
    section(
        &mut lines,
        reply.links.iter().map(link).chain(reply.images.iter().map(image)).collect(),
    );
    lines
}

/// Puts lines below others, unless they stand there: a reply may have been written out already for a
/// channel without buttons and cards.
fn section<'a>(lines: &mut Vec<Line<'a>>, more: Vec<Line<'a>>) {
    let has = |line: &Line<'_>| {
        let text = written(line);
        lines.iter().any(|own| matches!(own, Line::Text(own) if own.trim() == text))
    };
    let more: Vec<Line<'a>> =
        more.into_iter().filter(|line| !written(line).is_empty() && !has(line)).collect();
    if more.is_empty() {
        return;
    }
    if !lines.is_empty() {
        lines.push(Line::Blank);
    }
    lines.extend(more);
}

fn link(link: &Link) -> Line<'_> {
    Line::Link { url: &link.url, label: &link.label }
}

fn image(image: &Image) -> Line<'_> {
    Line::Link { url: &image.url, label: &image.label }
}

fn written(line: &Line<'_>) -> String {
    match line {
        Line::Text(text) | Line::Title(text) => (*text).to_owned(),
        Line::Choice(number, label) => format!("{number}. {label}"),
        Line::Link { url, label: "" } => (*url).to_owned(),
        Line::Link { url, label } => format!("{label}: {url}"),
        Line::Blank => String::new(),
    }
}

/// As plain text.
pub(super) fn plain(reply: &Reply) -> String {
    let mut out: String = lines(reply).iter().map(|line| written(line) + "\n").collect();
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// As HTML without anything that is fetched or runs.
pub(super) fn html(reply: &Reply) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html><body>\n");
    for line in lines(reply) {
        let line = match line {
            Line::Title(title) => format!("<b>{}</b>", escaped(title)),
            Line::Link { url, label } if can_be_followed(url) => {
                let label = if label.is_empty() { url } else { label };
                format!("<a href=\"{}\">{}</a>", escaped(url), escaped(label))
            }
            other => escaped(&written(&other)),
        };
        out.push_str(&line);
        out.push_str("<br>\n");
    }
    out.push_str("</body></html>\n");
    out
}

/// Whether an address is one that a click may open.
fn can_be_followed(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
