//! What a customer writes for a value: of each entity, in each language, right and wrong.

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, ChoiceOption, EntityKind};
use flowright_nlu::value::Date;

use super::patterns::matching;
use super::random::Random;

/// Plain words for free texts.
const TEXTS: &[&str] =
    &["since nine, PUT /orders", "it is broken", "a blank page", "x", "从早上八点开始", "一直超时"];
/// What no bot understands.
pub(super) const NONSENSE: &[&str] =
    &["qwerty asdf zxcv", "plugh xyzzy", "blorf", "囧囧囧", "?!", "zzz 42 zzz", "嗯哼哈嘿"];
/// What is rarely tried by hand.
const ODD: &[&str] = &[
    "",
    " ",
    "🙂👍🏽",
    "…",
    "{order}",
    "\"'\\",
    "<b>x</b>",
    "0",
    "-1",
    "订单 order 12345 明天 tomorrow",
    "是 no",
    "\u{202e}abc",
    "a\tb\nc",
    "999999999999999999999",
    "NULL",
    "٣٤٥",
];
/// Characters of a very long message.
const LONG_CHARS: [usize; 3] = [300, 2_000, 10_500];

/// A message that is rarely tried by hand.
pub(super) fn odd(random: &mut Random) -> String {
    if random.chance(15) {
        let length = random.pick(&LONG_CHARS).copied().unwrap_or(300);
        let unit = random.word(&["long ", "长", "🙂", "12345 "]);
        return unit.chars().cycle().take(length).collect();
    }
    random.word(ODD)
}

/// A value of an entity as a customer would write it.
pub(super) fn value(kind: &EntityKind, lang: Lang, today: Date, random: &mut Random) -> String {
    match kind {
        EntityKind::Builtin(builtin) => of_builtin(*builtin, lang, today, random),
        EntityKind::Pattern { regexes, .. } => {
            let regex = random.pick(regexes).cloned().unwrap_or_default();
            matching(&regex, random).unwrap_or_default()
        }
        EntityKind::Choice(options) => choice(options, lang, random),
        EntityKind::Learned => random.word(TEXTS),
    }
}

fn choice(options: &[ChoiceOption], lang: Lang, random: &mut Random) -> String {
    let Some(option) = random.pick(options) else { return String::new() };
    let spoken = |(of, _): &&(Option<Lang>, String)| of.is_none_or(|of| of == lang);
    let words: Vec<&String> = option.words.iter().filter(spoken).map(|(_, word)| word).collect();
    random.pick(&words).map_or_else(|| option.name.clone(), |word| (*word).clone())
}

fn of_builtin(builtin: Builtin, lang: Lang, today: Date, random: &mut Random) -> String {
    let zh = lang == Lang::ZH;
    match builtin {
        Builtin::Text => random.word(TEXTS),
        Builtin::Number => number(zh, random),
        Builtin::Percent => random.word(&["15%", "0%", "100%", "百分之三十", "12.5%"]),
        Builtin::Money if zh => {
            random.word(&["500元", "两千元", "0元", "¥12.50", "1,000,000元", "20美元"])
        }
        Builtin::Money => {
            random.word(&["CNY 500", "$20", "0 yuan", "12.50 euros", "CNY 1,000,000"])
        }
        Builtin::Date => date(zh, today, random),
        Builtin::Time if zh => random.word(&["9点", "下午三点", "09:30", "0点", "25:00"]),
        Builtin::Time => random.word(&["9:30", "3 pm", "noon", "23:59", "25:00"]),
        Builtin::DateTime => {
            let day = date(zh, today, random);
            format!("{day} {}", random.word(&["9:30", "15:00", "00:00"]))
        }
        Builtin::Duration if zh => random.word(&["半小时", "两天", "3个小时", "0分钟"]),
        Builtin::Duration => random.word(&["half an hour", "2 days", "90 minutes", "0 seconds"]),
        Builtin::Bool if zh => random.word(&["是", "不是", "对", "不要"]),
        Builtin::Bool => random.word(&["yes", "no", "sure", "no thanks"]),
        Builtin::Email => random.word(&["ada@example.com", "a.b+c@example.co.uk", "ada@"]),
        Builtin::Phone => random.word(&["13812345678", "+86 138 1234 5678", "12"]),
        Builtin::Reference => random.word(&["SO-10023", "#77012", "no number"]),
        Builtin::Url => random.word(&["https://example.com/a?b=c", "example.com", "http://"]),
    }
}

fn number(zh: bool, random: &mut Random) -> String {
    if random.chance(40) {
        let most = *random.pick(&[10, 100, 1_000]).unwrap_or(&10);
        return random.within(0, most).to_string();
    }
    let words: &[&str] =
        if zh { &["三", "二十", "一百零五"] } else { &["three", "twenty", "1,000"] };
    if random.chance(50) {
        random.word(words)
    } else {
        random.word(&["0", "-5", "12.5", "9999999999999"])
    }
}

fn date(zh: bool, today: Date, random: &mut Random) -> String {
    if random.chance(50) {
        let days = match random.below(4) {
            0 => random.within(-40, 0),
            1 => random.within(300, 800),
            _ => random.within(1, 60),
        };
        return Date(today.0.saturating_add(i32::try_from(days).unwrap_or(0))).to_string();
    }
    if zh {
        random.word(&["明天", "昨天", "下周三", "6月15日", "月底", "2026年2月30日"])
    } else {
        random.word(&[
            "tomorrow",
            "yesterday",
            "next Friday",
            "15 June",
            "in two weeks",
            "2026-02-30",
        ])
    }
}

/// A yes or a no.
pub(super) fn yes_no(yes: bool, lang: Lang, random: &mut Random) -> String {
    match (yes, lang == Lang::ZH) {
        (true, true) => random.word(&["是的", "好的", "确认"]),
        (false, true) => random.word(&["不要", "不是", "算了"]),
        (true, false) => random.word(&["yes", "sure", "ok"]),
        (false, false) => random.word(&["no", "no thanks", "rather not"]),
    }
}

/// A correction to a value.
pub(super) fn correction(new: &str, old: &str, lang: Lang, random: &mut Random) -> String {
    let zh = [format!("不对,是{new}"), format!("不是{old},是{new}"), format!("我说错了,是{new}")];
    let en =
        [format!("no, I mean {new}"), format!("no, {new}"), format!("sorry, {new}, not {old}")];
    random.pick(if lang == Lang::ZH { &zh } else { &en }).cloned().unwrap_or_default()
}

/// The place of a choice, said.
pub(super) fn place(number: usize, lang: Lang, random: &mut Random) -> String {
    let place = number.saturating_add(1);
    match (random.below(3), lang == Lang::ZH) {
        (0, true) => format!("第{place}个"),
        (0, false) => format!("number {place}"),
        _ => place.to_string(),
    }
}
