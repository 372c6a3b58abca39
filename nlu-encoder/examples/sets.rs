//! BANKING77 and HWU64 with and without an encoder: how often right, how well what is not meant for the
//! bot is told from what is (AUROC, against the other set's questions), how far confidence is from being
//! right (ECE), and what it takes.
//!
//! `cargo run --release -p flowright-nlu-encoder --features candle --example sets -- FOLDER`
#![expect(clippy::unwrap_used, reason = "a measurement may stop at the first surprise")]

#[path = "../../nlu/tests/common/sets.rs"]
mod sets;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use flowright_nlu::lang::Lang;
use flowright_nlu::{Context, Encoder, EncoderError, Model, Understander, train_with};
use flowright_nlu_encoder::BertEncoder;
use sets::{OUTSIDE, data, report, spec, without_intents};

/// Utterances whose time is taken.
const TIMED: usize = 200;

/// Every sentence is encoded once in a run.
#[derive(Debug)]
struct Kept {
    encoder: Arc<BertEncoder>,
    known: Mutex<HashMap<String, Vec<f32>>>,
}

impl Encoder for Kept {
    fn width(&self) -> usize {
        self.encoder.width()
    }

    fn id(&self) -> [u8; 32] {
        self.encoder.id()
    }

    fn encode(&self, text: &str) -> Result<Vec<f32>, EncoderError> {
        let mut all = self.encode_all(&[text])?;
        Ok(all.pop().unwrap_or_default())
    }

    fn encode_all(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EncoderError> {
        let mut known = self.known.lock().unwrap();
        let new: Vec<&str> =
            texts.iter().copied().filter(|text| !known.contains_key(*text)).collect();
        let sentences = self.encoder.encode_all(&new)?;
        known.extend(new.iter().map(|text| (*text).to_owned()).zip(sentences));
        Ok(texts.iter().filter_map(|text| known.get(*text).cloned()).collect())
    }
}

fn main() {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| {
        println!("give the folder of an encoder");
        std::process::exit(2);
    });
    let began = Instant::now();
    let encoder = Arc::new(BertEncoder::open(Path::new(&folder)).unwrap());
    println!("loaded in {:.2} s", began.elapsed().as_secs_f64());
    let kept = Arc::new(Kept { encoder: Arc::clone(&encoder), known: Mutex::default() });
    println!(
        "{:<44} {:<7} {:>8} {:>6} {:>6} {:>8} {:>8} {:>10} {:>9}",
        "set", "", "accuracy", "AUROC", "ECE", "rejected", "train s", "bytes", "us"
    );
    let cx = Context::at(1_780_272_000_000, "UTC", Lang::EN);
    for (set, other) in [("banking77", "hwu64"), ("hwu64", "banking77")] {
        for file in ["train.tsv", "fewshot_10.tsv", "fewshot_5.tsv"] {
            let (Some(rows), Some(test), Some(others)) =
                (data(set, file), data(set, "test.tsv"), data(other, "test.tsv"))
            else {
                continue;
            };
            let far = test
                .iter()
                .cloned()
                .chain(others.into_iter().map(|(text, _)| (text, OUTSIDE.to_owned())));
            let mut trials =
                vec![(format!("{set}, {file}"), rows.clone(), far.collect::<Vec<_>>())];
            let inside =
                without_intents(&rows, 4).into_iter().filter(|(_, label)| label != OUTSIDE);
            let name = format!("{set}, {file}, 1 of 4 out");
            trials.push((name, inside.collect(), without_intents(&test, 4)));
            for (name, rows, test) in trials {
                for with in [false, true] {
                    let used: Option<Arc<dyn Encoder>> =
                        if with { Some(Arc::clone(&kept) as Arc<dyn Encoder>) } else { None };
                    let began = Instant::now();
                    let model = train_with(&spec(&rows), used.as_deref()).unwrap();
                    let took = began.elapsed().as_secs_f64();
                    let bytes = model.to_bytes();
                    let bot = Understander::with_encoder(model, used).unwrap();
                    let report = report(&bot, &test, &cx);
                    let plain: Option<Arc<dyn Encoder>> =
                        if with { Some(Arc::clone(&encoder) as Arc<dyn Encoder>) } else { None };
                    let timed =
                        Understander::with_encoder(Model::from_bytes(&bytes).unwrap(), plain)
                            .unwrap();
                    let mut times: Vec<f64> = test
                        .iter()
                        .take(TIMED)
                        .map(|(text, _)| {
                            let began = Instant::now();
                            std::hint::black_box(timed.understand(text, &cx));
                            began.elapsed().as_secs_f64() * 1e6
                        })
                        .collect();
                    times.sort_by(f64::total_cmp);
                    println!(
                        "{name:<44} {:<7} {:>8.4} {:>6.4} {:>6.4} {:>8.4} {took:>8.2} {:>10} {:>9.1}",
                        if with { "encoder" } else { "words" },
                        report.accuracy,
                        report.auroc.unwrap_or(f64::NAN),
                        report.calibration_error,
                        report.outside_rejected.unwrap_or(f64::NAN),
                        bytes.len(),
                        times.get(times.len() / 2).copied().unwrap_or(f64::NAN),
                    );
                }
            }
        }
    }
}
