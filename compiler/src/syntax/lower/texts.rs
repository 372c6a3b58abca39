//! Strings and texts.

use std::collections::BTreeMap;

use super::{Fault, Lower};
use crate::base::Span;
use crate::diag::Code;
use crate::syntax::ast::{
    ExprKind, LangStrings, Plural, Spanned, Template, TemplatePart, Text, TextRef, TextVariant,
};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    /// A string with its placeholders.
    pub(super) fn template(&mut self, node: &Node) -> Template {
        let mut parts: Vec<TemplatePart> = Vec::new();
        node.children.iter().for_each(|child| self.piece(child, &mut parts));
        if self.str(node).starts_with("\"\"\"") {
            trim_long(&mut parts);
        }
        Template { span: node.span, parts }
    }

    /// A piece of a string: a placeholder, or text.
    pub(super) fn piece(&mut self, node: &Node, parts: &mut Vec<TemplatePart>) {
        let text = match node.rule {
            Rule::hole | Rule::long_hole => return parts.push(self.hole(node)),
            Rule::escape => self.escape(node),
            Rule::brace_open => "{".to_owned(),
            Rule::brace_close => "}".to_owned(),
            _ => {
                self.lone_braces(node);
                self.str(node).to_owned()
            }
        };
        push_literal(parts, text, node.span);
    }

    /// Reports braces in a text that close nothing.
    fn lone_braces(&mut self, node: &Node) {
        let places: Vec<usize> = self.str(node).match_indices('}').map(|(at, _)| at).collect();
        for place in places {
            let start = node.span.start + u32::try_from(place).unwrap_or_default();
            let help = "remove it, or open the placeholder with `{`; a brace to be shown is `}}`";
            let message = "this `}` closes no placeholder";
            let at = Span::new(start, start + 1);
            let fault = Fault::new(Code::E0502, at, message, help);
            self.faults.push(Fault { label: "nothing to close", ..fault });
        }
    }

    fn hole(&mut self, node: &Node) -> TemplatePart {
        let expr = self.own_expr(node);
        if let Some(plural) = self.plural(node, &expr) {
            return plural;
        }
        let Some(entity) = node.child(Rule::dotted).map(|name| self.name(name)) else {
            return match expr.kind {
                ExprKind::Error => TemplatePart::Error(node.span),
                _ => TemplatePart::Expr(expr),
            };
        };
        let said = node.child(Rule::template).map(|said| self.plain_string(said));
        match expr.kind {
            ExprKind::Path(mut names) if names.len() == 1 => match names.pop() {
                Some(slot) => TemplatePart::Annotation { slot, entity, said, span: node.span },
                None => TemplatePart::Error(node.span),
            },
            _ => {
                let message = "an annotation names one slot";
                self.fault(expr.span, message, "write `{slot: entity}`");
                TemplatePart::Error(node.span)
            }
        }
    }

    fn escape(&mut self, node: &Node) -> String {
        match self.str(node) {
            "\\n" => "\n".to_owned(),
            "\\t" => "\t".to_owned(),
            "\\\"" => "\"".to_owned(),
            "\\\\" => "\\".to_owned(),
            "\\#" => "#".to_owned(),
            "\\{" => "{".to_owned(),
            "\\}" => "}".to_owned(),
            other => {
                let message = format!("`{other}` is not an escape");
                self.fault(
                    node.span,
                    message,
                    "use `\\n`, `\\t`, `\\\"` or `\\\\`; braces are doubled",
                );
                String::new()
            }
        }
    }

    /// A string that must not have placeholders.
    pub(super) fn plain_string(&mut self, node: &Node) -> Spanned<String> {
        let template = self.template(node);
        let mut value = String::new();
        for part in &template.parts {
            match part {
                TemplatePart::Literal { text, .. } => value.push_str(text),
                TemplatePart::Expr(expr) => {
                    let message = "a placeholder cannot stand in this string";
                    self.fault(
                        expr.span,
                        message,
                        "write the text itself; double a brace to show it",
                    );
                }
                TemplatePart::Annotation { span, .. }
                | TemplatePart::Plural(Plural { span, .. })
                | TemplatePart::Count(span)
                | TemplatePart::Error(span) => {
                    let message = "a placeholder cannot stand in this string";
                    self.fault(*span, message, "write the text itself; double a brace to show it");
                }
            }
        }
        Spanned { value, span: node.span }
    }

    /// The string child that must not have placeholders.
    pub(super) fn own_string(&mut self, node: &Node) -> Spanned<String> {
        match node.child(Rule::template) {
            Some(template) => self.plain_string(template),
            None => Spanned { value: String::new(), span: node.span },
        }
    }

    /// The string child.
    pub(super) fn own_template(&mut self, node: &Node) -> Template {
        match node.child(Rule::template) {
            Some(template) => self.template(template),
            None => Template { span: node.span, parts: Vec::new() },
        }
    }

    /// A `text_block` or `text_bare` among the children of `node`.
    pub(super) fn inline_text(&mut self, node: &Node) -> Option<Text> {
        if let Some(block) = node.child(Rule::text_block) {
            let variants: Vec<TextVariant> =
                block.all(Rule::text_variant).map(|v| self.text_variant(v)).collect();
            self.variants_once(&variants);
            return Some(Text { span: block.span, variants });
        }
        let bare = node.child(Rule::text_bare)?;
        let template = self.own_template(bare);
        let variant = TextVariant { lang: None, channel: None, template };
        Some(Text { span: bare.span, variants: vec![variant] })
    }

    /// Reports a language that is there twice for one channel: only one of both would be said.
    fn variants_once(&mut self, variants: &[TextVariant]) {
        let mut seen = BTreeMap::new();
        for TextVariant { lang, channel, .. } in variants {
            let Some(lang) = lang else { continue };
            let channel = channel.as_ref();
            let key = (lang.text.as_str(), channel.map(|channel| channel.text.as_str()));
            let span = channel.map_or(lang.span, |channel| lang.span.cover(channel.span));
            match seen.get(&key) {
                None => drop(seen.insert(key, span)),
                Some(first) => {
                    let words = self.slice(span);
                    let message = format!("`{words}` is there twice in one text");
                    let help = "keep one of them; `on CHANNEL` makes one that holds for a channel";
                    let fault = Fault::new(Code::E0202, span, message, help);
                    let first = Some(*first);
                    self.faults.push(Fault { label: "again here", first, ..fault });
                }
            }
        }
    }

    fn text_variant(&mut self, node: &Node) -> TextVariant {
        let mut names = self.names(node).into_iter();
        TextVariant { lang: names.next(), channel: names.next(), template: self.own_template(node) }
    }

    /// What a `text_ref` or `choose_prompt` node says.
    pub(super) fn text_ref(&mut self, node: &Node) -> TextRef {
        if let Some(text) = self.inline_text(node) {
            return TextRef::Inline(text);
        }
        match node.child(Rule::text_name) {
            Some(named) => TextRef::Named { name: self.own_name(named), args: self.args(named) },
            None => TextRef::Inline(Text { span: node.span, variants: Vec::new() }),
        }
    }

    /// The `text_ref` child.
    pub(super) fn own_text(&mut self, node: &Node) -> TextRef {
        match node.child(Rule::text_ref) {
            Some(text) => self.text_ref(text),
            None => TextRef::Inline(Text { span: node.span, variants: Vec::new() }),
        }
    }

    /// `en "…", "…"`
    pub(super) fn lang_strings(&mut self, node: &Node) -> LangStrings {
        let lang = node.child(Rule::ident).map(|lang| self.name(lang));
        let strings = self.parts(node, &[Rule::template]).into_iter();
        let strings = strings.map(|t| self.template(t)).collect();
        LangStrings { lang, strings }
    }

    /// Every `lang_strings` child.
    pub(super) fn all_lang_strings(&mut self, node: &Node) -> Vec<LangStrings> {
        node.all(Rule::lang_strings).map(|strings| self.lang_strings(strings)).collect()
    }
}

/// Adds text behind what is there.
pub(super) fn push_literal(parts: &mut Vec<TemplatePart>, piece: String, at: Span) {
    match parts.last_mut() {
        Some(TemplatePart::Literal { text, span }) => {
            text.push_str(&piece);
            *span = span.cover(at);
        }
        _ => parts.push(TemplatePart::Literal { text: piece, span: at }),
    }
}

/// Takes the shared indentation from every line, those of branches too.
fn without_margin(parts: &mut [TemplatePart], margin: &str) {
    for part in parts {
        match part {
            TemplatePart::Literal { text, .. } => *text = text.replace(margin, "\n"),
            TemplatePart::Plural(plural) => {
                for branch in &mut plural.branches {
                    without_margin(&mut branch.parts, margin);
                }
            }
            _ => {}
        }
    }
}

/// A long string that begins and ends with a line end loses both, and each line the indentation
/// that all lines share.
fn trim_long(parts: &mut [TemplatePart]) {
    let literal = |part: &TemplatePart| match part {
        TemplatePart::Literal { text, .. } => text.clone(),
        _ => "x".to_owned(),
    };
    let whole: String = parts.iter().map(literal).collect();
    if !whole.starts_with('\n') {
        return;
    }
    let lines = whole.lines().skip(1).filter(|line| !line.trim().is_empty());
    let indent =
        lines.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
    let margin = format!("\n{}", " ".repeat(indent));
    without_margin(parts, &margin);
    if let Some(TemplatePart::Literal { text, .. }) = parts.first_mut() {
        *text = text.strip_prefix('\n').unwrap_or(text).to_owned();
    }
    if let Some(TemplatePart::Literal { text, .. }) = parts.last_mut() {
        let end = text.trim_end_matches(' ').len();
        if text.get(..end).is_some_and(|t| t.ends_with('\n')) {
            text.truncate(end - 1);
        }
    }
}
