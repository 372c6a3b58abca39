//! From a name to what it stands for, and to every other place that names it.

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::{Decl, DeclKind};

use super::snapshot::Snapshot;
use super::symbols::{Kind, Occurrence, Role, Symbol, Ty, occurrences, ty_of};

/// The name at an offset, and what it stands for.
#[must_use]
pub fn symbol_at(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Occurrence> {
    let decl = snapshot.model.decl_at(file, offset)?;
    let all = occurrences(&snapshot.model, file, decl);
    let touches = |found: &Occurrence| found.at.span.start <= offset && offset <= found.at.span.end;
    // Between two names that touch, the one that begins here.
    all.into_iter().filter(touches).max_by_key(|found| found.at.span.start)
}

/// Where a symbol is declared.
#[must_use]
pub fn declarations(snapshot: &Snapshot, symbol: &Symbol) -> Vec<FileSpan> {
    if symbol.kind == Kind::Module {
        let start = |(id, _)| FileSpan { file: id, span: Span::default() };
        return snapshot.file(&symbol.name).map(start).into_iter().collect();
    }
    let mut found: Vec<FileSpan> = match owner(snapshot, symbol) {
        Some((file, decl)) => occurrences(&snapshot.model, file.id, decl)
            .into_iter()
            .filter(|found| found.symbol == *symbol && found.role == Role::Declares)
            .map(|found| found.at)
            .collect(),
        None => Vec::new(),
    };
    found.sort();
    found
}

/// Whether a symbol is declared in the standard library, as far as what it belongs to tells: of each of
/// a file's names it is asked.
#[must_use]
pub fn is_standard(snapshot: &Snapshot, symbol: &Symbol) -> bool {
    match symbol.kind {
        Kind::Module => snapshot.file(&symbol.name).is_some_and(|(id, _)| snapshot.is_standard(id)),
        _ => owner(snapshot, symbol).is_some_and(|(file, _)| file.is_std),
    }
}

/// Where the type of a symbol is declared: an entity.
#[must_use]
pub fn type_declarations(snapshot: &Snapshot, symbol: &Symbol) -> Vec<FileSpan> {
    match ty_of_symbol(snapshot, symbol) {
        Some(Ty::Named(entity)) => declarations(snapshot, &Symbol::top(Kind::Entity, &entity)),
        // A type that is written in place is where the name is.
        Some(Ty::Choices(_) | Ty::Record(_) | Ty::List(_)) => declarations(snapshot, symbol),
        _ => Vec::new(),
    }
}

/// The type of what a symbol stands for, if it has one.
#[must_use]
pub fn ty_of_symbol(snapshot: &Snapshot, symbol: &Symbol) -> Option<Ty> {
    let model = &snapshot.model;
    let of = |all: Vec<(Symbol, Ty)>| all.into_iter().find(|(s, _)| s == symbol).map(|(_, ty)| ty);
    match symbol.kind {
        Kind::Slot => of(model.flow_slots(&symbol.owner)),
        Kind::Param => of(model.action_params(&symbol.owner)),
        Kind::TextParam => of(model.text_params(&symbol.owner)),
        Kind::SessionSlot | Kind::CustomerField | Kind::Bind => model.ty(symbol),
        Kind::ResultField => {
            let result = model.action(&symbol.owner)?.result.as_ref()?;
            let mut ty = ty_of(result, &symbol.owner, "");
            for part in symbol.name.split('.') {
                while let Ty::List(item) = ty {
                    ty = *item;
                }
                ty = ty.field(part)?.1.clone();
            }
            Some(ty)
        }
        Kind::Choice => {
            let entity = symbol.owner.strip_prefix("entity ")?;
            Some(Ty::Named(entity.to_owned()))
        }
        Kind::Entity => Some(Ty::Named(symbol.name.clone())),
        _ => None,
    }
}

/// Every place that names a symbol, its declaration among them, in the order of the text.
#[must_use]
pub fn references(snapshot: &Snapshot, symbol: &Symbol) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for (file, decl) in snapshot.model.decls() {
        if may_name(snapshot, file, decl, symbol) {
            let all = occurrences(&snapshot.model, file.id, decl);
            found.extend(all.into_iter().filter(|found| found.symbol == *symbol));
        }
    }
    found.sort_by_key(|found| found.at);
    found
}

/// Every place in one file that names a symbol.
#[must_use]
pub fn references_in(snapshot: &Snapshot, file: FileId, symbol: &Symbol) -> Vec<Occurrence> {
    let Some(known) = snapshot.model.file(file) else { return Vec::new() };
    let decls = known.parsed.decls.iter();
    let naming = decls.filter(|decl| may_name(snapshot, known, decl, symbol));
    let mut found: Vec<Occurrence> = naming
        .flat_map(|decl| occurrences(&snapshot.model, file, decl))
        .filter(|found| found.symbol == *symbol)
        .collect();
    found.sort_by_key(|found| found.at);
    found
}

/// Whether a declaration may name a symbol: told by its words, so that not every tree is walked.
fn may_name(snapshot: &Snapshot, file: &File, decl: &Decl, symbol: &Symbol) -> bool {
    let has = |word: &str| {
        let source = snapshot.source(file.id);
        let span = decl.node.span.shifted(decl.origin);
        source.and_then(|s| s.text.get(span.range())).is_some_and(|text| text.contains(word))
    };
    let is_own =
        |flow: &str| matches!(&decl.node.kind, DeclKind::Flow(own) if own.name.text == flow);
    let kind_fits = match symbol.kind {
        Kind::Bind | Kind::State => {
            is_own(&symbol.owner)
                || matches!(&decl.node.kind, DeclKind::Test(_) | DeclKind::Migrate(_))
        }
        // Callers name the flow; examples and tests do not.
        Kind::Slot => {
            is_own(&symbol.owner)
                || matches!(&decl.node.kind, DeclKind::Test(_) | DeclKind::Intent(_))
                || has(&symbol.owner)
        }
        _ => true,
    };
    kind_fits && has(symbol.word())
}

/// The declaration that a symbol is declared in.
fn owner<'s>(snapshot: &'s Snapshot, symbol: &Symbol) -> Option<(&'s File, &'s Decl)> {
    let model = &snapshot.model;
    match symbol.kind {
        Kind::Module => None,
        Kind::State | Kind::Slot | Kind::Bind => model.decl(Kind::Flow, &symbol.owner),
        Kind::Param | Kind::ResultField | Kind::ActionError => {
            model.decl(Kind::Action, &symbol.owner)
        }
        Kind::TextParam => model.decl(Kind::Text, &symbol.owner),
        Kind::Variant => model.decl(Kind::Experiment, &symbol.owner),
        Kind::CustomerField => model.customer(),
        Kind::Language => model.first(|decl| matches!(decl, DeclKind::Bot(_))),
        Kind::Choice => model.decl_of_choices(&symbol.owner),
        kind => model.decl(kind, &symbol.name),
    }
}
