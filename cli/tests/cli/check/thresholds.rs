//! What is said of thresholds that follow from the model: what they come to, and what they let through.

use crate::support::{code, err, flowright, folder, out};

const AGREE: &str =
    include_str!("../../../../compiler/tests/corpus/clean/threshold_of_examples_that_agree.flow");
const APART: &str = include_str!("../../../../compiler/tests/corpus/fallback/lets_through.flow");

/// The percentages of the line about one threshold: what it comes to, and what would pass.
fn said(text: &str, threshold: &str) -> (f64, f64) {
    let line = text.lines().find(|line| line.contains(threshold)).unwrap();
    let (accept, passes) = line.split_once("; of utterances that are not for it, about ").unwrap();
    let accept = accept.rsplit_once("`accept above ").unwrap().1.trim_end_matches("%`");
    let passes = passes.strip_suffix("% would pass").unwrap();
    (accept.parse().unwrap(), passes.parse().unwrap())
}

#[test]
fn a_check_says_what_a_threshold_comes_to_and_lets_through() {
    let place = folder("thresholds", &[("agree.flow", AGREE), ("apart.flow", APART)]);
    let run = flowright(&place, &["check", "agree.flow", "--deny", "warnings"]);
    assert_eq!(code(&run), Some(0), "{}{}", out(&run), err(&run));
    let (accept, passes) = said(&err(&run), "`accept at 5% false rejects` is");
    assert!(accept > 40.0 && passes < 10.0, "{accept} {passes}");
    let run = flowright(&place, &["check", "apart.flow", "--deny", "warnings"]);
    assert_eq!(code(&run), Some(1), "{}{}", out(&run), err(&run));
    let all = format!("{}{}", out(&run), err(&run));
    assert!(all.contains("error[W0604]"), "{all}");
    let (low, many) = said(&err(&run), "`accept at 5% false rejects` of `a` is");
    let (high, few) = said(&err(&run), "`accept at 50% false rejects` is");
    assert!(low < high && many > 50.0 && few < many, "{low} {many}, {high} {few}");
    assert!(all.contains(&format!("what no intent is for: {many}%")), "{all}");
    let built = flowright(&place, &["build", "apart.flow", "-o", "a.flowb"]);
    assert_eq!(said(&err(&built), "of `a` is"), (low, many), "the build says the same");
}
