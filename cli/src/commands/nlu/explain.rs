//! `flowright nlu explain`.

use flowright_nlu::{Contribution, Explanation, IntentExplanation};

use super::args::ExplainArgs;
use super::{context, percent, program};
use crate::Outcome;
use crate::args::Format;
use crate::failure::{Failure, print, print_json};
use crate::style::{Stream, paint};

/// Intents that are explained.
const INTENTS: usize = 3;
/// Words that are shown of an intent.
const WORDS: usize = 12;
/// Margin below which words say nothing worth showing.
const LITTLE: f32 = 0.005;
/// Longest bar.
const BAR: f32 = 20.0;

pub(super) fn run(args: &ExplainArgs) -> Result<Outcome, Failure> {
    let Some(program) = program(&args.path)? else { return Ok(Outcome::Findings) };
    let explanation = program
        .understander
        .explain(&args.text, &context(&program), INTENTS)
        .map_err(|e| Failure::new(e.to_string()))?;
    match args.format {
        Format::Json => print_json(&explanation)?,
        Format::Human => print(&human(&explanation))?,
    }
    Ok(Outcome::Fine)
}

fn human(explanation: &Explanation) -> String {
    let mut out = format!("seen as   {}\n", explanation.seen_as);
    if !explanation.unknown.is_empty() {
        out.push_str(&format!(
            "unknown   {} ({} of the words: -{:.2} for every intent)\n",
            explanation.unknown.join(", "),
            percent(f64::from(explanation.unknown_share)),
            explanation.penalty
        ));
    }
    if explanation.intents.is_empty() {
        out.push_str("\nthe project has no intents\n");
    }
    for intent in &explanation.intents {
        out.push_str(&of_intent(intent));
    }
    out
}

fn of_intent(explained: &IntentExplanation) -> String {
    let IntentExplanation {
        intent,
        confidence,
        margin,
        bias,
        is_example,
        fits_pattern,
        sentence,
        words,
    } = explained;
    let name = paint(Stream::Out, "1", intent);
    let mut out = format!("\n{name}  {}\n", percent(f64::from(*confidence)));
    if *fits_pattern {
        out.push_str("  one of its patterns fits: that is sure\n");
    }
    if *is_example {
        out.push_str("  it is one of the examples, word for word\n");
    }
    let shown = words.iter().filter(|part| part.margin.abs() >= LITTLE).take(WORDS);
    let shown: Vec<&Contribution> = shown.collect();
    let most = shown.iter().map(|part| part.margin.abs()).fold(LITTLE, f32::max);
    for Contribution { words, margin } in &shown {
        let bar = "█".repeat((margin.abs() / most * BAR).round() as usize);
        let color = if *margin < 0.0 { "31" } else { "32" };
        out.push_str(&format!("  {margin:+.2}  {}  {words}\n", paint(Stream::Out, color, &bar)));
    }
    let rest: f32 = words.iter().map(|part| part.margin).sum::<f32>()
        - shown.iter().map(|part| part.margin).sum::<f32>();
    if rest.abs() >= LITTLE {
        out.push_str(&format!("  {rest:+.2}  all other words\n"));
    }
    if let Some(sentence) = sentence {
        out.push_str(&format!("  {sentence:+.2}  the sentence as a whole\n"));
    }
    out.push_str(&format!("  {bias:+.2}  whatever is said\n  {margin:+.2}  together\n"));
    out
}
