//! Names in expressions.

use flowright_compiler::sema::signatures;
use flowright_compiler::syntax::ast::{
    Arg, BinaryOp, Expr, ExprKind, Name, Template, TemplatePart,
};

use super::scope::Scope;
use super::types::{Ty, ty_of};
use super::walk::Walk;
use super::{Also, Kind, Role, Symbol};
use crate::ide::model::Model;

impl Scope {
    /// What the first name of a path stands for.
    pub(crate) fn first(&self, model: &Model, name: &str) -> Option<(Symbol, Ty)> {
        if let Some(known) = self.locals.get(name) {
            return Some(known.clone());
        }
        let (_, slot) = model.session_slot(name)?;
        let ty = ty_of(&slot.ty, &session_owner(name), "");
        Some((Symbol::top(Kind::SessionSlot, name), ty))
    }

    /// The type of a path.
    pub(crate) fn ty_of_path(&self, model: &Model, expr: &Expr) -> Option<Ty> {
        let ExprKind::Path(names) = &expr.kind else { return None };
        self.resolve(model, names)?.pop().map(|(_, ty)| ty)
    }

    /// The type of an expression, where it may have choices: of a path, also of one that is revealed,
    /// and of an item of a list.
    pub(crate) fn ty_of(&self, model: &Model, expr: &Expr) -> Option<Ty> {
        match &expr.kind {
            ExprKind::Path(_) => self.ty_of_path(model, expr),
            ExprKind::Reveal { value, .. } => self.ty_of(model, value),
            ExprKind::Call { function, args } if gives_item(&function.text) => {
                let [list] = args.as_slice() else { return None };
                match self.ty_of(model, &list.value)? {
                    Ty::List(item) => Some(*item),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What each name of a path stands for, as far as that is known. `customer` itself stands for
    /// nothing that has a name of its own.
    pub(crate) fn resolve(
        &self,
        model: &Model,
        names: &[Name],
    ) -> Option<Vec<(Option<Symbol>, Ty)>> {
        let (first, rest) = names.split_first()?;
        let mut found = Vec::new();
        match self.first(model, &first.text) {
            Some((symbol, ty)) => found.push((Some(symbol), ty)),
            None if first.text == "customer" => {
                found.push((None, Ty::Unknown));
                let Some(name) = rest.first() else { return Some(found) };
                let field = model.customer_field(&name.text)?;
                let ty = ty_of(&field.ty, &customer_owner(&name.text), "");
                found.push((Some(Symbol::top(Kind::CustomerField, &name.text)), ty));
            }
            None => return None,
        }
        for name in names.iter().skip(found.len()) {
            let next = found.last().and_then(|(_, ty)| ty.field(&name.text));
            let Some((symbol, ty)) = next else { break };
            let next = (Some(symbol.clone()), ty.clone());
            found.push(next);
        }
        Some(found)
    }
}

/// Whether a function gives an item of a list.
fn gives_item(function: &str) -> bool {
    signatures().iter().any(|known| known.name == function && known.gives == "item")
}

/// Who owns the choices of a session slot's type that is written in place.
pub(crate) fn session_owner(slot: &str) -> String {
    format!("slot {slot}")
}

/// Who owns the choices of a customer's field that are written in place.
pub(crate) fn customer_owner(field: &str) -> String {
    format!("customer {field}")
}

/// The kind of what a name of the language's own gives the name of.
fn named_by(name: &str) -> Option<Kind> {
    Some(match name {
        "intent" => Kind::Intent,
        "channel" => Kind::Channel,
        "language" => Kind::Language,
        _ => return None,
    })
}

impl Walk<'_> {
    /// An expression; `wanted` is the type that its place asks for, which says what a lone name may be.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope, wanted: Option<&Ty>) {
        match &expr.kind {
            ExprKind::Path(names) => self.path(names, scope, wanted),
            ExprKind::Has(names) => self.path(names, scope, None),
            ExprKind::Unary(_, inner) => self.expr(inner, scope, None),
            ExprKind::Binary(op, left, right) => {
                let (of_left, of_right) =
                    (scope.ty_of(self.model, left), scope.ty_of(self.model, right));
                self.expr(left, scope, of_right.as_ref());
                let of_right = match (op, &of_left) {
                    (BinaryOp::Contains, Some(Ty::List(item))) => Some(&**item),
                    (_, other) => other.as_ref(),
                };
                self.expr(right, scope, of_right);
                self.named_in_text(left, right, scope);
                self.named_in_text(right, left, scope);
            }
            ExprKind::Is { value, option, .. } => {
                self.expr(value, scope, None);
                self.option_of(value, option, scope);
            }
            ExprKind::Reachable(channel) => self.uses(Kind::Channel, channel),
            ExprKind::Call { args, .. } => self.args(args, scope),
            ExprKind::List(items) => {
                let item = match wanted {
                    Some(Ty::List(item)) => Some(&**item),
                    // `x in [a, b]`: the items are of the type of what is looked for.
                    other => other,
                };
                items.iter().for_each(|one| self.expr(one, scope, item));
            }
            ExprKind::Record(fields) => self.record(fields, scope, wanted),
            ExprKind::Reveal { value, .. } => self.expr(value, scope, wanted),
            ExprKind::Str(template) => self.template(template, scope),
            _ => {}
        }
    }

    fn option_of(&mut self, value: &Expr, option: &Name, scope: &Scope) {
        if let ExprKind::Path(names) = &value.kind
            && let [name] = names.as_slice()
            && scope.first(self.model, &name.text).is_none()
        {
            if let Some(kind) = named_by(&name.text) {
                return self.uses(kind, option);
            }
            if self.model.declares(Kind::Experiment, &name.text) {
                self.uses(Kind::Experiment, name);
                return self.inside(Kind::Variant, &name.text, option, Role::Uses);
            }
        }
        let ty = scope.ty_of(self.model, value);
        if let Some(owner) = ty.and_then(|ty| ty.choices(self.model)) {
            self.inside(Kind::Choice, &owner, option, Role::Uses);
        }
    }

    /// `intent == "change_order"`, `channel in ["web", "mail"]`: names that stand in texts.
    fn named_in_text(&mut self, subject: &Expr, texts: &Expr, scope: &Scope) {
        let ExprKind::Path(names) = &subject.kind else { return };
        let [name] = names.as_slice() else { return };
        if scope.first(self.model, &name.text).is_some() {
            return;
        }
        let Some(kind) = named_by(&name.text) else { return };
        let one = std::slice::from_ref(texts);
        let texts = if let ExprKind::List(items) = &texts.kind { items } else { one };
        for text in texts {
            let ExprKind::Str(Template { parts, .. }) = &text.kind else { continue };
            if let [TemplatePart::Literal { text, span }] = parts.as_slice()
                && span.len() as usize == text.len()
            {
                self.put(*span, Symbol::top(kind, text), Role::Uses);
            }
        }
    }

    fn path(&mut self, names: &[Name], scope: &Scope, wanted: Option<&Ty>) {
        match scope.resolve(self.model, names) {
            Some(found) => {
                for (name, (symbol, _)) in names.iter().zip(found) {
                    if let Some(symbol) = symbol {
                        self.put(name.span, symbol, Role::Uses);
                    }
                }
            }
            None => {
                let owner = wanted.and_then(|ty| ty.choices(self.model));
                let ([name], Some(owner)) = (names, owner) else { return };
                if self.model.has_choice(&owner, &name.text) {
                    self.inside(Kind::Choice, &owner, name, Role::Uses);
                }
            }
        }
    }

    /// Arguments whose names are not declared anywhere.
    pub(super) fn args(&mut self, args: &[Arg], scope: &Scope) {
        args.iter().for_each(|arg| self.expr(&arg.value, scope, None));
    }

    /// Fields of a request's body: `due` alone stands for `due: due`.
    pub(super) fn body_fields(&mut self, fields: &[Arg], scope: &Scope) {
        for field in fields {
            match (&field.name, &field.value.kind) {
                (None, ExprKind::Path(_)) => {
                    self.also(Also::Field, |walk| walk.expr(&field.value, scope, None));
                }
                _ => self.expr(&field.value, scope, None),
            }
        }
    }

    /// Arguments for parameters: by name, else in order.
    pub(super) fn args_for(&mut self, args: &[Arg], scope: &Scope, params: &[(Symbol, Ty)]) {
        for (number, arg) in args.iter().enumerate() {
            let param = match &arg.name {
                Some(name) => params.iter().find(|(symbol, _)| symbol.word() == name.text),
                None => params.get(number),
            };
            if let (Some(name), Some((symbol, _))) = (&arg.name, param) {
                self.put(name.span, symbol.clone(), Role::Uses);
            }
            self.expr(&arg.value, scope, param.map(|(_, ty)| ty));
        }
    }

    fn record(&mut self, fields: &[Arg], scope: &Scope, wanted: Option<&Ty>) {
        for field in fields {
            let known = field.name.as_ref().and_then(|name| wanted?.field(&name.text));
            if let (Some(name), Some((symbol, _))) = (&field.name, known) {
                self.put(name.span, symbol.clone(), Role::Uses);
            }
            self.expr(&field.value, scope, known.map(|(_, ty)| ty));
        }
    }
}
