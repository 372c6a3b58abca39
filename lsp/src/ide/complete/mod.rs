//! What may be written at a place.

mod before;
mod calls;
mod cx;
mod everywhere;
mod examples;
mod fields;
mod fits;
mod inserts;
mod item;
mod keywords;
mod known;
mod lists;
mod mend;
mod names;
mod outside;
mod signature;
mod subject;
mod tests;
mod values;

use flowright_compiler::base::FileId;

pub use item::{Item, What};
pub use signature::{Help, help};

use self::cx::Cx;
use super::expect::Wanted;
use super::snapshot::Snapshot;

/// Items that are offered at most.
const ITEMS_MAX: usize = 1_000;

/// How it was asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// The editor knows snippets: texts with places to fill in.
    pub snippets: bool,
    /// The character whose typing asked for it.
    pub typed: Option<char>,
}

/// What is offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offered {
    /// Best first.
    pub items: Vec<Item>,
    /// There are more, for another beginning of the word.
    pub is_incomplete: bool,
}

/// What may be written at an offset.
#[must_use]
pub fn complete(snapshot: &Snapshot, file: FileId, offset: u32, asked: Asked) -> Offered {
    let Some(cx) = Cx::new(snapshot, file, offset, asked.snippets) else {
        return Offered::default();
    };
    if !cx.is_wanted(asked.typed) {
        return Offered::default();
    }
    let mut items = Vec::new();
    for (wanted, frames) in cx.expected.next() {
        match wanted {
            Wanted::Word(word) => items.extend(keywords::keyword(&cx, word, &frames)),
            Wanted::Name(place) => names::names(&cx, place, &frames, &mut items),
            Wanted::Sign(_) if cx.in_string => values::named_in_text(&cx, &frames, &mut items),
            Wanted::Sign(_) | Wanted::Minus => {}
        }
    }
    if cx.may_begin_declaration() {
        keywords::declarations(&cx, &mut items);
    }
    finished(items, &cx)
}

/// Each once, in order, not too many.
fn finished(mut items: Vec<Item>, cx: &Cx<'_>) -> Offered {
    items.sort_by(|a, b| (&a.sort, &a.label).cmp(&(&b.sort, &b.label)));
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert((item.label.clone(), item.replaces)));
    let is_incomplete = items.len() > ITEMS_MAX;
    if is_incomplete {
        let typed = cx.typed.to_lowercase();
        items.retain(|item| has_letters(&item.filter, &typed));
        items.truncate(ITEMS_MAX);
    }
    Offered { items, is_incomplete }
}

/// Whether a name has these letters in this order.
fn has_letters(name: &str, typed: &str) -> bool {
    let name = name.to_lowercase();
    let mut letters = name.chars();
    typed.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
