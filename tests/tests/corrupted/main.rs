//! Programs that no compiler would make: every field of a real program changed in turn. Each is
//! refused by the verifier, or it runs: without a panic, without a hang, and alike in the
//! interpreter and as machine code.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod mutants;

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use flowright_codegen::JitProgram;
use flowright_compiler::bundle;
use flowright_compiler::ir::interp::Interpreter;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{
    Cell, CellKind, Executor, FuncId, Place, Program, RunContext, RunError, Space, TestDef,
    TestStep,
};
use flowright_engine::limits::CALLS_IN_A_ROW_MAX;
use flowright_engine::model::{ActionResult, Command, Event};
use flowright_engine::transcript::run_test;
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_tests::bundle_of;
use serde_json::json;

use self::mutants::Mutant;

/// Mutants that count as a hang: this long for one.
const PATIENCE: Duration = Duration::from_secs(120);
/// Mutants of one kind of place whose functions are compiled, too.
const COMPILED_PER_KIND: usize = 2;
const FUEL: u64 = 300;
/// 1 June 2026, 01:00 UTC.
const NOW_MS: i64 = 1_780_275_600_000;

/// What became of the mutants.
#[derive(Debug, Default)]
struct Counts {
    all: usize,
    formless: usize,
    refused: usize,
    ran: usize,
    compiled: usize,
}

struct Trial {
    model: Vec<u8>,
    compiler: String,
    counts: Counts,
    compiled: BTreeMap<String, usize>,
    failed: Vec<String>,
    /// What the customers of the project's own tests say, a conversation each.
    words: Vec<Vec<String>>,
}

#[test]
fn whatever_is_changed_is_refused_or_runs() {
    let bundle = bundle::read(&bundle_of("order_change")).unwrap().0;
    let mut program = Program::clone(&bundle.program);
    // Where lines start is most of the file and nothing that runs reads it.
    program.files.iter_mut().for_each(|file| file.line_starts.truncate(3));
    program.tests.truncate(4);
    let done = watch();
    let mut trial = Trial {
        model: bundle.model.clone(),
        compiler: bundle.compiler.clone(),
        counts: Counts::default(),
        compiled: BTreeMap::new(),
        failed: Vec::new(),
        words: program.tests.iter().map(words).collect(),
    };
    std::panic::set_hook(Box::new(|_| {}));
    mutants::each(&program, 42, |mutant| {
        done.fetch_add(1, Ordering::SeqCst);
        trial.take(mutant);
    });
    let _ = std::panic::take_hook();
    done.store(u64::MAX, Ordering::SeqCst);
    let counts = &trial.counts;
    eprintln!("{counts:?}");
    assert!(trial.failed.is_empty(), "{}", trial.failed.join("\n"));
    assert!(counts.all >= 5_000 && counts.refused >= 1_000, "{counts:?}");
    assert!(counts.ran >= 500 && counts.compiled >= 50, "{counts:?}");
}

fn words(test: &TestDef) -> Vec<String> {
    let said = test.lines.iter().filter_map(|line| match &line.kind {
        TestStep::User(text) => Some(text.clone()),
        _ => None,
    });
    said.collect()
}

/// Ends the process when nothing goes on: a hang must not look like a slow machine.
fn watch() -> Arc<AtomicU64> {
    let done = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&done);
    std::thread::spawn(move || {
        let mut last = 0;
        loop {
            std::thread::sleep(PATIENCE);
            let now = seen.load(Ordering::SeqCst);
            if now == u64::MAX {
                return;
            }
            if now == last {
                eprintln!("mutant number {now} does not come to an end");
                std::process::abort();
            }
            last = now;
        }
    });
    done
}

impl Trial {
    fn take(&mut self, mutant: Mutant) {
        self.counts.all += 1;
        let Some(program) = mutant.program else {
            self.counts.formless += 1;
            return;
        };
        let verdict = catch_unwind(AssertUnwindSafe(|| VerifiedProgram::new(program)));
        let Ok(verdict) = verdict else {
            self.failed.push(format!("{}: the verifier panicked", mutant.what));
            return;
        };
        let Ok(program) = verdict else {
            self.counts.refused += 1;
            return;
        };
        self.counts.ran += 1;
        let in_code = mutant.kind.starts_with(".functions") || mutant.kind.ends_with(".cells");
        let compiled = self.compiled.entry(mutant.kind.clone()).or_default();
        let compile = in_code && *compiled < COMPILED_PER_KIND;
        if compile {
            *compiled += 1;
            self.counts.compiled += 1;
        }
        let went = catch_unwind(AssertUnwindSafe(|| self.run(&program, compile)));
        match went {
            Ok(Ok(())) => {}
            Ok(Err(what)) => self.failed.push(format!("{}: {what}", mutant.what)),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
                self.failed.push(format!("{}: panicked: {text:?}", mutant.what));
            }
        }
    }

    fn run(&self, program: &VerifiedProgram, compile: bool) -> Result<(), String> {
        let oracle = Interpreter::new(Arc::clone(program));
        let machine = match compile.then(|| JitProgram::compile(program.clone())).transpose() {
            Ok(machine) => machine,
            Err(error) => return Err(format!("it was verified and cannot be compiled: {error}")),
        };
        for number in 0..program.functions.len() as u32 {
            let expected = run(&oracle, FuncId(number));
            let exits = program.functions[number as usize].exits.len();
            if expected.0.is_ok_and(|exit| exit as usize >= exits) {
                return Err(format!("function {number} leaves through an exit that it has not"));
            }
            if let Some(machine) = &machine {
                let actual = run(machine, FuncId(number));
                if expected != actual {
                    let name = &program.functions[number as usize].name;
                    return Err(format!("`{name}` differs: {expected:?}, {actual:?}"));
                }
            }
        }
        let bundle = bundle::Bundle {
            compiler: self.compiler.clone(),
            program: program.clone(),
            model: self.model.clone(),
        };
        let loaded = LoadedProgram::interpreted(bundle, [1; 32]).map_err(|e| e.to_string())?;
        // That a test of a changed program fails is no surprise; that it comes to an end counts.
        for test in &program.tests {
            let _ = run_test(&loaded, test);
        }
        self.words.iter().try_for_each(|words| talk(&loaded, words))
    }
}

/// A conversation in which the engine may meet nothing that the verifier rules out.
fn talk(program: &LoadedProgram, words: &[String]) -> Result<(), String> {
    let mut session = open_session(program, "s", "web", None, NOW_MS);
    let mut events: VecDeque<Event> = words
        .iter()
        .map(|text| Event::Message {
            channel: "web".to_owned(),
            text: text.clone(),
            payload: None,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        })
        .collect();
    let body = json!({ "due": "2030-06-10", "owner": "C", "granted": true });
    // A conversation has a few messages, and each so many calls at most.
    for _ in 0..10 * CALLS_IN_A_ROW_MAX {
        let event = match session.pending_call() {
            Some(call) => {
                let result = ActionResult::Answer { status: 200, body: body.clone() };
                Event::ActionResult { key: call.key.clone(), result }
            }
            None => match events.pop_front() {
                Some(event) => event,
                None => return Ok(()),
            },
        };
        let step = step(program, &mut session, event, NOW_MS).map_err(|e| e.to_string())?;
        let unsound = step.commands.iter().find_map(|command| match command {
            Command::Note { text, .. } if text.contains("Unsound") => Some(text.clone()),
            _ => None,
        });
        if let Some(unsound) = unsound {
            return Err(format!("the engine met what the verifier rules out: {unsound}"));
        }
    }
    Err("the conversation does not end".to_owned())
}

/// What a run leaves behind.
type Left = (Result<u32, RunError>, Vec<Cell>, [Vec<Cell>; 4], u64, usize);

fn run(executor: &dyn Executor, function: FuncId) -> Left {
    let mut cx = RunContext::new(Arc::clone(executor.program()), FUEL);
    for (number, space) in
        [Space::Turn, Space::Customer, Space::Session, Space::Flow].into_iter().enumerate()
    {
        for index in 0..cx.spaces[number].len() as u32 {
            let cell = match index % 4 {
                0 => Cell::new(CellKind::Number, 1_000_000),
                1 => Cell::new(CellKind::Date, 20_000),
                2 => Cell::bool(true),
                _ => Cell::EMPTY,
            };
            cx.set_cell(Place { space, index }, cell);
        }
    }
    let result = executor.run(function, &mut cx);
    // Only a run that came to an exit has values.
    let exit = if result.is_ok() { cx.exit_args.clone() } else { Vec::new() };
    (result, exit, cx.spaces.clone(), cx.fuel, cx.emitted.len())
}

/// A program that was never verified cannot be compiled: `JitProgram::compile` takes nothing else
/// than what only the verifier makes. This one is refused there.
#[test]
fn what_the_verifier_refuses_never_comes_to_be_compiled() {
    let bundle = bundle::read(&bundle_of("order_change")).unwrap().0;
    let mut program = Program::clone(&bundle.program);
    let function = program.functions.iter_mut().find(|f| !f.writes.is_empty()).unwrap();
    function.writes[0].index = 1_000_000;
    let refused = VerifiedProgram::new(program).map(JitProgram::compile);
    let Err(error) = refused else { panic!("it was accepted") };
    assert!(error.to_string().contains("written places"), "{error}");
}
