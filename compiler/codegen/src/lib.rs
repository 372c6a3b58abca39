//! Flowright IR to machine code with cranelift. The one crate that may use `unsafe`.
//!
//! Machine code does exactly what [`flowright_compiler::ir::interp::Interpreter`] does: it takes
//! fast paths where the kinds of both sides are as expected, and calls the interpreter's own
//! functions everywhere else. Memory is writable or executable, never both; it is given back when
//! the program is dropped.
#![expect(unsafe_code, reason = "calling machine code and giving its memory back is unsafe")]

mod abi;
mod module;
mod translate;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cranelift_jit::JITModule;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{Executor, FuncId, Program, RunContext, RunError};

use abi::{Entry, Frame};

/// Why a program could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodegenError {
    /// This machine is none that cranelift knows.
    #[error("there is no machine code for this machine ({0}); use --no-jit")]
    Machine(String),
    /// A function could not be compiled: a fault of this crate.
    #[error("`{function}` could not be compiled: {cause}")]
    Function {
        /// Its name.
        function: String,
        /// Why.
        cause: String,
    },
    /// The memory for the code could not be had or protected.
    #[error("the machine code could not be placed in memory: {0}")]
    Memory(String),
}

/// Programs of this process whose machine code is in memory.
static IN_MEMORY: AtomicUsize = AtomicUsize::new(0);

/// How many programs of this process have their machine code in memory.
#[must_use]
pub fn programs_in_memory() -> usize {
    IN_MEMORY.load(Ordering::Acquire)
}

/// A program as machine code.
pub struct JitProgram {
    program: VerifiedProgram,
    sizes: [u32; 4],
    entries: Vec<Entry>,
    tables: abi::Tables,
    /// Owns the memory of `entries`; taken when that is given back.
    module: Mutex<Option<JITModule>>,
}

impl std::fmt::Debug for JitProgram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JitProgram").field("functions", &self.entries.len()).finish_non_exhaustive()
    }
}

impl JitProgram {
    /// Compiles a program. What was not verified cannot be given: see [`VerifiedProgram`].
    ///
    /// # Errors
    /// See [`CodegenError`].
    pub fn compile(program: VerifiedProgram) -> Result<Self, CodegenError> {
        let compiled = module::compile(&program)?;
        IN_MEMORY.fetch_add(1, Ordering::AcqRel);
        Ok(Self {
            sizes: program.space_sizes(),
            entries: compiled.entries,
            tables: compiled.tables,
            module: Mutex::new(Some(compiled.module)),
            program,
        })
    }
}

impl Executor for JitProgram {
    fn run(&self, function: FuncId, cx: &mut RunContext) -> Result<u32, RunError> {
        let entry = self.entries.get(function.index()).ok_or(RunError::NoSuchFunction(function))?;
        cx.begin(&self.sizes)?;
        cx.exit_args.reserve(self.tables.exit_args_max);
        let mut frame = Frame::new(cx, &self.tables);
        // SAFETY: `entry` was compiled for this `Frame` and lives as long as `self.module`, which
        // `&self` keeps. It was made from a `VerifiedProgram`: the verifier has bounded every place
        // by `sizes`, which `begin` compared with the spaces, and every exit's values by
        // `exit_args_max`.
        let result = unsafe { entry(&raw mut frame) };
        frame.finish(result)
    }

    fn program(&self) -> &Arc<Program> {
        &self.program
    }
}

impl Drop for JitProgram {
    fn drop(&mut self) {
        self.entries.clear();
        let module = self.module.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(module) = module {
            // SAFETY: nobody runs the code (`&mut self`), and no pointer into it is left.
            unsafe { module.free_memory() };
            IN_MEMORY.fetch_sub(1, Ordering::AcqRel);
        }
    }
}
