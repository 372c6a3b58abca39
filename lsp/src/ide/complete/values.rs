//! Names in expressions: what a path begins with, what follows a dot, choices.

use flowright_compiler::base::Span;
use flowright_compiler::sema::{known_names, signatures};
use flowright_compiler::syntax::TokenKind;
use flowright_compiler::syntax::ast::{DeclKind, Name};

use super::calls;
use super::cx::{Cx, in_rule};
use super::item::{Group, Item, What};
use super::{fields, fits, subject};
use crate::ide::expect::{Frame, Place, Rule};
use crate::ide::symbols::{Kind, Scope, Ty, customer_owner, slot_now, slot_owner, ty_of};
use crate::ide::words::{about_few, about_function, about_name};

/// Names at the beginning of an expression, or behind a dot in it.
pub(super) fn paths(cx: &Cx<'_>, place: Place, frames: &[Frame], items: &mut Vec<Item>) {
    if fits::is_constant(frames) {
        return constants(cx, place, frames, items);
    }
    let scope = cx.scope(frames);
    if !cx.head.is_empty() {
        return fields::behind_dot(cx, &scope, frames, items);
    }
    if place == Place::ListPath {
        return fields::lists(cx, &scope, items);
    }
    if in_rule(frames, Rule::Settings) {
        return outside(cx, frames, items);
    }
    if place == Place::Expr
        && let Some(ty) = wanted(cx, frames)
    {
        choices(cx, &ty, Group::First, cx.word, items);
    }
    locals(cx, &scope, frames, items);
    known(cx, place, frames, items);
}

/// Where only values that are written out may stand: choices, and `empty` in `migrate`.
fn constants(cx: &Cx<'_>, place: Place, frames: &[Frame], items: &mut Vec<Item>) {
    if place != Place::Expr || !cx.head.is_empty() {
        return;
    }
    if let Some(ty) = wanted(cx, frames) {
        choices(cx, &ty, Group::First, cx.word, items);
    }
    if in_rule(frames, Rule::MigrateLines) {
        let item = Item::new("empty", What::Word, Group::Fits, cx.word);
        items.push(item.docs(about_few("empty").map_or("", |about| about.says)));
    }
}

/// Slots, results and parameters; those that are certain to be filled first.
fn locals(cx: &Cx<'_>, scope: &Scope, frames: &[Frame], items: &mut Vec<Item>) {
    // Under a condition `has` is what asks for it.
    let certain = cx.certain(frames);
    let mut put = |name: &str, kind: Kind, ty: &Ty, docs: Option<String>| {
        let words = cx.ty_words(ty);
        let (group, detail) = match certain {
            Some(known) if known.filled.contains(name) => {
                (Group::First, format!("{words} · filled here"))
            }
            Some(known) if known.doubtful.contains(name) => {
                (Group::Doubtful, format!("{words} · may be empty here"))
            }
            _ => (Group::Fits, words),
        };
        let item = Item::new(name, What::Named(kind), group, cx.word).detail(detail.trim());
        items.push(item.docs(docs.unwrap_or_default()));
    };
    for (name, (symbol, ty)) in &scope.locals {
        let docs = match symbol.kind {
            Kind::Slot => cx.flow(frames).and_then(|flow| {
                flow.slots.iter().find(|slot| slot.name.text == *name)?.doc.clone()
            }),
            _ => None,
        };
        put(name, symbol.kind, ty, docs);
    }
    if in_rule(frames, Rule::ActionDecl) || subject::of_profile(cx, frames).is_some() {
        return;
    }
    for (name, decl) in cx.model.names(Kind::SessionSlot) {
        if scope.locals.contains_key(name) {
            continue;
        }
        if let Some((_, ty)) = Scope::default().first(cx.model, name) {
            put(name, Kind::SessionSlot, &ty, decl.node.doc.clone());
        }
    }
    if in_rule(frames, Rule::Expect) {
        slots_of_flows(cx, items);
    }
}

/// In a test: slots of any flow.
fn slots_of_flows(cx: &Cx<'_>, items: &mut Vec<Item>) {
    for flow in cx.model.files().iter().filter(|file| !file.is_std).flat_map(|file| {
        file.parsed.decls.iter().filter_map(|decl| match &decl.node.kind {
            DeclKind::Flow(flow) => Some(flow),
            _ => None,
        })
    }) {
        for slot in &flow.slots {
            let name = &slot.name.text;
            let ty = ty_of(&slot.ty, &slot_owner(&flow.name.text, name), "");
            let detail = format!("{} · {}", cx.ty_words(&ty), flow.name.text);
            let item = Item::new(name, What::Named(Kind::Slot), Group::Fits, cx.word);
            items.push(item.detail(detail));
        }
    }
}

/// Names of the language's own, and functions.
fn known(cx: &Cx<'_>, place: Place, frames: &[Frame], items: &mut Vec<Item>) {
    let mut put = |name: &str| {
        let Some((about, kind)) = about_name(name) else { return };
        let item = Item::new(name, What::Known, Group::Known, cx.word);
        items.push(item.detail(kind).docs(about.says));
    };
    let in_error = in_rule(frames, Rule::ActionErrorDecl);
    if in_error {
        put("status");
        put("code");
    }
    let of_profile = subject::of_profile(cx, frames);
    if in_rule(frames, Rule::Request) || of_profile.is_some() {
        put("env");
        let item = |name| Item::new(name, What::Named(Kind::Param), Group::First, cx.word);
        return items.extend(of_profile.map(|name| item(name).detail("text")));
    }
    if in_error {
        return;
    }
    put("customer");
    if in_rule(frames, Rule::UrgencyLine) {
        put("waited");
    }
    if place == Place::Has {
        return;
    }
    known_names().for_each(|(name, _)| put(name));
    for function in signatures() {
        let takes = function.takes.join(", ");
        let item = Item::new(function.name, What::Function, Group::Function, cx.word)
            .detail(format!("{}({takes}) -> {}", function.name, function.gives))
            .docs(about_function(function.name).map_or("", |about| about.says));
        items.push(calls::called(cx, item, &function.takes));
    }
    for (name, _) in cx.model.names(Kind::Experiment) {
        items.push(Item::new(name, What::Named(Kind::Experiment), Group::Known, cx.word));
    }
}

/// Settings of a channel: words of a few, and what the deployment sets.
fn outside(cx: &Cx<'_>, _: &[Frame], items: &mut Vec<Item>) {
    let key = cx.tokens.len().checked_sub(1).map(|last| cx.word_of(last));
    if key == Some("provider") {
        for provider in flowright_compiler::channels::table::providers() {
            items.push(Item::new(provider, What::Word, Group::First, cx.word));
        }
    } else if let Some((about, _)) = about_name("env") {
        let item = Item::new("env", What::Known, Group::Known, cx.word);
        items.push(item.docs(about.says));
    }
}

/// The choices of a type.
pub(super) fn choices(cx: &Cx<'_>, ty: &Ty, group: Group, replaces: Span, items: &mut Vec<Item>) {
    let Some(owner) = ty.choices(cx.model) else { return };
    let entity = owner.strip_prefix("entity ").unwrap_or_default().to_owned();
    for (rank, choice) in cx.choices(&owner).into_iter().enumerate() {
        let item = Item::new(&choice.text, What::Named(Kind::Choice), group, replaces);
        items.push(item.ranked(group, rank).detail(entity.clone()));
    }
}

/// Choices behind `is` and `is not`.
pub(super) fn choices_behind_is(cx: &Cx<'_>, items: &mut Vec<Item>) {
    let last = cx.tokens.len();
    let is = if last.checked_sub(1).is_some_and(|at| cx.word_of(at) == "not") { 2 } else { 1 };
    let Some(is) = last.checked_sub(is) else { return };
    if let [name] = cx.path_before(is).as_slice()
        && special(cx, name, items)
    {
        return;
    }
    // The frames do not matter: what is asked of stands in the same declaration.
    let frames: Vec<Frame> =
        cx.expected.next().map(|(_, frames)| frames).next().unwrap_or_default();
    if let Some(ty) = subject::ty_before(cx, &cx.scope(&frames), is) {
        choices(cx, &ty, Group::First, cx.word, items);
    }
}

/// What `intent`, `channel`, `language` or an experiment may be.
fn special(cx: &Cx<'_>, name: &str, items: &mut Vec<Item>) -> bool {
    let kind = match name {
        "intent" => Kind::Intent,
        "channel" => Kind::Channel,
        "language" => Kind::Language,
        _ => {
            let Some((_, decl)) = cx.model.decl(Kind::Experiment, name) else { return false };
            let DeclKind::Experiment(experiment) = &decl.node.kind else { return false };
            let variants = experiment.variants.iter().map(|(variant, _)| variant);
            items.extend(variants.map(|variant| {
                Item::new(&variant.text, What::Named(Kind::Variant), Group::First, cx.word)
            }));
            return true;
        }
    };
    named(cx, kind, items);
    true
}

fn named(cx: &Cx<'_>, kind: Kind, items: &mut Vec<Item>) {
    let put = |name: &str| Item::new(name, What::Named(kind), Group::First, cx.dotted);
    if kind == Kind::Language {
        items.extend(super::keywords::languages(cx).iter().map(|name| put(name)));
        return;
    }
    items.extend(cx.model.names(kind).into_iter().map(|(name, _)| put(name)));
}

/// Names in quotes: `intent == "…"`.
pub(super) fn named_in_text(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let Some(template) = frames.first().filter(|frame| frame.rule == Rule::Template) else {
        return;
    };
    let text_start = cx.tokens.get(template.start).map(|token| token.span.end);
    let Some(operator) = template.start.checked_sub(1) else { return };
    let subject = match cx.kind_of(operator) {
        Some(TokenKind::Operator) => cx.path_before(operator),
        Some(TokenKind::OpenBracket | TokenKind::Comma) => subject_of_list(cx, frames),
        _ => return,
    };
    let ([name], Some(start)) = (subject.as_slice(), text_start) else { return };
    let mut found = Vec::new();
    if matches!(*name, "intent" | "channel" | "language") && special(cx, name, &mut found) {
        let replaces = Span::new(cx.file_offset(start), cx.offset());
        items.extend(found.into_iter().map(|item| Item { replaces, ..item }));
    }
}

/// What is looked for in a list: `tier` in `tier in [`.
fn subject_of_list<'s>(cx: &Cx<'s>, frames: &[Frame]) -> Vec<&'s str> {
    let list = frames.iter().find(|frame| frame.rule == Rule::List);
    let before = list.and_then(|list| list.start.checked_sub(1));
    match before.filter(|at| cx.word_of(*at) == "in") {
        Some(word) => cx.path_before(word),
        None => Vec::new(),
    }
}

/// The type of a path.
pub(super) fn ty_of_path(cx: &Cx<'_>, scope: &Scope, path: &[&str]) -> Option<Ty> {
    let name = |text: &&str| Name { text: (*text).to_owned(), span: Span::default() };
    let names: Vec<Name> = path.iter().map(name).collect();
    let found = scope.resolve(cx.model, &names)?;
    let all = found.len() == names.len();
    found.into_iter().next_back().filter(|_| all).map(|(_, ty)| ty)
}

/// The type that a value at the place should have.
pub(super) fn wanted(cx: &Cx<'_>, frames: &[Frame]) -> Option<Ty> {
    let scope = cx.scope(frames);
    let expr = frames.iter().position(|frame| frame.rule == Rule::Expr)?;
    if let Some(compared) = subject::compared(cx, &scope) {
        return compared;
    }
    if in_rule(frames.get(..expr + 1)?, Rule::List) || frames.get(expr + 1)?.rule == Rule::List {
        return ty_of_path(cx, &scope, &subject_of_list(cx, frames));
    }
    // Behind `and`, `not` and the like stands a condition.
    let begins = frames.get(expr)?.start == cx.tokens.len();
    if !begins {
        return None;
    }
    ty_of_place(cx, &scope, frames.get(expr + 1..)?)
}

/// The type of a value that stands right inside these rules.
pub(super) fn ty_of_place(cx: &Cx<'_>, scope: &Scope, frames: &[Frame]) -> Option<Ty> {
    let frame = frames.first()?;
    let name = || Some(cx.path_from(frame.start + 1));
    match frame.rule {
        Rule::Set => scope.first(cx.model, &name()?).map(|(_, ty)| ty),
        Rule::Default => {
            let slot = cx.name_in(frames, Rule::Slot)?;
            let known = scope.first(cx.model, &slot);
            // A slot of the session that is lost is known as far as it is written.
            let known = known.or_else(|| scope.first(cx.own(frames)?, &slot));
            known.map(|(_, ty)| ty)
        }
        Rule::ProfileSettings => {
            let key = cx.word_of(cx.tokens.len().checked_sub(1)?);
            let field = cx.model.customer_field(key)?;
            Some(ty_of(&field.ty, &customer_owner(key), ""))
        }
        Rule::ActionArgs | Rule::FlowArgs | Rule::TextArgs => {
            let (_, params) = calls::params_of(cx, frame)?;
            let given = calls::Given::of(cx, frame);
            let param = match given.name {
                Some(name) => params.iter().find(|(symbol, _)| symbol.word() == name),
                None => params.get(given.number),
            };
            param.map(|(_, ty)| ty.clone())
        }
        Rule::Given => {
            let action = cx.model.action(&name()?)?;
            let result = action.result.as_ref()?;
            Some(ty_of(result, &action.name.text, ""))
        }
        Rule::RecordArgs => {
            let given = calls::Given::of(cx, frame);
            let outer = frames.iter().position(|frame| frame.rule == Rule::Expr)?;
            let ty = ty_of_place(cx, scope, frames.get(outer + 1..)?)?;
            ty.field(given.name?).map(|(_, ty)| ty.clone())
        }
        Rule::List => {
            let outer = frames.iter().position(|frame| frame.rule == Rule::Expr)?;
            match ty_of_place(cx, scope, frames.get(outer + 1..)?)? {
                Ty::List(item) => Some(*item),
                _ => None,
            }
        }
        Rule::MigrateLines => {
            let default = cx.tokens.len().checked_sub(1)?;
            let text = cx.path_before(default).join(".");
            slot_now(cx.model, &Name { text, span: Span::default() }).1
        }
        Rule::Primary => ty_of_place(cx, scope, frames.get(1..)?),
        _ => None,
    }
}

/// Words of a few, with what they mean.
pub(super) fn few(cx: &Cx<'_>, words: &[&str], items: &mut Vec<Item>) {
    for (rank, word) in words.iter().enumerate() {
        let item = Item::new(word, What::Word, Group::First, cx.word).ranked(Group::First, rank);
        items.push(item.docs(about_few(word).map_or("", |about| about.says)));
    }
}
