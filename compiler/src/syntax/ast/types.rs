//! Types as written, and the fields and entities that have them.

use super::{LangStrings, Name, Spanned};
use crate::base::Span;

/// `email: text personal visible to agent`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Field name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its confidentiality.
    pub labels: Labels,
    /// Place of the word `optional`: an action's answer may leave the field out.
    pub optional: Option<Span>,
}

/// Who may see a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// Place of the word `personal`.
    pub personal: Option<Span>,
    /// The role of `visible to ROLE`.
    pub visible_to: Option<Name>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeExpr {
    /// `date`, `order_number`, `severity`.
    Named(Name),
    /// `one_of { … }`.
    OneOf { options: Vec<OptionDecl>, span: Span },
    /// `list of T`.
    List { item: Box<TypeExpr>, span: Span },
    /// `{ due: date, owner: text }`.
    Record { fields: Vec<Field>, span: Span },
    /// Lost.
    Error(Span),
}

impl TypeExpr {
    /// Where.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Named(name) => name.span,
            Self::OneOf { span, .. } | Self::List { span, .. } | Self::Record { span, .. } => *span,
            Self::Error(span) => *span,
        }
    }
}

/// `line_down { en "line is down", "production stopped"  zh "停产" }`; the first string of a
/// language is how the choice is shown in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionDecl {
    /// The choice.
    pub name: Name,
    /// Words by language.
    pub words: Vec<LangStrings>,
}

/// `entity NAME: TYPE { pattern r"…" }`, `entity NAME: one_of { … }`, `entity NAME: learned`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The entity, which is also a type name.
    pub name: Name,
    /// Its base: a built-in type, `learned`, or a `one_of`.
    pub base: TypeExpr,
    /// `pattern r"…"`, in order.
    pub patterns: Vec<Spanned<String>>,
}
