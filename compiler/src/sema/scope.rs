//! What the names in an expression stand for, where the expression is.

use std::collections::{BTreeMap, BTreeSet};

use super::hir::BindCells;
use crate::ir::{FieldType, Place, Space, Type, turn};

/// Names of the place where an expression stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// Slots and results of the flow.
    pub(super) locals: BTreeMap<String, (Type, BindCells)>,
    /// Parameters of the named text.
    pub(super) params: Vec<FieldType>,
    /// Slots and results whose type was lost to an error: known, but nothing else is.
    pub(super) lost: BTreeSet<String>,
    /// `status` and `code` of an action's answer.
    pub(super) answer: bool,
    /// `waited`, of whoever is to be helped by a human.
    pub(super) waiting: bool,
    pub(super) inside: Inside,
}

/// What an expression is part of, by name.
#[derive(Debug, Clone, Default)]
pub(super) enum Inside {
    Flow(String),
    Text(String),
    /// Something that names nothing of its own.
    #[default]
    Neither,
}

/// A name of the language's own.
pub(super) struct BuiltinName {
    pub(super) name: &'static str,
    pub(super) ty: Type,
    pub(super) cell: u32,
}

/// Names that every expression can read.
pub(super) const BUILTIN_NAMES: &[BuiltinName] = &[
    BuiltinName { name: "today", ty: Type::Date, cell: turn::TODAY },
    BuiltinName { name: "now", ty: Type::DateTime, cell: turn::NOW },
    BuiltinName { name: "channel", ty: Type::Text, cell: turn::CHANNEL },
    BuiltinName { name: "language", ty: Type::Text, cell: turn::LANGUAGE },
    BuiltinName { name: "intent", ty: Type::Text, cell: turn::INTENT },
    BuiltinName { name: "confidence", ty: Type::Number, cell: turn::CONFIDENCE },
    BuiltinName { name: "sentiment", ty: Type::Number, cell: turn::SENTIMENT },
    BuiltinName { name: "utterance", ty: Type::Text, cell: turn::UTTERANCE },
    BuiltinName { name: "misses", ty: Type::Number, cell: turn::MISSES },
    BuiltinName { name: "business_hours", ty: Type::Bool, cell: turn::BUSINESS_HOURS },
];

/// Names that every expression can read, each with what kind of value it has.
pub fn known_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let kind = |ty: &Type| match ty {
        Type::Date => "date",
        Type::DateTime => "datetime",
        Type::Number => "number",
        Type::Bool => "bool",
        _ => "text",
    };
    BUILTIN_NAMES.iter().map(move |known| (known.name, kind(&known.ty)))
}

/// Whether a name is known everywhere, and of something that no step changes.
pub(super) fn is_fixed(name: &str) -> bool {
    name == "customer" || BUILTIN_NAMES.iter().any(|builtin| builtin.name == name)
}

/// Names of an action's error conditions.
const ANSWER_NAMES: &[BuiltinName] = &[
    BuiltinName { name: "status", ty: Type::Number, cell: turn::STATUS },
    BuiltinName { name: "code", ty: Type::Text, cell: turn::CODE },
];

/// Names of rules for the urgency.
const WAITING_NAMES: &[BuiltinName] =
    &[BuiltinName { name: "waited", ty: Type::Duration, cell: turn::WAITED }];

impl Scope {
    /// Names of the language's own that are known here and not everywhere.
    pub(super) fn own_names(&self) -> impl Iterator<Item = &'static BuiltinName> + Clone {
        let answers = if self.answer { ANSWER_NAMES } else { &[] };
        let waiting = if self.waiting { WAITING_NAMES } else { &[] };
        answers.iter().chain(waiting)
    }
}

impl BuiltinName {
    pub(super) const fn place(&self) -> Place {
        Place { space: Space::Turn, index: self.cell }
    }
}
