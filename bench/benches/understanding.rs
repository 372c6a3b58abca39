//! Intents of public sets: how often they are right, how well what is not meant for the bot is told
//! from what is, what training and asking costs. The linear model of scikit-learn on the same splits
//! is in `bench/baseline.py`; here each time stands beside the first set's.
//!
//! The sets are read from `../shared/data` or the folder in `FLOWRIGHT_DATA`; a set that is not there
//! is left out, with a word.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use flowright_bench::{grouped, nanos};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Example, IntentSpec, Piece, Spec};
use flowright_nlu::value::Date;
use flowright_nlu::{Context, Model, Understander, train};

/// Set and file to learn from; the test split is `test.tsv` of the set.
const SETS: [(&str, &str); 10] = [
    ("banking77", "train.tsv"),
    ("banking77", "fewshot_10.tsv"),
    ("banking77", "fewshot_5.tsv"),
    ("hwu64", "train.tsv"),
    ("hwu64", "fewshot_10.tsv"),
    ("hwu64", "fewshot_5.tsv"),
    ("crosswoz", "train.tsv"),
    ("hint3_sofmattress", "train.tsv"),
    ("snips", "train.tsv"),
    ("braun_askubuntu", "train.tsv"),
];
/// The label of utterances that no intent is for.
const OUTSIDE: &str = "oos";
const ROUND: Duration = Duration::from_millis(300);

type Rows = Vec<(String, String)>;

fn data(set: &str, file: &str) -> Option<Rows> {
    let folder = std::env::var_os("FLOWRIGHT_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join(set).join(file)).ok()?;
    let row = |line: &str| line.split_once('\t').map(|(t, l)| (t.to_owned(), l.trim().to_owned()));
    Some(text.lines().filter_map(row).collect())
}

fn spec(rows: &Rows) -> Spec {
    let mut intents: BTreeMap<&str, Vec<Example>> = BTreeMap::new();
    for (text, label) in rows {
        let pieces = vec![Piece::Text(text.clone())];
        intents.entry(label).or_default().push(Example { lang: None, pieces });
    }
    let intent = |(name, examples): (&str, Vec<Example>)| IntentSpec {
        name: name.to_owned(),
        examples,
        ..IntentSpec::default()
    };
    let intents = intents.into_iter().map(intent).collect();
    Spec { languages: vec![Lang::ZH, Lang::EN], intents, ..Spec::default() }
}

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

/// The mean over the classes of the test of the harmonic mean of precision and recall.
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

/// How often one of `inside` is above one of `outside`, ties counting half.
fn auroc(inside: &[f32], outside: &[f32]) -> f64 {
    let win = |a: &f32, b: &f32| match a.total_cmp(b) {
        Ordering::Greater => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Less => 0.0,
    };
    let wins: f64 = inside.iter().map(|a| outside.iter().map(|b| win(a, b)).sum::<f64>()).sum();
    wins / (inside.len() * outside.len()) as f64
}

fn main() {
    println!(
        "{:<34} {:>7} {:>6}  {:>8} {:>8} {:>7}  {:>8} {:>10}  {:>7}  beside the first",
        "set", "intents", "rows", "accuracy", "macro-F1", "AUROC", "train s", "bytes", "us"
    );
    let mut first_us = None;
    for (set, file) in SETS {
        let (Some(rows), Some(test)) = (data(set, file), data(set, "test.tsv")) else {
            println!("{set}, {file}: left out, it is not there");
            continue;
        };
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
