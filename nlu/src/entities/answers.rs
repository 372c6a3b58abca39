//! Yes and no, and openings that take something back.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Found;
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
    "sure thing",
    "no problem",
    "that's correct",
    "that's fine",
    "fine by me",
    "i agree",
    "yes i do",
    "it is",
    "yes it is",
    "that works",
    "works for me",
    "sounds good to me",
    "是这样",
    "是这样的",
    "ok的",
    "成",
    "中",
    "可以的",
    "行的",
    "我同意",
    "我确认",
    "我愿意",
    "我要",
    "好嘞",
    "好滴",
    "必须的",
    "就是",
    "👍",
    "👌",
    "✅",
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
    "of course not",
    "absolutely not",
    "not at all",
    "no i don't",
    "that's wrong",
    "that's not right",
    "i disagree",
    "no it isn't",
    "no it is not",
    "that doesn't work",
    "先不用",
    "不是的",
    "不太行",
    "不太好",
    "never",
    "不了",
    "不必",
    "不必了",
    "不好",
    "不想",
    "不愿意",
    "我不要",
    "我不同意",
    "我不想",
    "我不",
    "当然不",
    "当然不是",
    "没",
    "免了",
    "👎",
    "❌",
];

/// Words that may stand around a yes or no without saying more.
const COURTESIES: &[&str] = &[
    "谢谢",
    "多谢",
    "请",
    "吧",
    "啊",
    "哦",
    "呢",
    "了",
    "呀",
    "啦",
    "哈",
    "嘛",
    "please",
    "thanks",
    "thank you",
    "then",
];

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

/// Latin words of which everything is made that says yes or no. Most utterances have some other word.
static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    [YES, NO, COURTESIES].into_iter().flatten().flat_map(|phrase| latin_words(phrase)).collect()
});

/// Words of ASCII, with what is written in one with them.
fn latin_words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\''));
    words.filter(|word| !word.is_empty())
}

/// Whether a word may be part of a yes or no; `yesplease` too.
fn may_answer(word: &str) -> bool {
    let is_glued = |courtesy: &str| word.starts_with(courtesy) || word.ends_with(courtesy);
    WORDS.contains(word) || COURTESIES.iter().copied().flat_map(latin_words).any(is_glued)
}

/// Yes or no, when the whole utterance says that and little else. Of a folded text.
pub(crate) fn yes_no(folded: &str) -> Option<bool> {
    let folded = folded.replace('’', "'");
    if !latin_words(&folded).all(may_answer) {
        return None;
    }
    if let Some(answer) = answer(&core(&folded)) {
        return Some(answer);
    }
    // `yes, that's right`: every part says the same.
    let is_end = |c: char| matches!(c, ',' | '.' | '!' | ';' | '。' | '、' | '\n');
    let mut parts = folded
        .split(is_end)
        .map(core)
        .filter(|part| !part.is_empty() && !COURTESIES.contains(&part.as_str()));
    let first = answer(&parts.next()?)?;
    parts.all(|part| answer(&part) == Some(first)).then_some(first)
}

/// What a core says, once or over again: `yes`, `对对对`.
fn answer(core: &str) -> Option<bool> {
    let says = |words: &[&str]| {
        words.iter().any(|word| {
            let mut rest = core;
            while let Some(after) = rest.strip_prefix(word) {
                if after.is_empty() {
                    return true;
                }
                // `noon` is not `no` and `on`.
                let runs_on = word.is_ascii() && !after.starts_with(' ');
                if runs_on {
                    return false;
                }
                rest = after.trim_start();
            }
            // `yeah sure`: two of them.
            !rest.is_empty() && rest.len() < core.len() && words.contains(&rest)
        })
    };
    match (says(YES), says(NO)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// An utterance without punctuation and courtesies.
fn core(folded: &str) -> String {
    let keeps = |c: char| c.is_alphanumeric() || c == '\'' || "👍👌✅👎❌".contains(c);
    let letters: String = folded.chars().map(|c| if keeps(c) { c } else { ' ' }).collect();
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

/// Whether the utterance begins by taking something back. Of a folded text.
pub(crate) fn is_correction(folded: &str) -> bool {
    let start = folded.trim_start();
    CORRECTIONS.iter().any(|opening| start.starts_with(opening)) && start.chars().count() > 2
}

/// Yes and no as values.
pub(super) fn find_bool(folded: &str) -> Vec<Found> {
    let value = yes_no(folded).map(Value::Bool);
    value.map(|value| Found { start: 0, end: folded.len(), value }).into_iter().collect()
}
