//! Names in expressions: what a path stands for, and where its value lies.

use flowright_nlu::value::Value;

use super::advice::Advice;
use crate::base::Span;
use crate::diag::Code;
use crate::ir::{ChoiceId, Helper, Place, Space, Type};
use crate::sema::cx::{Checker, quoted};
use crate::sema::functions::instead_of_field;
use crate::sema::hir::{BindCells, Expr, ExprKind};
use crate::sema::scope::{BUILTIN_NAMES, Scope};
use crate::syntax::ast::Name;

/// What a path stands for.
enum Target {
    Cells(Type, BindCells),
    Param(u32, Type),
    Field(Expr),
}

impl Checker<'_> {
    pub(super) fn path(
        &mut self,
        names: &[Name],
        span: Span,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Option<Expr> {
        let at = self.at(span);
        if let ([name], Some(Type::Choice(choice))) = (names, expected)
            && !scope.locals.contains_key(&name.text)
            && !scope.lost.contains(&name.text)
            && !self.session_types.contains_key(&name.text)
        {
            return self.option(*choice, name);
        }
        match self.resolve(names, span, scope)? {
            Target::Param(number, ty) => Some(Expr { kind: ExprKind::Param(number), ty, at }),
            Target::Field(expr) => Some(expr),
            Target::Cells(ty, BindCells::One(place)) => {
                Some(Expr { kind: ExprKind::Load(place), ty, at })
            }
            Target::Cells(ty, BindCells::Fields(_)) => {
                let fields: Vec<String> = match &ty {
                    Type::Record(fields) => fields.iter().map(|field| field.name.clone()).collect(),
                    _ => Vec::new(),
                };
                let name = names.last().map_or("it", |name| &name.text);
                self.error(
                    Code::E0308,
                    span,
                    format!("`{name}` is a record, not one value"),
                    "a record",
                    format!("name one of its fields: {}", quoted(&fields)),
                );
                None
            }
        }
    }

    /// Where the value of a slot or result lies.
    pub(in crate::sema) fn cells(
        &mut self,
        names: &[Name],
        span: Span,
        scope: &Scope,
    ) -> Option<(Type, BindCells)> {
        match self.resolve(names, span, scope)? {
            Target::Cells(ty, cells) => Some((ty, cells)),
            Target::Param(..) | Target::Field(_) => {
                self.error(
                    Code::E0310,
                    span,
                    "this is not a slot or result",
                    "not kept anywhere",
                    "name a slot, a result or a field of the customer",
                );
                None
            }
        }
    }

    /// A choice by its name.
    pub(in crate::sema) fn option(&mut self, choice: ChoiceId, name: &Name) -> Option<Expr> {
        let options = self.options(choice);
        let Some(number) = options.iter().position(|option| *option == name.text) else {
            self.unknown(Code::E0207, "choice", name, options.iter().map(String::as_str));
            return None;
        };
        let value = Value::Choice(u16::try_from(number).ok()?);
        Some(Expr {
            kind: ExprKind::Const(value),
            ty: Type::Choice(choice),
            at: self.at(name.span),
        })
    }

    fn resolve(&mut self, names: &[Name], span: Span, scope: &Scope) -> Option<Target> {
        let (first, rest) = names.split_first()?;
        if let Some(number) = scope.params.iter().position(|param| param.name == first.text) {
            let ty = scope.params.get(number)?.ty.clone();
            return self.no_fields(names, rest, Target::Param(u32::try_from(number).ok()?, ty));
        }
        if let Some((ty, cells)) = scope.locals.get(&first.text) {
            return self.fields(ty.clone(), cells.clone(), names, rest);
        }
        // What it would be is said to be wrong: it is not what it hides.
        if scope.lost.contains(&first.text) {
            return None;
        }
        if let Some((ty, place)) = self.session_types.get(&first.text).cloned() {
            return self.fields(ty, BindCells::One(place), names, rest);
        }
        if first.text == "customer" {
            return self.customer_field(names, first, rest);
        }
        let own = scope.own_names();
        if let Some(builtin) = own.clone().chain(BUILTIN_NAMES).find(|b| b.name == first.text) {
            let target = Target::Cells(builtin.ty.clone(), BindCells::One(builtin.place()));
            return self.no_fields(names, rest, target);
        }
        if first.text == "env" {
            self.error(
                Code::E0209,
                span,
                "an environment variable stands only in requests and channels",
                "not here",
                "pass what the flow needs through an action",
            );
            return None;
        }
        if !self.symbols.slots.lost.contains(&first.text) {
            let session: Vec<String> = self.session_types.keys().cloned().collect();
            let known: Vec<&str> = scope
                .locals
                .keys()
                .chain(&scope.lost)
                .chain(&session)
                .map(String::as_str)
                .chain(scope.params.iter().map(|param| param.name.as_str()))
                .chain(own.chain(BUILTIN_NAMES).map(|b| b.name))
                .chain(["customer"])
                .collect();
            let is_near = crate::diag::closest(&first.text, known.iter().copied()).is_some();
            if !is_near && !self.names_lost && self.is_amount(first) {
                return None;
            }
            let elsewhere = self.value_elsewhere(first, scope);
            self.unknown_here(Code::E0201, "slot or value", first, known, elsewhere);
        }
        None
    }

    /// Whether the customer's profile may have fields that an error has lost.
    pub(in crate::sema) fn customer_broken(&self) -> bool {
        let fields = self.symbols.customers.iter().map(|found| found.node.fields.len()).sum();
        self.symbols.customer_lost
            || self.customer.len() < fields
            || self.symbols.customers.iter().any(|found| found.broken)
    }

    fn customer_field(&mut self, names: &[Name], customer: &Name, rest: &[Name]) -> Option<Target> {
        let Some((field, rest)) = rest.split_first() else {
            self.error(
                Code::E0308,
                customer.span,
                "`customer` is a record, not one value",
                "a record",
                "name one of its fields, as `customer.id`",
            );
            return None;
        };
        let Some(number) = self.customer.iter().position(|known| known.name == field.text) else {
            if self.customer_broken() {
                return None;
            }
            let known: Vec<String> = self.customer.iter().map(|field| field.name.clone()).collect();
            self.unknown(
                Code::E0206,
                "field of the customer",
                field,
                known.iter().map(String::as_str),
            );
            return None;
        };
        let ty = self.customer.get(number)?.ty.clone();
        let place = Place { space: Space::Customer, index: u32::try_from(number).ok()? };
        self.fields(ty, BindCells::One(place), names, rest)
    }

    /// A value that has no fields; `rest` is what is left of the names.
    fn no_fields(&mut self, names: &[Name], rest: &[Name], target: Target) -> Option<Target> {
        let Some(field) = rest.first() else { return Some(target) };
        let ty = match &target {
            Target::Cells(ty, _) | Target::Param(_, ty) => ty,
            Target::Field(expr) => &expr.ty,
        };
        let owner = names.get(..names.len() - rest.len()).unwrap_or(&[]);
        self.no_such_field(ty, owner, field);
        None
    }

    /// `due.year`: a field of what is one value, with the function that was meant.
    fn no_such_field(&mut self, ty: &Type, owner: &[Name], field: &Name) {
        let words: Vec<&str> = owner.iter().map(|name| name.text.as_str()).collect();
        let path = words.join(".");
        let got = self.type_name(ty);
        let name = owner.last().map_or("it", |name| &name.text);
        let message = format!("`{name}` is a {got} and has no fields");
        let finding = self.finding(Code::E0308, field.span, message).label("no such field");
        let (meant, known) = instead_of_field(ty, &path, &field.text);
        let advice = match (meant, ty) {
            (Some(meant), _) => {
                let whole = owner.first().map_or(field.span, |first| first.span.cover(field.span));
                Advice::new(format!("write `{meant}`")).to(whole, meant)
            }
            (None, Type::List(item)) if matches!(**item, Type::Record(_)) => Advice::new(format!(
                "let the customer take one with `choose item in {path} {{ … }}`: then there is \
                 `item.{}`",
                field.text
            )),
            _ if known.is_empty() => Advice::new("remove it"),
            _ => Advice::new(format!("remove it, or use a function: {}", quoted(&known))),
        };
        self.report_with(finding, advice);
    }

    /// Walks into a record spread over cells, then into a record that is one value. `rest` is what
    /// is left of the names.
    fn fields(
        &mut self,
        ty: Type,
        cells: BindCells,
        names: &[Name],
        rest: &[Name],
    ) -> Option<Target> {
        let Some((field, after)) = rest.split_first() else {
            return Some(Target::Cells(ty, cells));
        };
        let Type::Record(fields) = &ty else {
            return self.no_fields(names, rest, Target::Cells(ty, cells));
        };
        let Some(number) = fields.iter().position(|known| known.name == field.text) else {
            if self.actions_broken() {
                return None;
            }
            let known: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
            self.unknown(Code::E0206, "field", field, known.iter().map(String::as_str));
            return None;
        };
        let field_ty = fields.get(number)?.ty.clone();
        match cells {
            BindCells::Fields(_) => {
                self.fields(field_ty, cells.field(&field.text)?.clone(), names, after)
            }
            BindCells::One(place) => {
                let owner = names.get(names.len().checked_sub(rest.len() + 1)?)?;
                let at = self.at(owner.span.cover(field.span));
                let record = Expr { kind: ExprKind::Load(place), ty: ty.clone(), at };
                let helper = Helper::Field(u32::try_from(number).ok()?);
                let kind = ExprKind::Call { helper, args: vec![record] };
                self.no_fields(names, after, Target::Field(Expr { kind, ty: field_ty, at }))
            }
        }
    }
}
