//! Strings: what the bot says, and the utterances by which an intent is known.

use flowright_nlu::value::Decimal;

use super::{Arg, Expr, Field, Name, Spanned};
use crate::base::Span;

/// `intent NAME { title TEXT  en "…", "…"  pattern r"…"  not en "…" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The intent.
    pub name: Name,
    /// How a clarifying question names it to the customer.
    pub title: Option<Text>,
    /// Example utterances; placeholders must be annotations `{slot: entity}`.
    pub examples: Vec<LangStrings>,
    /// Utterances that are not this intent.
    pub negatives: Vec<LangStrings>,
    /// Regular expressions that are surely this intent.
    pub patterns: Vec<Spanned<String>>,
}

/// `en "…", "…"`; no language when the strings stand alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LangStrings {
    /// The language.
    pub lang: Option<Name>,
    /// Its strings.
    pub strings: Vec<Template>,
}

/// `text repair.miss { en "…"  zh "…" }`: a text with a name, used by `say repair.miss`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    /// The text's name.
    pub name: Name,
    /// Parameters (`text due_on(day: date) { … }`), given by `say due_on(found.due)`.
    pub params: Vec<Field>,
    /// The text.
    pub text: Text,
}

/// What the bot says: one string, or one per language and channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where.
    pub span: Span,
    /// Variants in the order written; a bare string is one variant without language.
    pub variants: Vec<TextVariant>,
}

/// `en on mail "Dear {customer.company}, …"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextVariant {
    /// The language; absent for a bare string.
    pub lang: Option<Name>,
    /// The channel it is only for.
    pub channel: Option<Name>,
    /// The string.
    pub template: Template,
}

/// A text written in place, or the name of a declared one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextRef {
    /// In place.
    Inline(Text),
    /// `repair.miss` or `due_on(found.due)`.
    Named { name: Name, args: Vec<Arg> },
}

/// A string with `{placeholders}`. `{{` and `}}` are literal braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// With quotes.
    pub span: Span,
    /// Literal parts and placeholders, in order.
    pub parts: Vec<TemplatePart>,
}

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text with escapes resolved.
    Literal { text: String, span: Span },
    /// `{expr}`.
    Expr(Expr),
    /// `{slot: entity}`, in example utterances; `{slot: entity = "words"}` says what stands there.
    Annotation { slot: Name, entity: Name, said: Option<Spanned<String>>, span: Span },
    /// `{n, plural, one {# order} other {# orders}}`
    Plural(Plural),
    /// `#` in a branch: the number counted.
    Count(Span),
    /// A placeholder whose form was lost.
    Error(Span),
}

/// `VALUE, plural, KEY { … } …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plural {
    /// What is counted.
    pub value: Expr,
    /// In the order written.
    pub branches: Vec<Branch>,
    /// With braces.
    pub span: Span,
}

/// `one {# order}`, `=0 {no orders}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// When it is taken.
    pub key: BranchKey,
    /// What it says.
    pub parts: Vec<TemplatePart>,
}

/// When a branch of a plural is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BranchKey {
    /// `=0`
    Exact(Spanned<Decimal>),
    /// `one`
    Form(Name),
}
