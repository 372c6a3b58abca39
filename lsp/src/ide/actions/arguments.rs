//! Arguments: by name instead of in order, and those that are missing.

use flowright_compiler::base::Span;
use flowright_compiler::diag::{Code, Edit};
use flowright_compiler::syntax::ast::{Arg, StepKind, TextRef};

use super::Kind;
use super::cx::{Cx, touch};
use super::flows::steps;
use super::texts::references;
use crate::ide::symbols::{Kind as Named, Scope, Symbol, Ty};

pub(super) fn offer(cx: &mut Cx<'_>) {
    let Some((decl, flow)) = cx.flow() else { return };
    let mut calls: Vec<Call<'_>> = Vec::new();
    for step in steps(flow) {
        match &step.kind {
            StepKind::Do { action, args, .. } => {
                calls.push(Call {
                    name: action.span,
                    args,
                    params: cx.model.action_params(&action.text),
                });
            }
            StepKind::Call { flow, args } => {
                calls.push(Call { name: flow.span, args, params: cx.model.flow_slots(&flow.text) });
            }
            _ => {}
        }
    }
    for text in references(flow) {
        if let TextRef::Named { name, args } = text {
            calls.push(Call { name: name.span, args, params: cx.model.text_params(&name.text) });
        }
    }
    for call in calls {
        let ends = call.args.iter().map(|arg| arg.value.span.end);
        let end = ends.max().unwrap_or(call.name.end).max(call.name.end);
        let whole = Span::new(call.name.start, end + 1).shifted(decl.origin);
        if !touch(whole, cx.at) {
            continue;
        }
        missing(cx, &call, decl.origin);
        let edits = names(cx, &call, decl.origin);
        if !edits.is_empty() {
            // Slots of a flow must be given so.
            let wrong = cx.findings_of(&[Code::E0303]).into_iter();
            let mut wrong = wrong
                .filter(|(_, found, at)| found.message.contains("by name") && touch(*at, whole));
            let title = "give the arguments by name";
            match wrong.next() {
                Some((mends, ..)) => cx.fix("name-arguments", title, mends, edits),
                None => cx.offer("name-arguments", Kind::Rewrite, title, edits),
            }
        }
    }
}

struct Call<'f> {
    name: Span,
    args: &'f [Arg],
    params: Vec<(Symbol, Ty)>,
}

/// Names before arguments that are given in order.
fn names(cx: &Cx<'_>, call: &Call<'_>, origin: u32) -> Vec<Edit> {
    let all = call.args.iter().zip(&call.params).filter(|(arg, _)| arg.name.is_none());
    let one = |(arg, (symbol, _)): (&Arg, &(Symbol, Ty))| {
        let at = arg.value.span.shifted(origin).start;
        cx.insert(at, format!("{}: ", symbol.word()))
    };
    all.map(one).collect()
}

/// What is missing in a call of an action or a text: the value of that name, else one of its type.
fn missing(cx: &mut Cx<'_>, call: &Call<'_>, origin: u32) {
    let name = call.name.shifted(origin);
    let found = cx.findings_of(&[Code::E0304]);
    let Some((number, ..)) = found.into_iter().find(|(_, _, at)| touch(*at, name)) else { return };
    let Some((_, flow)) = cx.flow() else { return };
    let scope = Scope::of_flow(cx.model, flow);
    let given = |number: usize, symbol: &Symbol| match call.args.get(number) {
        Some(Arg { name: None, .. }) => true,
        _ => call
            .args
            .iter()
            .any(|arg| arg.name.as_ref().is_some_and(|name| name.text == symbol.word())),
    };
    let mut added = Vec::new();
    for (number, (symbol, ty)) in call.params.iter().enumerate() {
        if given(number, symbol) {
            continue;
        }
        let name = symbol.word();
        let own = scope.first(cx.model, name).filter(|(_, own)| own == ty);
        let of_customer = cx.model.customer_field(name).map(|field| &field.ty);
        let of_customer = of_customer.is_some_and(|own| {
            matches!((own, ty), (flowright_compiler::syntax::ast::TypeExpr::Named(own), Ty::Named(ty)) if own.text == *ty)
        });
        let value = match own {
            Some(_) => name.to_owned(),
            None if of_customer => format!("customer.{name}"),
            None => match sample(cx, ty) {
                Some(sample) => sample,
                None => return,
            },
        };
        added.push(format!("{name}: {value}"));
    }
    let last = call.args.last().map(|arg| arg.value.span.shifted(origin).end);
    let open = cx.code_from(name.end).next().map(|token| (cx.slice(token.span), token.span.end));
    let edit = match (last, open) {
        (Some(last), _) => cx.insert(last, format!(", {}", added.join(", "))),
        (None, Some(("(", open))) => cx.insert(open, added.join(", ")),
        (None, _) => cx.insert(name.end, format!("({})", added.join(", "))),
    };
    if !added.is_empty() {
        cx.fix("fill-arguments", "give what is missing", number, vec![edit]);
    }
}

/// A value of a type.
fn sample(cx: &Cx<'_>, ty: &Ty) -> Option<String> {
    Some(match ty {
        Ty::Named(name) => match name.as_str() {
            "text" => "\"…\"".to_owned(),
            "number" => "0".to_owned(),
            "bool" => "false".to_owned(),
            "date" => "today".to_owned(),
            "datetime" => "now".to_owned(),
            "duration" => "1h".to_owned(),
            "time" => "09:00".to_owned(),
            name if cx.model.declares(Named::Entity, name) => {
                cx.model.choices(&ty.choices(cx.model)?).first()?.text.clone()
            }
            _ => return None,
        },
        Ty::Choices(owner) => cx.model.choices(owner).first()?.text.clone(),
        _ => return None,
    })
}
