//! What machine code and Rust share: the frame, and the functions that machine code calls.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flowright_compiler::ir::arith::{arith, compare, neg};
use flowright_compiler::ir::{
    ArithOp, Cell, CellKind, CompareOp, EmitId, Emitted, Helper, Note, RunContext, RunError,
};

/// A compiled function. Gives the exit's number in the low half and the number of its values in
/// the high half, or [`OUT_OF_FUEL`].
pub(crate) type Entry = unsafe extern "C" fn(*mut Frame<'_>) -> u64;

/// See [`Entry`].
pub(crate) const OUT_OF_FUEL: u64 = u64::MAX;

/// Bytes of a cell, and where its parts lie.
pub(crate) const CELL_BYTES: i32 = 16;
pub(crate) const META: i32 = 0;
pub(crate) const BITS: i32 = 8;

/// Places of [`Frame`]'s parts, in bytes.
pub(crate) const SPACES: i32 = 0;
pub(crate) const FUEL: i32 = 32;
pub(crate) const EXIT_ARGS: i32 = 40;

/// What a run works on. The first parts are read by machine code.
#[repr(C)]
pub(crate) struct Frame<'r> {
    spaces: [*mut Cell; 4],
    fuel: u64,
    exit_args: *mut Cell,
    cx: &'r mut RunContext,
    tables: &'r Tables,
    panic: Option<Box<dyn Any + Send>>,
}

const _: () = {
    assert!(std::mem::offset_of!(Frame<'static>, spaces) == SPACES as usize);
    assert!(std::mem::offset_of!(Frame<'static>, fuel) == FUEL as usize);
    assert!(std::mem::offset_of!(Frame<'static>, exit_args) == EXIT_ARGS as usize);
    assert!(std::mem::offset_of!(Cell, meta) == META as usize);
    assert!(std::mem::offset_of!(Cell, bits) == BITS as usize);
    assert!(size_of::<Cell>() == CELL_BYTES as usize);
};

/// What machine code refers to by number.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) helpers: Vec<Helper>,
    /// Most values that any exit hands over.
    pub(crate) exit_args_max: usize,
}

impl<'r> Frame<'r> {
    pub(crate) fn new(cx: &'r mut RunContext, tables: &'r Tables) -> Self {
        let [turn, customer, session, flow] = &mut cx.spaces;
        let spaces = [turn, customer, session, flow].map(Vec::as_mut_ptr);
        let exit_args = cx.exit_args.as_mut_ptr();
        Self { spaces, fuel: cx.fuel, exit_args, cx, tables, panic: None }
    }

    /// Reads a run's result.
    pub(crate) fn finish(self, result: u64) -> Result<u32, RunError> {
        self.cx.fuel = self.fuel;
        if let Some(panic) = self.panic {
            std::panic::resume_unwind(panic);
        }
        if result == OUT_OF_FUEL {
            return Err(RunError::OutOfFuel);
        }
        let count = usize::try_from(result >> 32).unwrap_or(0).min(self.tables.exit_args_max);
        // SAFETY: room for `exit_args_max` was reserved, and machine code has written `count`.
        unsafe { self.cx.exit_args.set_len(count) };
        #[expect(clippy::cast_possible_truncation, reason = "the low half is the exit")]
        Ok(result as u32)
    }

    /// Runs Rust code for machine code. A panic must not unwind through frames that cannot be
    /// unwound: it waits in the frame until the run is over.
    fn guarded<T>(&mut self, empty: T, work: impl FnOnce(&mut RunContext, &Tables) -> T) -> T {
        let (cx, tables) = (&mut *self.cx, self.tables);
        match catch_unwind(AssertUnwindSafe(|| work(cx, tables))) {
            Ok(value) => value,
            Err(panic) => {
                self.panic = Some(panic);
                empty
            }
        }
    }
}

/// The functions that machine code calls, with their names in the module.
pub(crate) const CALLS: [(&str, *const c_void); 6] = [
    ("fr_arith", fr_arith as *const c_void),
    ("fr_neg", fr_neg as *const c_void),
    ("fr_compare", fr_compare as *const c_void),
    ("fr_currency", fr_currency as *const c_void),
    ("fr_call", fr_call as *const c_void),
    ("fr_emit", fr_emit as *const c_void),
];

pub(crate) const fn arith_number(op: ArithOp) -> i64 {
    op as i64
}

pub(crate) const fn compare_number(op: CompareOp) -> i64 {
    op as i64
}

const ARITH: [ArithOp; 4] = [ArithOp::Add, ArithOp::Sub, ArithOp::Mul, ArithOp::Div];
const COMPARE: [CompareOp; 6] =
    [CompareOp::Eq, CompareOp::Ne, CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge];

fn cell(meta: i64, bits: i64) -> Cell {
    Cell { meta: meta.cast_unsigned(), bits }
}

unsafe extern "C" fn fr_arith(
    frame: *mut Frame<'_>,
    op: i64,
    left_meta: i64,
    left_bits: i64,
    right_meta: i64,
    right_bits: i64,
    out: *mut Cell,
) {
    // SAFETY: machine code hands over the frame it was given and a slot of its own.
    let (frame, out) = unsafe { (&mut *frame, &mut *out) };
    *out = frame.guarded(Cell::EMPTY, |cx, _| {
        let op = usize::try_from(op).ok().and_then(|op| ARITH.get(op));
        let (left, right) = (cell(left_meta, left_bits), cell(right_meta, right_bits));
        op.map_or(Cell::EMPTY, |op| arith(*op, left, right, cx))
    });
}

unsafe extern "C" fn fr_neg(_: *mut Frame<'_>, meta: i64, bits: i64, out: *mut Cell) {
    // SAFETY: a slot of machine code's own.
    unsafe { *out = neg(cell(meta, bits)) };
}

unsafe extern "C" fn fr_compare(
    frame: *mut Frame<'_>,
    op: i64,
    left_meta: i64,
    left_bits: i64,
    right_meta: i64,
    right_bits: i64,
    kind: i64,
) -> i64 {
    // SAFETY: machine code hands over the frame it was given.
    let frame = unsafe { &mut *frame };
    let held = frame.guarded(false, |cx, _| {
        let op = usize::try_from(op).ok().and_then(|op| COMPARE.get(op));
        let (left, right) = (cell(left_meta, left_bits), cell(right_meta, right_bits));
        let kind: CellKind = cell(kind, 0).kind();
        op.is_some_and(|op| compare(*op, kind, left, right, cx).is_true())
    });
    i64::from(held)
}

unsafe extern "C" fn fr_currency(frame: *mut Frame<'_>) {
    // SAFETY: machine code hands over the frame it was given.
    let frame = unsafe { &mut *frame };
    frame.guarded((), |cx, _| cx.note(Note::CurrencyMismatch));
}

unsafe extern "C" fn fr_call(
    frame: *mut Frame<'_>,
    helper: i64,
    args: *const Cell,
    count: i64,
    out: *mut Cell,
) {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: machine code hands over the frame it was given, `count` cells of its own, and a
    // slot of its own; `args` and `out` do not overlap.
    let (frame, args, out) =
        unsafe { (&mut *frame, std::slice::from_raw_parts(args, count), &mut *out) };
    *out = frame.guarded(Cell::EMPTY, |cx, tables| {
        let helper = usize::try_from(helper).ok().and_then(|helper| tables.helpers.get(helper));
        helper
            .map_or(Cell::EMPTY, |helper| flowright_compiler::ir::helpers::call(*helper, args, cx))
    });
}

unsafe extern "C" fn fr_emit(frame: *mut Frame<'_>, emit: i64, args: *const Cell, count: i64) {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: as above.
    let (frame, args) = unsafe { (&mut *frame, std::slice::from_raw_parts(args, count)) };
    frame.guarded((), |cx, _| {
        let emit = EmitId(u32::try_from(emit).unwrap_or(u32::MAX));
        cx.emitted.push(Emitted { emit, args: args.to_vec() });
    });
}
