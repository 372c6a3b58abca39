//! What is known of what stands at a place, in Markdown.

mod actions;
mod flows;
mod md;
mod seen;
mod symbols;
mod tests;
mod texts;
mod waits;
mod words;

use flowright_compiler::base::{FileId, Span};

use super::navigate::symbol_at;
use super::snapshot::Snapshot;
use super::texts::text_at;

/// What is known of what stands at an offset, and where that stands.
#[must_use]
pub fn hover(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<(Span, String)> {
    if let Some(found) = symbol_at(snapshot, file, offset)
        && let Some(text) = symbols::symbol(snapshot, &found.symbol)
    {
        return Some((found.at.span, text));
    }
    if let Some(found) = words::word(snapshot, file, offset) {
        return Some(found);
    }
    let decl = snapshot.model.decl_at(file, offset)?;
    let text = text_at(&decl.node.kind, offset.checked_sub(decl.origin)?)?;
    let flow = match &decl.node.kind {
        flowright_compiler::syntax::ast::DeclKind::Flow(flow) => Some(flow),
        _ => None,
    };
    let mut page = md::Md::default();
    texts::shown(snapshot, flow, text, &mut page);
    Some((text.span.shifted(decl.origin), page.finish()))
}
