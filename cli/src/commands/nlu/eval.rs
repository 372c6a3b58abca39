//! `flowright nlu eval`.

use std::collections::BTreeSet;

use flowright_engine::LoadedProgram;
use flowright_nlu::eval::{Answer, Confusion, Report};
use serde_json::{Value, json};

use super::args::EvalArgs;
use super::data::{self, Row};
use super::{context, percent, picture, program};
use crate::Outcome;
use crate::args::Format;
use crate::failure::{Failure, print, print_json, write_file};
use crate::project::plural;
use crate::style::{Stream, paint};

/// Intents taken for others that people are shown.
const CONFUSIONS: usize = 10;
/// Characters of an utterance that people are shown.
const TEXT_SHOWN: usize = 80;
/// Longest bar.
const BAR: f64 = 30.0;

pub(super) fn run(args: &EvalArgs) -> Result<Outcome, Failure> {
    let Some(program) = program(&args.path)? else { return Ok(Outcome::Findings) };
    let known: BTreeSet<&str> =
        program.program.intents.iter().map(|intent| intent.name.as_str()).collect();
    let rows = data::read(&args.data, &known)?;
    let answers = ask(&program, &rows)?;
    let report = Report::of(&answers);
    match args.format {
        Format::Json => print_json(&to_json(&report, &rows))?,
        Format::Human => print(&human(&report, &rows))?,
    }
    if let Some(path) = &args.picture {
        write_file(path, picture::draw(&report).as_bytes())?;
        eprintln!("{}", path.display());
    }
    let wanted = args.at_least.map(|percent| f64::from(percent) / 100.0);
    if wanted.is_some_and(|wanted| report.accuracy < wanted) {
        let error = paint(Stream::Err, "1;31", "error:");
        let least = percent(wanted.unwrap_or_default());
        eprintln!("{error} {} are taken right, fewer than {least}", percent(report.accuracy));
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Fine)
}

fn ask<'r>(program: &'r LoadedProgram, rows: &'r [Row]) -> Result<Vec<Answer<'r>>, Failure> {
    let cx = context(program);
    let understander = &program.understander;
    let answer = |row: &'r Row| {
        let understood = understander.understand(&row.text, &cx);
        if let Some(fault) = understood.fault {
            return Err(Failure::new(fault.to_string()));
        }
        let best = understood.intents.into_iter().next();
        Ok(Answer {
            meant: row.intent.as_deref(),
            said: best
                .as_ref()
                .and_then(|best| understander.intent_name(best.intent))
                .unwrap_or_default(),
            confidence: best.map_or(0.0, |best| best.confidence),
        })
    };
    rows.iter().map(answer).collect()
}

fn to_json(report: &Report, rows: &[Row]) -> Value {
    let mut json = json!(report);
    let text = |place: &usize| rows.get(*place).map_or("", |row| row.text.as_str());
    let confusion = |Confusion { meant, said, count, examples }: &Confusion| {
        let examples: Vec<&str> = examples.iter().map(text).collect();
        json!({ "meant": meant, "said": said, "count": count, "examples": examples })
    };
    let confusions: Vec<Value> = report.confusions.iter().map(confusion).collect();
    if let Some(object) = json.as_object_mut() {
        object.insert("confusions".to_owned(), json!(confusions));
    }
    json
}

fn human(report: &Report, rows: &[Row]) -> String {
    let meant = report.intents.iter().filter(|intent| intent.meant > 0).count();
    let mut out = format!("{} of {}", plural(report.inside, "utterance"), plural(meant, "intent"));
    if report.outside > 0 {
        out.push_str(&format!(", {} that no intent is for", report.outside));
    }
    out.push_str("\n\n");
    let mut line = |name: &str, value: String, meaning: &str| {
        out.push_str(&format!("{name:<18} {value:>7}  {meaning}\n"));
    };
    if report.inside > 0 {
        line("accuracy", percent(report.accuracy), "of the utterances are taken right");
        line("macro-F1", percent(report.macro_f1), "the same, each intent counted alike");
    }
    let error = format!("{:.1}", report.calibration_error * 100.0);
    line("calibration error", error, "points between how sure it is and how often it is right");
    if let Some(auroc) = report.auroc {
        let meaning = "surer of an utterance with an intent than of one without";
        line("AUROC", percent(auroc), meaning);
    }
    if let Some(rejected) = report.outside_rejected {
        let meaning = "of those without are turned away where 5 % of those with one are";
        line("turned away", percent(rejected), meaning);
    }
    out + &confusions(report, rows) + &calibration(report) + &thresholds(report)
}

fn confusions(report: &Report, rows: &[Row]) -> String {
    if report.confusions.is_empty() {
        return String::new();
    }
    let mut out = heading("Taken for another, the most often first");
    for Confusion { meant, said, count, examples } in report.confusions.iter().take(CONFUSIONS) {
        let said = if said.is_empty() { "nothing" } else { said };
        out.push_str(&format!("{count:>5}  {meant} for {said}\n"));
        let surest = examples.first().and_then(|place| rows.get(*place));
        if let Some(row) = surest {
            let text: String = row.text.chars().take(TEXT_SHOWN).collect();
            let more = if text.len() < row.text.len() { "…" } else { "" };
            out.push_str(&format!("       \"{text}{more}\"\n"));
        }
    }
    let more = report.confusions.len().saturating_sub(CONFUSIONS);
    if more > 0 {
        out.push_str(&format!("       and {more} more pairs (--format json lists all)\n"));
    }
    out
}

fn calibration(report: &Report) -> String {
    let mut out = heading("How sure it is, and how often it is right");
    let most = report.calibration.iter().map(|bin| bin.count).max().unwrap_or(1).max(1);
    for bin in report.calibration.iter().filter(|bin| bin.count > 0) {
        let (from, to) = (bin.from * 100.0, bin.from * 100.0 + 10.0);
        let bar = "█".repeat((bin.count as f64 / most as f64 * BAR).ceil() as usize);
        let (sure, right) = (percent(bin.confidence), percent(bin.right));
        out.push_str(&format!(
            "{from:>4.0} to {to:>3.0} %  sure {sure:>7}  right {right:>7}  {:>6}  {bar}\n",
            bin.count
        ));
    }
    out
}

fn thresholds(report: &Report) -> String {
    let mut out = heading("What `accept above` would do");
    for threshold in report.thresholds.iter().filter(|row| (0.1..1.0).contains(&row.accept)) {
        let pass = match threshold.outside_accepted {
            Some(share) => format!("  {:>7} of those without an intent pass", percent(share)),
            None => String::new(),
        };
        out.push_str(&format!(
            "{:>4.0} %  {:>7} accepted, {:>7} of these right{pass}\n",
            threshold.accept * 100.0,
            percent(threshold.accepted),
            percent(threshold.right)
        ));
    }
    out
}

fn heading(text: &str) -> String {
    format!("\n{}\n", paint(Stream::Out, "1", text))
}
