//! Registers as pairs of variables: reading, writing, and what is known of them as flags.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder as _, Value, types};
use flowright_compiler::ir::{CellKind, Reg};

use super::{Translation, Unsound};

impl Translation<'_, '_> {
    pub(super) fn int(&mut self, value: i64) -> Value {
        self.b.ins().iconst(types::I64, value)
    }

    pub(super) fn kind(&mut self, kind: CellKind) -> Value {
        self.int(i64::from(kind as u8))
    }

    pub(super) fn read(&mut self, reg: Reg) -> Result<(Value, Value), Unsound> {
        let (meta, bits) = *self.regs.get(reg.0 as usize).ok_or("a register")?;
        Ok((self.b.use_var(meta), self.b.use_var(bits)))
    }

    pub(super) fn write(&mut self, reg: Reg, (meta, bits): (Value, Value)) -> Result<(), Unsound> {
        let (meta_var, bits_var) = *self.regs.get(reg.0 as usize).ok_or("a register")?;
        self.b.def_var(meta_var, meta);
        self.b.def_var(bits_var, bits);
        self.conds.remove(&reg);
        Ok(())
    }

    /// Writes a flag as a bool.
    pub(super) fn write_flag(&mut self, reg: Reg, flag: Value) -> Result<(), Unsound> {
        let meta = self.kind(CellKind::Bool);
        let bits = self.b.ins().uextend(types::I64, flag);
        self.write(reg, (meta, bits))?;
        self.conds.insert(reg, flag);
        Ok(())
    }

    /// Whether a register holds a true yes, as a flag.
    pub(super) fn flag(&mut self, reg: Reg) -> Result<Value, Unsound> {
        if let Some(flag) = self.conds.get(&reg) {
            return Ok(*flag);
        }
        let (meta, bits) = self.read(reg)?;
        let is_bool = self.b.ins().icmp_imm_s(IntCC::Equal, meta, i64::from(CellKind::Bool as u8));
        let is_one = self.b.ins().icmp_imm_s(IntCC::Equal, bits, 1);
        Ok(self.b.ins().band(is_bool, is_one))
    }

    /// Whether a meta says that kind, as a flag.
    pub(super) fn is_kind(&mut self, meta: Value, kind: CellKind) -> Value {
        let tag = self.b.ins().band_imm_u(meta, 0xff);
        self.b.ins().icmp_imm_s(IntCC::Equal, tag, i64::from(kind as u8))
    }
}
