//! Machine code's memory: never writable and executable at once, given back with its program or
//! when the program cannot be compiled. A process of its own, and its tests one after the other, so
//! that nothing else maps memory meanwhile.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flowright_codegen::{CodegenError, JitProgram};
use flowright_compiler::compile::MemorySources;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{
    Block, Executor as _, Exit, FuncId, Function, Inst, Place, Program, Reg, RunContext, Space,
    Terminator,
};

/// Programs compiled and dropped.
const CYCLES: usize = 1_000;
/// Mappings that the allocator may come to hold in so many cycles.
const SLACK: usize = 8;

/// One test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The process's mappings: rights and bytes of those that no file lies behind, and how many there
/// are of all.
fn mappings() -> (Vec<(String, u64)>, usize) {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let anonymous = |line: &str| {
        let mut parts = line.split_whitespace();
        let (range, rights) = (parts.next()?, parts.next()?);
        let of_no_file = parts.nth(2)? == "0";
        let (from, to) = range.split_once('-')?;
        let bytes = u64::from_str_radix(to, 16).ok()? - u64::from_str_radix(from, 16).ok()?;
        of_no_file.then(|| (rights.to_owned(), bytes))
    };
    (maps.lines().filter_map(anonymous).collect(), maps.lines().count())
}

fn mapped(rights: &str) -> u64 {
    let (all, _) = mappings();
    all.iter().filter(|(has, _)| has.starts_with(rights)).map(|(_, bytes)| bytes).sum()
}

fn program() -> VerifiedProgram {
    let text = "bot b { languages en  timezone \"UTC\" }\nchannel web: websocket\nskill s\nroute { otherwise -> s }\n";
    let compiled = flowright_compiler::compile(&MemorySources::one("b.flow", text)).unwrap();
    compiled.bundle.unwrap().program
}

#[test]
fn memory_is_never_writable_and_executable_and_is_given_back() {
    let _alone = alone();
    let program = program();
    let before = mapped("r-x");
    let held: Vec<JitProgram> =
        (0..20).map(|_| JitProgram::compile(program.clone()).unwrap()).collect();
    let (all, _) = mappings();
    let both = all.iter().filter(|(rights, _)| rights.contains('w') && rights.contains('x'));
    assert_eq!(both.count(), 0, "no memory may be written and run");
    assert!(mapped("r-x") > before, "the code must be somewhere");
    let mut cx = RunContext::new(Arc::clone(&program), 1_000);
    for machine in &held {
        machine.run(program.route.skill, &mut cx).unwrap();
        assert_eq!(mapped("rwx"), 0, "nor while it runs");
    }
    drop(held);
    assert_eq!(mapped("r-x"), before, "the memory of dropped programs is given back");
}

#[test]
fn a_thousand_programs_leave_nothing_behind() {
    let _alone = alone();
    let program = program();
    // The first ones warm up the allocator.
    (0..20).for_each(|_| drop(JitProgram::compile(program.clone()).unwrap()));
    let (code, (_, count)) = (mapped("r-x"), mappings());
    for _ in 0..CYCLES {
        drop(JitProgram::compile(program.clone()).unwrap());
    }
    assert_eq!(mapped("r-x"), code, "code that nobody can run any more");
    let (_, now) = mappings();
    assert!(now <= count + SLACK, "{count} mappings before, {now} afterwards");
}

/// More values at once than fit the stack of a thread: refused, and what was compiled before it
/// is given back.
#[test]
fn a_function_that_needs_too_much_stack_is_refused() {
    let _alone = alone();
    let mut whole = Program::clone(&program());
    let regs = 30_000_u32;
    let place = Place { space: Space::Turn, index: 0 };
    let load = |reg| Inst::Load { dst: Reg(reg), place };
    whole.functions.push(Function {
        name: "wide".to_owned(),
        regs,
        blocks: vec![Block {
            insts: (0..regs).map(load).collect(),
            end: Terminator::Exit { exit: 0, args: (0..regs).rev().map(Reg).collect() },
        }],
        exits: vec![Exit::Value],
        writes: Vec::new(),
    });
    let id = FuncId(u32::try_from(whole.functions.len()).unwrap() - 1);
    let whole = VerifiedProgram::new(whole).unwrap();
    let (code, (_, count)) = (mapped("r-x"), mappings());
    for _ in 0..3 {
        match JitProgram::compile(whole.clone()) {
            Err(CodegenError::Function { function, cause }) => {
                assert_eq!((function.as_str(), cause.contains("too many values")), ("wide", true));
            }
            Err(error) => panic!("{error}"),
            // A cleverer compiler may find room: then it must be able to run.
            Ok(machine) => {
                let mut cx = RunContext::new(Arc::clone(&whole), 1_000);
                machine.run(id, &mut cx).unwrap();
            }
        }
    }
    assert_eq!(mapped("r-x"), code, "the code of what could not be compiled");
    let (_, now) = mappings();
    assert!(now <= count + SLACK, "{count} mappings before, {now} afterwards");
}
