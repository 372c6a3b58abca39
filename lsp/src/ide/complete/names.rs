//! Which names may stand at a place.

use flowright_compiler::syntax::ast::DeclKind;

use super::cx::Cx;
use super::item::{Group, Item, What};
use super::{calls, examples, fields, lists, outside, values};
use crate::ide::describe::first_line;
use crate::ide::expect::{Frame, Place, Rule};
use crate::ide::symbols::Kind;

/// Adds the names that may stand at a place.
pub(super) fn names(cx: &Cx<'_>, place: Place, frames: &[Frame], items: &mut Vec<Item>) {
    match place {
        Place::Expr | Place::Has | Place::ListPath => values::paths(cx, place, frames, items),
        Place::Choice => values::choices_behind_is(cx, items),
        Place::Field => fields::of_record(cx, frames, items),
        Place::State | Place::MigratedState => states(cx, place, frames, items),
        Place::Slot | Place::SetSlot => slots(cx, frames, items),
        Place::Action => calls::actions(cx, frames, items),
        Place::Flow | Place::Callee => calls::flows(cx, place, frames, items),
        Place::Text => calls::texts(cx, items),
        Place::Param => calls::params(cx, frames, items),
        Place::ActionError | Place::GivenError => calls::errors(cx, place, frames, items),
        Place::Language => examples::languages(cx, frames, items),
        Place::Annotated => examples::slots(cx, frames, items),
        Place::Entity => examples::entities(cx, items),
        Place::Intent | Place::RoutedIntent => lists::intents(cx, place, items),
        Place::Type => lists::types(cx, frames, items),
        Place::ProfileField => fields::of_profile(cx, frames, items),
        Place::ExpectedState | Place::FlowState | Place::FlowSlot => {
            outside::dotted(cx, place, items);
        }
        Place::Module => outside::modules(cx, items),
        Place::Code => outside::codes(cx, items),
        Place::Channel => top(cx, Kind::Channel, items),
        Place::Skill => top(cx, Kind::Skill, items),
        Place::Role => top(cx, Kind::Role, items),
        _ => outside::words(cx, place, frames, items),
    }
}

/// Everything of one kind at top level.
fn top(cx: &Cx<'_>, kind: Kind, items: &mut Vec<Item>) {
    for (name, decl) in cx.model.names(kind) {
        let detail = match &decl.node.kind {
            DeclKind::Channel(channel) => channel.kind.text.clone(),
            _ => String::new(),
        };
        let item = Item::new(name, What::Named(kind), Group::Fits, cx.dotted).detail(detail);
        items.push(item.docs(decl.node.doc.clone().unwrap_or_default()));
    }
}

/// States of the flow, in the order of the text.
fn states(cx: &Cx<'_>, place: Place, frames: &[Frame], items: &mut Vec<Item>) {
    let flow = match place {
        Place::MigratedState => outside::migrated_flow(cx, frames),
        _ => cx.flow(frames),
    };
    let Some(flow) = flow.filter(|_| cx.head.is_empty()) else { return };
    let own = frames.iter().find(|frame| frame.rule == Rule::StateDecl);
    let own = own.map(|frame| cx.path_from(frame.start + 1));
    let graph = cx
        .snapshot
        .sound()
        .and_then(|sound| sound.analysis.graphs.iter().find(|graph| graph.name == flow.name.text));
    for (rank, state) in flow.states.iter().enumerate() {
        let does = graph.and_then(|graph| {
            graph.graph.node_weights().find_map(|node| match node {
                flowright_compiler::graph::Node::State { name, does, .. } => {
                    (*name == state.name.text).then(|| does.join(", "))
                }
                _ => None,
            })
        });
        let doc = state.doc.clone().unwrap_or_default();
        let detail = does.filter(|does| !does.is_empty());
        let detail = detail.unwrap_or_else(|| first_line(&doc).to_owned());
        // Back to where it is: seldom meant.
        let is_own = own.as_deref() == Some(&state.name.text);
        let group = if is_own { Group::Fits } else { Group::First };
        let item = Item::new(&state.name.text, What::Named(Kind::State), group, cx.word);
        items.push(item.ranked(group, rank).detail(detail).docs(doc));
    }
}

/// Slots of the flow and of the session that a step asks for or changes. What stands in the step
/// already is not offered again.
fn slots(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let (start, rule) = frames.first().map_or((0, Rule::Fill), |frame| (frame.start, frame.rule));
    let named: Vec<&str> = (start..cx.tokens.len()).map(|number| cx.word_of(number)).collect();
    let certain = if rule == Rule::Fill { cx.certain(frames) } else { None };
    let flow = cx.flow(frames);
    let own = flow.map_or(&[][..], |flow| &flow.slots).iter();
    let own = own.map(|slot| (Kind::Slot, slot, slot.doc.clone()));
    let session = cx.model.names(Kind::SessionSlot).into_iter();
    let session = session.filter_map(|(_, decl)| match &decl.node.kind {
        DeclKind::Slot(slot) => Some((Kind::SessionSlot, slot, decl.node.doc.clone())),
        _ => None,
    });
    for (rank, (kind, slot, doc)) in own.chain(session).enumerate() {
        let name = slot.name.text.as_str();
        if named.contains(&name) || (rule == Rule::Fill && slot.ask.is_none()) {
            continue;
        }
        let filled = certain.is_some_and(|certain| certain.filled.contains(name));
        let group = match kind {
            _ if filled => Group::Doubtful,
            Kind::Slot => Group::First,
            _ => Group::Fits,
        };
        let detail = crate::ide::describe::type_words(&slot.ty);
        let detail = if filled { format!("{detail} · filled here already") } else { detail };
        let item = Item::new(name, What::Named(kind), group, cx.dotted).ranked(group, rank);
        items.push(item.detail(detail).docs(doc.unwrap_or_default()));
    }
}
