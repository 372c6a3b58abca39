//! One value as both executors see it: sixteen bytes, no pointers.
//!
//! Text, lists and records live in a [`Heap`] beside the cells; their cell holds a handle.

use flowright_nlu::value::{Currency, Date, Decimal, Money, Value};

/// What a cell holds. The numbers are part of the ABI of machine code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum CellKind {
    /// Nothing. Every other bit of an empty cell is zero too.
    Empty = 0,
    /// `bits` is 0 or 1.
    Bool = 1,
    /// `bits` counts millionths.
    Number = 2,
    /// `bits` counts millionths; the currency is in `meta`.
    Money = 3,
    /// `bits` is days since 1970-01-01.
    Date = 4,
    /// `bits` is seconds since midnight.
    Time = 5,
    /// `bits` is milliseconds since 1970-01-01T00:00Z.
    DateTime = 6,
    /// `bits` is milliseconds.
    Duration = 7,
    /// `bits` is the option's index.
    Choice = 8,
    /// `bits` is a [`Heap`] handle.
    Text = 9,
    /// `bits` is a [`Heap`] handle.
    List = 10,
    /// `bits` is a [`Heap`] handle.
    Record = 11,
}

impl CellKind {
    const ALL: [Self; 12] = [
        Self::Empty,
        Self::Bool,
        Self::Number,
        Self::Money,
        Self::Date,
        Self::Time,
        Self::DateTime,
        Self::Duration,
        Self::Choice,
        Self::Text,
        Self::List,
        Self::Record,
    ];

    /// Whether `bits` alone orders values of this kind.
    #[must_use]
    pub const fn is_scalar(self) -> bool {
        !matches!(self, Self::Empty | Self::Text | Self::List | Self::Record)
    }
}

/// One value, or empty. `meta` holds the [`CellKind`] in its low byte and, for money, the packed
/// currency in the 24 bits above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct Cell {
    /// Kind and currency.
    pub meta: u64,
    /// The value; see [`CellKind`].
    pub bits: i64,
}

impl Cell {
    /// Nothing.
    pub const EMPTY: Self = Self { meta: 0, bits: 0 };

    /// A value of a kind whose `bits` say it all.
    #[must_use]
    pub const fn new(kind: CellKind, bits: i64) -> Self {
        Self { meta: kind as u64, bits }
    }

    /// Yes or no.
    #[must_use]
    pub const fn bool(value: bool) -> Self {
        Self::new(CellKind::Bool, value as i64)
    }

    /// An amount of money.
    #[must_use]
    pub const fn money(money: Money) -> Self {
        let meta = CellKind::Money as u64 | ((money.currency.packed() as u64) << 8);
        Self { meta, bits: money.amount.0 }
    }

    /// What it holds; a meta that no kind has counts as empty.
    #[must_use]
    pub fn kind(self) -> CellKind {
        let tag = usize::from((self.meta & 0xff) as u8);
        CellKind::ALL.get(tag).copied().unwrap_or(CellKind::Empty)
    }

    /// Whether it holds nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.meta & 0xff == 0
    }

    /// As a condition: only a true yes holds.
    #[must_use]
    pub const fn is_true(self) -> bool {
        self.meta == CellKind::Bool as u64 && self.bits == 1
    }

    /// The currency of a money cell.
    #[must_use]
    pub const fn currency(self) -> Currency {
        Currency::unpack(((self.meta >> 8) & 0x00ff_ffff) as u32)
    }
}

/// Texts, lists and records of one run. Handles from 0 up are local; negative handles are the
/// program's constants.
#[derive(Debug, Default)]
pub struct Heap {
    values: Vec<Value>,
}

impl Heap {
    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.values.clear();
    }

    /// Keeps `value` and gives its handle.
    pub fn push(&mut self, value: Value) -> i64 {
        self.values.push(value);
        i64::try_from(self.values.len()).unwrap_or(i64::MAX) - 1
    }

    /// The value behind a handle; `constants` are the program's texts ([`super::Program::strings`]).
    #[must_use]
    pub fn get<'a>(&'a self, handle: i64, constants: &'a [Value]) -> Option<&'a Value> {
        match usize::try_from(handle) {
            Ok(local) => self.values.get(local),
            Err(_) => constants.get(usize::try_from(-(handle + 1)).ok()?),
        }
    }

    /// The handle of the program's constant number `index`.
    #[must_use]
    pub fn constant(index: u32) -> i64 {
        -i64::from(index) - 1
    }

    /// As a cell; texts, lists and records are copied into the heap.
    pub fn cell(&mut self, value: Option<&Value>) -> Cell {
        match value {
            None => Cell::EMPTY,
            Some(Value::Bool(b)) => Cell::bool(*b),
            Some(Value::Number(n)) => Cell::new(CellKind::Number, n.0),
            Some(Value::Money(m)) => Cell::money(*m),
            Some(Value::Date(d)) => Cell::new(CellKind::Date, i64::from(d.0)),
            Some(Value::Time(s)) => Cell::new(CellKind::Time, i64::from(*s)),
            Some(Value::DateTime(ms)) => Cell::new(CellKind::DateTime, *ms),
            Some(Value::Duration(ms)) => Cell::new(CellKind::Duration, *ms),
            Some(Value::Choice(c)) => Cell::new(CellKind::Choice, i64::from(*c)),
            Some(v @ Value::Text(_)) => Cell::new(CellKind::Text, self.push(v.clone())),
            Some(v @ Value::List(_)) => Cell::new(CellKind::List, self.push(v.clone())),
            Some(v @ Value::Record(_)) => Cell::new(CellKind::Record, self.push(v.clone())),
        }
    }

    /// Back to a value. What cannot be a value of its kind (a time of 25 h, a handle to nothing)
    /// is empty.
    #[must_use]
    pub fn value(&self, cell: Cell, constants: &[Value]) -> Option<Value> {
        let bits = cell.bits;
        Some(match cell.kind() {
            CellKind::Empty => return None,
            CellKind::Bool => Value::Bool(bits == 1),
            CellKind::Number => Value::Number(Decimal(bits)),
            CellKind::Money => {
                Value::Money(Money { currency: cell.currency(), amount: Decimal(bits) })
            }
            CellKind::Date => Value::Date(Date(i32::try_from(bits).ok()?)),
            CellKind::Time => Value::Time(u32::try_from(bits).ok().filter(|s| *s < 86_400)?),
            CellKind::DateTime => Value::DateTime(bits),
            CellKind::Duration => Value::Duration(bits),
            CellKind::Choice => Value::Choice(u16::try_from(bits).ok()?),
            CellKind::Text | CellKind::List | CellKind::Record => {
                self.get(bits, constants)?.clone()
            }
        })
    }
}
