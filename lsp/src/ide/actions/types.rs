//! Types as they are written, of what an expression gives.

use flowright_compiler::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

use crate::ide::model::Model;
use crate::ide::symbols::{Scope, Ty};

/// A type as a slot may have it; none for records and for what was lost to an error.
pub(crate) fn of_slot(model: &Model, ty: &Ty) -> Option<String> {
    match ty {
        Ty::Named(name) => Some(name.clone()),
        Ty::Choices(owner) => {
            let choices = model.choices(owner);
            let names: Vec<&str> = choices.iter().map(|choice| choice.text.as_str()).collect();
            (!names.is_empty()).then(|| format!("one_of {{ {} }}", names.join(", ")))
        }
        Ty::List(item) => Some(format!("list of {}", of_slot(model, item)?)),
        Ty::Record(_) | Ty::Unknown => None,
    }
}

/// A type as people read it, records included.
pub(crate) fn shown(model: &Model, ty: &Ty) -> String {
    match ty {
        Ty::Record(fields) => {
            let of = |(name, _, ty): &(String, _, Ty)| format!("{name}: {}", shown(model, ty));
            let fields: Vec<String> = fields.iter().map(of).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Ty::List(item) => format!("list of {}", shown(model, item)),
        Ty::Unknown => "?".to_owned(),
        other => of_slot(model, other).unwrap_or_else(|| "one_of".to_owned()),
    }
}

/// The type of what an expression gives, as a slot or parameter may have it, where that is plain.
pub(super) fn of_expr(model: &Model, scope: &Scope, expr: &Expr) -> Option<String> {
    let name = match &expr.kind {
        ExprKind::Path(names) => {
            if let [one] = names.as_slice()
                && scope.first(model, &one.text).is_none()
            {
                return of_known(&one.text).map(str::to_owned);
            }
            return of_slot(model, &scope.ty_of_path(model, expr)?);
        }
        ExprKind::Reveal { value, .. } => return of_expr(model, scope, value),
        ExprKind::Bool(_) | ExprKind::Is { .. } | ExprKind::Has(_) | ExprKind::Reachable(_) => {
            "bool"
        }
        ExprKind::Number(_) | ExprKind::Percent(_) => "number",
        ExprKind::Money(_) => "money",
        ExprKind::Duration(_) => "duration",
        ExprKind::Date(_) => "date",
        ExprKind::Time(_) => "time",
        ExprKind::Str(_) => "text",
        ExprKind::Unary(UnaryOp::Not, _) => "bool",
        ExprKind::Unary(UnaryOp::Neg, inner) => return of_expr(model, scope, inner),
        ExprKind::Binary(op, left, right) => match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => {
                let (left, right) = (of_expr(model, scope, left)?, of_expr(model, scope, right)?);
                // What a day and a span come to is a day; of others, only like ones are plain.
                return match (op, &*left, &*right) {
                    (BinaryOp::Add | BinaryOp::Sub, "date" | "datetime", "duration") => Some(left),
                    (BinaryOp::Add, _, _) if left == right => Some(left),
                    (_, "number", "number") => Some(left),
                    _ => None,
                };
            }
            _ => "bool",
        },
        _ => return None,
    };
    Some(name.to_owned())
}

/// The types of what every expression knows.
fn of_known(name: &str) -> Option<&'static str> {
    Some(match name {
        "today" => "date",
        "now" => "datetime",
        "utterance" | "channel" | "language" | "intent" => "text",
        "confidence" | "sentiment" | "misses" => "number",
        "business_hours" => "bool",
        _ => return None,
    })
}
