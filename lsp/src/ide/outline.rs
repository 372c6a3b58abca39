//! What a file declares, as a tree, and what a project declares, by name.

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::{Decl, DeclKind, EnsureKind, Flow, HandlerOn};

use super::model::declared;
use super::snapshot::Snapshot;
use super::symbols::Kind;

/// A line of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is called.
    pub name: String,
    /// A few words more.
    pub detail: String,
    /// Which kind of thing.
    pub what: What,
    /// All of it.
    pub whole: Span,
    /// Its name.
    pub at: Span,
    /// What it holds.
    pub inside: Vec<Item>,
}

/// Which kind of thing a line of the outline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Something that has a name.
    Named(Kind),
    /// The customer.
    Customer,
    /// Rules: `route`, `fallback`.
    Rules,
    /// `on …`
    Handler,
    /// `ensure …`
    Property,
    /// `test "…"`
    Test,
    /// `migrate`
    Migration,
}

/// The outline of a file.
#[must_use]
pub fn outline(snapshot: &Snapshot, file: FileId) -> Vec<Item> {
    let Some(file) = snapshot.model.file(file) else { return Vec::new() };
    file.parsed.decls.iter().filter_map(item).collect()
}

/// Everything at top level, and every state, whose name has these letters in this order, in any
/// case; best first. At most `max`.
#[must_use]
pub fn search(snapshot: &Snapshot, query: &str, max: usize) -> Vec<(Item, FileId, String)> {
    let mut found: Vec<(u32, Item, FileId, String)> = Vec::new();
    let files = snapshot.model.files().iter().filter(|file| !file.is_std);
    for (file, decl) in files.flat_map(|file| file.parsed.decls.iter().map(move |d| (file, d))) {
        let Some(item) = item(decl) else { continue };
        let owner = item.name.clone();
        let states = item.inside.iter().filter(|inner| inner.what == What::Named(Kind::State));
        for state in states {
            if let Some(score) = fits(&state.name, query) {
                found.push((score + 1, state.clone(), file.id, owner.clone()));
            }
        }
        if let Some(score) = fits(&item.name, query) {
            found.push((
                score,
                Item { inside: Vec::new(), ..item },
                file.id,
                label(snapshot, file),
            ));
        }
    }
    found.sort_by(|a, b| (a.0, &a.1.name, a.2).cmp(&(b.0, &b.1.name, b.2)));
    found.into_iter().take(max).map(|(_, item, file, owner)| (item, file, owner)).collect()
}

fn label(snapshot: &Snapshot, file: &File) -> String {
    snapshot.source(file.id).map(|source| source.label.clone()).unwrap_or_default()
}

/// How well a name fits: the same, begins so, holds it, holds its letters; less is better.
fn fits(name: &str, query: &str) -> Option<u32> {
    let (name, query) = (name.to_lowercase(), query.to_lowercase());
    if query.is_empty() {
        return Some(4);
    }
    match name.find(&query) {
        Some(0) if name.len() == query.len() => return Some(0),
        Some(0) => return Some(2),
        Some(_) => return Some(4),
        None => {}
    }
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted)).then_some(6)
}

fn item(decl: &Decl) -> Option<Item> {
    let whole = decl.node.span.shifted(decl.origin);
    let at = |span: Span| span.shifted(decl.origin);
    let named = |what, name: &str, detail: &str, span| Item {
        name: name.to_owned(),
        detail: detail.to_owned(),
        what,
        whole,
        at: at(span),
        inside: Vec::new(),
    };
    let word = |length: u32| Span::new(decl.node.span.start, decl.node.span.start + length);
    Some(match &decl.node.kind {
        DeclKind::Customer(customer) => {
            let inside = customer.fields.iter().map(|field| Item {
                name: field.name.text.clone(),
                detail: String::new(),
                what: What::Named(Kind::CustomerField),
                whole: at(field.name.span.cover(field.ty.span())),
                at: at(field.name.span),
                inside: Vec::new(),
            });
            Item { inside: inside.collect(), ..named(What::Customer, "customer", "", word(8)) }
        }
        DeclKind::Route(_) => named(What::Rules, "route", "", word(5)),
        DeclKind::Fallback(_) => named(What::Rules, "fallback", "", word(8)),
        DeclKind::Migrate(_) => named(What::Migration, "migrate", "", word(7)),
        DeclKind::Test(test) => {
            // An outline with an item without a name is none for some editors.
            let (name, detail) = match test.name.value.trim() {
                "" => ("test", ""),
                _ => (&*test.name.value, "test"),
            };
            named(What::Test, name, detail, test.name.span)
        }
        DeclKind::Flow(flow) => {
            let inside = members(flow, decl.origin);
            let detail = format!("{} states", flow.states.len());
            let item = named(What::Named(Kind::Flow), &flow.name.text, &detail, flow.name.span);
            Item { inside, ..item }
        }
        DeclKind::Action(action) => {
            let detail = if action.is_effect { "effect" } else { "action" };
            named(What::Named(Kind::Action), &action.name.text, detail, action.name.span)
        }
        DeclKind::Channel(channel) => {
            let detail = &channel.kind.text;
            named(What::Named(Kind::Channel), &channel.name.text, detail, channel.name.span)
        }
        kind => {
            let (kind, name) = declared(kind)?;
            named(What::Named(kind), &name.text, "", name.span)
        }
    })
}

fn members(flow: &Flow, origin: u32) -> Vec<Item> {
    let mut items = Vec::new();
    let mut add = |name: &str, what, whole: Span, at: Span, inside| {
        let (name, detail) = (name.to_owned(), String::new());
        let (whole, at) = (whole.shifted(origin), at.shifted(origin));
        items.push(Item { name, detail, what, whole, at, inside });
    };
    for slot in &flow.slots {
        add(&slot.name.text, What::Named(Kind::Slot), slot.span, slot.name.span, Vec::new());
    }
    for state in &flow.states {
        let handler = |handler: &flowright_compiler::syntax::ast::Handler| Item {
            name: handled(&handler.on),
            detail: String::new(),
            what: What::Handler,
            whole: handler.span.shifted(origin),
            at: handler.span.shifted(origin),
            inside: Vec::new(),
        };
        let inside = state.handlers.iter().map(handler).collect();
        add(&state.name.text, What::Named(Kind::State), state.span, state.name.span, inside);
    }
    for handler in &flow.handlers {
        add(&handled(&handler.on), What::Handler, handler.span, handler.span, Vec::new());
    }
    for ensure in &flow.ensures {
        let name = match &ensure.kind {
            EnsureKind::Before { action, .. } => format!("ensure … before {}", action.text),
            EnsureKind::AlwaysReachesEnd => "ensure always reaches end".to_owned(),
            EnsureKind::AtMostTurns(_) => "ensure at most … turns".to_owned(),
            EnsureKind::HumanWithin(_) => "ensure a human within … turns".to_owned(),
            EnsureKind::Error => continue,
        };
        add(&name, What::Property, ensure.span, ensure.span, Vec::new());
    }
    items.sort_by_key(|item| item.whole.start);
    items
}

fn handled(on: &HandlerOn) -> String {
    match on {
        HandlerOn::Intent(intent) => format!("on intent {}", intent.text),
        HandlerOn::Silence(_) => "on silence".to_owned(),
        HandlerOn::Failure(_) => "on failure".to_owned(),
    }
}

/// The place of an item in its file.
#[must_use]
pub const fn place(file: FileId, item: &Item) -> FileSpan {
    FileSpan { file, span: item.at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::fixture::Bench;

    #[test]
    fn a_test_without_a_name_has_one_in_the_outline() {
        let mut bench = Bench::default();
        for text in ["test \"\" { $0 }\n", "test \"  \" { $0 }\n"] {
            let fixture = bench.at(text);
            let items = outline(&fixture.snapshot, fixture.file);
            let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
            assert_eq!(names, ["test"], "{text}");
        }
    }
}
