//! What can be called, and what it is given: actions, flows, named texts, errors.

use flowright_compiler::syntax::TokenKind;
use flowright_compiler::syntax::ast::DeclKind;

use super::cx::Cx;
use super::item::{Group, Item, What, escaped};
use super::values::few;
use crate::ide::describe::{action_words, params_words, type_words};
use crate::ide::expect::{Frame, Place, Rule};
use crate::ide::symbols::{Kind, Symbol, Ty};

/// An item that calls something: with its values to be filled in, where nothing stands behind it.
pub(super) fn called(cx: &Cx<'_>, item: Item, params: &[&str]) -> Item {
    if !cx.snippets {
        return item;
    }
    let place = |(number, param): (usize, &&str)| format!("${{{}:{}}}", number + 1, escaped(param));
    let params: Vec<String> = params.iter().enumerate().map(place).collect();
    let name = escaped(&item.insert);
    item.snippet(format!("{name}({})", params.join(", ")))
}

/// Actions and effects.
pub(super) fn actions(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    // In tests and properties an action is only named.
    let is_called = frames.first().is_some_and(|frame| frame.rule == Rule::Do);
    for (name, decl) in cx.model.names(Kind::Action) {
        let DeclKind::Action(action) = &decl.node.kind else { continue };
        let item = Item::new(name, What::Named(Kind::Action), Group::Fits, cx.dotted)
            .detail(action_words(action))
            .docs(decl.node.doc.clone().unwrap_or_default());
        let params: Vec<&str> = action.params.iter().map(|p| p.name.text.as_str()).collect();
        items.push(if is_called { called(cx, item, &params) } else { item });
    }
}

/// Flows; those that can be called: all but the one that calls.
pub(super) fn flows(cx: &Cx<'_>, place: Place, frames: &[Frame], items: &mut Vec<Item>) {
    let own = cx.name_in(frames, Rule::Flow);
    for (name, decl) in cx.model.names(Kind::Flow) {
        let DeclKind::Flow(flow) = &decl.node.kind else { continue };
        if place == Place::Callee && own.as_deref() == Some(name) {
            continue;
        }
        // A flow that only calls start is there to be called.
        let group = if flow.triggers.is_empty() { Group::First } else { Group::Fits };
        let slots: Vec<String> = flow
            .slots
            .iter()
            .map(|slot| format!("{}: {}", slot.name.text, type_words(&slot.ty)))
            .collect();
        let item = Item::new(name, What::Named(Kind::Flow), group, cx.dotted)
            .detail(slots.join(", "))
            .docs(decl.node.doc.clone().unwrap_or_default());
        let is_called = place == Place::Callee && cx.snippets;
        items.push(match (is_called, slots.is_empty()) {
            (true, true) => item.insert(format!("{name}()")),
            (true, false) => item.snippet(format!("{}($1)$0", escaped(name))),
            (false, _) => item,
        });
    }
}

/// Named texts.
pub(super) fn texts(cx: &Cx<'_>, items: &mut Vec<Item>) {
    for (name, decl) in cx.model.names(Kind::Text) {
        let DeclKind::Text(text) = &decl.node.kind else { continue };
        // The bot's own phrases and the desk's are said by themselves.
        let is_own = name.starts_with("core.") || name.starts_with("desk.");
        let group = if is_own { Group::Again } else { Group::Fits };
        let item = Item::new(name, What::Named(Kind::Text), group, cx.dotted)
            .docs(decl.node.doc.clone().unwrap_or_default());
        let params: Vec<&str> = text.params.iter().map(|p| p.name.text.as_str()).collect();
        items.push(match params.is_empty() {
            true => item,
            false => called(cx, item.detail(params_words(&text.params)), &params),
        });
    }
}

/// What is called with the arguments of a frame, and its parameters.
pub(super) fn params_of(cx: &Cx<'_>, frame: &Frame) -> Option<(Symbol, Vec<(Symbol, Ty)>)> {
    let name = cx.path_before(frame.start.checked_sub(1)?).join(".");
    Some(match frame.rule {
        Rule::ActionArgs => (Symbol::top(Kind::Action, &name), cx.model.action_params(&name)),
        Rule::FlowArgs => (Symbol::top(Kind::Flow, &name), cx.model.flow_slots(&name)),
        Rule::TextArgs => (Symbol::top(Kind::Text, &name), cx.model.text_params(&name)),
        _ => return None,
    })
}

/// What is given so far, and which of it the place is part of.
#[derive(Debug, Default)]
pub(super) struct Given<'s> {
    /// The number of the value at the place.
    pub(super) number: usize,
    /// The name before it.
    pub(super) name: Option<&'s str>,
    /// Names of all that is given by name, behind the place too.
    pub(super) named: Vec<&'s str>,
}

impl<'s> Given<'s> {
    pub(super) fn of(cx: &Cx<'s>, frame: &Frame) -> Self {
        let mut given = Self::default();
        let mut depth = 0_usize;
        for number in frame.start..cx.tokens.len() {
            match cx.kind_of(number) {
                Some(kind) if opens(kind) => depth += 1,
                Some(kind) if closes(kind) => depth = depth.saturating_sub(1),
                Some(TokenKind::Comma) if depth == 0 => {
                    given.number += 1;
                    given.name = None;
                }
                Some(TokenKind::Colon) if depth == 0 => {
                    given.name = number.checked_sub(1).map(|before| cx.word_of(before));
                }
                _ => {}
            }
        }
        let all = cx.around(frame.start);
        let pairs = all.iter().zip(all.iter().skip(1));
        let named = pairs.filter(|(_, (kind, _))| *kind == TokenKind::Colon);
        given.named = named.map(|((_, name), _)| *name).collect();
        given
    }
}

const fn opens(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket)
}

const fn closes(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket)
}

/// Names of parameters that are not given yet.
pub(super) fn params(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let Some(frame) = frames.first().filter(|_| cx.head.is_empty()) else { return };
    let Some((called, params)) = params_of(cx, frame) else { return };
    let given = Given::of(cx, frame);
    if given.name.is_some() {
        return;
    }
    // What a flow is given has names; else names are seldom written.
    let group = if called.kind == Kind::Flow { Group::First } else { Group::Again };
    for (rank, (symbol, ty)) in params.iter().enumerate() {
        if given.named.contains(&symbol.word()) {
            continue;
        }
        let label = format!("{}:", symbol.word());
        let item = Item::new(&label, What::Named(symbol.kind), group, cx.word)
            .ranked(group, rank)
            .detail(cx.ty_words(ty))
            .insert(format!("{label} "));
        items.push(Item { filter: symbol.word().to_owned(), ..item });
    }
}

/// Errors of the action that is called, those that are not handled yet.
pub(super) fn errors(cx: &Cx<'_>, place: Place, frames: &[Frame], items: &mut Vec<Item>) {
    let rule = if place == Place::GivenError { Rule::Given } else { Rule::Do };
    let Some(step) = frames.iter().find(|frame| frame.rule == rule) else { return };
    let bound = cx.kind_of(step.start + 2) == Some(TokenKind::Equals);
    let name = cx.path_from(step.start + if bound { 3 } else { 1 });
    let handled = match frames.first() {
        Some(frame) if place == Place::ActionError => handled(cx, frame),
        _ => Vec::new(),
    };
    let errors = cx.model.action(&name).map_or(&[][..], |action| &action.errors);
    let open = errors.iter().filter(|error| !handled.contains(&error.name.text.as_str()));
    for (rank, error) in open.enumerate() {
        let what = What::Named(Kind::ActionError);
        let item = Item::new(&error.name.text, what, Group::First, cx.word);
        items.push(arrow(cx, place, item.ranked(Group::First, rank).detail(name.clone())));
    }
    let every = if place == Place::GivenError { "fails" } else { "failed" };
    if !handled.contains(&every) {
        let mut found = Vec::new();
        few(cx, &[every], &mut found);
        items.extend(found.into_iter().map(|item| arrow(cx, place, item.ranked(Group::Fits, 0))));
    }
}

/// Errors that a `do` handles: each stands before an arrow.
fn handled<'s>(cx: &Cx<'s>, frame: &Frame) -> Vec<&'s str> {
    let all = cx.around(frame.start);
    let pairs = all.iter().zip(all.iter().skip(1));
    pairs.filter(|(_, (kind, _))| *kind == TokenKind::Arrow).map(|((_, name), _)| *name).collect()
}

/// With its arrow, where a handler is written.
fn arrow(cx: &Cx<'_>, place: Place, item: Item) -> Item {
    if place == Place::GivenError || !cx.snippets {
        return item;
    }
    let name = escaped(&item.insert);
    item.snippet(format!("{name} -> $0"))
}
