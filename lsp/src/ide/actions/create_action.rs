//! Declares an action that is called and not there, with the parameters that it is given, the fields
//! that are read of its result and the errors that are handled.

use std::collections::BTreeMap;

use flowright_compiler::base::Span;
use flowright_compiler::diag::Code;
use flowright_compiler::syntax::ast::{
    Arg, DoHandler, Expr, ExprKind, Flow, Labels, Name, StepKind,
};

use super::create::params;
use super::cx::Cx;
use super::exprs::{each_expr, expressions};
use super::flows::steps;
use crate::ide::symbols::Kind;

pub(super) fn offer(cx: &mut Cx<'_>) {
    for (number, _, at) in cx.findings_of(&[Code::E0201]) {
        let Some(found) = cx.undeclared(at).filter(|f| f.symbol.kind == Kind::Action) else {
            continue;
        };
        let name = found.symbol.name.clone();
        let called = cx.flow().and_then(|(decl, flow)| called(flow, at, decl.origin));
        let (false, Some(called)) = (cx.model.declares(Kind::Action, &name), called) else {
            continue;
        };
        let edits = vec![cx.declaration(&text(cx, &name, &called, false))];
        cx.fix("create-action", format!("create the action `{name}`"), number, edits);
        if called.bind.is_none() {
            let edits = vec![cx.declaration(&text(cx, &name, &called, true))];
            cx.fix("create-effect", format!("create the effect `{name}`"), number, edits);
        }
    }
}

/// How it is called.
struct Called<'f> {
    flow: &'f Flow,
    bind: Option<&'f Name>,
    args: &'f [Arg],
    handlers: &'f [DoHandler],
}

fn called(flow: &Flow, at: Span, origin: u32) -> Option<Called<'_>> {
    steps(flow).find_map(|step| match &step.kind {
        StepKind::Do { bind, action, args, handlers } if action.span.shifted(origin) == at => {
            Some(Called { flow, bind: bind.as_ref(), args, handlers })
        }
        _ => None,
    })
}

fn text(cx: &Cx<'_>, name: &str, called: &Called<'_>, is_effect: bool) -> String {
    let given = params(cx, called.args);
    let labels = called.args.iter().map(|arg| labels(cx, called.flow, &arg.value));
    let all: Vec<_> = given.iter().zip(labels).collect();
    let params = all.iter().map(|((name, ty), labels)| format!("{name}: {ty}{labels}"));
    let params: Vec<_> = params.collect();
    let keyword = if is_effect { "effect" } else { "action" };
    let result = called.bind.map(|bind| result(called.flow, &bind.text)).unwrap_or_default();
    let (address, names) = (name.replace('.', "/"), given.iter().map(|(name, _)| name.as_str()));
    let names: Vec<&str> = names.collect();
    let request = match names.as_slice() {
        [] if !is_effect => format!("get \"{{env.API_URL}}/{address}\""),
        [] => format!("post \"{{env.API_URL}}/{address}\""),
        names => format!("post \"{{env.API_URL}}/{address}\"  body {{ {} }}", names.join(", ")),
    };
    let errors = called.handlers.iter().map(|handler| handler.error.text.as_str());
    let errors = errors.filter(|error| *error != "failed");
    let errors: Vec<_> =
        errors.map(|error| format!("  error {error} when code == \"{error}\"\n")).collect();
    let errors = errors.concat();
    format!("{keyword} {name}({}){result} {{\n  {request}\n{errors}}}", params.join(", "))
}

/// The labels that a parameter needs to be given a value that has them.
fn labels(cx: &Cx<'_>, flow: &Flow, value: &Expr) -> String {
    let ExprKind::Path(names) = &value.kind else { return String::new() };
    let of: Option<&Labels> = match names.as_slice() {
        [customer, field] if customer.text == "customer" => {
            cx.model.customer_field(&field.text).map(|field| &field.labels)
        }
        [slot] => {
            let own = flow.slots.iter().find(|own| own.name.text == slot.text);
            own.or_else(|| cx.model.session_slot(&slot.text).map(|(_, s)| s)).map(|s| &s.labels)
        }
        _ => None,
    };
    let Some(labels) = of else { return String::new() };
    let personal = if labels.personal.is_some() { " personal" } else { "" };
    let visible = labels.visible_to.as_ref().map(|role| format!(" visible to {}", role.text));
    format!("{personal}{}", visible.unwrap_or_default())
}

/// The type of the result, by what is read of it: ` -> { due: text }`.
fn result(flow: &Flow, bind: &str) -> String {
    let mut fields: BTreeMap<&str, &str> = BTreeMap::new();
    let field = |path: &[Name]| match path {
        [first, field, ..] if first.text == bind => Some(field.text.clone()),
        _ => None,
    };
    let mut read: Vec<(String, &'static str)> = Vec::new();
    for expr in expressions(flow) {
        // What stands alone in a condition is a yes or no.
        if let (ExprKind::Path(path), true) = (&expr.expr.kind, expr.is_condition) {
            read.extend(field(path).map(|name| (name, "bool")));
        }
        each_expr(expr.expr, &mut |inner| {
            if let ExprKind::Path(path) | ExprKind::Has(path) = &inner.kind {
                read.extend(field(path).map(|name| (name, "text")));
            }
        });
    }
    for (name, ty) in &read {
        fields.entry(name).or_insert(ty);
    }
    let fields: Vec<_> = fields.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    match fields.as_slice() {
        [] => " -> { value: text }".to_owned(),
        fields => format!(" -> {{ {} }}", fields.join(", ")),
    }
}
