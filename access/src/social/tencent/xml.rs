//! The little XML that WeChat and WeCom send: elements with texts in one element. No document types,
//! no entities but the five of XML itself, no processing instructions; a limit on everything.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::super::refusal::Refusal;
use crate::limits::{XML_BYTES_MAX, XML_DEPTH_MAX, XML_ELEMENTS_MAX};

/// Elements by their path below the root, `Image/MediaId`; of several with one path, the first.
pub(super) type Fields = BTreeMap<String, String>;

/// A field, empty where there is none.
pub(super) fn field<'a>(fields: &'a Fields, path: &str) -> &'a str {
    fields.get(path).map_or("", |text| text.trim())
}

/// What is encrypted in the document around it. In plain mode there is nothing.
pub(super) fn encrypted(body: &[u8]) -> Result<String, Refusal> {
    let fields = parse(body).ok_or(Refusal::MalformedDocument)?;
    match field(&fields, "Encrypt") {
        "" if fields.contains_key("MsgType") => Err(Refusal::PlainMode),
        "" => Err(Refusal::MalformedDocument),
        text => Ok(text.to_owned()),
    }
}

/// Reads a document; nothing where it is not as it must be.
pub(super) fn parse(bytes: &[u8]) -> Option<Fields> {
    if bytes.len() > XML_BYTES_MAX {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    let mut read = Reading::default();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => read.open(name(tag.name().as_ref())?)?,
            Event::End(_) => read.close()?,
            Event::Empty(tag) => {
                read.open(name(tag.name().as_ref())?)?;
                read.close()?;
            }
            Event::Text(text) => read.say(&text.decode().ok()?)?,
            Event::CData(text) => read.say(&text.decode().ok()?)?,
            Event::GeneralRef(what) => read.say(&character(&what)?)?,
            Event::Decl(_) if !read.has_begun => {}
            Event::Comment(_) => {}
            Event::Eof => return read.done(),
            // A document type, an instruction, or a declaration in the middle.
            Event::DocType(_) | Event::PI(_) | Event::Decl(_) => return None,
        }
    }
}

fn name(bytes: &[u8]) -> Option<&str> {
    let name = std::str::from_utf8(bytes).ok()?;
    let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
    (!name.is_empty() && name.len() <= 64 && name.bytes().all(fits)).then_some(name)
}

/// `&amp;` and its like, `&#20320;`.
fn character(what: &BytesRef<'_>) -> Option<Cow<'static, str>> {
    if let Some(c) = what.resolve_char_ref().ok()? {
        return Some(Cow::Owned(c.to_string()));
    }
    let text = match what.decode().ok()?.as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    };
    Some(Cow::Borrowed(text))
}

/// A document half read.
#[derive(Debug, Default)]
struct Reading {
    fields: Fields,
    path: Vec<String>,
    text: String,
    elements: usize,
    has_begun: bool,
    has_ended: bool,
}

impl Reading {
    fn open(&mut self, name: &str) -> Option<()> {
        self.elements += 1;
        let too_much = self.path.len() >= XML_DEPTH_MAX || self.elements > XML_ELEMENTS_MAX;
        if too_much || self.has_ended {
            return None;
        }
        self.has_begun = true;
        self.path.push(name.to_owned());
        self.text.clear();
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        let below_root = self.path.get(1..)?.join("/");
        self.path.pop()?;
        self.has_ended = self.path.is_empty();
        let text = std::mem::take(&mut self.text);
        if !below_root.is_empty() {
            self.fields.entry(below_root).or_insert(text);
        }
        Some(())
    }

    fn say(&mut self, text: &str) -> Option<()> {
        if self.path.is_empty() {
            return text.trim().is_empty().then_some(());
        }
        self.text.push_str(text);
        Some(())
    }

    fn done(self) -> Option<Fields> {
        (self.has_ended && self.path.is_empty()).then_some(self.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read() {
        let text = "<?xml version=\"1.0\"?>\n<xml>\n <ToUserName><![CDATA[gh_1]]></ToUserName>\n\
                    <Content>a &lt;b&gt; &amp; &#20320;</Content><Empty/>\
                    <Image><MediaId><![CDATA[m<1>]]></MediaId></Image></xml>";
        let fields = parse(text.as_bytes()).unwrap();
        for (path, value) in [
            ("ToUserName", "gh_1"),
            ("Content", "a <b> & 你"),
            ("Empty", ""),
            ("Image/MediaId", "m<1>"),
            ("Nothing", ""),
        ] {
            assert_eq!(field(&fields, path), value, "{path}");
        }
    }

    #[test]
    fn what_can_do_harm_is_refused() {
        let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;\">]>\
                      <xml><Content>&b;</Content></xml>";
        let deep = format!("{}{}", "<a>".repeat(9), "</a>".repeat(9));
        let wide = format!("<xml>{}</xml>", "<a/>".repeat(201));
        let long = format!("<xml><a>{}</a></xml>", "x".repeat(XML_BYTES_MAX));
        for text in [
            laughs,
            "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><xml/>",
            "<xml><Content>&xxe;</Content></xml>",
            "<xml><?php echo 1 ?></xml>",
            "<xml></xml><xml></xml>",
            "<xml></xml>rest",
            "<xml><a></xml>",
            "<xml>",
            "words",
            "",
            "<xml><a b:c=\"1\"></a:d></xml>",
            &deep,
            &wide,
            &long,
        ] {
            let shown: String = text.chars().take(60).collect();
            assert_eq!(parse(text.as_bytes()), None, "{shown}");
        }
        assert_eq!(parse(b"<xml>\xff</xml>"), None);
    }
}
