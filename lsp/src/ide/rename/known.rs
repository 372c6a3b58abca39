//! Names that something other than the project's text knows: the language, the engine, the desk.

use flowright_compiler::ir::{PRODUCT_FIELDS, PROFILE_ID};

use crate::ide::model::Model;
use crate::ide::symbols::{Kind, Symbol};

/// How the texts are called that people at the desk have ready for customers.
const DESK_TEXTS: &str = "desk.";

/// Whether a name may be another.
///
/// # Errors
/// Why not.
pub(super) fn keeps_its_name(model: &Model, symbol: &Symbol) -> Result<(), String> {
    let name = symbol.word();
    if model.replaces(symbol.kind, name) {
        return Err(format!(
            "`{name}` stands in place of the standard library's: by another name it would not"
        ));
    }
    match symbol.kind {
        Kind::CustomerField => field_with_a_meaning(name),
        _ => Ok(()),
    }
}

/// Whether what is known by its name is known by the new one as well.
///
/// # Errors
/// What it would become.
pub(super) fn means_the_same(symbol: &Symbol, new: &str) -> Result<(), String> {
    match symbol.kind {
        Kind::CustomerField => field_with_a_meaning(new),
        Kind::Text => match (symbol.name.starts_with(DESK_TEXTS), new.starts_with(DESK_TEXTS)) {
            (true, false) => Err(format!(
                "the desk has the texts ready that are called `{DESK_TEXTS}…`: `{new}` would not be \
                 among them"
            )),
            (false, true) => Err(format!(
                "the desk has the texts ready that are called `{DESK_TEXTS}…`: `{new}` would be \
                 among them"
            )),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn field_with_a_meaning(name: &str) -> Result<(), String> {
    if name == PROFILE_ID {
        return Err(format!("`{name}` is what a customer's profile is known by"));
    }
    if PRODUCT_FIELDS.contains(&name) {
        return Err(format!("`{name}` says which articles are for a customer"));
    }
    Ok(())
}
