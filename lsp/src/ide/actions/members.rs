//! Puts what is named into the declaration that should have it: a field of the customer, a choice, an
//! error of an action.

use flowright_compiler::base::{FileSpan, Span};
use flowright_compiler::diag::{Code, Edit};
use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::{Decl, DeclKind, StepKind};

use super::cx::{Cx, closing};
use super::flows::steps;
use super::names::is_name;
use crate::ide::navigate::declarations;
use crate::ide::symbols::{Kind, Symbol};

pub(super) fn offer(cx: &mut Cx<'_>) {
    for (number, finding, at) in cx.findings_of(&[Code::E0206, Code::E0207, Code::E0212]) {
        let name = cx.slice(at);
        if !is_name(name) {
            continue;
        }
        match finding.code {
            Code::E0206 => customer_field(cx, number, name, at),
            Code::E0207 => choice(cx, number, name, at),
            _ => error(cx, number, name, at),
        }
    }
}

/// An edit of a declaration, wherever it is.
fn put(file: &File, decl: &Decl, at: u32, text: String) -> Edit {
    let span = Span::new(at, at).shifted(decl.origin);
    Edit { at: FileSpan { file: file.id, span }, text }
}

/// `customer.NAME` of a customer without such a field.
fn customer_field(cx: &mut Cx<'_>, mends: usize, name: &str, at: Span) {
    let before = self::before(cx, at);
    if before != "customer" {
        return;
    }
    let edit = match cx.model.customer().filter(|(file, _)| !file.is_std) {
        Some((file, decl)) => {
            let DeclKind::Customer(customer) = &decl.node.kind else { return };
            let own = |field: &flowright_compiler::syntax::ast::Field| field.ty.span().end;
            let labels = customer.fields.last().map(|field| {
                let labels = &field.labels;
                let personal = labels.personal.map_or(0, |span| span.end);
                own(field).max(personal).max(labels.visible_to.as_ref().map_or(0, |n| n.span.end))
            });
            match labels {
                Some(end) => put(file, decl, end, format!("\n  {name}: text")),
                None => put(file, decl, decl.node.span.end - 1, format!(" {name}: text ")),
            }
        }
        None => cx.declaration(&format!("customer {{ {name}: text }}")),
    };
    let title = format!("give the customer a field `{name}`");
    cx.fix("create-customer-field", title, mends, vec![edit]);
}

/// The word before the dot before a place.
fn before<'s>(cx: &Cx<'s>, at: Span) -> &'s str {
    let text = cx.text.get(..at.start as usize).unwrap_or("");
    let text = text.strip_suffix('.').unwrap_or("");
    let start = text.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    text.get(start..).unwrap_or(text)
}

/// A choice that its type does not have.
fn choice(cx: &mut Cx<'_>, mends: usize, name: &str, at: Span) {
    let Some(found) = cx.undeclared(at).filter(|f| f.symbol.kind == Kind::Choice) else { return };
    let owner = found.symbol.owner;
    let Some((file, _)) = cx.model.decl_of_choices(&owner).filter(|(file, _)| !file.is_std) else {
        return;
    };
    // Behind the last of them, with its words.
    let last = cx.model.choices(&owner).last().map(|last| last.text.clone());
    let Some(last) = last else { return };
    let symbol = Symbol::inside(Kind::Choice, &owner, &last);
    let Some(at) = declarations(cx.snapshot, &symbol).first().copied() else { return };
    let Some(source) = cx.snapshot.source(file.id) else { return };
    let rest = source.text.get(at.span.end as usize..).unwrap_or("");
    let tokens = flowright_compiler::syntax::lex(rest);
    let code: Vec<_> = tokens.iter().filter(|token| !token.kind.is_trivia()).collect();
    let mut end = at.span.end;
    if code.first().is_some_and(|token| rest.get(token.span.range()) == Some("{")) {
        let mut depth = 0_u32;
        for token in &code {
            match rest.get(token.span.range()) {
                Some("{") => depth += 1,
                Some("}") => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                end = at.span.end + token.span.end;
                break;
            }
        }
    }
    let edit = Edit {
        at: FileSpan { file: file.id, span: Span::new(end, end) },
        text: format!(", {name}"),
    };
    cx.fix("add-choice", format!("add the choice `{name}`"), mends, vec![edit]);
}

/// An error that the action does not declare.
fn error(cx: &mut Cx<'_>, mends: usize, name: &str, at: Span) {
    let Some((decl, flow)) = cx.flow() else { return };
    let called = steps(flow).find_map(|step| match &step.kind {
        StepKind::Do { action, handlers, .. } => {
            let mut errors = handlers.iter().map(|handler| handler.error.span);
            errors.any(|span| span.shifted(decl.origin) == at).then_some(action)
        }
        _ => None,
    });
    let Some(action) = called else { return };
    let Some((file, decl)) = cx.model.decl(Kind::Action, &action.text).filter(|(f, _)| !f.is_std)
    else {
        return;
    };
    let text = cx.snapshot.source(file.id).map_or("", |source| &*source.text);
    let span = decl.node.span.shifted(decl.origin);
    let Some(last) = closing(text, span) else { return };
    let text = format!("\n  error {name} when code == \"{name}\"\n");
    let edit = Edit { at: FileSpan { file: file.id, span: Span::new(last, last) }, text };
    let title = format!("declare the error `{name}` of `{}`", action.text);
    cx.fix("declare-error", title, mends, vec![edit]);
}
