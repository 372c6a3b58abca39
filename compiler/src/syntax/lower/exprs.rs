//! Expressions: literals, paths, and operators by precedence.

use flowright_nlu::value::{Currency, Money};

use super::Lower;
use crate::base::Span;
use crate::base::limits::EXPRESSION_DEPTH_MAX;
use crate::syntax::ast::{Arg, BinaryOp, Expr, ExprKind, Name, Spanned, UnaryOp};
use crate::syntax::pest_bridge::{Node, Rule};

/// Binding power of `not`: looser than comparisons, tighter than `and`.
const NOT_POWER: u8 = 3;
/// Binding power of unary minus.
const NEG_POWER: u8 = 9;

/// An expression, and how many operations are in each other in it.
struct Tall {
    expr: Expr,
    height: usize,
}

impl Lower<'_> {
    /// Lowers an `expr` node.
    pub(in crate::syntax) fn expr(&mut self, node: &Node) -> Expr {
        let mut at = 0;
        let Tall { expr, height } = self.climb(node, &mut at, 0);
        self.depth.tallest = self.depth.tallest.max(height);
        expr
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
    fn climb(&mut self, node: &Node, at: &mut usize, power: u8) -> Tall {
        let mut left = self.operand(node, at);
        while let Some(operator) = node.children.get(*at) {
            let is = operator.rule == Rule::is_not;
            let (op, binds) = match binary(operator.rule) {
                _ if is => (None, IS_POWER),
                Some((op, binds)) => (Some(op), binds),
                None => break,
            };
            if binds < power {
                break;
            }
            *at += 1;
            let right = op.map(|op| (op, self.climb(node, at, binds + 1)));
            let height = 1 + right.as_ref().map_or(left.height, |(_, r)| r.height.max(left.height));
            if height > EXPRESSION_DEPTH_MAX {
                return self.rest_too_deep(node, at, operator.span);
            }
            let expr = match right {
                None => self.is(left.expr, operator),
                Some((op, right)) => {
                    let (left, right) = (Box::new(left.expr), Box::new(right.expr));
                    let span = left.span.cover(right.span);
                    Expr { span, kind: ExprKind::Binary(op, left, right) }
                }
            };
            left = Tall { expr, height };
        }
        left
    }

    fn operand(&mut self, node: &Node, at: &mut usize) -> Tall {
        let Some(first) = node.children.get(*at) else {
            return Tall { expr: Expr { span: node.span, kind: ExprKind::Error }, height: 0 };
        };
        *at += 1;
        let (op, power) = match first.rule {
            Rule::not => (UnaryOp::Not, NOT_POWER),
            Rule::neg => (UnaryOp::Neg, NEG_POWER),
            _ => return self.tall_primary(node, at, first),
        };
        if self.depth.prefixes >= EXPRESSION_DEPTH_MAX {
            return self.rest_too_deep(node, at, first.span);
        }
        self.depth.prefixes += 1;
        let Tall { expr: inner, height } = self.climb(node, at, power);
        self.depth.prefixes -= 1;
        if height >= EXPRESSION_DEPTH_MAX {
            return self.rest_too_deep(node, at, first.span);
        }
        let span = first.span.cover(inner.span);
        let expr = Expr { span, kind: ExprKind::Unary(op, Box::new(inner)) };
        Tall { expr, height: height + 1 }
    }

    /// An operand with how tall what stands in it is.
    fn tall_primary(&mut self, node: &Node, at: &mut usize, own: &Node) -> Tall {
        let around = std::mem::take(&mut self.depth.tallest);
        let expr = self.primary(own);
        let inside = std::mem::replace(&mut self.depth.tallest, around);
        // Parentheses leave nothing in the tree.
        let height = if own.rule == Rule::paren { inside } else { inside + 1 };
        if height > EXPRESSION_DEPTH_MAX {
            return self.rest_too_deep(node, at, own.span);
        }
        Tall { expr, height }
    }

    /// Gives up the rest of an `expr` node.
    fn rest_too_deep(&mut self, node: &Node, at: &mut usize, place: Span) -> Tall {
        self.expression_too_deep(place);
        *at = node.children.len();
        Tall { expr: Expr { span: node.span, kind: ExprKind::Error }, height: 0 }
    }

    fn is(&mut self, value: Expr, node: &Node) -> Expr {
        let span = value.span.cover(node.span);
        let negated = node.child(Rule::kw_not).is_some();
        let option = self.own_name(node);
        Expr { span, kind: ExprKind::Is { value: Box::new(value), negated, option } }
    }

    fn primary(&mut self, node: &Node) -> Expr {
        let kind = match node.rule {
            Rule::date => literal(self.date(node), ExprKind::Date),
            Rule::time => literal(self.time(node), ExprKind::Time),
            Rule::percent => literal(self.percent(node), ExprKind::Percent),
            Rule::duration => literal(self.duration(node), ExprKind::Duration),
            Rule::number => literal(self.number(node), ExprKind::Number),
            Rule::regex => ExprKind::Regex(self.regex(node).value),
            Rule::template => ExprKind::Str(self.template(node)),
            Rule::bool => ExprKind::Bool(node.child(Rule::kw_true).is_some()),
            Rule::money => self.money(node),
            Rule::has => ExprKind::Has(self.path_names(node)),
            Rule::reachable => ExprKind::Reachable(self.own_name(node)),
            Rule::reveal => self.reveal(node),
            Rule::call => self.call(node),
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
        let amount = self.own_number(node).map(|amount| amount.value);
        match (Currency::parse(&code), amount) {
            (Some(currency), Some(amount)) => ExprKind::Money(Money { currency, amount }),
            _ => ExprKind::Error,
        }
    }

    /// A call; one of `reveal` is a reveal that gives no reason.
    fn call(&mut self, node: &Node) -> ExprKind {
        let function = self.own_name(node);
        let mut args = self.args(node);
        let is_reveal = function.text == "reveal" && args.len() == 1;
        match args.pop_if(|only| is_reveal && only.name.is_none()) {
            Some(only) => ExprKind::Reveal {
                value: Box::new(only.value),
                because: Spanned { value: String::new(), span: node.span },
            },
            None => ExprKind::Call { function, args },
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
}

/// A literal, if it has a value.
fn literal<T>(value: Option<Spanned<T>>, kind: fn(T) -> ExprKind) -> ExprKind {
    value.map_or(ExprKind::Error, |literal| kind(literal.value))
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
