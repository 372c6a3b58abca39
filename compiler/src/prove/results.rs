//! The cells that results of actions, and items of lists, are kept in.

use crate::ir::{FieldType, Place, RecordCells, Type};
use crate::sema::hir::Expr;

/// The type of a list's items.
pub(super) fn item_type(list: &Expr) -> Option<&Type> {
    match &list.ty {
        Type::List(item) => Some(item),
        _ => None,
    }
}

/// Every cell of a result, with whether the result may leave it out.
pub(super) fn bound(cells: &RecordCells, ty: Option<&Type>) -> Vec<(Place, bool)> {
    let mut found = Vec::new();
    collect_bound(cells, ty, false, &mut found);
    found
}

fn collect_bound(
    cells: &RecordCells,
    ty: Option<&Type>,
    optional: bool,
    found: &mut Vec<(Place, bool)>,
) {
    match (cells, ty) {
        (RecordCells::One(place), _) => found.push((*place, optional)),
        (RecordCells::Fields(parts), Some(Type::Record(fields))) => {
            for (part, FieldType { ty, optional: own, .. }) in parts.iter().zip(fields) {
                collect_bound(part, Some(ty), optional || *own, found);
            }
        }
        (RecordCells::Fields(parts), _) => {
            parts.iter().for_each(|part| collect_bound(part, None, true, found));
        }
    }
}
