//! Markdown as the plain text that every channel can show.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The paragraphs of a text as plain text, headings and code among them, each with whether it is one
/// that can be said: a paragraph or a list outside of everything else.
pub(crate) fn blocks(markdown: &str) -> Vec<(bool, String)> {
    let mut writer = Writer::default();
    Parser::new(markdown).for_each(|event| writer.take(event));
    writer.blocks
}

#[derive(Default)]
struct Writer {
    blocks: Vec<(bool, String)>,
    text: String,
    /// Lists, quotes and the like that are open.
    depth: usize,
    /// Numbers of the next items; none in a list of points.
    numbers: Vec<Option<u64>>,
    /// Where an open link leads, and where its words begin.
    links: Vec<(String, usize)>,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak => self.text.push('\n'),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            // Comments and tags are not for customers.
            _ => {}
        }
    }

    /// A break of the source is a space, but not between Chinese characters.
    fn soft_break(&mut self) {
        if self.text.chars().next_back().is_some_and(|c| c.is_ascii()) {
            self.text.push(' ');
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => {
                self.depth += 1;
                self.numbers.push(first);
            }
            Tag::Item => {
                if !self.text.is_empty() && !self.text.ends_with('\n') {
                    self.text.push('\n');
                }
                match self.numbers.last_mut() {
                    Some(Some(number)) => {
                        self.text.push_str(&format!("{number}. "));
                        *number += 1;
                    }
                    _ => self.text.push_str("- "),
                }
            }
            Tag::BlockQuote(_) => self.depth += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.to_string(), self.text.len()));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link | TagEnd::Image => {
                let Some((url, start)) = self.links.pop() else { return };
                // An address that is its own label is written once.
                if self.text.get(start..).is_some_and(|label| label != url) {
                    self.text.push_str(&format!(" ({url})"));
                }
            }
            TagEnd::List(_) | TagEnd::BlockQuote(_) => {
                self.depth = self.depth.saturating_sub(1);
                if matches!(tag, TagEnd::List(_)) {
                    self.numbers.pop();
                }
                if self.depth == 0 {
                    self.close(true);
                }
            }
            TagEnd::Paragraph if self.depth == 0 => self.close(true),
            TagEnd::Heading(_) | TagEnd::CodeBlock if self.depth == 0 => self.close(false),
            TagEnd::Paragraph => self.text.push('\n'),
            _ => {}
        }
    }

    fn close(&mut self, sayable: bool) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if !text.is_empty() {
            self.blocks.push((sayable, text.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_what_a_channel_without_markup_shows() {
        for (markdown, plain) in [
            ("# Title\n\nSend it **back** within\n30 days.\n", "Send it back within 30 days."),
            ("在三十天内\n退货。\n", "在三十天内退货。"),
            ("See [the page](https://a.example/x).", "See the page (https://a.example/x)."),
            ("Do this:\n", "Do this:"),
            ("1. open\n2. close\n", "1. open\n2. close"),
            ("* one\n* two\n", "- one\n- two"),
            ("<b>x</b> y", "x y"),
        ] {
            let blocks = blocks(markdown);
            let first = blocks.iter().find(|(sayable, _)| *sayable).map(|(_, text)| text.as_str());
            assert_eq!(first, Some(plain), "{markdown}");
        }
    }
}
