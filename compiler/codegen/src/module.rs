//! One cranelift module a program.

use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, Signature, UserFuncName, types};
use cranelift_codegen::settings::{self, Configurable as _};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId as ModuleFuncId, Linkage, Module as _, default_libcall_names};
use flowright_compiler::ir::{Function, Inst, Program, Terminator};

use crate::CodegenError;
use crate::abi::{CALLS, Entry, Tables};
use crate::translate::translate;

/// What compiling gives.
pub(crate) struct Compiled {
    pub(crate) module: JITModule,
    pub(crate) entries: Vec<Entry>,
    pub(crate) tables: Tables,
}

/// The Rust functions as the module knows them.
pub(crate) struct Calls {
    pub(crate) arith: ModuleFuncId,
    pub(crate) neg: ModuleFuncId,
    pub(crate) compare: ModuleFuncId,
    pub(crate) currency: ModuleFuncId,
    pub(crate) call: ModuleFuncId,
    pub(crate) emit: ModuleFuncId,
}

/// Bytes of stack that one function may take. What runs it may be a thread with 2 MB of it.
const STACK_BYTES_MAX: u32 = 256 << 10;
/// Blocks of one function: registers are shared out in time and memory that grow with their square.
const BLOCKS_MAX: usize = 8_192;

pub(crate) fn compile(program: &Program) -> Result<Compiled, CodegenError> {
    let mut module = new_module()?;
    match define_all(program, &mut module) {
        Ok((entries, tables)) => Ok(Compiled { module, entries, tables }),
        Err(error) => {
            // SAFETY: no pointer into the code has left this function.
            unsafe { module.free_memory() };
            Err(error)
        }
    }
}

fn define_all(
    program: &Program,
    module: &mut JITModule,
) -> Result<(Vec<Entry>, Tables), CodegenError> {
    let calls = declare_calls(module)?;
    let mut tables = Tables { exit_args_max: exit_args_max(program), ..Tables::default() };
    let mut builder_cx = FunctionBuilderContext::new();
    let mut cx = module.make_context();
    let mut ids = Vec::with_capacity(program.functions.len());
    for (number, function) in (0_u32..).zip(&program.functions) {
        let failed =
            |cause: String| CodegenError::Function { function: function.name.clone(), cause };
        if function.blocks.len() > BLOCKS_MAX {
            return Err(failed("it branches too often; split the state".to_owned()));
        }
        let signature = entry_signature(module);
        let name = format!("f{number}");
        let id = module
            .declare_function(&name, Linkage::Local, &signature)
            .map_err(|e| failed(e.to_string()))?;
        cx.func.signature = signature;
        cx.func.name = UserFuncName::user(0, id.as_u32());
        translate(function, module, &calls, &mut tables, &mut cx.func, &mut builder_cx)
            .map_err(|e| failed(e.to_owned()))?;
        module.define_function(id, &mut cx).map_err(|e| failed(format!("{e:?}")))?;
        if stack_bytes(&cx) > STACK_BYTES_MAX {
            return Err(failed("it holds too many values at once; split the state".to_owned()));
        }
        module.clear_context(&mut cx);
        ids.push(id);
    }
    module.finalize_definitions().map_err(|e| CodegenError::Memory(e.to_string()))?;
    let entry = |id: &ModuleFuncId| {
        let code = module.get_finalized_function(*id);
        // SAFETY: the function was declared with `entry_signature`, which is `Entry`'s.
        unsafe { std::mem::transmute::<*const u8, Entry>(code) }
    };
    Ok((ids.iter().map(entry).collect(), tables))
}

/// Bytes of stack of the function that was compiled last.
fn stack_bytes(cx: &Context) -> u32 {
    let layout = cx.compiled_code().and_then(|code| code.buffer.frame_layout());
    layout.map_or(u32::MAX, |layout| layout.frame_to_fp_offset)
}

fn new_module() -> Result<JITModule, CodegenError> {
    let wrong = |e: &dyn std::fmt::Display| CodegenError::Machine(e.to_string());
    let mut flags = settings::builder();
    // A program's regions of memory may lie anywhere; the verifier earns its time in tests only.
    let checked = if cfg!(debug_assertions) { "true" } else { "false" };
    for (name, value) in [
        ("use_colocated_libcalls", "false"),
        ("is_pic", "false"),
        ("opt_level", "speed"),
        ("enable_verifier", checked),
        // Touches each page of a large frame in turn: what does not fit hits the guard page.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
    ] {
        flags.set(name, value).map_err(|e| wrong(&e))?;
    }
    let machine = cranelift_native::builder().map_err(|e| wrong(&e))?;
    let isa = machine.finish(settings::Flags::new(flags)).map_err(|e| wrong(&e))?;
    let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
    for (name, function) in CALLS {
        builder.symbol(name, function.cast());
    }
    Ok(JITModule::new(builder))
}

fn entry_signature(module: &JITModule) -> Signature {
    let mut signature = module.make_signature();
    signature.params.push(AbiParam::new(types::I64));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

fn declare_calls(module: &mut JITModule) -> Result<Calls, CodegenError> {
    let mut declare = |name: &str, params: usize, returns: usize| {
        let mut signature = module.make_signature();
        signature.params.extend(std::iter::repeat_n(AbiParam::new(types::I64), params));
        signature.returns.extend(std::iter::repeat_n(AbiParam::new(types::I64), returns));
        module
            .declare_function(name, Linkage::Import, &signature)
            .map_err(|e| CodegenError::Function { function: name.to_owned(), cause: e.to_string() })
    };
    Ok(Calls {
        arith: declare("fr_arith", 7, 0)?,
        neg: declare("fr_neg", 4, 0)?,
        compare: declare("fr_compare", 7, 1)?,
        currency: declare("fr_currency", 1, 0)?,
        call: declare("fr_call", 5, 0)?,
        emit: declare("fr_emit", 4, 0)?,
    })
}

fn exit_args_max(program: &Program) -> usize {
    let blocks = program.functions.iter().flat_map(|function| &function.blocks);
    let exits = blocks.map(|block| match &block.end {
        Terminator::Exit { args, .. } => args.len(),
        _ => 0,
    });
    exits.max().unwrap_or(0)
}

/// Most values that a function hands to a call at once.
pub(crate) fn call_args_max(function: &Function) -> usize {
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    let counts = insts.map(|inst| match inst {
        Inst::Call { args, .. } | Inst::Emit { args, .. } => args.len(),
        _ => 0,
    });
    counts.max().unwrap_or(0)
}
