//! Whatever is written, nothing breaks: values have places in the text as it was written.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::LazyLock;

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, ChoiceOption, EntityId, EntityKind, EntitySpec, Spec};
use flowright_nlu::{Context, UTTERANCE_CHARS_MAX, Understander, detect, train};
use proptest::prelude::*;

const BUILTINS: [Builtin; 13] = [
    Builtin::Text,
    Builtin::Number,
    Builtin::Percent,
    Builtin::Money,
    Builtin::Date,
    Builtin::Time,
    Builtin::DateTime,
    Builtin::Duration,
    Builtin::Bool,
    Builtin::Email,
    Builtin::Phone,
    Builtin::Url,
    Builtin::Reference,
];

/// How much longer everything may take in a text that is sixteen times as long: sixteen times, when it
/// grows with the length, 256 times when with its square.
const GROWTH_MAX: f64 = 100.0;
/// Seconds below which times tell nothing.
const NOISE: f64 = 0.003;

static FINDER: LazyLock<Understander> = LazyLock::new(finder);

fn finder() -> Understander {
    let red = ChoiceOption { name: "red".into(), words: vec![(Some(Lang::ZH), "红色".into())] };
    let order = EntityKind::Pattern {
        base: Builtin::Text,
        regexes: vec![r"(?:订单|訂單)?#?(\d{5,10})".to_owned()],
    };
    let mut kinds: Vec<EntityKind> = BUILTINS.map(EntityKind::Builtin).into();
    kinds.extend([EntityKind::Choice(vec![red]), order]);
    let entity = |kind| EntitySpec { name: String::new(), kind };
    let entities = kinds.into_iter().map(entity).collect();
    let languages = vec![Lang::ZH, Lang::EN];
    Understander::new(train(&Spec { entities, languages, ..Spec::default() }).unwrap()).unwrap()
}

/// Looks for everything in a text, and at where it was found.
fn look(finder: &Understander, text: &str) {
    for lang in [Lang::ZH, Lang::EN] {
        let cx = Context { lang, ..common::cx() };
        assert!((0.0..=1.0).contains(&finder.understand(text, &cx).unknown_share), "{text:?}");
        for entity in 0..u16::try_from(BUILTINS.len() + 2).unwrap() {
            for found in finder.find(text, EntityId(entity), &cx) {
                let said = text.get(found.start..found.end);
                assert!(said.is_some_and(|said| !said.is_empty()), "{text:?}: {found:?}");
            }
        }
    }
    assert_eq!(detect(text, &[]), None);
    assert!(detect(text, &[Lang::ZH]).is_none_or(|lang| lang == Lang::ZH));
}

#[test]
fn nothing_and_very_much() {
    for text in ["", " ", "\u{200b}", "\u{fe0f}", "\0", "’", "不是", "not "] {
        look(&FINDER, text);
    }
    let pieces = [
        "a",
        "1",
        "一",
        "十",
        "😀",
        "不是周三,",
        "not 5 ",
        "三点",
        "1,",
        "to 5 ",
        "in 3 days ",
        "ﷺ",
        "½",
        "㋀",
        "3天",
        "half past ",
        "一个半",
        "不要",
        "訂單12345 ",
        "5 or ",
        "周",
        "@a.",
        "www.",
        "+1 ",
        "明天3点 ",
        "2月30日周三",
        "6月3日(周五)",
        "9am to ",
        "下午3点,4点,",
        "号12345 ",
        "replacment ",
    ];
    for piece in pieces {
        let time = |chars: usize| {
            let text = piece.repeat(chars / piece.chars().count() + 3);
            let best = (0..3).map(|_| {
                let began = std::time::Instant::now();
                look(&FINDER, &text);
                began.elapsed()
            });
            best.min().unwrap().as_secs_f64()
        };
        let (little, much) = (time(UTTERANCE_CHARS_MAX / 16), time(UTTERANCE_CHARS_MAX));
        println!("{piece:?}: {little:.4} s, then {much:.4} s");
        assert!(much < GROWTH_MAX * little.max(NOISE), "{piece:?}: {little} s, then {much} s");
    }
}

proptest! {
    #[test]
    fn any_text_at_all(text in any::<String>()) {
        look(&FINDER, &text);
    }

    #[test]
    fn texts_of_words_that_mean_something(
        words in prop::collection::vec(prop::sample::select(vec![
            "不是", "周三", "週四", "６", " 月 ", "1", "日", "號", "点", "半", "三", "十", "万", "not ", "to ",
            "half past ", "june ", "the ", "3rd ", "in ", "days ", "ago", "a couple of ", "$", "m", "k", "%",
            "块", "元", "😀", "\u{200b}", "½", "㋀", "’", "@", ".com", "https://", "+", "-", ":", "/", ",",
            "第", "差", "刻", "后", "前", "instead of ", "no, ", "或", "红色", "改成", "yes ", "T10:00Z", "Ⅻ", "İ",
        ]), 0..14)
    ) {
        look(&FINDER, &words.concat());
    }
}
