//! Results of actions and items of menus as a flow keeps them: by the names of their fields, so that a
//! field that the flow never names changes nothing in it.

use std::collections::{BTreeMap, HashMap};

use super::parts::{Part, Parts};
use super::{Expr, Flow};
use crate::ir::{ActionId, Place, RecordCells, Space, Type};

/// What a step gives a name to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    pub name: String,
    pub cells: BindCells,
}

impl Bind {
    /// Every cell of it that the flow names.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        self.cells.places()
    }

    /// The same, each with whether a value of this type may leave it out.
    #[must_use]
    pub fn filled(&self, ty: Option<&Type>) -> Vec<(Place, bool)> {
        let mut found = Vec::new();
        self.cells.each(ty, false, &mut |place, optional| found.push((place, optional)));
        found
    }
}

/// The cells that a value lies in. A record is spread: one part a field that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindCells {
    One(Place),
    Fields(Vec<(String, BindCells)>),
}

impl BindCells {
    /// Every cell, in order.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let mut found = Vec::new();
        self.each(None, false, &mut |place, _| found.push(place));
        found
    }

    /// The part of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::One(_) => None,
            Self::Fields(parts) => parts.iter().find(|(own, _)| own == name).map(|(_, part)| part),
        }
    }

    fn each(&self, ty: Option<&Type>, optional: bool, see: &mut impl FnMut(Place, bool)) {
        match self {
            Self::One(place) => see(*place, optional),
            Self::Fields(parts) => {
                for (name, part) in parts {
                    let field = match ty {
                        Some(Type::Record(fields)) => fields.iter().find(|own| own.name == *name),
                        _ => None,
                    };
                    let optional = optional || field.is_none_or(|field| field.optional);
                    part.each(field.map(|field| &field.ty), optional, see);
                }
            }
        }
    }
}

/// A name that a flow keeps for what an action gives, or for an item of a list in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub name: String,
    pub action: ActionId,
    /// The list that it is an item of.
    pub list: Option<String>,
}

impl Kept {
    /// Its type, by what the action gives.
    #[must_use]
    pub fn ty<'t>(&self, result: &'t Type) -> Option<&'t Type> {
        let Some(list) = &self.list else { return Some(result) };
        let Type::Record(fields) = result else { return None };
        match &fields.iter().find(|field| field.name == *list)?.ty {
            Type::List(item) => Some(item),
            _ => None,
        }
    }
}

impl Flow {
    /// Says of some cells that their values are of other types.
    pub(crate) fn retype(&mut self, types: &BTreeMap<Place, Type>) {
        self.parts(&mut |part| match part {
            Part::Type(ty, Some(of)) => {
                types.get(&of).into_iter().for_each(|now| now.clone_into(ty));
            }
            Part::Type(_, None) | Part::At(_) | Part::Option(..) => {}
        });
    }
}

/// All cells of a flow's frame: those that it names, and behind them what it never names of the results
/// that it keeps. Who looks at a session sees all that an action gave, and a later version of the flow
/// may name it.
#[derive(Debug, Default)]
pub struct Frame {
    pub names: Vec<String>,
    pub types: Vec<Type>,
    numbers: HashMap<String, u32>,
}

impl Frame {
    /// The frame of a flow, by what each action gives.
    pub fn of<'t>(flow: &Flow, result: impl Fn(ActionId) -> Option<&'t Type>) -> Self {
        let mut frame = Self::default();
        for (name, ty) in flow.cell_names.iter().zip(&flow.cell_types) {
            frame.add(name.clone(), ty);
        }
        for kept in &flow.results {
            let ty = result(kept.action).and_then(|result| kept.ty(result));
            ty.into_iter().for_each(|ty| frame.add_all(kept.name.clone(), ty));
        }
        frame
    }

    fn add_all(&mut self, name: String, ty: &Type) {
        match ty {
            Type::Record(fields) => {
                fields.iter().for_each(|f| self.add_all(format!("{name}.{}", f.name), &f.ty));
            }
            ty if !self.numbers.contains_key(&name) => self.add(name, ty),
            _ => {}
        }
    }

    fn add(&mut self, name: String, ty: &Type) {
        // A frame has no more cells than limits allow.
        self.numbers.insert(name.clone(), u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(name);
        self.types.push(ty.clone());
    }

    /// Where a value of that name and type lies.
    #[must_use]
    pub fn cells(&self, name: &str, ty: &Type) -> RecordCells {
        match ty {
            Type::Record(fields) => {
                let part = |name: String, ty| self.cells(&name, ty);
                let parts = fields.iter().map(|f| part(format!("{name}.{}", f.name), &f.ty));
                RecordCells::Fields(parts.collect())
            }
            // Everything that is kept has a cell: of another the verifier would say that it is not there.
            _ => {
                let index = self.numbers.get(name).copied().unwrap_or(u32::MAX);
                RecordCells::One(Place { space: Space::Flow, index })
            }
        }
    }
}

/// The type of a list's items.
#[must_use]
pub fn item_type(list: &Expr) -> Option<&Type> {
    match &list.ty {
        Type::List(item) => Some(item),
        _ => None,
    }
}
