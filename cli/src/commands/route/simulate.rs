//! `flowright route simulate`.

use flowright_routing::Policy;
use flowright_routing::sim::{Report, play};
use serde_json::json;

use super::args::SimulateArgs;
use super::day::{Declared, declared};
use super::{picture, told};
use crate::Outcome;
use crate::failure::{Failure, print, print_json, write_file};
use crate::runnable::Runnable;

pub(super) fn run(args: &SimulateArgs) -> Result<Outcome, Failure> {
    let Some(runnable) = Runnable::open_quietly(&args.path)? else { return Ok(Outcome::Findings) };
    let program = runnable.load(true)?;
    let Declared { day, date, seed } = declared(&args.day, &program.program)?;
    let seed = args.seed.unwrap_or(seed);
    let arrivals = day.arrivals(seed);
    if arrivals.is_empty() {
        let message = format!("nothing comes on this day by seed {seed}");
        return Err(Failure::new(message).with_help("raise `per_hour`, or give another `--seed`"));
    }
    let report = |policy: Policy| {
        let played = play(&day, &arrivals, policy).map_err(|e| Failure::new(e.to_string()))?;
        Ok(Report::of(&day, &played, policy))
    };
    let policies = match args.policy {
        Some(policy) => vec![policy],
        None => Policy::ALL.iter().map(|(policy, _)| *policy).collect(),
    };
    let reports: Vec<Report> = policies.into_iter().map(report).collect::<Result<_, Failure>>()?;
    let Some((first, others)) = reports.split_first() else { return Ok(Outcome::Fine) };
    match args.json {
        true => print_json(&json!({
            "schema_version": 1,
            "date": date.to_string(),
            "seed": seed,
            "reports": reports,
        }))?,
        false => print(&told::told(first, others, date, seed))?,
    }
    if let Some(path) = &args.svg {
        write_file(path, picture::draw(first).as_bytes())?;
        eprintln!("{}", path.display());
    }
    Ok(Outcome::Fine)
}
