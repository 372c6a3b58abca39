//! Machine code against the interpreter: generated functions, generated cells, everything that a
//! run leaves behind compared.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod choices;
mod maker;

use std::sync::Arc;

use flowright_codegen::JitProgram;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::ir::interp::Interpreter;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{
    Block, BlockId, Cell, CellKind, Executor, FuncId, Function, Place, Program, RunContext,
    RunError, Space, Terminator,
};
use flowright_nlu::value::Value;
use proptest::prelude::*;

use self::choices::Choices;
use self::maker::Maker;

/// One customer field of each kind, and as many session slots, so that every space has room.
const BASE: &str = r#"
bot base { languages en  timezone "UTC" }
customer {
  a: text  b: number  c: money  d: date  e: time  f: datetime  g: duration  h: bool
  i: one_of { low, high }
}
slot s_text: text
slot s_number: number
slot s_money: money
slot s_date: date
slot s_duration: duration
channel web: websocket
skill anyone
route { otherwise -> anyone }
intent hello { en "hello there", "good morning", "hi you", "greetings to all", "hey hello" }
flow hello {
  on intent hello
  slot x: text { ask { en "?" } }
  state a { fill x  mark "seen"  end resolved }
}
"#;

fn base() -> Program {
    let compiled = flowright_compiler::compile(&MemorySources::one("base.flow", BASE)).unwrap();
    let shown: Vec<_> = compiled.analysis.diagnostics.iter().map(|d| &d.message).collect();
    Program::clone(&compiled.bundle.unwrap_or_else(|| panic!("{shown:?}")).program)
}

fn verified(program: Program) -> VerifiedProgram {
    VerifiedProgram::new(program).unwrap()
}

const KINDS: [CellKind; 10] = [
    CellKind::Text,
    CellKind::Number,
    CellKind::Money,
    CellKind::Date,
    CellKind::Time,
    CellKind::DateTime,
    CellKind::Duration,
    CellKind::Bool,
    CellKind::Choice,
    CellKind::Money,
];

/// What a run leaves behind.
#[derive(Debug, PartialEq)]
struct Left {
    result: Result<u32, RunError>,
    exit: Vec<(Cell, Option<Value>)>,
    spaces: [Vec<Cell>; 4],
    fuel: u64,
    notes: Vec<flowright_compiler::ir::Note>,
    emitted: Vec<flowright_compiler::ir::Emitted>,
}

fn run(executor: &dyn Executor, function: FuncId, inputs: &[u32], fuel: u64) -> Left {
    let program = executor.program();
    let mut cx = RunContext::new(Arc::clone(program), fuel);
    let mut choices = Choices::of(inputs);
    for (index, kind) in KINDS[..9].iter().enumerate() {
        let cell = choices.cell(*kind, &mut cx);
        cx.set_cell(Place { space: Space::Customer, index: index as u32 }, cell);
    }
    let session =
        [CellKind::Text, CellKind::Number, CellKind::Money, CellKind::Date, CellKind::Duration];
    for (index, kind) in session.iter().enumerate() {
        let cell = choices.cell(*kind, &mut cx);
        cx.set_cell(Place { space: Space::Session, index: index as u32 }, cell);
    }
    let result = executor.run(function, &mut cx);
    // Only a run that came to an exit has values.
    let args = if result.is_ok() { cx.exit_args.clone() } else { Vec::new() };
    Left {
        exit: args.iter().map(|cell| (*cell, cx.heap.value(*cell, &program.strings))).collect(),
        result,
        spaces: cx.spaces.clone(),
        fuel: cx.fuel,
        notes: cx.notes.clone(),
        emitted: cx.emitted.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn machine_code_does_what_the_interpreter_does(
        programs in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..160), 1..4),
        inputs in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..40), 1..6),
        fuel in prop_oneof![Just(1_000_u64), 0_u64..6],
    ) {
        let mut program = base();
        program.strings.extend(["abc", "B", "订单号"].map(|text| Value::Text(text.to_owned())));
        let first = program.functions.len() as u32;
        for numbers in &programs {
            let maker = Maker::of(numbers, program.strings.len() as u32);
            program.functions.push(maker.function());
        }
        let program = verified(program);
        let oracle = Interpreter::new(Arc::clone(&program));
        let machine = JitProgram::compile(program.clone()).unwrap();
        for number in 0..programs.len() as u32 {
            for input in &inputs {
                let function = FuncId(first + number);
                let expected = run(&oracle, function, input, fuel);
                let actual = run(&machine, function, input, fuel);
                prop_assert_eq!(expected, actual, "{:#?}", program.functions[function.index()]);
            }
        }
    }
}

/// Every function that the compiler itself makes, on empty and on filled cells.
#[test]
fn compiled_functions_agree() {
    let program = verified(base());
    let oracle = Interpreter::new(Arc::clone(&program));
    let machine = JitProgram::compile(program.clone()).unwrap();
    for number in 0..program.functions.len() as u32 {
        for seed in 0..20_u32 {
            let input: Vec<u32> =
                (0..40).map(|i| (seed * 7919 + i).wrapping_mul(2_654_435_761)).collect();
            let function = FuncId(number);
            assert_eq!(run(&oracle, function, &input, 100), run(&machine, function, &input, 100));
        }
    }
}

#[test]
fn a_loop_ends_when_its_fuel_does() {
    let mut program = base();
    let blocks = vec![Block { insts: Vec::new(), end: Terminator::Jump(BlockId(0)) }];
    let function = Function {
        name: "loop".to_owned(),
        regs: 0,
        blocks,
        exits: Vec::new(),
        writes: Vec::new(),
    };
    program.functions.push(function);
    let id = FuncId(program.functions.len() as u32 - 1);
    let machine = JitProgram::compile(verified(program)).unwrap();
    let mut cx = RunContext::new(Arc::clone(machine.program()), 100_000);
    assert_eq!(machine.run(id, &mut cx), Err(RunError::OutOfFuel));
    assert_eq!(cx.fuel, 0);
}

#[test]
fn a_context_that_is_too_small_is_refused() {
    let machine = JitProgram::compile(verified(base())).unwrap();
    let mut cx = RunContext::new(Arc::clone(machine.program()), 100);
    cx.spaces[1].clear();
    assert_eq!(machine.run(FuncId(0), &mut cx), Err(RunError::ContextTooSmall));
}
