//! Actions: calls to the outside, and the arguments that any call gives.

use flowright_nlu::value::Decimal;

use super::{Expr, Field, Name, Spanned, Template, TypeExpr};
use crate::base::Span;

/// `action NAME(params) -> RESULT { … }`; an `effect` changes the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Declared with `effect`.
    pub is_effect: bool,
    /// The action, often dotted.
    pub name: Name,
    /// Parameters.
    pub params: Vec<Field>,
    /// Result type.
    pub result: Option<TypeExpr>,
    /// `get "…"`, `put "…" body { … }`; absent where it was forgotten.
    pub request: Option<Request>,
    /// `timeout 2s`, in milliseconds.
    pub timeout_ms: Option<Spanned<i64>>,
    /// `retries 2`.
    pub retries: Option<Spanned<Decimal>>,
    /// `error NAME when COND`, in order.
    pub errors: Vec<ActionError>,
}

/// `put "{env.CRM_URL}/orders/{order}" header "X-Trace" "{id}" body { due, note: "…" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// All of it.
    pub span: Span,
    /// `get`, `post`, `put`, `patch`, `delete`.
    pub method: Name,
    /// The address.
    pub url: Template,
    /// Extra headers.
    pub headers: Vec<(Spanned<String>, Template)>,
    /// Fields of the JSON body; `due` alone stands for `due: due`.
    pub body: Option<Vec<Arg>>,
}

/// `error not_found when status == 404`; the condition reads `status` (number) and `code` (text,
/// the `code` field of a JSON error body).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionError {
    /// The error's name, used by `do … { NAME -> … }`.
    pub name: Name,
    /// When an answer is this error.
    pub cond: Expr,
}

/// `NAME: EXPR`, or `NAME` alone, or an unnamed `EXPR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    /// The parameter or field.
    pub name: Option<Name>,
    /// The value; for a lone name, that name as a path.
    pub value: Expr,
}
