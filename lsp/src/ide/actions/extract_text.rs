//! A text that is written in place as one with a name.

use std::collections::BTreeMap;

use flowright_compiler::base::Span;
use flowright_compiler::syntax::ast::{DeclKind, ExprKind, Template, TemplatePart, Text};

use super::cx::Cx;
use super::names::free;
use super::texts::written;
use super::types;
use super::{Kind as ActionKind, Plan};
use crate::ide::symbols::{Kind, Scope};

pub(super) fn offer(cx: &mut Cx<'_>) {
    let Some(decl) = cx.decl else { return };
    let here = |text: &Text| cx.touches(decl, text.span);
    let found = written(decl).into_iter().find(|one| one.may_be_named && here(one.text));
    let Some(found) = found else { return };
    let (owner, scope) = match &decl.node.kind {
        DeclKind::Flow(flow) => (flow.name.text.clone(), Scope::of_flow(cx.model, flow)),
        DeclKind::Slot(slot) => (slot.name.text.clone(), Scope::default()),
        _ => return,
    };
    let wanted = format!("{owner}.text");
    let name = free(&wanted, |name| cx.model.declares(Kind::Text, name));
    let plan = match parameters(cx, &scope, found.text) {
        Err(why) => Plan::Refused(why),
        Ok(params) => {
            let at = found.text.span.shifted(decl.origin);
            let mut text = cx.slice(at).to_owned();
            // From behind, so that places before stay.
            for (place, param) in params.places.iter().rev() {
                let start = place.start.saturating_sub(found.text.span.start) as usize;
                let end = place.end.saturating_sub(found.text.span.start) as usize;
                if text.get(start..end).is_some() {
                    text.replace_range(start..end, param);
                }
            }
            let list: Vec<_> =
                params.all.iter().map(|(name, (ty, _))| format!("{name}: {ty}")).collect();
            let given: Vec<_> = params.all.values().map(|(_, given)| given.as_str()).collect();
            let (list, given) = match list.is_empty() {
                true => (String::new(), String::new()),
                false => (format!("({})", list.join(", ")), format!("({})", given.join(", "))),
            };
            let new = cx.declaration(&format!("text {name}{list} {text}"));
            // A type of its own would be another one than the slot's.
            Plan::Checked(vec![cx.edit(at, format!("{name}{given}")), new])
        }
    };
    cx.offer_plan("extract-text", ActionKind::Extract, "give the text a name", plan);
}

/// What a text shows, as parameters of its own.
#[derive(Default)]
struct Params {
    /// By name: type, and what is given for it.
    all: BTreeMap<String, (String, String)>,
    /// Where each is shown.
    places: Vec<(Span, String)>,
}

/// What is shown by name and is the flow's becomes a parameter; what every text can see stays.
fn parameters(cx: &Cx<'_>, scope: &Scope, text: &Text) -> Result<Params, String> {
    let mut params = Params::default();
    for variant in &text.variants {
        of_template(cx, scope, &variant.template, &mut params)?;
    }
    params.places.sort_by_key(|(at, _)| *at);
    Ok(params)
}

fn of_template(
    cx: &Cx<'_>,
    scope: &Scope,
    template: &Template,
    params: &mut Params,
) -> Result<(), String> {
    of_parts(cx, scope, &template.parts, params)
}

fn of_parts(
    cx: &Cx<'_>,
    scope: &Scope,
    parts: &[TemplatePart],
    params: &mut Params,
) -> Result<(), String> {
    for part in parts {
        match part {
            TemplatePart::Expr(expr) => {
                of_expr(cx, scope, expr, params)?;
            }
            TemplatePart::Plural(plural) => {
                of_expr(cx, scope, &plural.value, params)?;
                for branch in &plural.branches {
                    of_parts(cx, scope, &branch.parts, params)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn of_expr(
    cx: &Cx<'_>,
    scope: &Scope,
    expr: &flowright_compiler::syntax::ast::Expr,
    params: &mut Params,
) -> Result<(), String> {
    let mut paths = Vec::new();
    super::exprs::each_expr(expr, &mut |inner| {
        if let ExprKind::Path(names) | ExprKind::Has(names) = &inner.kind {
            paths.push((inner, names));
        }
    });
    for (path, names) in paths {
        let Some(first) = names.first() else { continue };
        if !scope.locals.contains_key(&first.text) {
            continue;
        }
        if matches!(path.kind, ExprKind::Has(_)) {
            return Err(format!("the text asks whether there is a `{}`", first.text));
        }
        let words: Vec<_> = names.iter().map(|name| name.text.as_str()).collect();
        let given = words.join(".");
        let ty = scope.ty_of_path(cx.model, path).and_then(|ty| types::of_slot(cx.model, &ty));
        let ty = ty.ok_or_else(|| format!("the type of `{given}` is not known"))?;
        let name = words.join("_");
        let param = (ty, given);
        if let Some(other) = params.all.get(&name).filter(|other| **other != param) {
            let (a, b) = (&other.1, &param.1);
            return Err(format!("`{a}` and `{b}` would both be the parameter `{name}`"));
        }
        params.all.insert(name.clone(), param);
        params.places.push((path.span, name));
    }
    Ok(())
}
