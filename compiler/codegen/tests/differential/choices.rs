//! Numbers that decide everything, and cells made of them.

use flowright_compiler::ir::{Cell, CellKind, RunContext};
use flowright_nlu::value::{Currency, Value};

/// Numbers that decide everything, read one by one; zeros when they run out.
pub(super) struct Choices<'c> {
    numbers: &'c [u32],
    at: usize,
}

impl<'c> Choices<'c> {
    pub(super) fn of(numbers: &'c [u32]) -> Self {
        Self { numbers, at: 0 }
    }

    pub(super) fn next(&mut self, below: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number as usize % below.max(1)
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.next(of.len())]
    }

    pub(super) fn bits(&mut self) -> i64 {
        const EDGES: [i64; 12] = [
            0,
            1,
            -1,
            1_000_000,
            -1_000_000,
            500_000,
            i64::MAX,
            i64::MIN,
            86_400_000,
            20_000,
            7,
            i32::MAX as i64 + 1,
        ];
        match self.next(3) {
            0 => EDGES[self.next(EDGES.len())],
            _ => (self.next(4_000_000) as i64 - 2_000_000) * [1, 1_000, 1_000_000][self.next(3)],
        }
    }

    /// A cell as a session could hold it: empty, or of the kind.
    pub(super) fn cell(&mut self, kind: CellKind, cx: &mut RunContext) -> Cell {
        if self.next(5) == 0 {
            return Cell::EMPTY;
        }
        match kind {
            CellKind::Text => {
                let text = self.pick(&["", "abc", "ABC", "订单", "abcdef"]);
                cx.heap.cell(Some(&Value::Text(text.to_owned())))
            }
            CellKind::Bool => Cell::bool(self.next(2) == 1),
            CellKind::Money => {
                let currency = self.pick(&["CNY", "USD"]);
                let packed = u64::from(Currency::parse(currency).unwrap().packed());
                Cell { meta: CellKind::Money as u64 | packed << 8, bits: self.bits() }
            }
            CellKind::Date => Cell::new(kind, self.next(60_000) as i64 - 10_000),
            CellKind::Time => Cell::new(kind, self.next(86_400) as i64),
            CellKind::Choice => Cell::new(kind, self.next(2) as i64),
            _ => Cell::new(kind, self.bits()),
        }
    }
}
