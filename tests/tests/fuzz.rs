//! `flowright fuzz` against programs and executors that are wrong on purpose: each fault is found
//! within a bounded number of conversations, shrunk to the least, and its written test fails.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use flowright_compiler::bundle::{self, Bundle};
use flowright_compiler::compile::MemorySources;
use flowright_compiler::ir::interp::Interpreter;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{
    ActionId, Executor, FlowId, FuncId, GuardDef, Program, PropertyDef, RunContext, RunError, Watch,
};
use flowright_compiler::sema::hir;
use flowright_engine::LoadedProgram;
use flowright_engine::explore::{
    Answer, Customer, Explorer, Found, Guard, Invariant, Move, write_test,
};
use flowright_engine::transcript::run_test;
use flowright_nlu::value::{Currency, Decimal, Money, Value};
use flowright_tests::root;

/// Conversations in which every fault here is found.
const RUNS: u64 = 3_000;
/// Conversations after it, in which no other is.
const RUNS_AFTER: u64 = 100;

struct Fixture {
    label: String,
    source: String,
    project: hir::Project,
    bundle: Bundle,
}

impl Fixture {
    fn read(path: &str) -> Self {
        Self::of(path, std::fs::read_to_string(root().join(path)).unwrap())
    }

    fn of(label: &str, source: String) -> Self {
        let compiled = flowright_compiler::compile(&MemorySources::one(label, &source)).unwrap();
        let findings = compiled.analysis.diagnostics;
        let bundle = compiled.bundle.unwrap_or_else(|| panic!("{label}: {findings:?}"));
        let project = compiled.analysis.project.unwrap();
        Self { label: label.to_owned(), source, project, bundle }
    }

    fn load(&self) -> LoadedProgram {
        LoadedProgram::interpreted(self.bundle.clone(), [7; 32]).unwrap()
    }

    fn explore(&self, program: &LoadedProgram, other: Option<&LoadedProgram>) -> Vec<Found> {
        let customer = Customer::of(&self.project, &program.program, None).unwrap();
        let mut explorer = Explorer::new(program, other, &customer, catching(), 1);
        let first = (0..RUNS).find_map(|_| explorer.play_one());
        let others = (0..RUNS_AFTER).filter_map(|_| explorer.play_one());
        first.into_iter().chain(others).collect()
    }

    /// The one failure of the program.
    fn only(&self, program: &LoadedProgram) -> Found {
        let mut found = self.explore(program, None);
        assert_eq!(found.len(), 1, "{}: {found:#?}", self.label);
        found.remove(0)
    }

    /// The failure written as a test, and why that test fails when it is run.
    fn written(&self, program: &LoadedProgram, found: &Found) -> (String, String) {
        let written = write_test(program, &catching(), found, "the fault", "Found by fuzzing.");
        assert!(written.lost.is_empty(), "{written:?}");
        let source = format!("{}\n{}", self.source, written.text);
        let loaded = Self::of(&self.label, source).load();
        let test = loaded.program.tests.iter().find(|test| test.name == "the fault").unwrap();
        let report = run_test(&loaded, test);
        let failure = report.failure.unwrap_or_else(|| panic!("it passes:\n{}", written.text));
        (written.text, failure.message)
    }
}

fn catching() -> Guard {
    Arc::new(|run| {
        catch_unwind(AssertUnwindSafe(run))
            .map_err(|cause| cause.downcast_ref::<String>().cloned().unwrap_or_default())
    })
}

fn said(found: &Found) -> Vec<&str> {
    let mut said = Vec::new();
    for made in &found.conversation.moves {
        match made {
            Move::Say(text) => said.push(text.as_str()),
            other => panic!("{other:?}"),
        }
    }
    said
}

#[test]
fn a_state_without_an_answer() {
    let fixture = Fixture::read("tests/fuzz/silent.flow");
    let program = fixture.load();
    let found = fixture.only(&program);
    assert_eq!(found.broken.invariant, Invariant::Answered);
    assert_eq!(found.conversation.moves.len(), 2, "{found:#?}");
    let (text, why) = fixture.written(&program, &found);
    assert!(text.contains("\"\n  bot  \"For which day?\"\n  user \""), "{text}");
    assert_eq!(why, "the bot said nothing more");
}

/// What an action answers is in the test, below zero too.
#[test]
fn an_answer_below_zero() {
    let source = std::fs::read_to_string(root().join("tests/fuzz/silent.flow")).unwrap();
    let source = source.replace("wait 2h", "do got = sums.get() { failed -> handoff }  wait 2h")
        + "action sums.get() -> { number: number, sum: money, time: duration } {\n  \
           get \"{env.CRM_URL}/sums\"\n}\n";
    let fixture = Fixture::of("below_zero.flow", source);
    let program = fixture.load();
    let mut found = fixture.only(&program);
    let sum = Money { amount: Decimal(-3_500_000), currency: Currency::parse("CNY").unwrap() };
    let values =
        [Value::Number(Decimal(-5_000_000)), Value::Money(sum), Value::Duration(-90 * 60_000)];
    let answer = Answer::Value(Some(Value::Record(values.map(Some).into())));
    let action = id(program.program.actions.iter().position(|action| action.name == "sums.get"));
    found.conversation.answers.insert(ActionId(action), vec![answer]);
    let (text, why) = fixture.written(&program, &found);
    let given = "  given sums.get -> { number: -5, sum: -CNY 3.5, time: -90m }\n";
    assert!(text.contains(given), "{text}");
    assert_eq!(why, "the bot said nothing more");
}

#[test]
fn an_effect_twice_in_a_turn() {
    let fixture = Fixture::read("tests/fuzz/twice.flow");
    let program = fixture.load();
    let found = fixture.only(&program);
    assert_eq!(found.broken.invariant, Invariant::EffectOnce);
    assert_eq!(said(&found).get(1), Some(&"x"), "the shortest note there is: {found:#?}");
    assert_eq!(found.conversation.moves.len(), 2);
    assert!(found.conversation.customer.iter().all(Option::is_none), "nothing needless is kept");
    let (text, why) = fixture.written(&program, &found);
    assert!(text.contains("  given tickets.open -> fails\n"), "{text}");
    assert!(text.contains("  expect not called tickets.open(note: \"x\")\n"), "{text}");
    assert_eq!(why, "the action was called");
}

/// The property is put in by hand: what the compiler can see to be wrong never gets this far.
#[test]
fn a_property_that_does_not_hold() {
    let mut fixture = Fixture::read("tests/fuzz/limit.flow");
    let mut program = Program::clone(&fixture.bundle.program);
    let flow = id(program.flows.iter().position(|flow| flow.name == "refund"));
    let action = id(program.actions.iter().position(|action| action.name == "money.pay"));
    let slots = &program.flows[flow as usize].slots;
    let guard = GuardDef {
        flow: FlowId(flow),
        action: flowright_compiler::ir::ActionId(action),
        cond: slots[0].checks[0].cond,
    };
    let (text, at) = ("amount <= 100 before money.pay".to_owned(), slots[0].at);
    program.properties.push(PropertyDef {
        text,
        proved: false,
        watch: Some(Watch::Before(guard)),
        at,
    });
    fixture.bundle.program = VerifiedProgram::new(program).unwrap();
    let program = fixture.load();
    let found = fixture.only(&program);
    assert_eq!(found.broken.invariant, Invariant::Property(0));
    assert_eq!(found.conversation.moves.len(), 3, "{found:#?}");
    let (text, why) = fixture.written(&program, &found);
    assert!(text.contains("  expect not called money.pay(amount: "), "{text}");
    assert_eq!(why, "the action was called");
}

/// Put in by hand too: three wrong answers, of which the last leads to a human, and the fee's yes.
#[test]
fn more_turns_than_were_claimed() {
    for (most, is_broken) in [(2, true), (4, true), (5, false)] {
        let mut fixture = Fixture::read("tests/fuzz/limit.flow");
        let mut program = Program::clone(&fixture.bundle.program);
        let flow = id(program.flows.iter().position(|flow| flow.name == "refund"));
        let (text, at) =
            (format!("at most {most} turns"), program.flows[flow as usize].slots[0].at);
        let watch = Some(Watch::Turns { flow: FlowId(flow), most });
        program.properties.push(PropertyDef { text, proved: false, watch, at });
        fixture.bundle.program = VerifiedProgram::new(program).unwrap();
        let program = fixture.load();
        if !is_broken {
            assert_eq!(fixture.explore(&program, None), []);
            continue;
        }
        let found = fixture.only(&program);
        assert_eq!(found.broken.invariant, Invariant::Property(0));
        assert_eq!(found.conversation.moves.len(), most as usize, "{found:#?}");
        let (text, why) = fixture.written(&program, &found);
        assert!(text.ends_with("  expect ended resolved\n}\n"), "{text}");
        assert_eq!(why, "the flow ended otherwise");
    }
}

#[test]
fn nobody_to_turn_to() {
    let fixture = Fixture::read("tests/fuzz/alone.flow");
    let program = fixture.load();
    let found = fixture.only(&program);
    assert_eq!(found.broken.invariant, Invariant::HumanReached);
    assert_eq!(found.conversation.moves.len(), 1, "{found:#?}");
    let (_, why) = fixture.written(&program, &found);
    assert_eq!(why, "the conversation was not handed to a human");
}

/// An executor with a fault of its own in functions of one name.
#[derive(Debug)]
struct Faulty {
    inner: Interpreter,
    name: &'static str,
    panics: bool,
}

impl Executor for Faulty {
    fn run(&self, function: FuncId, cx: &mut RunContext) -> Result<u32, RunError> {
        let exit = self.inner.run(function, cx)?;
        let name = &self.inner.program().functions.get(function.index()).unwrap().name;
        if name.contains(self.name) {
            assert!(!self.panics, "cannot run {name}");
            cx.emitted.clear();
        }
        Ok(exit)
    }

    fn program(&self) -> &Arc<Program> {
        self.inner.program()
    }
}

fn faulty(program: &LoadedProgram, name: &'static str, panics: bool) -> LoadedProgram {
    let inner = Interpreter::new(Arc::clone(&program.program));
    program.clone().with_executor(Arc::new(Faulty { inner, name, panics }))
}

#[test]
fn an_engine_that_panics() {
    let fixture = Fixture::read("tests/fuzz/limit.flow");
    let program = faulty(&fixture.load(), "refund.add", true);
    let found = fixture.only(&program);
    assert_eq!(found.broken.invariant, Invariant::NoPanic);
    assert!(found.broken.what.contains("cannot run refund.add"), "{}", found.broken.what);
    assert_eq!(found.conversation.moves.len(), 3, "{found:#?}");
}

#[test]
fn executors_that_differ() {
    let fixture = Fixture::read("tests/fuzz/limit.flow");
    let program = fixture.load();
    let other = faulty(&program, "refund.pay", false);
    let found = fixture.explore(&program, Some(&other));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].broken.invariant, Invariant::ExecutorsAgree);
    assert_eq!(found[0].conversation.moves.len(), 3, "{found:#?}");
    let written = write_test(&program, &catching(), &found[0], "the fault", "Found by fuzzing.");
    assert_eq!(written.lost, ["`executors-agree`, the broken invariant"]);
}

#[test]
fn the_same_seed_finds_the_same() {
    let fixture = Fixture::read("tests/fuzz/twice.flow");
    let program = fixture.load();
    let customer = Customer::of(&fixture.project, &program.program, None).unwrap();
    let run = |seed| {
        let mut explorer = Explorer::new(&program, None, &customer, catching(), seed);
        let found: Vec<Found> = (0..100).filter_map(|_| explorer.play_one()).collect();
        (found, explorer.reached(), explorer.entered().clone())
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5).1, run(6).1);
}

/// What the examples and the conversations of the language do is never against an invariant.
#[test]
fn the_examples_hold() {
    for project in ["order_change", "invoice_query", "outage_report"] {
        let folder = flowright_tests::Folder(root().join("flows").join(project));
        let compiled = flowright_compiler::compile(&folder).unwrap();
        let bytes = bundle::write(&compiled.bundle.unwrap()).unwrap().bytes;
        let program = flowright_tests::load(&bytes, false).unwrap();
        let machine = flowright_tests::load(&bytes, true).unwrap();
        let project = compiled.analysis.project.unwrap();
        let customer = Customer::of(&project, &program.program, None).unwrap();
        let mut explorer = Explorer::new(&program, Some(&machine), &customer, catching(), 1);
        let own = |flow: FlowId| {
            let at = program.program.flows[flow.index()].at;
            !flowright_compiler::base::is_standard(&program.program.files[at.file.0 as usize].label)
        };
        let flows = (0..).map(FlowId).zip(&program.program.flows).filter(|(id, _)| own(*id));
        let states: usize = flows.map(|(_, flow)| flow.states.len()).sum();
        let mut entered = BTreeSet::new();
        for number in 0..RUNS {
            let found = explorer.play_one();
            assert!(found.is_none(), "{found:#?}");
            let reached = explorer.entered().iter().filter(|entered| own(entered.flow));
            entered = reached.map(|e| (e.flow, e.state)).collect();
            if number >= RUNS_AFTER && entered.len() == states {
                break;
            }
        }
        assert_eq!(entered.len(), states, "every state is reached");
    }
}

#[test]
fn claimed_properties_are_watched() {
    let folder = flowright_tests::Folder(root().join("flows/order_change"));
    let program = flowright_compiler::compile(&folder).unwrap().bundle.unwrap().program;
    let guard = program.properties.iter().find_map(|property| match property.watch {
        Some(Watch::Before(guard)) => Some(guard),
        _ => None,
    });
    let guard = guard.unwrap();
    assert_eq!(program.flows[guard.flow.index()].name, "change_delivery_date");
    assert_eq!(program.actions[guard.action.index()].name, "orders.reschedule");
}

fn id(position: Option<usize>) -> u32 {
    u32::try_from(position.unwrap()).unwrap()
}

#[test]
fn an_answer_that_goes_elsewhere_is_none() {
    let fixture = Fixture::read("tests/fuzz/elsewhere.flow");
    let program = fixture.load();
    let found = fixture.only(&program);
    assert_eq!(found.broken.invariant, Invariant::Answered);
    let mail = program.program.channels.iter().position(|channel| channel.name == "mail").unwrap();
    let reachable: Vec<usize> = found.conversation.reachable.iter().map(|id| id.index()).collect();
    assert_eq!(reachable, [mail], "{found:#?}");
    let (text, why) = fixture.written(&program, &found);
    assert!(text.contains("\n  reachable on mail\n"), "{text}");
    assert!(text.contains("\n  bot  on mail \"Receipt 4711\"\n"), "{text}");
    assert_eq!(why, "the bot said nothing more");
}
