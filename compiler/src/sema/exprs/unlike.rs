//! Operators between sides of unlike kinds, amounts of two currencies among them.

use flowright_nlu::value::{Currency, Value};

use super::advice::{Advice, number_of, of_what, text_of, type_of, written_as};
use super::operators::{Link, arith_type};
use crate::base::Span;
use crate::diag::Code;
use crate::ir::{ArithOp, Helper, Type};
use crate::sema::cx::{Checker, quoted as named};
use crate::sema::hir::{Expr, ExprKind};
use crate::syntax::ast::{self, BinaryOp, Name, TemplatePart};
use crate::syntax::literal::literal;
use crate::syntax::write::quoted;

impl Checker<'_> {
    /// `left == right`, where the kinds are not the same.
    pub(super) fn unlike_sides(&mut self, link: &Link<'_>, left: &Type, right: &Type) {
        let (l, r) = (self.type_name(left), self.type_name(right));
        let finding = self
            .finding(Code::E0302, link.span, format!("a {l} cannot be compared with a {r}"))
            .label("unlike kinds");
        let advice = written_as(left, link.right, right)
            .or_else(|| written_as(right, link.left, left))
            .or_else(|| self.one_of_its_choices(left, right))
            .or_else(|| self.one_of_its_choices(right, left))
            .unwrap_or_else(|| Advice::new(compared(left, right)));
        self.report_with(finding, advice);
    }

    /// `left + right`, where there is no such operation.
    pub(super) fn unlike_operands(
        &mut self,
        op: ArithOp,
        left: &Expr,
        right: &Expr,
        link: &Link<'_>,
    ) {
        let (l, r) = (self.type_name(&left.ty), self.type_name(&right.ty));
        let message = format!("`{}` does not go with a {l} and a {r}", sign(op));
        let finding = self.finding(Code::E0302, link.span, message).label("unlike kinds");
        self.report_with(finding, computed(op, link, &left.ty, &right.ty));
    }

    /// What a choice is written as; of two sets with the same choices, how they become one.
    pub(super) fn one_of_its_choices(&self, ty: &Type, other: &Type) -> Option<Advice> {
        let Type::Choice(choice) = ty else { return None };
        let options = self.options(*choice);
        if let Type::Choice(other) = other
            && self.options(*other) == options
        {
            return Some(Advice::new(
                "each `one_of` is a type of its own: declare one `entity x: one_of { … }`, and \
                 give both the type `x`",
            ));
        }
        Some(Advice::new(format!("a choice is one of its own: {}", named(&options))))
    }

    /// Whether two amounts may be of one currency; reports them if not.
    pub(in crate::sema) fn one_currency(
        &mut self,
        left: &Expr,
        right: &Expr,
        span: Span,
        what: &str,
    ) -> Option<()> {
        let (Some(one), Some(other)) = (currency(left), currency(right)) else { return Some(()) };
        if one == other {
            return Some(());
        }
        let finding = self
            .finding(Code::E0302, span, format!("`{one}` and `{other}` are {what}"))
            .label("two currencies")
            .help("write both amounts in one currency: nothing changes one into the other");
        self.report(finding);
        None
    }
}

const fn sign(op: ArithOp) -> &'static str {
    match op {
        ArithOp::Add => "+",
        ArithOp::Sub => "-",
        ArithOp::Mul => "*",
        ArithOp::Div => "/",
    }
}

/// How two sides come to be comparable.
fn compared(left: &Type, right: &Type) -> &'static str {
    match (left, right) {
        (Type::Text, _) | (_, Type::Text) => {
            "a text that looks like another value is still a text: compare two of one kind"
        }
        (Type::Date | Type::DateTime, Type::Number)
        | (Type::Number, Type::Date | Type::DateTime) => {
            "`day(…)`, `month(…)`, `year(…)` and `weekday(…)` of a day are numbers"
        }
        (Type::DateTime, Type::Time) | (Type::Time, Type::DateTime) => {
            "an instant is compared with an instant; `business_hours` knows the time of day"
        }
        (Type::List(_), _) | (_, Type::List(_)) => "ask a list with `contains`, or its `count(…)`",
        (Type::Record(_), _) | (_, Type::Record(_)) => "compare one of its fields",
        (Type::Bool, _) | (_, Type::Bool) => {
            "a bool is a condition itself: ask it alone, or `not` it"
        }
        _ => GENERAL,
    }
}

const GENERAL: &str = "bring both sides to kinds that go together, see `flowright explain E0302`";

/// How two sides come to be computed with.
fn computed(op: ArithOp, link: &Link<'_>, left: &Type, right: &Type) -> Advice {
    use ArithOp::{Add, Mul, Sub};
    use Type::{Date, DateTime, Duration, Money, Number, Record, Text, Time};
    if let Some(advice) = unquoted(op, link, left, right) {
        return advice;
    }
    Advice::new(match (op, left, right) {
        (Add, Text, _) | (Add, _, Text) => return in_one_text(link),
        (_, Text, _) | (_, _, Text) => "only numbers, amounts, days and times are computed with",
        (Add | Sub, Date | DateTime | Duration, Number) => return of_what(number_of(link.right)),
        (Add | Sub, Number, Date | DateTime | Duration) => return of_what(number_of(link.left)),
        (Add | Sub, Money, Number) => return in_which_currency(link.right),
        (Add | Sub, Number, Money) => return in_which_currency(link.left),
        (Add, Duration, Date | DateTime) => "write the day first, as `today + 14d`",
        (Mul, Number, Money) => "write the amount first, as `CNY 5 * 3`",
        (Mul, Number, Duration) => "write the length of time first, as `2h * 3`",
        (Mul, Money, _) => "an amount is multiplied by a number",
        (_, Money, _) | (_, _, Money) => "an amount goes with a number, or with another amount",
        (Add, Date | DateTime, Date | DateTime) => {
            "two days have no sum; `-` gives the time between them"
        }
        (_, Date, DateTime) | (_, DateTime, Date) => "`date_of(…)` is the day of an instant",
        (_, Time, _) | (_, _, Time) => {
            "a time of day is only compared: compute with an instant, as `now + 2h`"
        }
        (_, Record(_), _) | (_, _, Record(_)) => "compute with one of its fields",
        (_, Type::List(_), _) | (_, _, Type::List(_)) => "`count(…)` is how many there are",
        _ => GENERAL,
    })
}

/// What is in quotes and would go with the other side without. A number may be meant as part of a
/// text.
fn unquoted(op: ArithOp, link: &Link<'_>, left: &Type, right: &Type) -> Option<Advice> {
    let (given, other) = match (left, right) {
        (Type::Text, Type::Text) => return None,
        (Type::Text, other) => (link.left, other),
        (other, Type::Text) => (link.right, other),
        _ => return None,
    };
    let value = text_of(given).and_then(literal)?;
    let ty = type_of(&value)?;
    let goes =
        if *left == Type::Text { arith_type(op, &ty, other) } else { arith_type(op, other, &ty) };
    let may_join = op == ArithOp::Add && ty == Type::Number;
    goes.filter(|_| !may_join)?;
    written_as(&ty, given, &Type::Text)
}

fn in_which_currency(number: &ast::Expr) -> Advice {
    let amount = number_of(number).unwrap_or_else(|| "100".to_owned());
    Advice::new(format!("say in which currency: `CNY {amount}`"))
}

/// `"Dear " + name` as one text, in which a value stands in braces.
fn in_one_text(link: &Link<'_>) -> Advice {
    let (pieces, whole) = link.sum();
    let pieces: Option<Vec<Vec<Piece>>> = pieces.into_iter().map(pieces_of).collect();
    let Some(pieces) = pieces.map(|pieces| pieces.concat()) else {
        return Advice::new("put both into one text, values in braces: `\"{first} {second}\"`");
    };
    let touch = pieces.windows(2).any(|pair| matches!(pair, [Piece::Hole(_), Piece::Hole(_)]));
    let mut text = String::from("\"");
    let mut before_is_hole = false;
    for piece in &pieces {
        match piece {
            Piece::Hole(name) if before_is_hole => text.push_str(&format!(" {{{name}}}")),
            Piece::Hole(name) => text.push_str(&format!("{{{name}}}")),
            Piece::Words(words) => text.push_str(words),
        }
        before_is_hole = matches!(piece, Piece::Hole(_));
    }
    text.push('"');
    let advice = Advice::new(format!("put them into one text: `{text}`"));
    // What stands between two values is for people to say.
    if touch { advice } else { advice.to(whole, text) }
}

/// Part of a text that is put together.
#[derive(Debug, Clone)]
enum Piece {
    /// The name of a value.
    Hole(String),
    /// As it is written between quotes.
    Words(String),
}

fn pieces_of(expr: &ast::Expr) -> Option<Vec<Piece>> {
    let hole = |names: &[Name]| {
        let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
        Piece::Hole(names.join("."))
    };
    let part = |part: &TemplatePart| match part {
        TemplatePart::Literal { text, .. } => {
            let text = quoted(text);
            Some(Piece::Words(text.get(1..text.len() - 1)?.to_owned()))
        }
        TemplatePart::Expr(ast::Expr { kind: ast::ExprKind::Path(names), .. }) => Some(hole(names)),
        _ => None,
    };
    match &expr.kind {
        ast::ExprKind::Path(names) => Some(vec![hole(names)]),
        ast::ExprKind::Number(number) => Some(vec![Piece::Words(number.to_string())]),
        ast::ExprKind::Str(template) => template.parts.iter().map(part).collect(),
        _ => None,
    }
}

impl<'e> Link<'e> {
    /// The parts of the sum that begins with this link's left side, and the place of it all.
    fn sum(&self) -> (Vec<&'e ast::Expr>, Span) {
        let mut later = Vec::new();
        let mut at = self.whole;
        while at.span != self.span {
            let ast::ExprKind::Binary(op, left, right) = &at.kind else { break };
            later.push((*op, right, at.span));
            at = left;
        }
        let mut parts = vec![self.left, self.right];
        let mut whole = self.span;
        for (_, right, span) in later.into_iter().rev().take_while(|(op, ..)| *op == BinaryOp::Add)
        {
            parts.push(right);
            whole = span;
        }
        (parts, whole)
    }
}

/// The currency that an amount is surely in.
fn currency(amount: &Expr) -> Option<Currency> {
    match &amount.kind {
        ExprKind::Const(Value::Money(money)) => Some(money.currency),
        ExprKind::Neg(inner) => currency(inner),
        ExprKind::Reveal { value, .. } => currency(value),
        ExprKind::Arith { left, right, .. } if amount.ty == Type::Money => {
            currency(left).or_else(|| currency(right))
        }
        ExprKind::Call { helper: Helper::Min | Helper::Max | Helper::Abs, args } => {
            args.iter().find_map(currency)
        }
        _ => None,
    }
}
