//! Values to try: a few of every type, the first ones ordinary, and those that lie at and beside
//! what the programs compare with.

use std::collections::BTreeSet;

use flowright_compiler::ir::{CellKind, Const, Inst, Program, Type};
use flowright_nlu::value::{Currency, DAY_MS, DECIMAL_SCALE, Date, Decimal, Money, Value};

/// Choices of one type that are tried.
const CHOICES_MAX: usize = 8;
/// Numbers that the programs name and that are tried, of each kind.
const NAMED_MAX: usize = 6;
/// One, as decimals count.
const ONE: i64 = DECIMAL_SCALE;

/// Numbers that the programs compare with or count by.
#[derive(Debug, Default)]
pub(super) struct Named {
    numbers: BTreeSet<i64>,
    money: BTreeSet<(u32, i64)>,
    days: BTreeSet<i64>,
}

impl Named {
    /// Those of the code of some programs.
    pub(super) fn of(programs: [&Program; 2]) -> Self {
        let mut named = Self::default();
        let beside = |bits: i64| [bits.saturating_sub(ONE), bits, bits.saturating_add(ONE)];
        let functions = programs.into_iter().flat_map(|program| &program.functions);
        for inst in functions.flat_map(|f| &f.blocks).flat_map(|block| &block.insts) {
            let Inst::Const { value: Const::Scalar { kind, currency, bits }, .. } = inst else {
                continue;
            };
            match kind {
                CellKind::Number => named.numbers.extend(beside(*bits)),
                CellKind::Money => {
                    named.money.extend(beside(*bits).map(|bits| (*currency, bits)));
                }
                CellKind::Duration if bits % DAY_MS == 0 => {
                    let days = bits / DAY_MS;
                    named.days.extend([days - 1, days, days + 1]);
                }
                _ => {}
            }
        }
        named
    }
}

/// Sample values of a type; never none, but for a choice without options.
pub(super) fn samples(program: &Program, named: &Named, ty: &Type, now_ms: i64) -> Vec<Value> {
    let of = |ty: &Type| samples(program, named, ty, now_ms);
    match ty {
        Type::Text => vec![Value::Text("12345".to_owned())],
        Type::Number => distinct([ONE, 1_000 * ONE], &named.numbers)
            .map(|bits| Value::Number(Decimal(bits)))
            .collect(),
        Type::Money => amounts(named),
        Type::Date => {
            let today = now_ms.div_euclid(DAY_MS);
            let day = |days: i64| i32::try_from(today.saturating_add(days)).ok();
            distinct([7, 1, -7], &named.days)
                .filter_map(day)
                .map(|n| Value::Date(Date(n)))
                .collect()
        }
        Type::Time => vec![Value::Time(34_200)],
        Type::DateTime => vec![Value::DateTime(now_ms.saturating_add(DAY_MS))],
        Type::Duration => vec![Value::Duration(3_600_000)],
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Choice(id) => {
            let count = program.choices.get(id.index()).map_or(0, |choice| choice.options.len());
            let numbers = (0..count.min(CHOICES_MAX)).filter_map(|n| u16::try_from(n).ok());
            numbers.map(Value::Choice).collect()
        }
        Type::List(item) => {
            vec![Value::List(of(item).into_iter().take(2).collect()), Value::List(Vec::new())]
        }
        Type::Record(fields) => {
            let of_fields: Vec<Vec<Value>> = fields.iter().map(|field| of(&field.ty)).collect();
            let count = of_fields.iter().map(Vec::len).max().unwrap_or(1);
            (0..count).map(|n| Value::Record(nth_of_each(&of_fields, n))).collect()
        }
    }
}

/// Ordinary numbers, then the first of those that the programs name.
fn distinct<'n, const N: usize>(
    ordinary: [i64; N],
    named: &'n BTreeSet<i64>,
) -> impl Iterator<Item = i64> + 'n {
    let more = named.iter().copied().filter(move |n| !ordinary.contains(n)).take(NAMED_MAX);
    ordinary.into_iter().chain(more)
}

fn amounts(named: &Named) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    if let Some(currency) = Currency::parse("CNY") {
        let amounts = [100 * ONE, 1_000_000 * ONE];
        found.extend(amounts.map(|bits| money(currency, bits)));
    }
    let of_programs = named.money.iter().take(NAMED_MAX);
    for value in of_programs.map(|(packed, bits)| money(Currency::unpack(*packed), *bits)) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

const fn money(currency: Currency, bits: i64) -> Value {
    Value::Money(Money { currency, amount: Decimal(bits) })
}

/// The `n`th sample of each, or the last where there are fewer.
pub(super) fn nth_of_each(samples: &[Vec<Value>], n: usize) -> Vec<Option<Value>> {
    samples.iter().map(|of_one| of_one.get(n).or(of_one.last()).cloned()).collect()
}
