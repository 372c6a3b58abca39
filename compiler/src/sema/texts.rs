//! Texts: languages, channels, placeholders.

use std::collections::BTreeSet;

use flowright_nlu::lang::Lang;

use super::cx::{Checker, quoted};
use super::functions::changes_case;
use super::hir::{self, Text, TextRef};
use super::scope::Scope;
use crate::diag::Code;
use crate::ir::{ChannelId, TextPart, TextVariantDef};
use crate::syntax::ast::{self, TemplatePart};

/// What is being counted where a part of a text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// Of the words.
    pub(super) lang: Option<Lang>,
    /// In a branch of a plural: the number's place among the text's values.
    pub(super) of: Option<u32>,
}

/// Who reads a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// The customer: every language of the bot is wanted.
    Customer,
    /// The customer, who has a picture, a link or a card with it: it may be empty.
    Beside,
    /// An agent, or nobody: one string is enough.
    Inside,
}

impl Checker<'_> {
    /// A text in place or by name.
    pub(super) fn text_ref(
        &mut self,
        text: &ast::TextRef,
        scope: &Scope,
        reader: Reader,
    ) -> Option<TextRef> {
        match text {
            ast::TextRef::Inline(text) => self.text(text, scope, reader).map(TextRef::Inline),
            ast::TextRef::Named { name, args } => {
                let known = self.symbols.texts.get(&name.text).is_some();
                if let Some(value) = self.value_as_text(name, scope).filter(|_| !known) {
                    self.unknown_here(Code::E0201, "text", name, [], Some(value));
                    return None;
                }
                let number = self.lookup(|s| &s.texts, "text", name)?;
                let twice = self.symbols.texts.is_twice(&name.text);
                let params = self.texts.get(number as usize)?.clone().filter(|_| !twice);
                let args = self.arguments(&name.text, params.as_deref(), args, scope, name.span)?;
                Some(TextRef::Named { text: number, args, at: self.at(name.span) })
            }
        }
    }

    /// A text in place.
    pub(super) fn text(&mut self, text: &ast::Text, scope: &Scope, reader: Reader) -> Option<Text> {
        let mut params: Vec<hir::Expr> = Vec::new();
        let mut variants = Vec::new();
        let mut all = !text.variants.is_empty();
        for variant in &text.variants {
            if self.leaves_out(variant.lang.as_ref()) {
                continue;
            }
            match self.variant(variant, scope, &mut params) {
                Some(variant) => variants.push(variant),
                None => all = false,
            }
        }
        if !all {
            return None;
        }
        self.says_nothing(text, reader);
        if reader != Reader::Inside {
            self.languages_of(text, &variants);
            self.parity(text);
        }
        Some(Text { params, variants, at: self.at(text.span) })
    }

    fn variant(
        &mut self,
        variant: &ast::TextVariant,
        scope: &Scope,
        params: &mut Vec<hir::Expr>,
    ) -> Option<TextVariantDef> {
        let lang = match &variant.lang {
            Some(name) => Some(self.language(name)?),
            None => None,
        };
        let channel = match &variant.channel {
            Some(name) => Some(ChannelId(self.lookup(|s| &s.channels, "channel", name)?)),
            None => None,
        };
        let parts = self.parts(&variant.template, scope, lang, params)?;
        Some(TextVariantDef { lang, channel, parts })
    }

    fn parts(
        &mut self,
        template: &ast::Template,
        scope: &Scope,
        lang: Option<Lang>,
        params: &mut Vec<hir::Expr>,
    ) -> Option<Vec<TextPart>> {
        self.template_parts(&template.parts, scope, Counted { lang, of: None }, params)
    }

    /// The parts of a template or of a branch of a plural in it.
    pub(super) fn template_parts(
        &mut self,
        of: &[TemplatePart],
        scope: &Scope,
        counted: Counted,
        params: &mut Vec<hir::Expr>,
    ) -> Option<Vec<TextPart>> {
        let mut parts = Vec::new();
        let mut all = true;
        for part in of {
            match part {
                TemplatePart::Literal { text, .. } => parts.push(TextPart::Literal(text.clone())),
                TemplatePart::Expr(expr) => match self.shown(expr, scope) {
                    Some(shown) => parts.push(TextPart::Arg(argument(params, shown))),
                    None => all = false,
                },
                TemplatePart::Annotation { span, .. } => {
                    self.error(
                        Code::E0502,
                        *span,
                        "an annotation stands only in examples",
                        "not here",
                        "write `{name}` to show a value",
                    );
                    all = false;
                }
                TemplatePart::Plural(plural) => {
                    match self.plural(plural, scope, counted.lang, params) {
                        Some(plural) => parts.push(TextPart::Plural(plural)),
                        None => all = false,
                    }
                }
                TemplatePart::Count(_) => parts.extend(counted.of.map(TextPart::Arg)),
                TemplatePart::Error(_) => all = false,
            }
        }
        all.then_some(parts)
    }

    /// A text without languages, such as an address.
    pub(super) fn plain_text(&mut self, template: &ast::Template, scope: &Scope) -> Option<Text> {
        let mut params = Vec::new();
        let parts = self.parts(template, scope, None, &mut params)?;
        let variants = vec![TextVariantDef { lang: None, channel: None, parts }];
        Some(Text { params, variants, at: self.at(template.span) })
    }

    fn languages_of(&mut self, text: &ast::Text, variants: &[TextVariantDef]) {
        let everywhere = variants.iter().filter(|v| v.channel.is_none());
        let there: BTreeSet<Option<Lang>> = everywhere.map(|v| v.lang).collect();
        let bare = there.contains(&None);
        let missing: Vec<Lang> =
            self.languages.iter().copied().filter(|lang| !there.contains(&Some(*lang))).collect();
        let default = self.languages.first().copied();
        if !bare && default.is_some_and(|lang| missing.contains(&lang)) {
            if self.in_std {
                return self.standard_lacks();
            }
            let lang = default.map(|lang| lang.to_string()).unwrap_or_default();
            self.error(
                Code::E0501,
                text.span,
                format!("this text is not there in `{lang}`, the bot's default language"),
                "no default",
                format!("add `{lang} \"…\"`"),
            );
            return;
        }
        // A text of a standard module in the default language will do.
        if self.in_std {
            return;
        }
        if bare && self.languages.len() < 2 || missing.is_empty() || no_words(text) {
            return;
        }
        let missing: Vec<String> = missing.iter().map(Lang::to_string).collect();
        let missing = quoted(&missing);
        let finding = if bare {
            let message = format!("this text is one for all languages: {missing}");
            self.finding(Code::W0501, text.span, message)
                .label("all customers read this")
                .help("write one for each: `{ en \"…\"  zh \"…\" }`")
        } else {
            let default = default.map(|lang| lang.to_string()).unwrap_or_default();
            let message = format!("this text is not there in {missing}");
            self.finding(Code::W0501, text.span, message)
                .label(format!("customers of that language read it in `{default}`"))
                .help("add the missing language")
        };
        self.report(finding);
    }

    /// Placeholders that one language has and another lacks.
    fn parity(&mut self, text: &ast::Text) {
        let mut names: Vec<(String, BTreeSet<String>, crate::base::Span)> = Vec::new();
        for variant in text.variants.iter().filter(|v| v.channel.is_none()) {
            let Some(lang) = &variant.lang else { continue };
            let mut holes = BTreeSet::new();
            shown_values(&variant.template.parts, &mut holes);
            names.push((lang.text.clone(), holes, variant.template.span));
        }
        let Some((first_lang, first, _)) = names.first().cloned() else { return };
        for (lang, holes, span) in names.iter().skip(1) {
            let lacking: Vec<&String> = first.difference(holes).collect();
            let extra: Vec<&String> = holes.difference(&first).collect();
            for (has, lacks, holes) in [(&first_lang, lang, lacking), (lang, &first_lang, extra)] {
                if !holes.is_empty() {
                    let message = format!("`{has}` shows {}, `{lacks}` does not", quoted(&holes));
                    let finding = self
                        .finding(Code::W0502, *span, message)
                        .label("differs from the other language")
                        .help("show the same values in every language");
                    self.report(finding);
                }
            }
        }
    }
}

/// The number of a placeholder among a text's values; equal ones share theirs.
pub(super) fn argument(params: &mut Vec<hir::Expr>, shown: hir::Expr) -> u32 {
    let known = params.iter().position(|param| param.kind == shown.kind);
    let number = known.unwrap_or_else(|| {
        params.push(shown);
        params.len() - 1
    });
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What a text shows, in its plurals too.
fn shown_values(parts: &[TemplatePart], found: &mut BTreeSet<String>) {
    for part in parts {
        match part {
            TemplatePart::Expr(expr) => {
                found.insert(hole_text(expr));
            }
            TemplatePart::Plural(plural) => {
                found.insert(hole_text(&plural.value));
                plural.branches.iter().for_each(|branch| shown_values(&branch.parts, found));
            }
            _ => {}
        }
    }
}

/// A placeholder by its names, enough to compare languages.
fn hole_text(expr: &ast::Expr) -> String {
    match &expr.kind {
        ast::ExprKind::Path(names) => {
            names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
        }
        ast::ExprKind::Call { function, args } => match args.as_slice() {
            // Not all scripts have capitals.
            [only] if changes_case(&function.text) => hole_text(&only.value),
            args => {
                let args: Vec<String> = args.iter().map(|arg| hole_text(&arg.value)).collect();
                format!("{}({})", function.text, args.join(", "))
            }
        },
        ast::ExprKind::Binary(op, left, right) => {
            format!("{} {op:?} {}", hole_text(left), hole_text(right))
        }
        _ => "…".to_owned(),
    }
}

/// Whether a text has no letters of its own: it reads the same in every language.
fn no_words(text: &ast::Text) -> bool {
    let literals =
        text.variants.iter().flat_map(|v| &v.template.parts).filter_map(|part| match part {
            TemplatePart::Literal { text, .. } => Some(text.as_str()),
            TemplatePart::Plural(_) => Some("words"),
            _ => None,
        });
    !literals.into_iter().any(|text| text.chars().any(char::is_alphabetic))
}
