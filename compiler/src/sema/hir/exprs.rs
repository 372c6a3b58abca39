//! Expressions with their types, and texts, whose placeholders they are.

use flowright_nlu::value::Value;

use crate::base::FileSpan;
use crate::ir::{ArithOp, CompareOp, FieldType, Helper, Place, TextVariantDef, Type};

/// An expression with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub at: FileSpan,
}

impl Expr {
    /// The expressions that an expression is made of.
    pub(crate) fn operands(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Const(_)
            | ExprKind::Empty
            | ExprKind::Load(_)
            | ExprKind::Param(_)
            | ExprKind::Has(_) => Vec::new(),
            ExprKind::Not(inner) | ExprKind::Neg(inner) => vec![inner],
            ExprKind::Reveal { value, .. } => vec![value],
            ExprKind::Arith { left, right, .. }
            | ExprKind::Compare { left, right, .. }
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right) => vec![left, right],
            ExprKind::InSet { value, set } => std::iter::once(&**value).chain(set).collect(),
            ExprKind::Call { args, .. } | ExprKind::Concat(args) => args.iter().collect(),
        }
    }
}

/// Every expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    Const(Value),
    /// An optional argument that was left out.
    Empty,
    /// One cell. (Records are spread over cells; only their fields are values.)
    Load(Place),
    /// Parameter of the named text that this expression is in.
    Param(u32),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Arith {
        op: ArithOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Both sides are of one kind.
    Compare {
        op: CompareOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `x in [a, b]`
    InSet {
        value: Box<Expr>,
        set: Vec<Expr>,
    },
    /// Whether any of the cells holds something.
    Has(Vec<Place>),
    Call {
        helper: Helper,
        args: Vec<Expr>,
    },
    /// A string with placeholders, as a text value.
    Concat(Vec<Expr>),
    /// `reveal(x) because "…"`: the value, let out on purpose.
    Reveal {
        value: Box<Expr>,
        because: String,
    },
}

/// A text written in place: its variants refer to `params` by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The distinct placeholder expressions of all variants.
    pub params: Vec<Expr>,
    pub variants: Vec<TextVariantDef>,
    pub at: FileSpan,
}

/// A declared text. Its expressions may be [`ExprKind::Param`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    pub name: String,
    pub params: Vec<FieldType>,
    pub text: Text,
}

impl NamedText {
    /// Whether it is said without a step that names it: by the engine, or by people at the desk.
    pub(crate) fn is_said_unnamed(name: &str) -> bool {
        name.starts_with("core.") || name.starts_with(DESK_TEXTS)
    }
}

/// How the texts are called that people at the desk have ready for customers.
pub(crate) const DESK_TEXTS: &str = "desk.";

/// What to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextRef {
    Inline(Text),
    /// Number in [`super::Project::texts`], one argument per parameter.
    Named {
        text: u32,
        args: Vec<Expr>,
        at: FileSpan,
    },
}
