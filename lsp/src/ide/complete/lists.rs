//! Intents and types.

use std::collections::BTreeSet;

use flowright_compiler::syntax::ast::{DeclKind, HandlerOn, RouteRule};

use super::cx::{Cx, in_rule};
use super::item::{Group, Item, What};
use crate::ide::describe::{cut, type_words};
use crate::ide::expect::{Frame, Place, Rule};
use crate::ide::symbols::Kind;
use crate::ide::words::TYPES;

/// Characters of an example that is shown beside an intent.
const EXAMPLE_SHOWN: usize = 60;

/// Intents: those that nothing handles, or no rule takes, first.
pub(super) fn intents(cx: &Cx<'_>, place: Place, items: &mut Vec<Item>) {
    let (taken, missing) = match place {
        Place::RoutedIntent => (routed(cx), "no rule takes it"),
        _ => (handled(cx), "nothing handles it"),
    };
    for (name, decl) in cx.model.names(Kind::Intent) {
        let DeclKind::Intent(intent) = &decl.node.kind else { continue };
        let (group, note) = match taken.contains(name) {
            true => (Group::Fits, ""),
            false => (Group::First, missing),
        };
        let example = intent.examples.iter().flat_map(|group| &group.strings).next();
        let example = example.map(|example| {
            let at = cx
                .model
                .decl(Kind::Intent, name)
                .map(|(file, decl)| crate::ide::model::Model::at(file, decl, example.span));
            at.map(|at| cx.snapshot.analysis.sources.one_line(at)).unwrap_or_default()
        });
        let docs = decl.node.doc.clone().or(example.map(|text| cut(&text, EXAMPLE_SHOWN)));
        let item = Item::new(name, What::Named(Kind::Intent), group, cx.dotted);
        items.push(item.detail(note).docs(docs.unwrap_or_default()));
    }
}

/// Intents that start a flow, or that a flow handles.
fn handled(cx: &Cx<'_>) -> BTreeSet<String> {
    let mut handled = BTreeSet::new();
    for flow in cx.model.flows() {
        let own = flow.states.iter().flat_map(|state| &state.handlers);
        for handler in own.chain(&flow.handlers) {
            if let HandlerOn::Intent(intent) = &handler.on {
                handled.insert(intent.text.clone());
            }
        }
    }
    let names = cx.model.names(Kind::Intent).into_iter().map(|(name, _)| name);
    let starting = names.filter(|name| cx.model.flow_of_intent(name).is_some());
    handled.extend(starting.map(str::to_owned));
    handled
}

/// Intents that a routing rule takes.
fn routed(cx: &Cx<'_>) -> BTreeSet<String> {
    let routes = cx.model.decls().filter_map(|(_, decl)| match &decl.node.kind {
        DeclKind::Route(route) => Some(route),
        _ => None,
    });
    let intents = routes.flat_map(|route| &route.rules).filter_map(|rule| match rule {
        RouteRule::Skill { intents, .. } => Some(intents),
        _ => None,
    });
    intents.flatten().map(|intent| intent.text.clone()).collect()
}

/// Types: built-in ones, and entities.
pub(super) fn types(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let of_entity = in_rule(frames, Rule::Entity);
    for (rank, (name, says, _)) in TYPES.iter().enumerate() {
        if *name == "learned" && !of_entity {
            continue;
        }
        let item = Item::new(name, What::Type, Group::Fits, cx.dotted);
        items.push(item.ranked(Group::Fits, rank).docs(*says));
    }
    // An entity does not stand on itself, whatever is between.
    let own = if of_entity { cx.name_in(frames, Rule::Entity) } else { None };
    for (name, decl) in cx.model.names(Kind::Entity) {
        let DeclKind::Entity(entity) = &decl.node.kind else { continue };
        if cx.model.bases(name).any(|base| own.as_deref() == Some(base)) {
            continue;
        }
        let item = Item::new(name, What::Named(Kind::Entity), Group::First, cx.dotted);
        let docs = decl.node.doc.clone().unwrap_or_default();
        items.push(item.detail(type_words(&entity.base)).docs(docs));
    }
}
