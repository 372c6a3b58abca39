//! Texts without a single sign, and addresses that are none.

use super::cx::Checker;
use super::texts::Reader;
use crate::base::Span;
use crate::diag::Code;
use crate::syntax::ast::{LangStrings, Template, TemplatePart, Text};

/// Whether nothing stands between the quotes.
pub(super) fn is_blank(template: &Template) -> bool {
    let blank = |part: &TemplatePart| matches!(part, TemplatePart::Literal { text, .. } if text.trim().is_empty());
    template.parts.iter().all(blank)
}

impl Checker<'_> {
    /// Reports the variants of a text that say nothing.
    pub(super) fn says_nothing(&mut self, text: &Text, reader: Reader) {
        let (message, help) = match reader {
            Reader::Beside => return,
            Reader::Customer => (
                "this text is empty",
                "write what the customer is to read: an empty message or label would be sent",
            ),
            Reader::Inside => ("this reason is empty", "say why, or leave `because` out"),
        };
        for variant in &text.variants {
            if is_blank(&variant.template) {
                self.blank(variant.template.span, message, help);
            }
        }
    }

    /// Reports examples or words that are empty.
    pub(super) fn blank_strings(&mut self, groups: &[LangStrings], what: &str) {
        for string in groups.iter().flat_map(|group| &group.strings) {
            if is_blank(string) {
                let message = format!("this {what} is empty");
                self.blank(string.span, &message, "write what customers say, or remove it");
            }
        }
    }

    /// Reports something in quotes that is empty.
    pub(super) fn blank(&mut self, span: Span, message: &str, help: &str) {
        if !self.in_std {
            self.error(Code::W0510, span, message, "nothing between the quotes", help);
        }
    }

    /// Reports the address of a link or an image that leads nowhere. What is not written out may be
    /// anything.
    pub(super) fn leads_somewhere(&mut self, url: &Template) {
        if is_blank(url) {
            let help = "write it in full, as `https://example.com/orders`";
            self.error(Code::W0511, url.span, "an address is missing", "empty", help);
            return;
        }
        for part in &url.parts {
            let TemplatePart::Literal { text, span } = part else { continue };
            if text.contains(char::is_whitespace) {
                let message = format!("`{}` is no address", text.trim());
                let help =
                    "an address has no blanks: write it in full, as `https://example.com/orders`";
                self.error(Code::W0511, *span, message, "has a blank in it", help);
                return;
            }
        }
        let Some(TemplatePart::Literal { text, span }) = url.parts.first() else { return };
        // A path is an address where the chat is part of a site.
        if has_scheme(text) || text.starts_with('/') {
            return;
        }
        let message = format!("`{text}` does not say what kind of address it is");
        let finding = self
            .finding(Code::W0511, *span, message)
            .label("no `https://`")
            .help("channels only open whole addresses: begin it with `https://`");
        let host = text.split(['/', '?', '#', ':']).next().unwrap_or("");
        let finding = if url.parts.len() > 1 && host.len() == text.len() || !host.contains('.') {
            finding
        } else {
            let start = Span::new(span.start, span.start);
            finding.fix("begin it with `https://`", self.at(start), "https://")
        };
        self.report(finding);
    }
}

/// Whether an address says what it is one of: `https:`, `tel:`, `mailto:`.
fn has_scheme(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once(':') else { return false };
    let letters = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let port = rest.starts_with(|c: char| c.is_ascii_digit()) && scheme.contains('.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(letters) && !port
}
