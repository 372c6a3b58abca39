//! Renames what a name stands for, wherever it is named.

mod known;
mod same;
mod tests;
mod versions;
mod words;

use flowright_compiler::base::{FileId, FileSpan};
use flowright_compiler::diag::Edit;
use flowright_compiler::syntax::{TokenKind, lex};

use super::navigate::{declarations, references, symbol_at};
use super::snapshot::Snapshot;
use super::symbols::{Also, Kind, Occurrence, Symbol};

/// The name at an offset, if it can be renamed.
///
/// # Errors
/// Why not.
pub fn prepare(snapshot: &Snapshot, file: FileId, offset: u32) -> Result<Occurrence, String> {
    let found =
        symbol_at(snapshot, file, offset).ok_or("there is no name here that is declared")?;
    let symbol = &found.symbol;
    match symbol.kind {
        Kind::Module => return Err("a module of the standard library keeps its name".to_owned()),
        Kind::Language => return Err("a language's code is not a name".to_owned()),
        _ => {}
    }
    let declared = declarations(snapshot, symbol);
    if declared.is_empty() {
        return Err(format!("`{}` is not declared", symbol.word()));
    }
    if declared.iter().any(|at| snapshot.is_standard(at.file)) {
        return Err(format!("`{}` is the standard library's", symbol.word()));
    }
    known::keeps_its_name(&snapshot.model, symbol)?;
    Ok(found)
}

/// What is to be changed so that the name at an offset is another.
///
/// # Errors
/// Why it cannot be called so.
pub fn rename(
    snapshot: &Snapshot,
    file: FileId,
    offset: u32,
    new: &str,
) -> Result<Vec<Edit>, String> {
    let Occurrence { symbol, .. } = prepare(snapshot, file, offset)?;
    if new == symbol.word() {
        return Ok(Vec::new());
    }
    is_name(new, may_be_dotted(symbol.kind))?;
    words::may_be_called(symbol.kind, new)?;
    known::means_the_same(&symbol, new)?;
    is_free(snapshot, &symbol, new)?;
    let edit = |found: Occurrence| {
        let text = match found.also {
            Also::Nothing => new.to_owned(),
            Also::Field => format!("{}: {new}", symbol.word()),
            Also::Before => format!("{} is {new}", symbol.word()),
        };
        Edit { at: found.at, text }
    };
    let own = |found: &Occurrence| !snapshot.is_standard(found.at.file);
    let places = references(snapshot, &symbol).into_iter().filter(own);
    let mut edits: Vec<Edit> = places.map(edit).collect();
    if symbol.kind == Kind::Flow {
        edits.extend(versions::said_anew(snapshot, &symbol.name, new));
    }
    same::check(snapshot, &edits, (symbol.word(), new))?;
    Ok(edits)
}

/// Names that group others by a dot: `orders.get`.
const fn may_be_dotted(kind: Kind) -> bool {
    matches!(kind, Kind::Action | Kind::Text | Kind::Flow | Kind::Intent | Kind::Entity)
}

/// Whether a text is a name.
///
/// # Errors
/// Why not.
pub fn is_name(text: &str, dotted: bool) -> Result<(), String> {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > 1 && !dotted {
        return Err(format!("`{text}` has a dot, and this kind of name has none"));
    }
    for part in parts {
        let tokens = lex(part);
        let whole = |token: &flowright_compiler::syntax::Token| {
            token.kind == TokenKind::Word && token.span.range() == (0..part.len())
        };
        if !tokens.first().is_some_and(whole) {
            return Err(format!("`{text}` is not a name: letters, digits and `_`, no digit first"));
        }
    }
    Ok(())
}

/// Whether nothing else is called so where the symbol is known.
fn is_free(snapshot: &Snapshot, symbol: &Symbol, new: &str) -> Result<(), String> {
    let model = &snapshot.model;
    let renamed = match symbol.kind {
        Kind::ResultField => match symbol.name.rsplit_once('.') {
            Some((path, _)) => format!("{path}.{new}"),
            None => new.to_owned(),
        },
        _ => new.to_owned(),
    };
    let other = Symbol { name: renamed, ..symbol.clone() };
    if let Some(at) = declarations(snapshot, &other).first() {
        return Err(format!("`{new}` is declared already: {}", place(snapshot, *at)));
    }
    // A flow's slots and results hide each other and those of the session.
    let hides = match symbol.kind {
        Kind::Slot => vec![
            Symbol::inside(Kind::Bind, &symbol.owner, new),
            Symbol::top(Kind::SessionSlot, new),
        ],
        Kind::Bind => vec![
            Symbol::inside(Kind::Slot, &symbol.owner, new),
            Symbol::top(Kind::SessionSlot, new),
        ],
        Kind::SessionSlot => model
            .flows()
            .flat_map(|flow| {
                let flow = &flow.name.text;
                [Symbol::inside(Kind::Slot, flow, new), Symbol::inside(Kind::Bind, flow, new)]
            })
            .collect(),
        _ => Vec::new(),
    };
    for hidden in &hides {
        if let Some(at) = declarations(snapshot, hidden).first() {
            return Err(format!(
                "`{new}` would be hidden or hide another: {}",
                place(snapshot, *at)
            ));
        }
    }
    Ok(())
}

fn place(snapshot: &Snapshot, at: FileSpan) -> String {
    let Some(source) = snapshot.source(at.file) else { return String::new() };
    let line = source.lines.line_column(at.span.start).line + 1;
    format!("{}:{line}", source.label)
}
