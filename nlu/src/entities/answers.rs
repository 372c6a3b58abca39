//! Yes and no, corrections, negation.

use super::Found;
use crate::fold::{Folded, stands_alone};
use crate::value::Value;

const YES: &[&str] = &[
    "是",
    "是的",
    "对",
    "对的",
    "没错",
    "好",
    "好的",
    "好吧",
    "行",
    "可以",
    "确认",
    "确定",
    "同意",
    "嗯",
    "嗯嗯",
    "没问题",
    "要",
    "需要",
    "当然",
    "当然可以",
    "就这样",
    "yes",
    "yeah",
    "yep",
    "yup",
    "y",
    "sure",
    "ok",
    "okay",
    "right",
    "correct",
    "of course",
    "go ahead",
    "please do",
    "that's right",
    "that is right",
    "absolutely",
    "definitely",
    "confirm",
    "confirmed",
    "i do",
    "sounds good",
    "fine",
];

const NO: &[&str] = &[
    "不",
    "不是",
    "不对",
    "不要",
    "不用",
    "不用了",
    "不行",
    "不可以",
    "不需要",
    "不确认",
    "不同意",
    "没有",
    "否",
    "算了",
    "别",
    "先不",
    "no",
    "nope",
    "nah",
    "n",
    "not really",
    "don't",
    "do not",
    "no way",
    "i don't",
    "rather not",
    "not now",
    "negative",
    "wrong",
];

/// Words that may stand around a yes or no without saying more.
const COURTESIES: &[&str] =
    &["谢谢", "多谢", "请", "吧", "啊", "哦", "呢", "了", "please", "thanks", "thank you", "then"];

/// Openings that take something back.
const CORRECTIONS: &[&str] = &[
    "不对",
    "不是",
    "错了",
    "说错了",
    "我说错了",
    "更正",
    "应该是",
    "no,",
    "no ",
    "nope",
    "sorry",
    "actually",
    "i mean",
    "i meant",
    "correction",
    "wait",
    "make that",
    "rather",
    "not ",
];

/// What directly before a value says that it is not meant.
const NEGATIONS: &[&str] = &[
    "不是",
    "并非",
    "不要",
    "别",
    "not the",
    "not on the",
    "not on",
    "not in",
    "not",
    "isn't",
    "instead of",
];

/// Yes or no, when the whole utterance says that and little else.
pub(crate) fn yes_no(text: &str) -> Option<bool> {
    let core = core(text);
    if YES.contains(&core.as_str()) {
        return Some(true);
    }
    NO.contains(&core.as_str()).then_some(false)
}

/// The utterance without punctuation and courtesies.
fn core(text: &str) -> String {
    let folded = Folded::new(text).text.replace('’', "'");
    let letters: String =
        folded.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    let mut core = letters.split_whitespace().collect::<Vec<_>>().join(" ");
    loop {
        let shorter = COURTESIES.iter().find_map(|word| {
            let cut = core.strip_suffix(word).or_else(|| core.strip_prefix(word))?.trim();
            (!cut.is_empty()).then(|| cut.to_owned())
        });
        // "好了" is not cut to nothing, and a word that means yes by itself is never cut.
        match shorter {
            Some(cut) if !YES.contains(&core.as_str()) && !NO.contains(&core.as_str()) => {
                core = cut
            }
            _ => return core,
        }
    }
}

/// Whether the utterance begins by taking something back.
pub(crate) fn is_correction(text: &str) -> bool {
    let folded = Folded::new(text).text;
    let start = folded.trim_start();
    CORRECTIONS.iter().any(|opening| start.starts_with(opening)) && start.chars().count() > 2
}

/// Whether a value at `start` is named to say that it is not meant.
pub(crate) fn is_negated(folded: &str, start: usize) -> bool {
    let before = folded.get(..start).unwrap_or("").trim_end();
    NEGATIONS.iter().any(|negation| {
        before.ends_with(negation) && {
            let at = before.len() - negation.len();
            stands_alone(before, at, before.len()) && !asks(before, at)
        }
    })
}

/// "是不是周三" asks, it does not deny.
fn asks(before: &str, at: usize) -> bool {
    before.get(..at).is_some_and(|rest| rest.ends_with('是'))
}

/// Yes and no as values.
pub(super) fn find_bool(folded: &str) -> Vec<Found> {
    let value = yes_no(folded).map(Value::Bool);
    value.map(|value| Found { start: 0, end: folded.len(), value }).into_iter().collect()
}
