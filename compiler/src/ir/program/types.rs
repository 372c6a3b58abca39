//! Types, choices, and where values lie in cells.

use flowright_nlu::lang::Lang;
use serde::{Deserialize, Serialize};

use super::ChoiceId;
use crate::ir::function::Place;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    Text,
    Number,
    Money,
    Date,
    Time,
    DateTime,
    Duration,
    Bool,
    Choice(ChoiceId),
    List(Box<Type>),
    Record(Vec<FieldType>),
}

/// A field of a record type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldType {
    pub name: String,
    pub ty: Type,
    /// An action's answer may leave it out; any other answer without it is a failure.
    pub optional: bool,
}

/// Where a value of some type lies in the flow's cells. A record is spread: one part a field, in
/// order; anything else is one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordCells {
    One(Place),
    Fields(Vec<RecordCells>),
}

/// A closed set of choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceDef {
    /// The entity's or field's name.
    pub name: String,
    pub options: Vec<OptionDef>,
}

/// One choice; `labels` say how to show it, else its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionDef {
    pub name: String,
    pub labels: Vec<(Lang, String)>,
}

/// Every cell of a spread value, in order.
#[must_use]
pub fn cells_of(cells: &RecordCells) -> Vec<Place> {
    match cells {
        RecordCells::One(place) => vec![*place],
        RecordCells::Fields(fields) => fields.iter().flat_map(cells_of).collect(),
    }
}
