//! Fields: behind a dot, in records that are written out, of the customer.

use flowright_compiler::syntax::ast::{DeclKind, Template, TemplatePart};

use super::calls::Given;
use super::cx::{Cx, in_rule};
use super::item::{Group, Item, What};
use super::values::{ty_of_path, ty_of_place};
use crate::ide::describe::{label_words, type_words};
use crate::ide::expect::{Frame, Rule};
use crate::ide::symbols::{Kind, Scope, Ty};

/// What may stand behind the dot of a path.
pub(super) fn behind_dot(cx: &Cx<'_>, scope: &Scope, frames: &[Frame], items: &mut Vec<Item>) {
    let known = |name: &str| scope.first(cx.model, name).is_some();
    match cx.head.as_slice() {
        ["customer"] if !known("customer") => {
            for (rank, field) in cx.model.customer_fields().iter().enumerate() {
                let detail = format!("{}{}", type_words(&field.ty), label_words(&field.labels));
                let what = What::Named(Kind::CustomerField);
                let item = Item::new(&field.name.text, what, Group::First, cx.word);
                items.push(item.ranked(Group::First, rank).detail(detail));
            }
        }
        ["env"] => environment(cx, frames, items),
        path => {
            if let Some(Ty::Record(fields)) = ty_of_path(cx, scope, path) {
                for (rank, (name, _, ty)) in fields.iter().enumerate() {
                    let what = What::Named(Kind::ResultField);
                    let item = Item::new(name, what, Group::First, cx.word);
                    let item = item.ranked(Group::First, rank);
                    items.push(item.detail(cx.ty_words(ty)));
                }
            }
        }
    }
}

/// What other requests and channels take from the environment.
fn environment(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let is_outside = [Rule::Request, Rule::Lookup, Rule::Settings, Rule::CustomerMembers];
    if !is_outside.into_iter().any(|rule| in_rule(frames, rule)) {
        return;
    }
    let mut names = std::collections::BTreeSet::new();
    let mut see = |template: &Template| {
        for part in &template.parts {
            if let TemplatePart::Expr(expr) = part
                && let flowright_compiler::syntax::ast::ExprKind::Path(path) = &expr.kind
                && let [env, name] = path.as_slice()
                && env.text == "env"
            {
                names.insert(name.text.clone());
            }
        }
    };
    for (_, decl) in cx.model.names(Kind::Action) {
        let DeclKind::Action(action) = &decl.node.kind else { continue };
        if let Some(request) = &action.request {
            see(&request.url);
            request.headers.iter().for_each(|(_, value)| see(value));
        }
    }
    let put = |name: &String| {
        Item::new(name, What::Known, Group::First, cx.word).detail("set by the deployment")
    };
    items.extend(names.iter().map(put));
}

/// Fields of a record that is written out, those that are not given yet.
pub(super) fn of_record(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let Some(frame) = frames.first().filter(|_| cx.head.is_empty()) else { return };
    let given = Given::of(cx, frame);
    let Some(outer) = frames.iter().position(|frame| frame.rule == Rule::Expr) else { return };
    let outer = frames.get(outer + 1..).unwrap_or_default();
    let scope = cx.scope(frames);
    let Some(Ty::Record(fields)) = ty_of_place(cx, &scope, outer) else { return };
    for (rank, (name, _, ty)) in fields.iter().enumerate() {
        if given.named.contains(&name.as_str()) {
            continue;
        }
        let item = Item::new(name, What::Named(Kind::ResultField), Group::First, cx.word)
            .ranked(Group::First, rank)
            .detail(cx.ty_words(ty));
        let insert = if cx.snippets { format!("{name}: ") } else { name.clone() };
        items.push(item.insert(insert));
    }
}

/// Fields of the customer that a test does not say yet.
pub(super) fn of_profile(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let Some(frame) = frames.first().filter(|_| cx.head.is_empty()) else { return };
    let said = cx.around(frame.start);
    for (rank, field) in cx.model.customer_fields().iter().enumerate() {
        let name = field.name.text.as_str();
        let is_said = said.iter().any(|(_, word)| *word == name);
        let group = if is_said { Group::Again } else { Group::First };
        let item = Item::new(name, What::Named(Kind::CustomerField), group, cx.word);
        items.push(item.ranked(group, rank).detail(type_words(&field.ty)));
    }
}

/// Lists that can be chosen from: results, and lists in them.
pub(super) fn lists(cx: &Cx<'_>, scope: &Scope, items: &mut Vec<Item>) {
    let mut put = |path: &str, ty: &Ty, kind: Kind| {
        if matches!(ty, Ty::List(_)) {
            let item = Item::new(path, What::Named(kind), Group::First, cx.word);
            items.push(item.detail(cx.ty_words(ty)));
        }
    };
    for (name, (symbol, ty)) in &scope.locals {
        put(name, ty, symbol.kind);
        if let Ty::Record(fields) = ty {
            fields.iter().for_each(|(field, _, ty)| {
                put(&format!("{name}.{field}"), ty, Kind::ResultField);
            });
        }
    }
}
