//! What a text is searched by: English words by their stems, Chinese by pairs of characters, and what is
//! asked for (how long, where).
//!
//! Chinese is cut at the words that carry a question and nothing of its subject (请问, 怎么, 的), and
//! what lies between is taken as pairs of neighbouring characters, without a dictionary: see
//! docs/knowledge.md for what one costs, and where it cuts the same words in two ways.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use flowright_nlu::lang::Lang;
use flowright_nlu::{folded, is_cjk};
use frostem::{Algorithm, Stemmer};

use crate::limits::{ASKED_CHARS_MAX, BODY_WORDS_MAX};

/// Words that carry an English question and nothing of its subject.
const ENGLISH: &str = "a about actually after again all already also always am an and any anybody anyone anything are as ask at \
be because been before being but by can cannot could d did do does doing don done dont each else ever every few \
for from get gets getting give gives go goes going gonna got had has have having he hello help her here hers hey hi \
him his i if im in info information into is it its ive just kind kindly know let lets like little ll looking lot m \
make makes may maybe me might mine more most must my need needs no not now of off ok okay on one only or other our \
ours out over please possible question quick re really regarding s same say says see she should so some somebody \
someone something sorry still such sure t take tell than thank thanks that the their theirs them then there these \
they thing things this those to too up us use using ve very wanna want wants was we well were what whats which \
while will wish with without won wonder wondering would yes you your yours explain happen happens \
how much long many when where why who whom whose";

/// What is asked for, by the words for it.
const ASKED_FOR: [(&str, &[&str], &[&str]); 6] = [
    (
        "?long",
        &["how long", "how many days", "how many hours"],
        &["多久", "多长时间", "几天", "多少天", "多长"],
    ),
    ("?much", &["how much", "how many"], &["多少钱", "多少", "几个"]),
    ("?when", &["when", "what time"], &["什么时候", "何时", "几点", "什么时间", "哪天"]),
    ("?where", &["where"], &["在哪里", "在哪儿", "在哪", "哪里", "哪儿", "什么地方", "何处"]),
    ("?why", &["why", "how come"], &["为什么", "为何", "为啥"]),
    ("?who", &["who", "whom"], &["谁", "哪位"]),
];

/// Chinese words that carry a question and nothing of its subject. Longer ones go first where several fit.
const CHINESE: &[&str] = &[
    "请问",
    "请教",
    "想问",
    "问一下",
    "问下",
    "咨询",
    "了解",
    "知道",
    "麻烦",
    "你好",
    "您好",
    "谢谢",
    "帮我",
    "帮忙",
    "怎么办",
    "怎么样",
    "怎样",
    "怎么",
    "如何",
    "咋",
    "什么",
    "哪些",
    "哪个",
    "哪种",
    "是否",
    "能否",
    "可否",
    "可以",
    "能不能",
    "可不可以",
    "是不是",
    "有没有",
    "要不要",
    "会不会",
    "需要",
    "需不需要",
    "想要",
    "我想",
    "我要",
    "我们",
    "你们",
    "您们",
    "他们",
    "这个",
    "那个",
    "这些",
    "那些",
    "一下",
    "一个",
    "一台",
    "的话",
    "如果",
    "或者",
    "还是",
    "因为",
    "所以",
    "已经",
    "现在",
    "应该",
    "告诉",
    "关于",
    "对于",
    "进行",
    "的",
    "了",
    "吗",
    "呢",
    "吧",
    "啊",
    "呀",
    "嘛",
    "哦",
    "我",
    "你",
    "您",
    "他",
    "她",
    "它",
    "是",
    "有",
    "在",
    "和",
    "与",
    "及",
    "或",
    "就",
    "都",
    "也",
    "还",
    "被",
    "把",
    "给",
    "对",
    "请",
    "想",
    "要",
    "能",
    "会",
    "让",
    "那",
    "这",
    "着",
    "过",
    "么",
    "个",
];

/// The words of [`CHINESE`] and [`ASKED_FOR`] with what they ask for, the longest first.
static MARKS: LazyLock<Vec<(&str, Option<&str>)>> = LazyLock::new(|| {
    let asked = ASKED_FOR.iter();
    let asked = asked.flat_map(|(name, _, han)| han.iter().map(move |word| (*word, Some(*name))));
    let mut marks: Vec<_> = asked.chain(CHINESE.iter().map(|word| (*word, None))).collect();
    marks.sort_by_key(|(word, _)| (std::cmp::Reverse(word.len()), *word));
    marks
});

static STOPS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| ENGLISH.split_whitespace().collect());

/// What a text is searched by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Words {
    /// Stems, numbers, codes, in order.
    pub(crate) words: Vec<String>,
    /// Runs of Chinese characters.
    pub(crate) runs: Vec<Vec<char>>,
    /// What is asked for: `?long`.
    pub(crate) asked: BTreeSet<&'static str>,
}

impl Words {
    /// Of a question or title.
    pub(crate) fn of_question(text: &str, lang: Lang) -> Self {
        let text: String = text.chars().take(ASKED_CHARS_MAX).collect();
        let mut words = Self::default();
        words.read(&text, lang);
        words
    }

    /// Of an article's text, which asks for nothing.
    pub(crate) fn of_text(text: &str, lang: Lang) -> Self {
        let mut words = Self::default();
        for line in text.lines() {
            words.read(line, lang);
        }
        words.asked.clear();
        words.words.truncate(BODY_WORDS_MAX);
        words.runs.truncate(BODY_WORDS_MAX);
        words
    }

    fn read(&mut self, text: &str, lang: Lang) {
        let text = folded(text);
        let mut latin: Vec<&str> = Vec::new();
        let mut rest = text.as_str();
        while let Some(c) = rest.chars().next() {
            let same = |other: char| match is_cjk(c) {
                true => is_cjk(other),
                false => is_letter(other) == is_letter(c) && !is_cjk(other),
            };
            let end = rest.find(|other| !same(other)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            match (is_cjk(c), is_letter(c)) {
                (true, _) => self.han(run),
                (false, true) => latin.push(run),
                _ => {}
            }
            rest = behind;
        }
        self.latin(&latin, lang);
    }

    /// A run of Chinese characters, cut at what says nothing of the subject.
    fn han(&mut self, run: &str) {
        let mut rest = run;
        let mut open: Vec<char> = Vec::new();
        while let Some(c) = rest.chars().next() {
            let mark = MARKS.iter().find(|(word, _)| rest.starts_with(word));
            let Some((word, asked)) = mark else {
                open.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or("");
                continue;
            };
            self.asked.extend(*asked);
            self.close(&mut open);
            rest = rest.get(word.len()..).unwrap_or("");
        }
        self.close(&mut open);
    }

    fn close(&mut self, open: &mut Vec<char>) {
        if !open.is_empty() {
            self.runs.push(std::mem::take(open));
        }
    }

    fn latin(&mut self, latin: &[&str], lang: Lang) {
        let is_english = matches!(lang, Lang::EN | Lang::ZH);
        if is_english {
            let joined = format!(" {} ", latin.join(" "));
            let found = ASKED_FOR.iter().find(|(_, english, _)| {
                english.iter().any(|words| joined.contains(&format!(" {words} ")))
            });
            self.asked.extend(found.map(|(name, _, _)| *name));
        }
        let stemmer = Stemmer::new(Algorithm::English);
        for word in latin {
            // Said as one word or with the letters left out: `what's`, `don’t`.
            let word: String = word.chars().filter(|c| !matches!(c, '\'' | '’')).collect();
            let word = word.trim_matches('_');
            if word.is_empty() || (is_english && STOPS.contains(word)) {
                continue;
            }
            let plain = !is_english || word.contains(|c: char| !c.is_ascii_lowercase());
            self.words.push(if plain { word.to_owned() } else { stemmer.stem(word).into_owned() });
        }
    }

    /// Pairs of neighbouring characters, and those that stand alone.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = String> {
        self.runs.iter().flat_map(|run| {
            let alone = (run.len() == 1).then(|| run.iter().collect::<String>());
            alone.into_iter().chain(run.windows(2).map(|pair| pair.iter().collect()))
        })
    }

    /// What the index has of it: no term has a space in it.
    pub(crate) fn terms(&self) -> impl Iterator<Item = String> {
        self.words.iter().cloned().chain(self.pairs())
    }
}

/// What a text is searched by, for whoever wonders why an article is found.
#[must_use]
pub fn segmented(text: &str, lang: Lang) -> Vec<String> {
    let words = Words::of_question(text, lang);
    words.terms().chain(words.asked.iter().map(|asked| (*asked).to_owned())).collect()
}

fn is_letter(c: char) -> bool {
    (c.is_alphanumeric() || matches!(c, '\'' | '’' | '_')) && !is_cjk(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_what_it_is_about_and_what_it_asks_for() {
        for (lang, text, words) in [
            (Lang::EN, "How long is the warranty?", "warranti ?long"),
            (Lang::EN, "Please tell me how I RETURN orders", "return order"),
            (Lang::EN, "What's error E07 mean", "error e07 mean"),
            (Lang::ZH, "请问保修期多久?", "保修 修期 ?long"),
            (Lang::ZH, "怎么开发票", "开发 发票"),
            (Lang::ZH, "發票怎麼開", "发票 开"),
            (Lang::ZH, "X200的负载是多少", "x200 负载 ?much"),
            (Lang::ZH, "Ｘ２００保修", "x200 保修"),
            (Lang::EN, "how are you", ""),
            (Lang::ZH, "你好", ""),
        ] {
            assert_eq!(segmented(text, lang).join(" "), words, "{text}");
        }
    }

    #[test]
    fn other_languages_are_taken_by_their_words() {
        let german = Lang::parse("de").unwrap();
        assert_eq!(
            segmented("Wie lange dauert die Garantie?", german).join(" "),
            "wie lange dauert die garantie"
        );
    }
}
