//! An expression that somebody asks about a checked project: the condition of a breakpoint, what is
//! watched. It knows the names that a step of the flow knows.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::cx::{Checker, session_place};
use super::hir::{BindCells, Expr, Flow, Frame, Project};
use super::recall::Recall;
use super::scope::{Inside, Scope};
use super::symbols::{Input, Symbols};
use super::{File, hir};
use crate::base::FileId;
use crate::diag::Diagnostic;
use crate::ir::{FieldType, Type};
use crate::syntax::ast;

/// What an expression must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'t> {
    /// Any value.
    Value,
    /// True or false.
    Condition,
    /// A value of a type.
    Of(&'t Type),
}

/// Checks an expression in the scope of a flow, or of none. With it come the regular expressions that it
/// may use: the project's own and new ones behind them.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn expression(
    project: &Project,
    files: &[File],
    flow: Option<&Flow>,
    expr: &ast::Expr,
    wanted: Wanted<'_>,
) -> Result<(Expr, Vec<String>), Vec<Diagnostic>> {
    let inputs: Vec<Input<'_>> =
        files.iter().map(|f| Input { file: f.id, parsed: &f.parsed, is_std: f.is_std }).collect();
    let mut checker = checker(project, Symbols::collect(&inputs));
    let scope = scope(project, flow);
    let checked = match wanted {
        Wanted::Value => checker.expr(expr, &scope, None),
        Wanted::Condition => checker.condition(expr, &scope),
        Wanted::Of(ty) => checker.expr_of(expr, &scope, ty, "it"),
    };
    let right = !checker.diagnostics.iter().any(Diagnostic::is_error);
    match checked.filter(|_| right) {
        Some(expr) => Ok((expr, checker.regexes)),
        None => Err(checker.diagnostics),
    }
}

/// A checker that knows all that the project has.
fn checker<'a>(project: &Project, mut symbols: Symbols<'a>) -> Checker<'a> {
    // The project is right: what its declarations are told about each other is no news.
    symbols.diagnostics.clear();
    let slot = |(index, slot): (u32, &hir::Slot)| {
        (slot.name.clone(), (slot.ty.clone(), session_place(index)))
    };
    Checker {
        recall: Recall::new(None, &symbols),
        symbols,
        diagnostics: Vec::new(),
        file: FileId(0),
        origin: 0,
        in_std: false,
        languages: project.bot.languages.clone(),
        languages_lost: false,
        choices: project.choices.clone(),
        entities: project.entities.clone(),
        entity_by_name: BTreeMap::new(),
        customer: project.customer.clone(),
        customer_at: project.customer_at.clone(),
        session_slots: project.session_slots.clone(),
        session_types: (0..).zip(&project.session_slots).map(slot).collect(),
        actions: Vec::new(),
        texts: Vec::new(),
        regexes: project.regexes.clone(),
        regex_numbers: (0..).zip(&project.regexes).map(|(n, regex)| (regex.clone(), n)).collect(),
        broken: false,
        lost: false,
        names_lost: false,
        lacks: Vec::new(),
        kept: OnceCell::new(),
        compared: 0,
    }
}

/// All that a flow keeps, whether or not it names it.
fn scope(project: &Project, flow: Option<&Flow>) -> Scope {
    let Some(flow) = flow else { return Scope::default() };
    let frame = Frame::of(flow, |action| project.actions.get(action.index())?.result.as_ref());
    let cells: Vec<(Vec<&str>, &Type, u32)> = frame
        .names
        .iter()
        .zip(&frame.types)
        .zip(0..)
        .map(|((name, ty), index)| (name.split('.').collect(), ty, index))
        .collect();
    let mut scope = Scope { inside: Inside::Flow(flow.name.clone()), ..Scope::default() };
    for (name, parts) in grouped(&cells) {
        scope.locals.insert(name.to_owned(), local(&parts));
    }
    // A slot of the session that the flow fills is kept there.
    for slot in &flow.slots {
        let place = (slot.ty.clone(), BindCells::One(slot.place));
        scope.locals.insert(slot.name.clone(), place);
    }
    scope
}

/// A cell by what is left of its path.
type Part<'n> = (Vec<&'n str>, &'n Type, u32);

/// Cells by the first name of their paths, each without it.
fn grouped<'n>(cells: &[Part<'n>]) -> BTreeMap<&'n str, Vec<Part<'n>>> {
    let mut groups: BTreeMap<&str, Vec<Part<'_>>> = BTreeMap::new();
    for (path, ty, index) in cells {
        let Some((first, rest)) = path.split_first() else { continue };
        groups.entry(first).or_default().push((rest.to_vec(), ty, *index));
    }
    groups
}

/// One value, or a record that is spread over cells.
fn local(parts: &[Part<'_>]) -> (Type, BindCells) {
    if let [(path, ty, index)] = parts
        && path.is_empty()
    {
        return ((*ty).clone(), BindCells::One(super::cx::flow_place(*index)));
    }
    let (mut fields, mut cells) = (Vec::new(), Vec::new());
    for (name, parts) in grouped(parts) {
        let (ty, part) = local(&parts);
        fields.push(FieldType { name: name.to_owned(), ty, optional: true });
        cells.push((name.to_owned(), part));
    }
    (Type::Record(fields), BindCells::Fields(cells))
}
