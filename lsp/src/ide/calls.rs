//! Which flows call which, and which states lead to which.

use std::collections::BTreeMap;

use flowright_compiler::base::FileSpan;
use flowright_compiler::syntax::ast::DeclKind;

use super::navigate::{declarations, references};
use super::snapshot::Snapshot;
use super::symbols::{Kind, Role, Symbol, occurrences};

/// One that goes to another, and from where in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The other one.
    pub who: Symbol,
    /// The places where it is named.
    pub from: Vec<FileSpan>,
}

/// What calls a flow, or leads to a state: flows with `call`, tests aside; states with `->`.
#[must_use]
pub fn incoming(snapshot: &Snapshot, symbol: &Symbol) -> Vec<Call> {
    let mut calls: BTreeMap<Symbol, Vec<FileSpan>> = BTreeMap::new();
    for found in references(snapshot, symbol).into_iter().filter(|f| f.role == Role::GoesTo) {
        if let Some(who) = around(snapshot, found.at) {
            calls.entry(who).or_default().push(found.at);
        }
    }
    calls.into_iter().map(|(who, from)| Call { who, from }).collect()
}

/// Where a flow or state goes: flows that it calls, states that it leads to.
#[must_use]
pub fn outgoing(snapshot: &Snapshot, symbol: &Symbol) -> Vec<Call> {
    let flow = if symbol.kind == Kind::State { &symbol.owner } else { &symbol.name };
    let Some((file, decl)) = snapshot.model.decl(Kind::Flow, flow) else { return Vec::new() };
    let mut calls: BTreeMap<Symbol, Vec<FileSpan>> = BTreeMap::new();
    let goes = occurrences(&snapshot.model, file.id, decl).into_iter();
    for found in goes.filter(|found| found.role == Role::GoesTo) {
        let from_here = match symbol.kind {
            Kind::State => around(snapshot, found.at).as_ref() == Some(symbol),
            // The ways between its own states are the states' affair.
            _ => found.symbol.kind == Kind::Flow,
        };
        if from_here {
            calls.entry(found.symbol).or_default().push(found.at);
        }
    }
    calls.into_iter().map(|(who, from)| Call { who, from }).collect()
}

/// The state around a place, or the flow where it is in none.
fn around(snapshot: &Snapshot, at: FileSpan) -> Option<Symbol> {
    let decl = snapshot.model.decl_at(at.file, at.span.start)?;
    let DeclKind::Flow(flow) = &decl.node.kind else { return None };
    let inside = |span: flowright_compiler::base::Span| {
        let span = span.shifted(decl.origin);
        span.start <= at.span.start && at.span.end <= span.end
    };
    let state = flow.states.iter().find(|state| inside(state.span));
    Some(match state {
        Some(state) => Symbol::inside(Kind::State, &flow.name.text, &state.name.text),
        None => Symbol::top(Kind::Flow, &flow.name.text),
    })
}

/// All of a flow or state, and its name.
#[must_use]
pub fn extent(snapshot: &Snapshot, symbol: &Symbol) -> Option<(FileSpan, FileSpan)> {
    let name = *declarations(snapshot, symbol).first()?;
    let decl = snapshot.model.decl_at(name.file, name.span.start)?;
    let DeclKind::Flow(flow) = &decl.node.kind else { return None };
    let span = match symbol.kind {
        Kind::State => flow.states.iter().find(|state| state.name.text == symbol.name)?.span,
        _ => decl.node.span,
    };
    Some((FileSpan { file: name.file, span: span.shifted(decl.origin) }, name))
}
