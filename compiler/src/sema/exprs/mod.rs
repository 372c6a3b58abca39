//! Expressions: every name resolved, every operand of the right kind.

use flowright_nlu::value::Value;

use super::cx::{Checker, quoted};
use super::hir::{Expr, ExprKind};
use super::scope::{ANSWER_NAMES, BUILTIN_NAMES, Scope};
use crate::base::Span;
use crate::diag::Code;
use crate::ir::{ArithOp, CompareOp, Helper, Place, RecordCells, Space, Type, cells_of};
use crate::syntax::ast::{self, BinaryOp, Name, UnaryOp};

/// What a path stands for.
enum Target {
    Cells(Type, RecordCells),
    Param(u32, Type),
    Field(Expr),
}

impl Checker<'_> {
    /// Checks an expression. `expected` lets a bare word be a choice of that type.
    pub(super) fn expr(
        &mut self,
        expr: &ast::Expr,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Option<Expr> {
        let at = self.at(expr.span);
        let constant = |value, ty| Some(Expr { kind: ExprKind::Const(value), ty, at });
        match &expr.kind {
            ast::ExprKind::Bool(yes) => constant(Value::Bool(*yes), Type::Bool),
            ast::ExprKind::Number(n) | ast::ExprKind::Percent(n) => {
                constant(Value::Number(*n), Type::Number)
            }
            ast::ExprKind::Money(money) => constant(Value::Money(*money), Type::Money),
            ast::ExprKind::Duration(ms) => constant(Value::Duration(*ms), Type::Duration),
            ast::ExprKind::Date(date) => constant(Value::Date(*date), Type::Date),
            ast::ExprKind::Time(s) => constant(Value::Time(*s), Type::Time),
            ast::ExprKind::Str(template) => self.string(template, scope),
            ast::ExprKind::Regex(_) => {
                self.error(
                    Code::E0301,
                    expr.span,
                    "a pattern is not a value",
                    "a pattern",
                    "write it behind `matches`",
                );
                None
            }
            ast::ExprKind::Path(names) => self.path(names, expr.span, scope, expected),
            ast::ExprKind::Unary(op, inner) => self.unary(*op, inner, expr.span, scope),
            ast::ExprKind::Binary(op, left, right) => {
                self.binary(*op, left, right, expr.span, scope)
            }
            ast::ExprKind::Is { value, negated, option } => {
                self.is(value, *negated, option, expr.span, scope)
            }
            ast::ExprKind::Has(names) => {
                let (_, cells) = self.cells(names, expr.span, scope)?;
                Some(Expr { kind: ExprKind::Has(cells_of(&cells)), ty: Type::Bool, at })
            }
            ast::ExprKind::Call { function, args } => self.call(function, args, expr.span, scope),
            ast::ExprKind::List(items) => {
                if let Some(item) = items.first() {
                    self.error(
                        Code::E0301,
                        item.span,
                        "a list written out stands only behind `in`",
                        "not here",
                        "compare with `x in [a, b]`",
                    );
                }
                None
            }
            ast::ExprKind::Record(_) => {
                self.error(
                    Code::E0301,
                    expr.span,
                    "a record written out stands only in tests",
                    "not here",
                    "name the fields one by one",
                );
                None
            }
            ast::ExprKind::Reveal { value, because } => {
                let value = Box::new(self.expr(value, scope, expected)?);
                let ty = value.ty.clone();
                let because = because.value.clone();
                Some(Expr { kind: ExprKind::Reveal { value, because }, ty, at })
            }
            ast::ExprKind::Error => None,
        }
    }

    /// Checks an expression of a given type.
    pub(super) fn expr_of(
        &mut self,
        expr: &ast::Expr,
        scope: &Scope,
        ty: &Type,
        what: &str,
    ) -> Option<Expr> {
        let checked = self.expr(expr, scope, Some(ty))?;
        if checked.ty == *ty {
            return Some(checked);
        }
        let (wanted, got) = (self.type_name(ty), self.type_name(&checked.ty));
        let message = format!("{what} is a {wanted}, this is a {got}");
        self.error(
            Code::E0301,
            expr.span,
            message,
            &format!("a {got}"),
            format!("give a {wanted}"),
        );
        None
    }

    /// Checks a condition.
    pub(super) fn condition(&mut self, expr: &ast::Expr, scope: &Scope) -> Option<Expr> {
        let checked = self.expr(expr, scope, Some(&Type::Bool))?;
        if checked.ty == Type::Bool {
            return Some(checked);
        }
        let got = self.type_name(&checked.ty);
        self.error(
            Code::E0307,
            expr.span,
            format!("a {got} is not a condition"),
            "neither true nor false",
            "compare it with something, or ask `has` it",
        );
        None
    }

    /// A string as a value: its parts, one after the other.
    fn string(&mut self, template: &ast::Template, scope: &Scope) -> Option<Expr> {
        let at = self.at(template.span);
        let mut parts = Vec::new();
        for part in &template.parts {
            match part {
                ast::TemplatePart::Literal { text, span } => parts.push(Expr {
                    kind: ExprKind::Const(Value::Text(text.clone())),
                    ty: Type::Text,
                    at: self.at(*span),
                }),
                ast::TemplatePart::Expr(expr) => parts.push(self.shown(expr, scope)?),
                ast::TemplatePart::Annotation { span, .. } => {
                    self.error(
                        Code::E0502,
                        *span,
                        "an annotation stands only in examples",
                        "not here",
                        "write `{name}` to show a value",
                    );
                    return None;
                }
                ast::TemplatePart::Plural(ast::Plural { span, .. })
                | ast::TemplatePart::Count(span) => {
                    self.plural_elsewhere(*span);
                    return None;
                }
                ast::TemplatePart::Error(_) => return None,
            }
        }
        match parts.as_slice() {
            [] => {
                let kind = ExprKind::Const(Value::Text(String::new()));
                Some(Expr { kind, ty: Type::Text, at })
            }
            [only] if matches!(only.kind, ExprKind::Const(_)) => parts.pop(),
            _ => Some(Expr { kind: ExprKind::Concat(parts), ty: Type::Text, at }),
        }
    }

    /// An expression whose value a text shows.
    pub(super) fn shown(&mut self, expr: &ast::Expr, scope: &Scope) -> Option<Expr> {
        let checked = self.expr(expr, scope, None)?;
        let showable = match &checked.ty {
            Type::Record(_) => false,
            Type::List(item) => !matches!(**item, Type::Record(_) | Type::List(_)),
            _ => true,
        };
        if !showable {
            let got = self.type_name(&checked.ty);
            self.error(
                Code::E0306,
                expr.span,
                format!("a {got} cannot be shown in a text"),
                "not showable",
                "show one of its fields, or let the customer `choose` from it",
            );
            return None;
        }
        Some(checked)
    }

    fn path(
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
            Target::Cells(ty, RecordCells::One(place)) => {
                Some(Expr { kind: ExprKind::Load(place), ty, at })
            }
            Target::Cells(ty, RecordCells::Fields(_)) => {
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
    pub(super) fn cells(
        &mut self,
        names: &[Name],
        span: Span,
        scope: &Scope,
    ) -> Option<(Type, RecordCells)> {
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

    fn resolve(&mut self, names: &[Name], span: Span, scope: &Scope) -> Option<Target> {
        let (first, rest) = names.split_first()?;
        if let Some(number) = scope.params.iter().position(|param| param.name == first.text) {
            let ty = scope.params.get(number)?.ty.clone();
            return self.no_fields(rest, Target::Param(u32::try_from(number).ok()?, ty));
        }
        if let Some((ty, cells)) = scope.locals.get(&first.text) {
            self.used_slots.insert(first.text.clone());
            return self.fields(ty.clone(), cells.clone(), first, rest);
        }
        if let Some((ty, place)) = self.session_types.get(&first.text).cloned() {
            self.used_slots.insert(first.text.clone());
            return self.fields(ty, RecordCells::One(place), first, rest);
        }
        if first.text == "customer" {
            return self.customer_field(first, rest);
        }
        let answers = if scope.answer { ANSWER_NAMES } else { &[] };
        if let Some(builtin) = answers.iter().chain(BUILTIN_NAMES).find(|b| b.name == first.text) {
            let target = Target::Cells(builtin.ty.clone(), RecordCells::One(builtin.place()));
            return self.no_fields(rest, target);
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
        if !self.symbols.slots.lost.contains(&first.text) && !scope.lost.contains(&first.text) {
            let session: Vec<String> = self.session_types.keys().cloned().collect();
            let known: Vec<&str> = scope
                .locals
                .keys()
                .chain(&scope.lost)
                .chain(&session)
                .map(String::as_str)
                .chain(scope.params.iter().map(|param| param.name.as_str()))
                .chain(answers.iter().chain(BUILTIN_NAMES).map(|b| b.name))
                .chain(["customer"])
                .collect();
            self.unknown(Code::E0201, "slot or value", first, known);
        }
        None
    }

    /// Whether the customer's profile may have fields that an error has lost.
    pub(super) fn customer_broken(&self) -> bool {
        let fields = self.symbols.customers.iter().map(|found| found.node.fields.len()).sum();
        self.symbols.customer_lost
            || self.customer.len() < fields
            || self.symbols.customers.iter().any(|found| found.broken)
    }

    fn customer_field(&mut self, customer: &Name, rest: &[Name]) -> Option<Target> {
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
        self.fields(ty, RecordCells::One(place), field, rest)
    }

    fn no_fields(&mut self, rest: &[Name], target: Target) -> Option<Target> {
        let Some(field) = rest.first() else { return Some(target) };
        self.error(
            Code::E0308,
            field.span,
            format!("there is no field `{}` here", field.text),
            "not a record",
            "remove it",
        );
        None
    }

    /// Walks into a record spread over cells, then into a record that is one value.
    fn fields(
        &mut self,
        ty: Type,
        cells: RecordCells,
        owner: &Name,
        rest: &[Name],
    ) -> Option<Target> {
        let Some((field, rest)) = rest.split_first() else { return Some(Target::Cells(ty, cells)) };
        let Type::Record(fields) = &ty else {
            let got = self.type_name(&ty);
            self.error(
                Code::E0308,
                field.span,
                format!("`{}` is a {got} and has no fields", owner.text),
                "no such field",
                "remove it",
            );
            return None;
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
            RecordCells::Fields(parts) => {
                self.fields(field_ty, parts.get(number)?.clone(), field, rest)
            }
            RecordCells::One(place) => {
                let at = self.at(owner.span.cover(field.span));
                let record = Expr { kind: ExprKind::Load(place), ty: ty.clone(), at };
                let helper = Helper::Field(u32::try_from(number).ok()?);
                let kind = ExprKind::Call { helper, args: vec![record] };
                self.no_fields(rest, Target::Field(Expr { kind, ty: field_ty, at }))
            }
        }
    }

    /// A choice by its name.
    pub(super) fn option(&mut self, choice: crate::ir::ChoiceId, name: &Name) -> Option<Expr> {
        let options: Vec<String> = self
            .choices
            .get(choice.index())
            .map(|choice| choice.options.iter().map(|option| option.name.clone()).collect())
            .unwrap_or_default();
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

    fn unary(&mut self, op: UnaryOp, inner: &ast::Expr, span: Span, scope: &Scope) -> Option<Expr> {
        let at = self.at(span);
        if op == UnaryOp::Not {
            let inner = self.condition(inner, scope)?;
            return Some(Expr { kind: ExprKind::Not(Box::new(inner)), ty: Type::Bool, at });
        }
        let checked = self.expr(inner, scope, None)?;
        if !matches!(checked.ty, Type::Number | Type::Money | Type::Duration) {
            let got = self.type_name(&checked.ty);
            self.error(
                Code::E0302,
                span,
                format!("a {got} has no negative"),
                "not a number",
                "only numbers, money and durations can be negated",
            );
            return None;
        }
        let ty = checked.ty.clone();
        Some(Expr { kind: ExprKind::Neg(Box::new(checked)), ty, at })
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let arith = match op {
            BinaryOp::Or | BinaryOp::And => {
                let (left, right) = (self.condition(left, scope), self.condition(right, scope));
                let (left, right) = (Box::new(left?), Box::new(right?));
                let kind = if op == BinaryOp::Or {
                    ExprKind::Or(left, right)
                } else {
                    ExprKind::And(left, right)
                };
                return Some(Expr { kind, ty: Type::Bool, at });
            }
            BinaryOp::Eq => return self.comparison(CompareOp::Eq, left, right, span, scope),
            BinaryOp::Ne => return self.comparison(CompareOp::Ne, left, right, span, scope),
            BinaryOp::Lt => return self.comparison(CompareOp::Lt, left, right, span, scope),
            BinaryOp::Le => return self.comparison(CompareOp::Le, left, right, span, scope),
            BinaryOp::Gt => return self.comparison(CompareOp::Gt, left, right, span, scope),
            BinaryOp::Ge => return self.comparison(CompareOp::Ge, left, right, span, scope),
            BinaryOp::In => return self.membership(left, right, span, scope),
            BinaryOp::Contains => return self.contains(left, right, span, scope),
            BinaryOp::Matches => return self.matches(left, right, span, scope),
            BinaryOp::Add => ArithOp::Add,
            BinaryOp::Sub => ArithOp::Sub,
            BinaryOp::Mul => ArithOp::Mul,
            BinaryOp::Div => ArithOp::Div,
        };
        let (left, right) = (self.expr(left, scope, None), self.expr(right, scope, None));
        let (left, right) = (left?, right?);
        let Some(ty) = arith_type(arith, &left.ty, &right.ty) else {
            let (l, r) = (self.type_name(&left.ty), self.type_name(&right.ty));
            let sign = match arith {
                ArithOp::Add => "+",
                ArithOp::Sub => "-",
                ArithOp::Mul => "*",
                ArithOp::Div => "/",
            };
            self.error(
                Code::E0302,
                span,
                format!("`{sign}` does not go with a {l} and a {r}"),
                "unlike kinds",
                advice(&left.ty, &right.ty),
            );
            return None;
        };
        let kind = ExprKind::Arith { op: arith, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty, at })
    }

    /// Both sides of a comparison: the one whose type is plain first, so that a bare word on the
    /// other side can be a choice of it.
    fn operands(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        scope: &Scope,
    ) -> Option<(Expr, Expr)> {
        let left = self.expr(left, scope, None)?;
        let right = self.expr(right, scope, Some(&left.ty))?;
        Some((left, right))
    }

    fn comparison(
        &mut self,
        op: CompareOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let (left, right) = self.operands(left, right, scope)?;
        if left.ty != right.ty {
            let (l, r) = (self.type_name(&left.ty), self.type_name(&right.ty));
            self.error(
                Code::E0302,
                span,
                format!("a {l} cannot be compared with a {r}"),
                "unlike kinds",
                advice(&left.ty, &right.ty),
            );
            return None;
        }
        let ordered = !matches!(op, CompareOp::Eq | CompareOp::Ne);
        let comparable = match left.ty {
            Type::List(_) | Type::Record(_) => false,
            Type::Bool | Type::Choice(_) => !ordered,
            _ => true,
        };
        if !comparable {
            let got = self.type_name(&left.ty);
            let help = if ordered {
                "only `==`, `!=`, `is` and `is not` ask about it"
            } else {
                "compare its parts"
            };
            self.error(
                Code::E0305,
                span,
                format!("a {got} has no order or equality like this"),
                "cannot be compared so",
                help,
            );
            return None;
        }
        let at = self.at(span);
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty: Type::Bool, at })
    }

    fn membership(
        &mut self,
        value: &ast::Expr,
        set: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let value = self.expr(value, scope, None)?;
        if let ast::ExprKind::List(items) = &set.kind {
            let ty = value.ty.clone();
            let items: Option<Vec<Expr>> = items
                .iter()
                .map(|item| self.expr_of(item, scope, &ty, "what is looked for"))
                .collect();
            let kind = ExprKind::InSet { value: Box::new(value), set: items? };
            return Some(Expr { kind, ty: Type::Bool, at });
        }
        let list = Type::List(Box::new(value.ty.clone()));
        let set = self.expr_of(set, scope, &list, "what stands behind `in`")?;
        let kind = ExprKind::Call { helper: Helper::ListContains, args: vec![set, value] };
        Some(Expr { kind, ty: Type::Bool, at })
    }

    fn contains(
        &mut self,
        whole: &ast::Expr,
        part: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let whole = self.expr(whole, scope, None)?;
        let (helper, part_ty) = match &whole.ty {
            Type::Text => (Helper::Contains, Type::Text),
            Type::List(item) => (Helper::ListContains, (**item).clone()),
            other => {
                let got = self.type_name(other);
                self.error(
                    Code::E0302,
                    span,
                    format!("a {got} contains nothing"),
                    "neither text nor list",
                    "ask it of a text or a list",
                );
                return None;
            }
        };
        let part = self.expr_of(part, scope, &part_ty, "what is looked for")?;
        Some(Expr { kind: ExprKind::Call { helper, args: vec![whole, part] }, ty: Type::Bool, at })
    }

    fn matches(
        &mut self,
        text: &ast::Expr,
        pattern: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let text = self.expr_of(text, scope, &Type::Text, "what stands before `matches`")?;
        let ast::ExprKind::Regex(source) = &pattern.kind else {
            self.error(
                Code::E0301,
                pattern.span,
                "`matches` needs a pattern",
                "not a pattern",
                "write it as `r\"\\d+\"`",
            );
            return None;
        };
        let helper = Helper::Matches(self.regex(source, pattern.span)?);
        Some(Expr { kind: ExprKind::Call { helper, args: vec![text] }, ty: Type::Bool, at })
    }

    fn is(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        option: &Name,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let op = if negated { CompareOp::Ne } else { CompareOp::Eq };
        if let Some(compared) = self.is_about_names(value, option) {
            let left = self.expr(value, scope, None)?;
            compared?;
            let right = Expr {
                kind: ExprKind::Const(Value::Text(option.text.clone())),
                ty: Type::Text,
                at: self.at(option.span),
            };
            let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
            return Some(Expr { kind, ty: Type::Bool, at });
        }
        let left = self.expr(value, scope, None)?;
        let Type::Choice(choice) = left.ty else {
            let got = self.type_name(&left.ty);
            self.error(
                Code::E0305,
                span,
                format!("`is` asks about choices, this is a {got}"),
                "not a choice",
                "use `==` for other values",
            );
            return None;
        };
        let right = self.option(choice, option)?;
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty: Type::Bool, at })
    }

    /// For `channel is web`, `language is zh`, `intent is x`: whether the name behind `is` exists.
    fn is_about_names(&mut self, value: &ast::Expr, option: &Name) -> Option<Option<()>> {
        let ast::ExprKind::Path(names) = &value.kind else { return None };
        let [name] = names.as_slice() else { return None };
        Some(match name.text.as_str() {
            "channel" => self.lookup(|s| &s.channels, "channel", option).map(|_| ()),
            "intent" => self.lookup(|s| &s.intents, "intent", option).map(|_| ()),
            "language" => self.language(option).map(|_| ()),
            _ => return None,
        })
    }
}

/// The type of `left op right`; see [`crate::ir::Inst::Arith`].
fn arith_type(op: ArithOp, left: &Type, right: &Type) -> Option<Type> {
    use ArithOp::{Add, Div, Mul, Sub};
    use Type::{Date, DateTime, Duration, Money, Number};
    Some(match (op, left, right) {
        (_, Number, Number) | (Div, Money, Money) | (Div, Duration, Duration) => Number,
        (Add | Sub, Money, Money) | (Mul | Div, Money, Number) => Money,
        (Add | Sub, Date, Duration) => Date,
        (Add | Sub, DateTime, Duration) => DateTime,
        (Sub, Date, Date) | (Sub, DateTime, DateTime) | (Add | Sub, Duration, Duration) => Duration,
        (Mul | Div, Duration, Number) => Duration,
        _ => return None,
    })
}

/// How two sides of unlike kinds are brought together.
fn advice(left: &Type, right: &Type) -> &'static str {
    match (left, right) {
        (Type::Money, Type::Number) | (Type::Number, Type::Money) => {
            "say in which currency: `CNY 1_000_000`"
        }
        (Type::Date | Type::DateTime, Type::Number)
        | (Type::Number, Type::Date | Type::DateTime) => {
            "say of what: `3d` is three days, `2h` two hours"
        }
        (Type::Text, _) | (_, Type::Text) => "a text is compared with a text, in quotes",
        (Type::Date, Type::DateTime) | (Type::DateTime, Type::Date) => {
            "`date_of(…)` is the day of an instant"
        }
        _ => "bring both sides to kinds that go together, see `flowright explain E0302`",
    }
}
