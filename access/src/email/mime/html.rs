//! HTML as text: what somebody would read, line by line. Quotes become lines with `> `, so that they
//! are known for what they are; nothing is fetched, and nothing in it runs.

use mail_parser::decoders::html::add_html_token;

use super::is_odd;
use crate::email::limits::{HTML_BYTES_MAX, QUOTE_DEPTH_MAX};

/// What is not shown, with all that it holds.
const SILENT: [&str; 6] = ["script", "style", "title", "template", "noscript", "svg"];
/// What begins and ends a line.
const LINES: [&str; 24] = [
    "div",
    "tr",
    "table",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "section",
    "article",
    "header",
    "footer",
    "form",
    "address",
    "center",
    "main",
    "nav",
    "aside",
    "figure",
    "figcaption",
    "fieldset",
    "body",
    "tbody",
    "caption",
];
/// What has an empty line around it.
const PARAGRAPHS: [&str; 8] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"];

/// Turns HTML into text.
#[must_use]
pub fn to_text(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html.get(..html.floor_char_boundary(HTML_BYTES_MAX)).unwrap_or("");
    while !rest.is_empty() {
        let (before, tag) = match rest.find('<') {
            Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
            None => (rest, ""),
        };
        page.text(before);
        rest = page.tag(tag);
    }
    page.out.trim().to_owned()
}

/// What was written so far.
#[derive(Debug, Default)]
struct Page {
    out: String,
    /// Line ends before the next word.
    breaks: usize,
    space: bool,
    quotes: usize,
    as_is: usize,
    link: Option<String>,
    /// A quote in a tag was never closed: looking for the end of further ones could take for ever.
    ignores_quotes: bool,
}

impl Page {
    /// Takes a tag, or whatever begins with `<`; gives what is behind it.
    fn tag<'h>(&mut self, text: &'h str) -> &'h str {
        let Some(inside) = text.strip_prefix('<') else { return "" };
        if let Some(comment) = inside.strip_prefix("!--") {
            return comment.split_once("-->").map_or("", |(_, rest)| rest);
        }
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            self.text("<");
            return inside;
        }
        let (tag, rest) = self.split_tag(inside);
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let ends = |c: char| !c.is_ascii_alphanumeric() && c != ':';
        let name = tag.split(ends).next().unwrap_or("").to_ascii_lowercase();
        if !closes && SILENT.contains(&name.as_str()) {
            return behind(rest, &name);
        }
        self.element(&name, closes, tag);
        rest
    }

    /// A tag up to its `>`, which is not one inside of quotes; and what is behind it.
    fn split_tag<'h>(&mut self, text: &'h str) -> (&'h str, &'h str) {
        let end = if self.ignores_quotes { text.find('>') } else { end_of_tag(text) };
        let end = end.or_else(|| {
            self.ignores_quotes = true;
            text.find('>')
        });
        let Some(end) = end else { return (text, "") };
        (text.get(..end).unwrap_or(""), text.get(end + 1..).unwrap_or(""))
    }

    fn element(&mut self, name: &str, closes: bool, tag: &str) {
        match name {
            "br" => {
                self.breaks = (self.breaks + 1).min(2);
                self.space = false;
            }
            "hr" => {
                self.line_end(1);
                self.word("________________________________");
                self.line_end(1);
            }
            "li" if !closes => {
                self.line_end(1);
                self.word("- ");
            }
            "td" | "th" => self.space = true,
            "blockquote" => self.quote(closes),
            "a" => self.anchor(closes, tag),
            _ if PARAGRAPHS.contains(&name) => {
                self.line_end(2);
                if name == "pre" {
                    self.as_is = if closes { self.as_is.saturating_sub(1) } else { self.as_is + 1 };
                }
            }
            _ if LINES.contains(&name) || name == "li" => self.line_end(1),
            _ => {}
        }
    }

    fn quote(&mut self, closes: bool) {
        self.line_end(1);
        // The line end belongs to what is before it.
        if !self.out.is_empty() {
            self.out.push('\n');
            self.breaks = 0;
        }
        self.quotes = match closes {
            true => self.quotes.saturating_sub(1),
            false => (self.quotes + 1).min(QUOTE_DEPTH_MAX),
        };
    }

    /// A link's address is said where its words do not say it.
    fn anchor(&mut self, closes: bool, tag: &str) {
        if !closes {
            let address = attribute(tag, "href").filter(|address| address.starts_with("http"));
            self.link = address.map(str::to_owned);
        } else if let Some(address) = self.link.take()
            && !self.out.ends_with(address.trim_end_matches('/'))
            && !self.out.ends_with(&address)
            && address.len() <= 500
        {
            self.space = true;
            self.word(&format!("<{address}>"));
        }
    }

    fn line_end(&mut self, breaks: usize) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.breaks = self.breaks.max(breaks);
        }
        self.space = false;
    }

    fn text(&mut self, text: &str) {
        if self.as_is > 0 {
            for (i, line) in text.split('\n').enumerate() {
                if i > 0 {
                    self.breaks = (self.breaks + 1).min(2);
                }
                self.word(&unescape(line.trim_end_matches('\r')));
            }
            return;
        }
        let text = unescape(text);
        let is_space = |c: char| c.is_whitespace() || c == '\u{A0}';
        self.space |= text.starts_with(is_space);
        for (i, word) in text.split(is_space).filter(|word| !word.is_empty()).enumerate() {
            self.space |= i > 0;
            self.word(word);
        }
        self.space |= text.ends_with(is_space);
    }

    fn word(&mut self, word: &str) {
        let word: String = word.chars().filter(|c| !is_odd(*c) || *c == '\t').collect();
        if word.is_empty() {
            return;
        }
        let begins = self.out.is_empty() || self.out.ends_with('\n');
        for _ in 0..std::mem::take(&mut self.breaks) {
            self.out.push('\n');
        }
        if begins || self.out.ends_with('\n') {
            let mark = "> ".repeat(self.quotes);
            self.out.push_str(&mark);
        } else if self.space && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        self.space = false;
        self.out.push_str(&word);
    }
}

fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            // Only behind `=` does a quote begin: an apostrophe elsewhere is a mistake.
            (None, '"' | '\'') if text.get(..at).is_some_and(|b| b.ends_with(['=', ' '])) => {
                let before = text.get(..at).unwrap_or("").trim_end_matches(' ');
                quote = before.ends_with('=').then_some(c);
            }
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// What is behind the end of an element that is not shown.
fn behind<'h>(text: &'h str, name: &str) -> &'h str {
    let end = format!("</{name}");
    let at = text.match_indices("</").find(|(at, _)| {
        let own = text.get(*at..*at + end.len());
        own.is_some_and(|own| own.eq_ignore_ascii_case(&end))
    });
    let rest = at.and_then(|(at, _)| text.get(at..)).unwrap_or("");
    rest.split_once('>').map_or("", |(_, rest)| rest)
}

fn attribute<'h>(tag: &'h str, name: &str) -> Option<&'h str> {
    let at = tag.match_indices(name).find(|(at, _)| {
        let before = tag.get(..*at).and_then(|before| before.chars().next_back());
        before.is_some_and(char::is_whitespace)
    })?;
    let value = tag.get(at.0 + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => match value.strip_prefix('\'') {
            Some(quoted) => quoted.split('\'').next(),
            None => value.split_whitespace().next(),
        },
    }
}

/// Characters that are written as their names or numbers.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let ends = |c: &char| !c.is_ascii_alphanumeric() && *c != '#';
        let length = behind.chars().take(32).take_while(|c| !ends(c)).count();
        let name = behind.split_at_checked(length).filter(|_| length > 0);
        let name = name.and_then(|(name, rest)| Some((name, rest.strip_prefix(';')?)));
        rest = match name {
            Some((name, rest)) => {
                add_html_token(&mut out, format!("&{name};").as_bytes(), false);
                rest
            }
            None => {
                out.push('&');
                behind
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn html_reads_as_it_looks() {
        for (html, text) in [
            ("<p>Hello</p><p>there</p>", "Hello\n\nthere"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("a<br><br><br><br>b", "a\n\nb"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<div><div>a</div></div>\n<div><br></div><div>b</div>", "a\n\nb"),
            (
                "a  \n b&nbsp;&amp;&lt;c&gt; &#20320;&#x597D; &unknown; & d",
                "a b &<c> 你好 &unknown; & d",
            ),
            ("<ul><li>one</li><li>two</li></ul>after", "- one\n- two\nafter"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            (
                "<head><title>T</title><style>p{}</style></head><body>x<script>alert('<p>')</script>y",
                "xy",
            ),
            ("<style>never closed", ""),
            ("a<!-- <p>no</p> -->b<!--[if mso]>x<![endif]-->c", "abc"),
            ("<b>bo</b>ld <i>it</i>", "bold it"),
            (
                "On Monday X wrote:<blockquote type=\"cite\"><div>one</div><p>two</p></blockquote>mine",
                "On Monday X wrote:\n> one\n\n> two\nmine",
            ),
            ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n> > b"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("<a href=\"https://x.example/a\">here</a>", "here <https://x.example/a>"),
            ("<a href='https://x.example/'>https://x.example</a>", "https://x.example"),
            ("<a href=\"mailto:a@b\">mail</a>", "mail"),
            ("<img alt=\"a > b\" src=x>c", "c"),
            ("<p title='it's'>a</p>", "a"),
            ("1 < 2 <3 <p>x", "1 < 2 <3\n\nx"),
            ("a<hr>b", "a\n________________________________\nb"),
            ("a\u{200B}b\u{202E}c", "abc"),
            ("<", "<"),
            ("<p", ""),
            ("<a href=\"", ""),
            ("&", "&"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
        let deep = "<blockquote>".repeat(5_000) + "x";
        assert_eq!(to_text(&deep), format!("{}x", "> ".repeat(10)));
    }
}
