//! Texts as a channel would carry them: what is certain to be there, and the most that could be.

use flowright_nlu::lang::Lang;

use super::longest::{Here, longest};
use super::table::Unit;
use crate::base::FileSpan;
use crate::ir::{ChannelId, TextPart, fitting_variant};
use crate::sema::hir::{Expr, Flow, Project, Text, TextRef};

/// A text with its placeholders filled in three ways.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rendered {
    /// Placeholders left empty, which any value can be.
    pub(super) certain: String,
    /// Those with few values at their largest: any of them is as likely as another.
    pub(super) likely: String,
    /// All that are known at their largest.
    pub(super) most: String,
    /// The largest of them, with its expression's place.
    pub(super) largest: Option<(FileSpan, String)>,
}

impl Rendered {
    /// Adds words that are always there.
    pub(super) fn push(&mut self, words: &str) {
        for text in [&mut self.certain, &mut self.likely, &mut self.most] {
            text.push_str(words);
        }
    }

    /// Adds another text.
    pub(super) fn append(&mut self, other: &Self) {
        self.certain.push_str(&other.certain);
        self.likely.push_str(&other.likely);
        self.most.push_str(&other.most);
        if let Some((at, text)) = &other.largest {
            self.grow(*at, text);
        }
    }

    fn grow(&mut self, at: FileSpan, text: &str) {
        if self.largest.as_ref().is_none_or(|(_, largest)| largest.len() < text.len()) {
            self.largest = Some((at, text.to_owned()));
        }
    }

    fn fill(&mut self, param: &Expr, here: Here<'_>) {
        let value = longest(param, here);
        let Some(text) = value.text else { return };
        if value.is_likely {
            self.likely.push_str(&text);
        }
        self.most.push_str(&text);
        self.grow(param.at, &text);
    }
}

/// Branches as one text: certain is the shortest, possible the longest.
fn widest(branches: impl Iterator<Item = Rendered>, unit: Unit) -> Option<Rendered> {
    branches.reduce(|mut all, next| {
        let longer = |old: &mut String, new: String| {
            if unit.count(&new) > unit.count(old) {
                *old = new;
            }
        };
        if unit.count(&next.certain) < unit.count(&all.certain) {
            all.certain = next.certain;
        }
        longer(&mut all.likely, next.likely);
        longer(&mut all.most, next.most);
        if let Some((at, text)) = next.largest {
            all.grow(at, &text);
        }
        all
    })
}

/// A text with the arguments of its parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'p> {
    pub(super) text: &'p Text,
    pub(super) args: &'p [Expr],
}

/// The text behind a reference.
pub(super) fn said<'p>(project: &'p Project, text: &'p TextRef) -> Option<Said<'p>> {
    match text {
        TextRef::Inline(text) => Some(Said { text, args: &[] }),
        TextRef::Named { text, args, .. } => {
            let named = project.texts.get(*text as usize)?;
            Some(Said { text: &named.text, args })
        }
    }
}

/// Renders texts of one place for one language of one channel.
#[derive(Clone, Copy)]
pub(super) struct Renderer<'p> {
    pub(super) project: &'p Project,
    pub(super) flow: Option<&'p Flow>,
    pub(super) channel: usize,
    pub(super) lang: Lang,
    pub(super) unit: Unit,
}

impl<'p> Renderer<'p> {
    /// A text as the engine chooses and fills it.
    pub(super) fn said(&self, said: Said<'_>) -> Rendered {
        self.text(said.text, said.args)
    }

    /// A text by reference.
    pub(super) fn text_ref(&self, text: &TextRef) -> Rendered {
        said(self.project, text).map_or_else(Rendered::default, |said| self.said(said))
    }

    /// A text with the arguments of its parameters.
    pub(super) fn text(&self, text: &Text, args: &[Expr]) -> Rendered {
        let mut out = Rendered::default();
        let channel = u32::try_from(self.channel).ok().map(ChannelId);
        let default = self.project.bot.languages.first().copied();
        let variant = fitting_variant(&text.variants, self.lang, channel, default);
        let parts = variant.map_or(&[][..], |variant| &variant.parts);
        self.parts(parts, text, args, &mut out);
        out
    }

    fn parts(&self, parts: &[TextPart], text: &Text, args: &[Expr], out: &mut Rendered) {
        let Self { project, flow, lang, unit, .. } = *self;
        for part in parts {
            match part {
                TextPart::Literal(words) => out.push(words),
                TextPart::Arg(number) => {
                    if let Some(param) = text.params.get(*number as usize) {
                        out.fill(param, Here { project, flow, args, lang, unit });
                    }
                }
                TextPart::Plural(plural) => {
                    let branches = plural.branches().map(|parts| {
                        let mut branch = Rendered::default();
                        self.parts(parts, text, args, &mut branch);
                        branch
                    });
                    if let Some(branch) = widest(branches, unit) {
                        out.append(&branch);
                    }
                }
            }
        }
    }
}
