//! Expressions: literals, paths, and operators by precedence.

use flowright_nlu::value::{Currency, Decimal, Money};

use super::Lower;
use crate::base::Span;
use crate::syntax::ast::{Arg, BinaryOp, Expr, ExprKind, Name, Spanned, UnaryOp};
use crate::syntax::pest_bridge::{Node, Rule};

/// Binding power of `not`: looser than comparisons, tighter than `and`.
const NOT_POWER: u8 = 3;
/// Binding power of unary minus.
const NEG_POWER: u8 = 9;

impl Lower<'_> {
    /// Lowers an `expr` node.
    pub(super) fn expr(&mut self, node: &Node) -> Expr {
        let mut at = 0;
        self.climb(node, &mut at, 0)
    }

    /// The first `expr` child, or an error in its place.
    pub(super) fn own_expr(&mut self, node: &Node) -> Expr {
        match node.child(Rule::expr) {
            Some(expr) => self.expr(expr),
            None => Expr { span: node.span, kind: ExprKind::Error },
        }
    }

    /// Precedence climbing over the flat children of an `expr` node, from child `at` on, taking
    /// operators that bind at least as tightly as `power`.
    fn climb(&mut self, node: &Node, at: &mut usize, power: u8) -> Expr {
        let mut left = self.operand(node, at);
        while let Some(operator) = node.children.get(*at) {
            if operator.rule == Rule::is_not {
                if IS_POWER < power {
                    break;
                }
                *at += 1;
                left = self.is(left, operator);
                continue;
            }
            let Some((op, binds)) = binary(operator.rule) else { break };
            if binds < power {
                break;
            }
            *at += 1;
            let right = self.climb(node, at, binds + 1);
            let span = left.span.cover(right.span);
            left = Expr { span, kind: ExprKind::Binary(op, Box::new(left), Box::new(right)) };
        }
        left
    }

    fn operand(&mut self, node: &Node, at: &mut usize) -> Expr {
        let Some(first) = node.children.get(*at) else {
            return Expr { span: node.span, kind: ExprKind::Error };
        };
        *at += 1;
        let (op, power) = match first.rule {
            Rule::not => (UnaryOp::Not, NOT_POWER),
            Rule::neg => (UnaryOp::Neg, NEG_POWER),
            _ => return self.primary(first),
        };
        let inner = self.climb(node, at, power);
        let span = first.span.cover(inner.span);
        Expr { span, kind: ExprKind::Unary(op, Box::new(inner)) }
    }

    fn is(&mut self, value: Expr, node: &Node) -> Expr {
        let span = value.span.cover(node.span);
        let negated = node.child(Rule::kw_not).is_some();
        let option = self.own_name(node);
        Expr { span, kind: ExprKind::Is { value: Box::new(value), negated, option } }
    }

    fn primary(&mut self, node: &Node) -> Expr {
        let kind = match node.rule {
            Rule::date => ExprKind::Date(self.date(node).value),
            Rule::time => ExprKind::Time(self.time(node).value),
            Rule::percent => ExprKind::Percent(self.percent(node).value),
            Rule::duration => ExprKind::Duration(self.duration(node).value),
            Rule::number => ExprKind::Number(self.number(node).value),
            Rule::regex => ExprKind::Regex(self.regex(node).value),
            Rule::template => ExprKind::Str(self.template(node)),
            Rule::bool => ExprKind::Bool(node.child(Rule::kw_true).is_some()),
            Rule::money => self.money(node),
            Rule::has => ExprKind::Has(self.path_names(node)),
            Rule::reveal => self.reveal(node),
            Rule::call => ExprKind::Call { function: self.own_name(node), args: self.args(node) },
            Rule::path => ExprKind::Path(self.path_names(node)),
            Rule::list => ExprKind::List(node.all(Rule::expr).map(|e| self.expr(e)).collect()),
            Rule::record => ExprKind::Record(self.args(node)),
            Rule::paren => return self.own_expr(node),
            _ => ExprKind::Error,
        };
        Expr { span: node.span, kind }
    }

    fn money(&mut self, node: &Node) -> ExprKind {
        let code = node.child(Rule::currency).map(|c| self.str(c).to_owned()).unwrap_or_default();
        let amount = node.child(Rule::number).map(|n| self.number(n).value);
        match (Currency::parse(&code), amount) {
            (Some(currency), Some(amount)) => ExprKind::Money(Money { currency, amount }),
            _ => ExprKind::Error,
        }
    }

    fn reveal(&mut self, node: &Node) -> ExprKind {
        let value = Box::new(self.own_expr(node));
        let because = match node.child(Rule::template) {
            Some(text) => self.plain_string(text),
            None => Spanned { value: String::new(), span: node.span },
        };
        ExprKind::Reveal { value, because }
    }

    /// The parts of the dotted name in `node`, each with its place.
    fn path_names(&self, node: &Node) -> Vec<Name> {
        let Some(dotted) = node.child(Rule::dotted) else { return Vec::new() };
        split_dotted(self.str(dotted), dotted.span.start)
    }

    /// `r"…"` without its quotes.
    pub(super) fn regex(&self, node: &Node) -> Spanned<String> {
        let quoted = self.str(node);
        let inner = quoted.strip_prefix("r\"").and_then(|q| q.strip_suffix('"')).unwrap_or(quoted);
        Spanned { value: inner.to_owned(), span: node.span }
    }

    /// The arguments in `node`, if it has any.
    pub(super) fn args(&mut self, node: &Node) -> Vec<Arg> {
        let Some(args) = node.child(Rule::args) else { return Vec::new() };
        args.all(Rule::arg).map(|arg| self.arg(arg)).collect()
    }

    fn arg(&mut self, node: &Node) -> Arg {
        let mut exprs = node.all(Rule::expr);
        let (first, second) = (exprs.next(), exprs.next());
        let first = match first {
            Some(first) => self.expr(first),
            None => Expr { span: node.span, kind: ExprKind::Error },
        };
        let Some(value) = second.map(|second| self.expr(second)) else {
            return Arg { name: None, value: first };
        };
        match first.kind {
            ExprKind::Path(mut names) if names.len() == 1 => Arg { name: names.pop(), value },
            _ => {
                let message = "only a name can stand before `:` here";
                self.fault(first.span, message, "write `name: value`");
                Arg { name: None, value }
            }
        }
    }

    /// The share or amount of a number child, for members such as `tries 3`.
    pub(super) fn own_number(&mut self, node: &Node) -> Option<Spanned<Decimal>> {
        node.child(Rule::number).map(|number| self.number(number))
    }
}

/// Binding power of `is`.
const IS_POWER: u8 = 4;

fn binary(rule: Rule) -> Option<(BinaryOp, u8)> {
    Some(match rule {
        Rule::or => (BinaryOp::Or, 1),
        Rule::and => (BinaryOp::And, 2),
        Rule::eq => (BinaryOp::Eq, 5),
        Rule::ne => (BinaryOp::Ne, 5),
        Rule::lt => (BinaryOp::Lt, 5),
        Rule::le => (BinaryOp::Le, 5),
        Rule::gt => (BinaryOp::Gt, 5),
        Rule::ge => (BinaryOp::Ge, 5),
        Rule::in_ => (BinaryOp::In, 5),
        Rule::contains => (BinaryOp::Contains, 5),
        Rule::matches => (BinaryOp::Matches, 5),
        Rule::add => (BinaryOp::Add, 6),
        Rule::sub => (BinaryOp::Sub, 6),
        Rule::mul => (BinaryOp::Mul, 7),
        Rule::div => (BinaryOp::Div, 7),
        _ => return None,
    })
}

/// `a.b` as two names.
pub(super) fn split_dotted(text: &str, start: u32) -> Vec<Name> {
    let mut at = start;
    let mut names = Vec::new();
    for part in text.split('.') {
        let end = at + u32::try_from(part.len()).unwrap_or_default();
        names.push(Name { text: part.to_owned(), span: Span::new(at, end) });
        at = end + 1;
    }
    names
}
