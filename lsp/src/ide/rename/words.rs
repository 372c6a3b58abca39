//! Words of the language that names of a kind cannot be: where such a name stands, the word is read.

use flowright_compiler::sema::known_names;
use flowright_compiler::syntax::token::{DECLARATION_MEMBERS, MEMBER_KEYWORDS, STEP_KEYWORDS};

use crate::ide::symbols::Kind;
use crate::ide::words::TYPES;

/// What an expression reads otherwise than as a name.
const IN_EXPRESSIONS: &[&str] = &[
    "true",
    "false",
    "not",
    "and",
    "or",
    "has",
    "is",
    "in",
    "contains",
    "matches",
    "reveal",
    "reachable",
];
/// Values that expressions know in some places only, and what begins paths of another kind.
const KNOWN_IN_PLACES: &[&str] = &["customer", "env", "status", "code", "waited"];
/// What goes on with a field.
const BEHIND_FIELDS: &[&str] = &["optional", "personal", "visible"];
/// What stands for every error that has no name.
const ANY_ERROR: &[&str] = &["failed", "fails"];
/// What begins a type.
const BEFORE_TYPES: &[&str] = &["one_of", "list"];
/// What goes on behind `reachable on`, as behind `on`.
const HANDLERS: &[&str] = &["intent", "silence", "failure"];

/// Whether a name of this kind may be called so.
///
/// # Errors
/// Why not.
pub(super) fn may_be_called(kind: Kind, new: &str) -> Result<(), String> {
    // A keyword ends before a dot.
    let word = new.split('.').next().unwrap_or(new);
    match refused(kind).contains(&word) {
        true => Err(format!("`{word}` is a word of the language where such names stand")),
        false => Ok(()),
    }
}

fn refused(kind: Kind) -> Vec<&'static str> {
    let members = |of: &str| {
        let found = DECLARATION_MEMBERS.iter().find(|(keyword, _)| *keyword == of);
        found.map_or(&[][..], |(_, members)| *members)
    };
    let all = |lists: &[&'static [&'static str]]| lists.concat();
    match kind {
        Kind::State => all(&[STEP_KEYWORDS, MEMBER_KEYWORDS]),
        Kind::Intent => all(&[members("route")]),
        // `none` is what a choice from a list offers besides.
        Kind::Text => all(&[STEP_KEYWORDS, &["on", "none"]]),
        // `empty` is no value at all in `migrate`.
        Kind::Choice => all(&[IN_EXPRESSIONS, &["empty"]]),
        Kind::ActionError => all(&[ANY_ERROR, IN_EXPRESSIONS]),
        Kind::Channel => all(&[HANDLERS]),
        Kind::Flow => vec!["customer"],
        Kind::CustomerField => all(&[members("customer"), BEHIND_FIELDS]),
        Kind::ResultField => all(&[BEHIND_FIELDS]),
        Kind::Entity => {
            let types = TYPES.iter().map(|(name, ..)| *name);
            types.chain(BEFORE_TYPES.iter().copied()).collect()
        }
        Kind::Slot | Kind::Bind | Kind::SessionSlot | Kind::Param | Kind::TextParam => {
            let known = known_names().map(|(name, _)| name);
            let fields = match kind {
                Kind::Param | Kind::TextParam => BEHIND_FIELDS,
                _ => &[],
            };
            let own = [IN_EXPRESSIONS, KNOWN_IN_PLACES, fields].concat();
            known.chain(own).collect()
        }
        _ => Vec::new(),
    }
}
