//! Mutated texts and bundles against the front end, by seed: the same seed tries the same inputs on
//! every machine. An input at which something panics or does not hold is written to a file, one that
//! hangs is printed.

mod email;
mod mutate;
mod targets;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::{bundle, compile};
use flowright_engine::explore::Random;

pub use targets::{TARGETS, Target};

/// How long one input may take before it counts as one that hangs.
const HANGS_AFTER: Duration = Duration::from_secs(20);
/// Bytes of a bundle before its body.
const HEADER_BYTES: usize = 52;

/// What inputs are made of.
#[derive(Debug, Clone)]
pub struct Seeds {
    texts: Vec<String>,
    body: Vec<u8>,
}

impl Seeds {
    /// Every `.flow` file of the repository and every example of its documentation.
    ///
    /// # Errors
    /// What cannot be read, or a bundle that cannot be made.
    pub fn of_repository(root: &Path) -> Result<Self, String> {
        let mut texts = Vec::new();
        for folder in ["flows", "stdlib", "tests", "compiler/tests", "docs"] {
            collect(&root.join(folder), &mut texts)?;
        }
        texts.sort();
        texts.dedup();
        let slots = root.join("tests/conformance/slots.flow");
        let source = std::fs::read_to_string(&slots).map_err(|e| e.to_string())?;
        let compiled = compile(&MemorySources::one("a.flow", &source))?;
        let made = compiled.bundle.ok_or("the seed of bundles has errors")?;
        let bytes = bundle::write(&made).map_err(|e| e.to_string())?.bytes;
        let body = bytes.get(HEADER_BYTES..).unwrap_or(&[]).to_vec();
        // Behind any other header every bundle would be refused, and nothing be tried.
        if targets::sealed(&body) != bytes {
            return Err(
                "bundles have another header than the one that is put before them".to_owned()
            );
        }
        Ok(Self { texts, body })
    }
}

/// Texts in a folder: whole `.flow` files, and the `flow` blocks of pages.
fn collect(folder: &Path, texts: &mut Vec<String>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            collect(&path, texts)?;
            continue;
        }
        let read = || std::fs::read_to_string(&path).map_err(|e| e.to_string());
        match path.extension().and_then(|ext| ext.to_str()) {
            Some("flow") => texts.push(read()?),
            Some("md") => {
                let page = read()?;
                let blocks = page.split("```flow\n").skip(1);
                texts.extend(blocks.filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())));
            }
            _ => {}
        }
    }
    Ok(())
}

/// An input at which something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which input it was.
    pub run: u64,
    /// The input: a text, or the body of a bundle.
    pub input: Vec<u8>,
    /// What is wrong.
    pub what: String,
}

/// Tries so many inputs; the first fault, if there is one.
#[must_use]
pub fn run(target: Target, seeds: &Seeds, seed: u64, runs: u64) -> Option<Fault> {
    let input = |run: u64| {
        let mut random = Random::new(seed ^ run.wrapping_mul(0x2545_F491_4F6C_DD1D));
        match target {
            Target::Bundle => mutate::bytes(&mut random, &seeds.body),
            Target::Mail => email::changed(&mut random, email::MAILS),
            Target::Smtp => email::changed(&mut random, email::TALKS),
            _ => mutate::text(&mut random, &seeds.texts).into_bytes(),
        }
    };
    first_fault(target.name(), runs, input, |input| target.holds(input))
}

/// Tries the inputs of so many runs; the first at which something does not hold or panics.
pub fn first_fault(
    name: &'static str,
    runs: u64,
    input: impl Fn(u64) -> Vec<u8>,
    holds: impl Fn(&[u8]) -> Result<(), String>,
) -> Option<Fault> {
    let watched = Watched::default();
    let watching = watched.clone();
    // An input that hangs is shown by who watches: the thread that tries it cannot.
    std::thread::spawn(move || watching.watch(name));
    let fault = (0..runs).find_map(|run| {
        let input = input(run);
        watched.begin(run, &input);
        let tried = catch_unwind(AssertUnwindSafe(|| holds(&input)));
        let what = tried.unwrap_or_else(|panic| Err(panicked(&*panic))).err()?;
        Some(Fault { run, input, what })
    });
    watched.end();
    fault
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a panic: {}", said.unwrap_or("?"))
}

/// The input that is being tried.
#[derive(Debug, Clone, Default)]
struct Watched(Arc<(AtomicU64, Mutex<Vec<u8>>)>);

/// The number of no run: all is over.
const OVER: u64 = u64::MAX;

impl Watched {
    fn begin(&self, run: u64, input: &[u8]) {
        input.clone_into(&mut self.0.1.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.0.store(run, Ordering::Release);
    }

    fn end(&self) {
        self.0.0.store(OVER, Ordering::Release);
    }

    fn watch(&self, name: &str) {
        let mut last = OVER - 1;
        loop {
            std::thread::sleep(HANGS_AFTER);
            let run = self.0.0.load(Ordering::Acquire);
            if run == OVER {
                return;
            }
            if run == last {
                let input = self.0.1.lock().unwrap_or_else(PoisonError::into_inner).clone();
                eprintln!("{name}: run {run} hangs:\n{}", String::from_utf8_lossy(&input));
                std::process::exit(1);
            }
            last = run;
        }
    }
}
