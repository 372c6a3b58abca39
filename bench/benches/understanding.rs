//! Intents of public sets: how often they are right, how far confidence is from that (ECE), how well
//! what is not meant for the bot is told from what is (`rejected` is the share of it that is turned
//! away where 5 % of the rest are), what training and asking costs, and `felt`, what of that goes to
//! reading how the customer feels. The linear model of scikit-learn on the same splits
//! (`bench/sets.tsv`) is in `bench/baseline.py`; here each time stands beside the first set's.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

#[path = "../../nlu/tests/common/sets.rs"]
mod sets;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use flowright_bench::{grouped, nanos};
use flowright_nlu::lang::Lang;
use flowright_nlu::value::Date;
use flowright_nlu::{Context, Model, Understander, sentiment, train};
use sets::{OUTSIDE, Rows, data, report, spec, without_intents};

/// Set and file to learn from, a line each; the test split is `test.tsv` of the set.
const SETS: &str = include_str!("../sets.tsv");
/// One intent in so many is not for the bot, where that is asked.
const HELD_OUT: usize = 4;
/// Intents of a large bot, and examples of each at most.
const MANY_INTENTS: usize = 150;
const MANY_EXAMPLES: usize = 100;
/// What customers feel, a language each.
const FELT: [(&str, &str); 2] = [
    ("English", include_str!("../../nlu/tests/tables/sentiment.en.txt")),
    ("Chinese", include_str!("../../nlu/tests/tables/sentiment.zh.txt")),
];
const ROUND: Duration = Duration::from_millis(300);

fn cx() -> Context {
    Context {
        today: Date::from_ymd(2026, 6, 1).unwrap(),
        now_ms: 1_780_272_000_000,
        timezone: "Asia/Shanghai".to_owned(),
        lang: Lang::EN,
    }
}

/// A line of the table: what is learned from, and what is asked.
struct Trial {
    name: String,
    rows: Rows,
    test: Rows,
}

/// Every set as its files say; then the first with intents that the bot is not for.
fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut apart = Vec::new();
    for line in SETS.lines() {
        let (set, file) = line.split_once('\t').unwrap();
        let parts: Option<Vec<Rows>> = file.split(' ').map(|file| data(set, file)).collect();
        let (Some(parts), Some(mut test)) = (parts, data(set, "test.tsv")) else { continue };
        let rows = parts.concat();
        let name = format!("{set}, {file}");
        if set == "banking77" && !file.contains(' ') {
            let rows = without_intents(&rows, HELD_OUT).into_iter();
            apart.push(Trial {
                name: format!("{name}, 1 of {HELD_OUT} out"),
                rows: rows.filter(|(_, label)| label != OUTSIDE).collect(),
                test: without_intents(&test, HELD_OUT),
            });
        }
        if test.iter().all(|(_, label)| label != OUTSIDE) {
            // What no intent of the set is for: the questions of another set.
            let other = if set == "hwu64" { "banking77" } else { "hwu64" };
            let others = data(other, "test.tsv").unwrap_or_default().into_iter();
            test.extend(others.map(|(text, _)| (text, OUTSIDE.to_owned())));
        }
        trials.push(Trial { name, rows, test });
    }
    trials.extend(apart);
    trials.extend(many());
    trials
}

/// Intents of several sets together, and a hundred examples of each: what a large bot costs.
fn many() -> Option<Trial> {
    let (mut rows, mut test) = (Rows::new(), Rows::new());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for set in ["banking77", "hwu64", "snips", "crosswoz"] {
        let named = |(text, label): (String, String)| (text, format!("{set}_{label}"));
        for (text, label) in data(set, "train.tsv")?.into_iter().map(named) {
            let intents = counts.len();
            let count = match counts.get_mut(&label) {
                Some(count) => count,
                None if intents < MANY_INTENTS => counts.entry(label.clone()).or_default(),
                None => continue,
            };
            if *count < MANY_EXAMPLES {
                *count += 1;
                rows.push((text, label));
            }
        }
        let asked = data(set, "test.tsv")?.into_iter().map(named);
        test.extend(asked.filter(|(_, label)| counts.contains_key(label)));
    }
    Some(Trial { name: format!("{MANY_INTENTS} intents of four sets"), rows, test })
}

fn main() {
    println!(
        "{:<38} {:>7} {:>6}  {:>8} {:>8} {:>5}  {:>6} {:>8}  {:>7} {:>10} {:>6} {:>6}  beside the first",
        "set",
        "intents",
        "rows",
        "accuracy",
        "macro-F1",
        "ECE",
        "AUROC",
        "rejected",
        "train s",
        "bytes",
        "us",
        "felt"
    );
    let mut first_us = None;
    for Trial { name, rows, test } in trials() {
        let spec = spec(&rows);
        let began = Instant::now();
        let model = train(&spec).unwrap();
        let took = began.elapsed().as_secs_f64();
        let bytes = model.to_bytes();
        let bot = Understander::new(Model::from_bytes(&bytes).unwrap()).unwrap();
        let cx = cx();
        let report = report(&bot, &test, &cx);
        let inside = test.iter().filter(|(_, label)| label != OUTSIDE);
        let mut texts = inside.map(|(text, _)| text.as_str()).cycle();
        let us = nanos(ROUND, || {
            black_box(bot.understand(texts.next().unwrap_or(""), &cx));
        }) / 1e3;
        let felt_us = felt_us(test.iter().map(|(text, _)| text.as_str()));
        println!(
            "{name:<38} {:>7} {:>6}  {:>8.4} {:>8.4} {:>5.3}  {:>6.4} {:>8.4}  {took:>7.2} {:>10} {us:>6.1} {felt_us:>6.2}  {:.2}x",
            spec.intents.len(),
            rows.len(),
            report.accuracy,
            report.macro_f1,
            report.calibration_error,
            report.auroc.unwrap_or(f64::NAN),
            report.outside_rejected.unwrap_or(f64::NAN),
            grouped(bytes.len() as f64),
            us / *first_us.get_or_insert(us),
        );
    }
    for (lang, table) in FELT {
        let rows = table.lines().filter_map(|row| Some(row.split_once(" | ")?.1));
        println!("sentiment of what the {lang} table says: {:.2} us", felt_us(rows));
    }
}

/// What it costs to read how somebody feels, us an utterance.
fn felt_us<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> f64 {
    let mut texts = texts.cycle();
    nanos(ROUND, || {
        black_box(sentiment(texts.next().unwrap_or("")));
    }) / 1e3
}
