//! Whatever is written has a sentiment, and nothing said is nothing felt.

use proptest::prelude::*;

use super::*;

/// Parts that rules look for, beside any characters whatever.
const PARTS: &[&str] = &[
    "bad", "not ", "never so", "but", "AWFUL", "!!!", "?", "不", "太", "差", "死了", "但是", "。",
    "吗", "😡", ":(", "'", "n't", "-", "\u{200d}", "\u{fe0f}", "İ", "ß", " ", "\n", "good ",
    "满意",
];

fn anything() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(PARTS).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        any::<String>(),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn whatever_is_written_is_between_minus_one_and_one(text in anything()) {
        let felt = sentiment(&text);
        prop_assert!((-1.0..=1.0).contains(&felt), "{} {:?}", felt, text);
        prop_assert_eq!(felt.to_bits(), sentiment(&text).to_bits());
    }
}

#[test]
fn nothing_said_is_nothing_felt() {
    for text in ["", " ", "12345", "#12345", "!!!", "??", "。。。", "PO-12", "\u{0}"] {
        assert_eq!(sentiment(text), 0.0, "{text:?}");
    }
}

/// Sixteen times the text takes sixteen times the steps. Growth by the square would be 256 times.
#[test]
fn much_costs_what_it_is_long() {
    let steps = |text: &str| {
        steps::taken();
        assert!((-1.0..=1.0).contains(&sentiment(text)));
        steps::taken()
    };
    for part in
        ["bad ", "not so ", "差", "不", "not_", "never so bad but ", "不太", "😡", "a.\n", "?"]
    {
        let text = |length: usize| part.repeat(length / part.chars().count());
        let (little, much) = (steps(&text(10_000)), steps(&text(160_000)));
        assert!(little >= 10_000 / part.chars().count(), "{part:?}: {little} steps");
        assert!(much <= 17 * little, "{part:?}: {little} steps, {much} for sixteen times the text");
    }
}
