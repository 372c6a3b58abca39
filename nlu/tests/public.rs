//! What the model reaches on public sets, where they are at hand: accuracy, and how well it tells
//! what it was made for from what it was not.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "common/sets.rs"]
mod sets;

use common::best;
use flowright_nlu::{Understander, train};
use sets::{OUTSIDE, Rows, data, report, spec, without_intents};

/// A bot in Chinese and English whose examples are these.
fn bot(rows: &[(String, String)]) -> Understander {
    Understander::new(train(&spec(rows)).unwrap()).unwrap()
}

/// Learns from one file, is asked another; prints what it reached and holds it to `floor`.
fn reaches(set: &str, file: &str, every: usize, floor: f64) {
    let (Some(rows), Some(test)) = (data(set, file), data(set, "test.tsv")) else { return };
    let test: Rows = test.into_iter().step_by(every).collect();
    let reached = report(&bot(&rows), &test, &common::cx()).accuracy;
    println!("{set}, {file}: {reached:.4}");
    assert!(reached > floor, "{set}, {file}: {reached}");
}

#[test]
fn few_examples_go_far() {
    reaches("banking77", "fewshot_5.tsv", 7, 0.68);
    reaches("hwu64", "fewshot_5.tsv", 7, 0.68);
    reaches("crosswoz", "train.tsv", 1, 0.88);
}

#[test]
fn whole_sets() {
    reaches("banking77", "train.tsv", 1, 0.91);
    reaches("banking77", "fewshot_10.tsv", 1, 0.79);
    reaches("banking77", "fewshot_5.tsv", 1, 0.70);
    reaches("hwu64", "train.tsv", 1, 0.89);
    reaches("hwu64", "fewshot_10.tsv", 1, 0.77);
    reaches("hwu64", "fewshot_5.tsv", 1, 0.71);
}

#[test]
fn what_a_bot_is_not_for_is_told_from_what_it_is_for() {
    let set = "hint3_sofmattress";
    let (Some(rows), Some(test)) = (data(set, "train.tsv"), data(set, "test.tsv")) else { return };
    let report = report(&bot(&rows), &test, &common::cx());
    let (accuracy, told, error) =
        (report.accuracy, report.auroc.unwrap(), report.calibration_error);
    println!("{set}: accuracy {accuracy:.4}, AUROC {told:.4}, calibration error {error:.4}");
    assert!(accuracy > 0.75 && told > 0.86, "{told}");
}

/// Every fourth intent is not for the bot: what has it is close to what the others have.
#[test]
fn confidence_is_honest_beside_intents_that_are_left_out() {
    let set = "banking77";
    let (Some(rows), Some(test)) = (data(set, "fewshot_10.tsv"), data(set, "test.tsv")) else {
        return;
    };
    let rows = without_intents(&rows, 4).into_iter().filter(|(_, label)| label != OUTSIDE);
    let report = report(&bot(&rows.collect::<Rows>()), &without_intents(&test, 4), &common::cx());
    let (told, error) = (report.auroc.unwrap(), report.calibration_error);
    let rejected = report.outside_rejected.unwrap();
    println!("{set}: AUROC {told:.4}, turned away {rejected:.4}, calibration error {error:.4}");
    assert!(told > 0.77 && rejected > 0.18 && error < 0.05, "{told} {rejected} {error}");
}

/// Every fourth intent of a set alone, as the only one that a bot knows.
#[test]
fn a_bot_with_one_intent_tells_it_from_everything_else() {
    let (Some(rows), Some(test)) =
        (data("banking77", "fewshot_5.tsv"), data("banking77", "test.tsv"))
    else {
        return;
    };
    let Some(elsewhere) = data("hwu64", "test.tsv") else { return };
    let mut names: Vec<&String> = rows.iter().map(|(_, label)| label).collect();
    names.dedup();
    let (mut understood, mut fooled, mut own, mut other) = (0, 0, 0, 0);
    for name in names.into_iter().step_by(4) {
        let bot = bot(&rows.iter().filter(|(_, l)| l == name).cloned().collect::<Rows>());
        let accepted = |rows: &mut dyn Iterator<Item = &(String, String)>| {
            let sure: Vec<f32> = rows.map(|(text, _)| best(&bot, text).1).collect();
            (sure.iter().filter(|confidence| **confidence >= 0.7).count(), sure.len())
        };
        let inside = accepted(&mut test.iter().filter(|(_, l)| l == name));
        let outside = accepted(&mut elsewhere.iter().step_by(23));
        (understood, own) = (understood + inside.0, own + inside.1);
        (fooled, other) = (fooled + outside.0, other + outside.1);
    }
    println!("one intent of BANKING77: {understood} of {own} accepted, {fooled} of {other} others");
    assert!(
        understood * 10 > own * 8 && fooled * 50 < other,
        "{understood}/{own} {fooled}/{other}"
    );
}
