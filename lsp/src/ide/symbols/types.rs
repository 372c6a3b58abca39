//! Types as far as names depend on them: whose choices and whose fields a value has.

use flowright_compiler::syntax::ast::TypeExpr;

use super::{Kind, Symbol};
use crate::ide::model::Model;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ty {
    /// A built-in type or an entity, by name.
    Named(String),
    /// A `one_of` written in place, by who has it.
    Choices(String),
    /// A list.
    List(Box<Ty>),
    /// A record with its fields.
    Record(Vec<(String, Symbol, Ty)>),
    /// It was lost to an error.
    Unknown,
}

impl Ty {
    /// Who owns its choices, if it has any: an entity, or what has the type.
    #[must_use]
    pub fn choices(&self, model: &Model) -> Option<String> {
        match self {
            Self::Named(name) => Some(entity_owner(model.made_of(name))),
            Self::Choices(owner) => Some(owner.clone()),
            _ => None,
        }
    }

    /// A field of a record.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<(&Symbol, &Self)> {
        let Self::Record(fields) = self else { return None };
        fields.iter().find(|(known, ..)| known == name).map(|(_, symbol, ty)| (symbol, ty))
    }
}

/// The owner of an entity's choices.
pub(super) fn entity_owner(name: &str) -> String {
    format!("entity {name}")
}

/// The type that is written, of what `owner` names: `customer.tier`, `flow.slot`, an action. `path` is
/// the way to it through an action's result.
#[must_use]
pub fn ty_of(written: &TypeExpr, owner: &str, path: &str) -> Ty {
    match written {
        TypeExpr::Named(name) => Ty::Named(name.text.clone()),
        TypeExpr::OneOf { .. } => Ty::Choices(match path {
            "" => owner.to_owned(),
            path => format!("{owner} {path}"),
        }),
        TypeExpr::List { item, .. } => Ty::List(Box::new(ty_of(item, owner, path))),
        TypeExpr::Record { fields, .. } => Ty::Record(
            fields
                .iter()
                .map(|field| {
                    let path = joined(path, &field.name.text);
                    let ty = ty_of(&field.ty, owner, &path);
                    let symbol = Symbol::inside(Kind::ResultField, owner, &path);
                    (field.name.text.clone(), symbol, ty)
                })
                .collect(),
        ),
        TypeExpr::Error(_) => Ty::Unknown,
    }
}

/// A path with one more part.
pub(super) fn joined(path: &str, part: &str) -> String {
    match path {
        "" => part.to_owned(),
        path => format!("{path}.{part}"),
    }
}
