//! Calls of Rust functions, and the memory through which values go.

use cranelift_codegen::ir::{FuncRef, InstBuilder as _, Value, types};
use cranelift_module::{FuncId as ModuleFuncId, Module as _};
use flowright_compiler::ir::{Helper, Reg};

use super::{Translation, Unsound};
use crate::abi::{BITS, META};

impl Translation<'_, '_> {
    pub(super) fn import(&mut self, id: ModuleFuncId) -> FuncRef {
        if let Some(known) = self.imported.get(&id) {
            return *known;
        }
        let imported = self.module.declare_func_in_func(id, self.b.func);
        self.imported.insert(id, imported);
        imported
    }

    /// Calls a function that takes the frame first and a place for its result last.
    pub(super) fn call_out(&mut self, id: ModuleFuncId, args: &[Value]) -> (Value, Value) {
        let function = self.import(id);
        let out = self.b.ins().stack_addr(types::I64, self.out, 0);
        let mut all = vec![self.frame];
        all.extend_from_slice(args);
        all.push(out);
        self.b.ins().call(function, &all);
        let meta = self.b.ins().stack_load(types::I64, types::I64, self.out, META);
        let bits = self.b.ins().stack_load(types::I64, types::I64, self.out, BITS);
        (meta, bits)
    }

    pub(super) fn helper(&mut self, dst: Reg, helper: Helper, args: &[Reg]) -> Result<(), Unsound> {
        let (at, count) = self.spill(args)?;
        let number = self.tables.helpers.iter().position(|known| *known == helper);
        let number = number.unwrap_or_else(|| {
            self.tables.helpers.push(helper);
            self.tables.helpers.len() - 1
        });
        let number = self.int(i64::try_from(number).unwrap_or(i64::MAX));
        let value = self.call_out(self.calls.call, &[number, at, count]);
        self.write(dst, value)
    }

    /// Puts values into memory for a call; where they are and how many.
    pub(super) fn spill(&mut self, args: &[Reg]) -> Result<(Value, Value), Unsound> {
        for (at, reg) in (0..).step_by(16).zip(args) {
            let (meta, bits) = self.read(*reg)?;
            self.b.ins().stack_store(types::I64, meta, self.args, at + META);
            self.b.ins().stack_store(types::I64, bits, self.args, at + BITS);
        }
        let at = self.b.ins().stack_addr(types::I64, self.args, 0);
        let count = self.int(i64::try_from(args.len()).unwrap_or(0));
        Ok((at, count))
    }
}
