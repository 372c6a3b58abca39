//! Public sets of utterances with their intents, for the tests here and for the table of
//! `bench/benches/understanding.rs`.

#[path = "data.rs"]
mod files;

use std::collections::{BTreeMap, BTreeSet};

use flowright_nlu::eval::{Answer, Report};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Example, IntentSpec, Piece, Spec};
use flowright_nlu::{Context, Understander};

/// The label of utterances that no intent is for.
pub const OUTSIDE: &str = "oos";

/// Utterances, each with its label.
pub type Rows = Vec<(String, String)>;

/// The rows of a file of a set; nothing, and a word, where it is not there.
pub fn data(set: &str, file: &str) -> Option<Rows> {
    let text = files::text(set, file)?;
    let row = |line: &str| {
        let (text, label) = line.split_once('\t').unwrap();
        (text.to_owned(), label.trim().to_owned())
    };
    Some(text.lines().map(row).collect())
}

/// A bot in Chinese and English whose examples are these.
pub fn spec(rows: &[(String, String)]) -> Spec {
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

/// What a bot makes of utterances with their labels.
pub fn report(bot: &Understander, rows: &[(String, String)], cx: &Context) -> Report {
    let answer = |(text, label): &(String, String)| {
        let first = bot.understand(text, cx).intents.into_iter().next();
        let (said, confidence) = first.map_or(("", 0.0), |first| {
            (bot.intent_name(first.intent).unwrap_or_default(), first.confidence)
        });
        (Some(label).filter(|label| *label != OUTSIDE).cloned(), said, confidence)
    };
    let answers: Vec<(Option<String>, &str, f32)> = rows.iter().map(answer).collect();
    let answers: Vec<Answer<'_>> = answers
        .iter()
        .map(|(meant, said, confidence)| Answer {
            meant: meant.as_deref(),
            said,
            confidence: *confidence,
        })
        .collect();
    Report::of(&answers)
}

/// Rows of a set in which every so manyth intent is not for the bot.
pub fn without_intents(rows: &[(String, String)], every: usize) -> Rows {
    let names: BTreeSet<&String> = rows.iter().map(|(_, label)| label).collect();
    let left_out: BTreeSet<&String> = names.into_iter().step_by(every).collect();
    let labelled = |(text, label): &(String, String)| {
        let label = if left_out.contains(label) { OUTSIDE } else { label };
        (text.clone(), label.to_owned())
    };
    rows.iter().map(labelled).collect()
}
