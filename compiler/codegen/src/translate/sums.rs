//! Comparisons and arithmetic: in line where both sides are as declared, else as the interpreter
//! does it.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder as _, Value, types};
use flowright_compiler::ir::{ArithOp, CellKind, CompareOp, Reg};

use super::{Translation, Unsound};
use crate::abi::{arith_number, compare_number};

impl Translation<'_, '_> {
    pub(super) fn compare(
        &mut self,
        op: CompareOp,
        kind: CellKind,
        dst: Reg,
        left: Reg,
        right: Reg,
    ) -> Result<(), Unsound> {
        let ((left_meta, left_bits), (right_meta, right_bits)) =
            (self.read(left)?, self.read(right)?);
        if !kind.is_scalar() {
            let (op, kind) = (self.int(compare_number(op)), self.kind(kind));
            let function = self.import(self.calls.compare);
            let args = [self.frame, op, left_meta, left_bits, right_meta, right_bits, kind];
            let call = self.b.ins().call(function, &args);
            let held = *self.b.inst_results(call).first().ok_or("a result")?;
            let flag = self.b.ins().icmp_imm_s(IntCC::NotEqual, held, 0);
            return self.write_flag(dst, flag);
        }
        let (left_is, right_is) = (self.is_kind(left_meta, kind), self.is_kind(right_meta, kind));
        let mut fit = self.b.ins().band(left_is, right_is);
        if kind == CellKind::Money {
            fit = self.one_currency(fit, left_meta, right_meta);
        }
        let held = self.b.ins().icmp(condition(op), left_bits, right_bits);
        let flag = self.b.ins().band(fit, held);
        self.write_flag(dst, flag)
    }

    /// Of two amounts: whether they are of one currency; notes it when they are not.
    fn one_currency(&mut self, both: Value, left_meta: Value, right_meta: Value) -> Value {
        let same = self.b.ins().icmp(IntCC::Equal, left_meta, right_meta);
        let different = self.b.ins().icmp(IntCC::NotEqual, left_meta, right_meta);
        let mixed = self.b.ins().band(both, different);
        let (note, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(note);
        self.b.ins().brif(mixed, note, &[], go_on, &[]);
        self.b.switch_to_block(note);
        let function = self.import(self.calls.currency);
        self.b.ins().call(function, &[self.frame]);
        self.b.ins().jump(go_on, &[]);
        self.b.switch_to_block(go_on);
        self.b.ins().band(both, same)
    }

    /// Sums and differences in line when both sides are as declared and nothing overflows; all
    /// else as the interpreter does it.
    pub(super) fn arith(
        &mut self,
        op: ArithOp,
        dst: Reg,
        (left, left_kind): (Reg, CellKind),
        (right, right_kind): (Reg, CellKind),
    ) -> Result<(), Unsound> {
        let ((left_meta, left_bits), (right_meta, right_bits)) =
            (self.read(left)?, self.read(right)?);
        let op_number = self.int(arith_number(op));
        let args = [op_number, left_meta, left_bits, right_meta, right_bits];
        let Some(result_kind) = plain_sum(op, left_kind, right_kind) else {
            let value = self.call_out(self.calls.arith, &args);
            return self.write(dst, value);
        };
        let (slow, go_on) = (self.b.create_block(), self.b.create_block());
        let meta_out = self.b.append_block_param(go_on, types::I64);
        let bits_out = self.b.append_block_param(go_on, types::I64);
        self.b.set_cold_block(slow);
        let left_is = self.is_kind(left_meta, left_kind);
        let right_is = self.is_kind(right_meta, right_kind);
        let mut fit = self.b.ins().band(left_is, right_is);
        if left_kind == CellKind::Money {
            let same = self.b.ins().icmp(IntCC::Equal, left_meta, right_meta);
            fit = self.b.ins().band(fit, same);
        }
        let (sum, overflow) = match op {
            ArithOp::Sub => self.b.ins().ssub_overflow(left_bits, right_bits),
            _ => self.b.ins().sadd_overflow(left_bits, right_bits),
        };
        let fine = self.b.ins().icmp_imm_s(IntCC::Equal, overflow, 0);
        let fit = self.b.ins().band(fit, fine);
        // Money keeps its currency, which is in its meta.
        let meta = match result_kind {
            CellKind::Money => left_meta,
            kind => self.kind(kind),
        };
        self.b.ins().brif(fit, go_on, &[meta.into(), sum.into()], slow, &[]);
        self.b.switch_to_block(slow);
        let (meta, bits) = self.call_out(self.calls.arith, &args);
        self.b.ins().jump(go_on, &[meta.into(), bits.into()]);
        self.b.switch_to_block(go_on);
        self.write(dst, (meta_out, bits_out))
    }
}

/// The kind of a sum or difference that is one of the bits, and nothing more.
const fn plain_sum(op: ArithOp, left: CellKind, right: CellKind) -> Option<CellKind> {
    use CellKind::{DateTime, Duration, Money, Number};
    match (op, left, right) {
        (ArithOp::Add | ArithOp::Sub, Number, Number) => Some(Number),
        (ArithOp::Add | ArithOp::Sub, Money, Money) => Some(Money),
        (ArithOp::Add | ArithOp::Sub, Duration, Duration) | (ArithOp::Sub, DateTime, DateTime) => {
            Some(Duration)
        }
        (ArithOp::Add | ArithOp::Sub, DateTime, Duration) => Some(DateTime),
        _ => None,
    }
}

const fn condition(op: CompareOp) -> IntCC {
    match op {
        CompareOp::Eq => IntCC::Equal,
        CompareOp::Ne => IntCC::NotEqual,
        CompareOp::Lt => IntCC::SignedLessThan,
        CompareOp::Le => IntCC::SignedLessThanOrEqual,
        CompareOp::Gt => IntCC::SignedGreaterThan,
        CompareOp::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}
