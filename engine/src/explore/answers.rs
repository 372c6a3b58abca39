//! What the outside world answers: values of declared types, plain and awkward, declared errors,
//! silence, and JSON that is not as declared.

use flowright_compiler::ir::interp::constant;
use flowright_compiler::ir::{ActionDef, Function, Heap, Inst, Program, Type};
use flowright_nlu::value::{Currency, DAY_MS, Date, Decimal, Money, Value};
use serde_json::json;

use super::conversation::Answer;
use super::random::Random;

/// Texts that an action may give.
const TEXTS: &[&str] = &["C-1001", "T-1", "ok", "", "张伟", "a {b} \"c\"\nd", "🙂", "  "];
/// How long lists are.
const LENGTHS: [usize; 6] = [0, 1, 1, 2, 3, 60];

/// Makes values. Knows the constants that a program compares with, so that its branches are met.
#[derive(Debug)]
pub(super) struct Answers {
    constants: Vec<Value>,
}

impl Answers {
    pub(super) fn of(program: &Program) -> Self {
        let mut made = Self::in_functions(program.functions.iter());
        made.constants.extend(program.strings.iter().cloned());
        made
    }

    /// Knows only what these functions compare with, texts aside.
    pub(super) fn in_functions<'f>(functions: impl Iterator<Item = &'f Function>) -> Self {
        let (heap, mut constants) = (Heap::default(), Vec::new());
        let insts = functions.flat_map(|f| &f.blocks).flat_map(|block| &block.insts);
        for inst in insts {
            if let Inst::Const { value, .. } = inst {
                constants.extend(heap.value(constant(*value), &[]));
            }
        }
        let mut seen = std::collections::HashSet::new();
        constants.retain(|value| seen.insert(value.clone()));
        Self { constants }
    }

    /// What a call comes to.
    pub(super) fn answer(
        &self,
        program: &Program,
        action: &ActionDef,
        today: Date,
        random: &mut Random,
    ) -> Answer {
        let named = if action.errors.is_empty() { 0 } else { 18 };
        match random.weighted(&[62, named, 12, 8]) {
            1 => Answer::Error(u32::try_from(random.below(action.errors.len())).unwrap_or(0)),
            2 => Answer::Fails,
            3 => not_as_declared(random),
            _ => match &action.result {
                Some(ty) => Answer::Value(Some(self.value(program, ty, today, random))),
                None => Answer::Value(None),
            },
        }
    }

    /// A value of a type, some of its parts empty.
    pub(super) fn value(
        &self,
        program: &Program,
        ty: &Type,
        today: Date,
        random: &mut Random,
    ) -> Value {
        if random.chance(25)
            && let Some(known) = self.constant(ty, random)
        {
            return known;
        }
        match ty {
            Type::Text if random.chance(3) => Value::Text("long ".repeat(900)),
            Type::Text => Value::Text(random.word(TEXTS)),
            Type::Number => Value::Number(number(random)),
            Type::Money => {
                Value::Money(Money { currency: currency(random), amount: number(random) })
            }
            Type::Date => Value::Date(Date(today.0.saturating_add(days(random)))),
            Type::Time => Value::Time(u32::try_from(random.within(0, 1_439)).unwrap_or(0) * 60),
            Type::DateTime => {
                let day = i64::from(today.0.saturating_add(days(random)));
                Value::DateTime(day * DAY_MS + random.within(0, 23) * 3_600_000)
            }
            Type::Duration => Value::Duration(random.within(0, 200) * 60_000),
            Type::Bool => Value::Bool(random.chance(50)),
            Type::Choice(choice) => {
                let options = program.choices.get(choice.index()).map_or(0, |c| c.options.len());
                Value::Choice(u16::try_from(random.below(options)).unwrap_or(0))
            }
            Type::List(item) => {
                let length = random.pick(&LENGTHS).copied().unwrap_or(0);
                Value::List((0..length).map(|_| self.value(program, item, today, random)).collect())
            }
            Type::Record(fields) => {
                let field = |field: &flowright_compiler::ir::FieldType| {
                    let known = !random.chance(6);
                    known.then(|| self.value(program, &field.ty, today, random))
                };
                Value::Record(fields.iter().map(field).collect())
            }
        }
    }

    /// A constant of the program, or next to one.
    pub(super) fn constant(&self, ty: &Type, random: &mut Random) -> Option<Value> {
        let fits = |value: &&Value| {
            matches!(
                (value, ty),
                (Value::Text(_), Type::Text)
                    | (Value::Number(_), Type::Number)
                    | (Value::Money(_), Type::Money)
                    | (Value::Date(_), Type::Date)
                    | (Value::Time(_), Type::Time)
                    | (Value::Duration(_), Type::Duration)
            )
        };
        let known: Vec<&Value> = self.constants.iter().filter(fits).collect();
        let near = |n: Decimal, random: &mut Random| {
            n.checked_add(Decimal::from_int(random.within(-1, 1))?).or(Some(n))
        };
        Some(match *random.pick(&known)? {
            Value::Number(n) => Value::Number(near(*n, random)?),
            Value::Money(m) => Value::Money(Money { amount: near(m.amount, random)?, ..*m }),
            Value::Date(d) => {
                Value::Date(Date(d.0.saturating_add(i32::try_from(random.within(-1, 1)).ok()?)))
            }
            other => other.clone(),
        })
    }
}

/// The plainest value of a type: for calls that nothing else is said about, and to shrink to.
pub(super) fn plainest(ty: &Type, today: Date) -> Value {
    let one = Decimal::ONE;
    match ty {
        Type::Text => Value::Text("a".to_owned()),
        Type::Number => Value::Number(one),
        Type::Money => {
            let currency = Currency::parse("CNY").unwrap_or(Currency(*b"CNY"));
            Value::Money(Money { currency, amount: one })
        }
        Type::Date => Value::Date(today),
        Type::Time => Value::Time(9 * 3_600),
        Type::DateTime => Value::DateTime(i64::from(today.0) * DAY_MS),
        Type::Duration => Value::Duration(60_000),
        Type::Bool => Value::Bool(true),
        Type::Choice(_) => Value::Choice(0),
        Type::List(item) => Value::List(vec![plainest(item, today)]),
        Type::Record(fields) => {
            Value::Record(fields.iter().map(|f| Some(plainest(&f.ty, today))).collect())
        }
    }
}

fn number(random: &mut Random) -> Decimal {
    match random.below(6) {
        0 => Decimal::ZERO,
        1 => Decimal(-1_500_000),
        2 => Decimal(i64::MAX),
        3 => Decimal(random.within(0, 100_000_000_000)),
        _ => Decimal::from_int(random.within(1, 20)).unwrap_or(Decimal::ONE),
    }
}

fn currency(random: &mut Random) -> Currency {
    let code = random.word(&["CNY", "CNY", "USD", "EUR"]);
    Currency::parse(&code).unwrap_or(Currency(*b"CNY"))
}

fn days(random: &mut Random) -> i32 {
    let days =
        if random.chance(10) { random.within(-4_000, 4_000) } else { random.within(-10, 40) };
    i32::try_from(days).unwrap_or(0)
}

fn not_as_declared(random: &mut Random) -> Answer {
    let status = *random.pick(&[200, 200, 400, 404, 409, 500, 503]).unwrap_or(&200);
    let body = match random.below(6) {
        0 => json!(null),
        1 => json!([]),
        2 => json!("ok"),
        3 => json!({ "code": "closed" }),
        4 => json!({ "due": 17, "items": {}, "status": [], "number": true, "granted": "yes" }),
        _ => json!(12.5e300),
    };
    Answer::Http { status, body }
}
