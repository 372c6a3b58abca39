//! `cargo run --release -p flowright-fuzz -- [TARGET] [--runs N] [--seed N]`

use std::path::Path;
use std::process::ExitCode;

use flowright_fuzz::{Seeds, TARGETS, Target, run};

const USAGE: &str =
    "usage: flowright-fuzz [lexer|parser|checker|formatter|bundle|mail|smtp] [--runs N] [--seed N]";
/// Inputs for each target unless another number is given.
const RUNS: u64 = 1_000_000;

fn main() -> ExitCode {
    match fuzz() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// Whether nothing is wrong.
fn fuzz() -> Result<bool, String> {
    let (mut targets, mut runs, mut seed) = (Vec::new(), RUNS, 1);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number =
            || args.next().and_then(|n| n.parse().ok()).ok_or_else(|| USAGE.to_owned());
        match arg.as_str() {
            "--runs" => runs = number()?,
            "--seed" => seed = number()?,
            name => {
                let target = TARGETS.into_iter().find(|target| target.name() == name);
                targets.push(target.ok_or_else(|| USAGE.to_owned())?);
            }
        }
    }
    let targets: Vec<Target> = if targets.is_empty() { TARGETS.to_vec() } else { targets };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let seeds = Seeds::of_repository(root)?;
    // Panics are told with their input, once.
    std::panic::set_hook(Box::new(|_| {}));
    let mut fine = true;
    for target in targets {
        match run(target, &seeds, seed, runs) {
            None => println!("{}: {runs} inputs, no fault", target.name()),
            Some(fault) => {
                fine = false;
                let file = format!("fuzz-{}-{seed}-{}.input", target.name(), fault.run);
                std::fs::write(&file, &fault.input).map_err(|e| format!("{file}: {e}"))?;
                println!(
                    "{}: run {}: {}\nthe input is in {file}",
                    target.name(),
                    fault.run,
                    fault.what
                );
            }
        }
    }
    Ok(fine)
}
