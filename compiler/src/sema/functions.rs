//! The functions that expressions can call: one table, and the check of a call.

use super::cx::Checker;
use super::exprs::{Advice, written_as};
use super::hir::{Expr, ExprKind};
use super::scope::{BUILTIN_NAMES, Scope};
use crate::base::Span;
use crate::diag::Code;
use crate::ir::{Helper, Type};
use crate::syntax::ast::{self, Name};

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Text,
    Number,
    Date,
    DateTime,
    AnyList,
    /// A number, money or duration; the result is of the same kind.
    Quantity,
    /// Like the argument before it.
    Same,
}

/// What a call gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    Text,
    Number,
    Date,
    /// The first argument's type.
    Same,
    /// The items' type.
    Item,
}

/// A function of the language.
struct Function {
    name: &'static str,
    takes: &'static [Takes],
    gives: Gives,
    helper: Helper,
}

/// Every function. `days_until(d)` is `days_between(today, d)`.
const FUNCTIONS: &[Function] = &[
    Function {
        name: "length",
        takes: &[Takes::Text],
        gives: Gives::Number,
        helper: Helper::TextLength,
    },
    Function {
        name: "count",
        takes: &[Takes::AnyList],
        gives: Gives::Number,
        helper: Helper::ListCount,
    },
    Function {
        name: "first",
        takes: &[Takes::AnyList],
        gives: Gives::Item,
        helper: Helper::ListFirst,
    },
    Function {
        name: "last",
        takes: &[Takes::AnyList],
        gives: Gives::Item,
        helper: Helper::ListLast,
    },
    Function { name: "lower", takes: &[Takes::Text], gives: Gives::Text, helper: Helper::Lower },
    Function { name: "upper", takes: &[Takes::Text], gives: Gives::Text, helper: Helper::Upper },
    Function {
        name: "round",
        takes: &[Takes::Number],
        gives: Gives::Number,
        helper: Helper::Round,
    },
    Function { name: "abs", takes: &[Takes::Quantity], gives: Gives::Same, helper: Helper::Abs },
    Function {
        name: "min",
        takes: &[Takes::Quantity, Takes::Same],
        gives: Gives::Same,
        helper: Helper::Min,
    },
    Function {
        name: "max",
        takes: &[Takes::Quantity, Takes::Same],
        gives: Gives::Same,
        helper: Helper::Max,
    },
    Function {
        name: "weekday",
        takes: &[Takes::Date],
        gives: Gives::Number,
        helper: Helper::Weekday,
    },
    Function { name: "day", takes: &[Takes::Date], gives: Gives::Number, helper: Helper::Day },
    Function { name: "month", takes: &[Takes::Date], gives: Gives::Number, helper: Helper::Month },
    Function { name: "year", takes: &[Takes::Date], gives: Gives::Number, helper: Helper::Year },
    Function {
        name: "date_of",
        takes: &[Takes::DateTime],
        gives: Gives::Date,
        helper: Helper::DateOf,
    },
    Function {
        name: "days_between",
        takes: &[Takes::Date, Takes::Date],
        gives: Gives::Number,
        helper: Helper::DaysBetween,
    },
];

/// How a function is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// What kinds of values it takes.
    pub takes: Vec<&'static str>,
    /// What kind of value it gives.
    pub gives: &'static str,
}

/// Every function of the language.
#[must_use]
pub fn signatures() -> Vec<Signature> {
    let of = |function: &Function| {
        let takes: Vec<&str> = function.takes.iter().map(|takes| takes.kind()).collect();
        let gives = match function.gives {
            Gives::Text => "text",
            Gives::Number => "number",
            Gives::Date => "date",
            Gives::Same => takes.first().copied().unwrap_or_default(),
            Gives::Item => "item",
        };
        Signature { name: function.name, takes, gives }
    };
    let until = Signature { name: DAYS_UNTIL, takes: vec!["date"], gives: "number" };
    FUNCTIONS.iter().map(of).chain([until]).collect()
}

/// What a function is called in the language.
pub(crate) fn name_of(helper: Helper) -> Option<&'static str> {
    FUNCTIONS.iter().find(|function| function.helper == helper).map(|function| function.name)
}

/// Takes one date and puts today before it.
const DAYS_UNTIL: &str = "days_until";

/// Whether a function gives a text as it is, but for capitals.
pub(super) fn changes_case(function: &str) -> bool {
    let found = FUNCTIONS.iter().find(|known| known.name == function);
    found.is_some_and(|found| matches!(found.helper, Helper::Lower | Helper::Upper))
}

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        function: &Name,
        args: &[ast::Arg],
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        if function.text == "reveal" {
            let message = "`reveal` lets one value go, and says why";
            let help = "write `reveal(x) because \"…\"`";
            self.error(Code::E0705, span, message, "no value with a reason", help);
            return None;
        }
        let at = self.at(span);
        let until = function.text == DAYS_UNTIL;
        let name = if until { "days_between" } else { function.text.as_str() };
        let Some(found) = FUNCTIONS.iter().find(|known| known.name == name) else {
            let known = FUNCTIONS.iter().map(|known| known.name).chain([DAYS_UNTIL]);
            self.unknown(Code::E0213, "function", function, known);
            return None;
        };
        let takes = found.takes.get(usize::from(until)..).unwrap_or(&[]);
        if args.len() != takes.len() {
            let message = format!(
                "`{}` takes {}, given: {}",
                function.text,
                super::actions::values(takes.len()),
                args.len()
            );
            let help = format!("write `{}`", form(&function.text, takes));
            self.error(Code::E0304, span, message, "wrong number of values", help);
            return None;
        }
        let mut checked: Vec<Expr> = Vec::new();
        if until {
            let today = BUILTIN_NAMES.first()?;
            checked.push(Expr { kind: ExprKind::Load(today.place()), ty: Type::Date, at });
        }
        for (arg, takes) in args.iter().zip(takes) {
            if let Some(name) = &arg.name {
                let message = format!("the values of `{}` have no names", function.text);
                let label = "no such parameter";
                self.error(Code::E0303, name.span, message, label, "write the value alone");
                return None;
            }
            let value = self.expr(&arg.value, scope, None)?;
            let before = checked.last();
            if !takes.accepts(&value.ty, before.map(|before| &before.ty)) {
                let advice = self.advice_on(function, *takes, arg, &value.ty, before);
                let got = self.type_name(&value.ty);
                let message = format!("`{}` does not take a {got} here", function.text);
                let finding = self.finding(Code::E0303, arg.value.span, message);
                self.report_with(finding.label(format!("a {got}")), advice);
                return None;
            }
            if let Some(before) = before.filter(|_| value.ty == Type::Money) {
                self.one_currency(before, &value, arg.value.span, "never compared")?;
            }
            checked.push(value);
        }
        let first = checked.first().map(|first| first.ty.clone());
        let ty = match (found.gives, first) {
            (Gives::Text, _) => Type::Text,
            (Gives::Number, _) => Type::Number,
            (Gives::Date, _) => Type::Date,
            (Gives::Item, Some(Type::List(item))) => *item,
            (Gives::Same | Gives::Item, first) => first?,
        };
        Some(Expr { kind: ExprKind::Call { helper: found.helper, args: checked }, ty, at })
    }
}

impl Checker<'_> {
    /// What a function takes where it was given something else.
    fn advice_on(
        &self,
        function: &Name,
        takes: Takes,
        arg: &ast::Arg,
        got: &Type,
        before: Option<&Expr>,
    ) -> Advice {
        let (name, wanted) = (function.text.as_str(), takes.wanted(before.map(|b| &b.ty)));
        if (takes, got) == (Takes::Date, &Type::DateTime) {
            let help = "`date_of(…)` is the day of an instant";
            return Advice::new(help).around(arg.value.span, "date_of(", ")");
        }
        let written = wanted.as_ref().and_then(|wanted| written_as(wanted, &arg.value, got));
        if let Some(advice) = written.filter(|_| takes != Takes::Text) {
            return advice;
        }
        let twin = match (name, got) {
            ("length", Type::List(_)) => Some("count"),
            ("count", Type::Text) => Some("length"),
            _ => None,
        };
        if let Some(twin) = twin {
            let help = format!("`{twin}(…)` is for a {}", self.type_name(got));
            return Advice::new(help).to(function.span, twin);
        }
        let what = match (takes, wanted) {
            (Takes::AnyList, _) => "a list".to_owned(),
            (Takes::Same, Some(wanted)) => {
                format!("a {}, like the value before it", self.type_name(&wanted))
            }
            (_, Some(wanted)) => format!("a {}", self.type_name(&wanted)),
            (_, None) => "a number, an amount or a duration".to_owned(),
        };
        Advice::new(format!("`{name}` takes {what} here"))
    }
}

/// A call as it is written: `weekday(DATE)`.
fn form(name: &str, takes: &[Takes]) -> String {
    let word = |takes: &Takes| match takes {
        Takes::Text => "TEXT",
        Takes::Number => "NUMBER",
        Takes::Date => "DATE",
        Takes::DateTime => "INSTANT",
        Takes::AnyList => "LIST",
        Takes::Quantity | Takes::Same => "VALUE",
    };
    let words: Vec<&str> = takes.iter().map(word).collect();
    format!("{name}({})", words.join(", "))
}

/// What is asked of a value as if it had fields: the call that was meant, and the functions that
/// there are for it.
pub(super) fn instead_of_field(
    ty: &Type,
    path: &str,
    field: &str,
) -> (Option<String>, Vec<String>) {
    let alone = |ty: &Type| {
        let fits = |known: &&Function| matches!(known.takes, [only] if only.accepts(ty, None));
        FUNCTIONS.iter().filter(fits).map(|known| known.name).collect::<Vec<_>>()
    };
    let field = match (field, ty) {
        ("size" | "len" | "length" | "count", Type::List(_)) => "count",
        ("size" | "len", Type::Text) => "length",
        ("date", Type::DateTime) => "date_of",
        (field, _) => field,
    };
    let meant = match ty {
        Type::DateTime if alone(&Type::Date).contains(&field) => {
            Some(format!("{field}(date_of({path}))"))
        }
        ty => alone(ty).contains(&field).then(|| format!("{field}({path})")),
    };
    let known = alone(ty).into_iter().map(|name| format!("{name}({path})")).collect();
    (meant, known)
}

impl Takes {
    /// What it takes, in a word.
    const fn kind(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::AnyList => "list",
            Self::Quantity | Self::Same => "number, money or duration",
        }
    }

    /// The one type that it takes.
    fn wanted(self, before: Option<&Type>) -> Option<Type> {
        match self {
            Self::Text => Some(Type::Text),
            Self::Number => Some(Type::Number),
            Self::Date => Some(Type::Date),
            Self::DateTime => Some(Type::DateTime),
            Self::Same => before.cloned(),
            Self::AnyList | Self::Quantity => None,
        }
    }

    fn accepts(self, ty: &Type, before: Option<&Type>) -> bool {
        match self {
            Self::Text => *ty == Type::Text,
            Self::Number => *ty == Type::Number,
            Self::Date => *ty == Type::Date,
            Self::DateTime => *ty == Type::DateTime,
            Self::AnyList => matches!(ty, Type::List(_)),
            Self::Quantity => matches!(ty, Type::Number | Type::Money | Type::Duration),
            Self::Same => Some(ty) == before,
        }
    }
}
