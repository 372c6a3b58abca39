//! Intents of public sets: how often they are right, how well what is not meant for the bot is told
//! from what is, what training and asking costs. The linear model of scikit-learn on the same splits
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
use flowright_nlu::{Context, Model, Understander, train};
use sets::{OUTSIDE, Rows, auroc, data, spec};

/// Set and file to learn from, a line each; the test split is `test.tsv` of the set.
const SETS: &str = include_str!("../sets.tsv");
const ROUND: Duration = Duration::from_millis(300);

fn cx() -> Context {
    Context {
        today: Date::from_ymd(2026, 6, 1).unwrap(),
        now_ms: 1_780_272_000_000,
        timezone: "Asia/Shanghai".to_owned(),
        lang: Lang::EN,
    }
}

/// The best intent's name and confidence.
fn best<'b>(bot: &'b Understander, text: &str, cx: &Context) -> (&'b str, f32) {
    let understood = bot.understand(text, cx);
    let first = understood.intents.first();
    first.map_or(("", 0.0), |i| (bot.intent_name(i.intent).unwrap_or(""), i.confidence))
}

/// The mean, over the classes that are meant or said, of the harmonic mean of precision and recall.
fn macro_f1(pairs: &[(&str, &str)]) -> f64 {
    let mut counts: BTreeMap<&str, [f64; 3]> = BTreeMap::new();
    for (said, meant) in pairs {
        counts.entry(said).or_default()[0] += 1.0;
        counts.entry(meant).or_default()[1] += 1.0;
        if said == meant {
            counts.entry(meant).or_default()[2] += 1.0;
        }
    }
    let f1 = |[said, meant, both]: &[f64; 3]| 2.0 * both / (said + meant);
    counts.values().map(f1).sum::<f64>() / counts.len() as f64
}

fn main() {
    println!(
        "{:<34} {:>7} {:>6}  {:>8} {:>8} {:>7}  {:>8} {:>10}  {:>7}  beside the first",
        "set", "intents", "rows", "accuracy", "macro-F1", "AUROC", "train s", "bytes", "us"
    );
    let mut first_us = None;
    for line in SETS.lines() {
        let (set, file) = line.split_once('\t').unwrap();
        let (Some(rows), Some(test)) = (data(set, file), data(set, "test.tsv")) else { continue };
        // What no intent of the set is for: its own, or the questions of another set.
        let (mut outside, inside): (Rows, Rows) =
            test.into_iter().partition(|(_, label)| label == OUTSIDE);
        if outside.is_empty() {
            let other = if set == "hwu64" { "banking77" } else { "hwu64" };
            outside = data(other, "test.tsv").unwrap_or_default();
        }
        let spec = spec(&rows);
        let began = Instant::now();
        let model = train(&spec).unwrap();
        let took = began.elapsed().as_secs_f64();
        let bytes = model.to_bytes();
        let bot = Understander::new(Model::from_bytes(&bytes).unwrap()).unwrap();
        let cx = cx();
        let answers: Vec<(&str, f32)> = inside.iter().map(|(t, _)| best(&bot, t, &cx)).collect();
        let pairs: Vec<(&str, &str)> =
            answers.iter().zip(&inside).map(|((said, _), (_, meant))| (*said, &**meant)).collect();
        let right = pairs.iter().filter(|(said, meant)| said == meant).count();
        let sure: Vec<f32> = answers.iter().map(|(_, confidence)| *confidence).collect();
        let unsure: Vec<f32> = outside.iter().map(|(text, _)| best(&bot, text, &cx).1).collect();
        let mut texts = inside.iter().map(|(text, _)| text.as_str()).cycle();
        let us = nanos(ROUND, || {
            black_box(bot.understand(texts.next().unwrap_or(""), &cx));
        }) / 1e3;
        println!(
            "{:<34} {:>7} {:>6}  {:>8.4} {:>8.4} {:>7.4}  {:>8.2} {:>10}  {:>7.1}  {:.2}x",
            format!("{set}, {file}"),
            spec.intents.len(),
            rows.len(),
            right as f64 / pairs.len() as f64,
            macro_f1(&pairs),
            auroc(&sure, &unsure),
            took,
            grouped(bytes.len() as f64),
            us,
            us / *first_us.get_or_insert(us),
        );
    }
}
