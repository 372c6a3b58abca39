//! Expressions as people write them, with what they mean. Today is Monday 2026-06-01 in Shanghai.

use proptest::prelude::*;

use super::*;
use crate::lang::Lang;
use crate::value::{Currency, Decimal, Money};

fn cx() -> Context {
    Context {
        today: Date::from_ymd(2026, 6, 1).unwrap(),
        now_ms: 1_780_272_000_000,
        timezone: "Asia/Shanghai".to_owned(),
        lang: Lang::ZH,
    }
}

fn first(text: &str, builtin: Builtin) -> Option<Value> {
    let spec = EntitySpec { name: String::new(), kind: EntityKind::Builtin(builtin) };
    let finder = Finder::new(&[spec]).unwrap();
    finder.find(text, EntityId(0), &cx()).into_iter().next().map(|found| found.value)
}

const DATES: &[(&str, &str)] = &[
    ("2026-06-15", "2026-06-15"),
    ("2026/6/5", "2026-06-05"),
    ("6月15日。", "2026-06-15"),
    ("6月15号", "2026-06-15"),
    ("改到6月20日吧", "2026-06-20"),
    ("六月十五日", "2026-06-15"),
    ("十二月三十一号", "2026-12-31"),
    ("15日", "2026-06-15"),
    ("15号交货", "2026-06-15"),
    ("1月5日", "2027-01-05"),
    ("今天", "2026-06-01"),
    ("明天", "2026-06-02"),
    ("后天", "2026-06-03"),
    ("大后天", "2026-06-04"),
    ("昨天", "2026-05-31"),
    ("下周三", "2026-06-10"),
    ("这周五", "2026-06-05"),
    ("本周日", "2026-06-07"),
    ("周三", "2026-06-03"),
    ("星期天", "2026-06-07"),
    ("礼拜一", "2026-06-08"),
    ("下个月5号", "2026-07-05"),
    ("三天后", "2026-06-04"),
    ("两周后", "2026-06-15"),
    ("10天之后", "2026-06-11"),
    ("一个月后", "2026-07-01"),
    ("月底", "2026-06-30"),
    ("下月底", "2026-07-31"),
    ("2026年7月1日", "2026-07-01"),
    ("明年3月8日", "2027-03-08"),
    ("2026年7月1日", "2026-07-01"),
    ("15 June", "2026-06-15"),
    ("June 15th, 2026", "2026-06-15"),
    ("June 15", "2026-06-15"),
    ("the 15th", "2026-06-15"),
    ("the 15th of June", "2026-06-15"),
    ("next Friday", "2026-06-12"),
    ("this Friday", "2026-06-05"),
    ("Friday", "2026-06-05"),
    ("tomorrow", "2026-06-02"),
    ("the day after tomorrow", "2026-06-03"),
    ("in 3 days", "2026-06-04"),
    ("in two weeks", "2026-06-15"),
    ("a week from now", "2026-06-08"),
    ("6/15", "2026-06-15"),
    ("end of the month", "2026-06-30"),
    ("5 Jan", "2027-01-05"),
    ("on Dec 24", "2026-12-24"),
    ("2nd of July 2027", "2027-07-02"),
    ("today please", "2026-06-01"),
    ("next week", "2026-06-08"),
    ("29 February", "2028-02-29"),
];

#[test]
fn dates_are_resolved_against_today() {
    for (text, day) in DATES {
        let found = first(text, Builtin::Date);
        let shown = match found {
            Some(Value::Date(date)) => date.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(shown, *day, "{text}");
    }
    for text in ["2月30日", "2026-13-01", "12345", "hello", "三个", "maybe"] {
        assert_eq!(first(text, Builtin::Date), None, "{text}");
    }
}

const NUMBERS: &[(&str, &str)] = &[
    ("三百二十", "320"),
    ("1.2万", "12000"),
    ("一百零五", "105"),
    ("两千", "2000"),
    ("一万五", "15000"),
    ("十五", "15"),
    ("三点五", "3.5"),
    ("一亿二千万", "120000000"),
    ("二〇二六", "2026"),
    ("1,234.5", "1234.5"),
    ("-3", "-3"),
    ("twenty-five", "25"),
    ("a dozen", "12"),
    ("two hundred and five", "205"),
    ("one thousand two hundred", "1200"),
    ("5k", "5000"),
    ("１２３", "123"),
    ("三百五", "350"),
];

#[test]
fn numbers_in_digits_and_words() {
    for (text, number) in NUMBERS {
        let found = first(text, Builtin::Number);
        assert_eq!(found, Some(Value::Number(Decimal::parse(number).unwrap())), "{text}");
    }
}

/// Places of menus are numbers of another kind.
#[test]
fn numbers_for_a_menu_are_places_too_and_none_of_two() {
    for (text, said) in [
        ("第二个", vec!["2"]),
        ("不是第3个,是第2个", vec!["2"]),
        ("3", vec!["3"]),
        ("1 or 2", vec![]),
        ("第1个或第2个", vec![]),
        ("1 and 2", vec!["1", "2"]),
    ] {
        let said: Vec<Value> =
            said.iter().map(|n| Value::Number(Decimal::parse(n).unwrap())).collect();
        assert_eq!(numbers_in(text), said, "{text}");
    }
    let spec = EntitySpec { name: String::new(), kind: EntityKind::Builtin(Builtin::Number) };
    let finder = Finder::new(&[spec]).unwrap();
    assert!(finder.find("第二个", EntityId(0), &cx()).is_empty());
}

#[test]
fn amounts_carry_their_unit() {
    let money = |code: &str, amount: &str| {
        let currency = Currency::parse(code).unwrap();
        Some(Value::Money(Money { currency, amount: Decimal::parse(amount).unwrap() }))
    };
    for (text, code, amount) in [
        ("¥1,200", "CNY", "1200"),
        ("1200元", "CNY", "1200"),
        ("三千块", "CNY", "3000"),
        ("CNY 1200", "CNY", "1200"),
        ("$99.50", "USD", "99.5"),
        ("100 USD", "USD", "100"),
        ("20 dollars", "USD", "20"),
        ("1.5万元", "CNY", "15000"),
        ("€5", "EUR", "5"),
        ("五百美元", "USD", "500"),
    ] {
        assert_eq!(first(text, Builtin::Money), money(code, amount), "{text}");
    }
    for (text, ms) in [
        ("两个小时", 7_200_000),
        ("30分钟", 1_800_000),
        ("半小时", 1_800_000),
        ("2h", 7_200_000),
        ("3天", 259_200_000),
        ("two and a half hours", 9_000_000),
        ("2 hours 30 minutes", 9_000_000),
        ("half an hour", 1_800_000),
        ("两个半小时", 9_000_000),
    ] {
        assert_eq!(first(text, Builtin::Duration), Some(Value::Duration(ms)), "{text}");
    }
    for (text, share) in [("20%", "0.2"), ("百分之二十", "0.2"), ("5 percent", "0.05")] {
        assert_eq!(
            first(text, Builtin::Percent),
            Some(Value::Number(Decimal::parse(share).unwrap())),
            "{text}"
        );
    }
    for (text, clock) in [
        ("下午3点半", 55_800),
        ("15:30", 55_800),
        ("3pm", 54_000),
        ("half past nine", 34_200),
        ("noon", 43_200),
        ("上午九点", 32_400),
        ("9:15 am", 33_300),
        ("晚上8点", 72_000),
        ("三点一刻", 11_700),
    ] {
        assert_eq!(first(text, Builtin::Time), Some(Value::Time(clock)), "{text}");
    }
    let instant = first("明天下午3点", Builtin::DateTime);
    assert_eq!(instant, Some(Value::DateTime(1_780_383_600_000)));
}

#[test]
fn answers_and_addresses() {
    for (text, yes) in [
        ("好的", Some(true)),
        ("yes please", Some(true)),
        ("不用了谢谢", Some(false)),
        ("no thanks", Some(false)),
        ("是的。", Some(true)),
        ("OK!", Some(true)),
        ("no, change order 5 instead", None),
        ("不是周三,是周四", None),
    ] {
        assert_eq!(answers::yes_no(&Folded::new(text).text), yes, "{text}");
    }
    let text = |t: &str| Some(Value::Text(t.to_owned()));
    assert_eq!(
        first("write to Ann.Lee@Acme.example please", Builtin::Email),
        text("Ann.Lee@Acme.example")
    );
    assert_eq!(first("请打+86 138-0013-8000找我", Builtin::Phone), text("+86 138-0013-8000"));
    assert_eq!(
        first("见 https://acme.example/a?b=1 。", Builtin::Url),
        text("https://acme.example/a?b=1")
    );
}

#[test]
fn patterns_give_their_group_and_negation_is_seen() {
    let kind =
        EntityKind::Pattern { base: Builtin::Text, regexes: vec![r"#?(\d{5,10})".to_owned()] };
    let date = EntityKind::Builtin(Builtin::Date);
    let specs = [kind, date].map(|kind| EntitySpec { name: String::new(), kind });
    let finder = Finder::new(&specs).unwrap();
    let order = finder.find("我需要修改订单#12345的交货日期。", EntityId(0), &cx());
    assert_eq!(order.first().map(|m| m.value.clone()), Some(Value::Text("12345".to_owned())));
    assert_eq!(finder.find("订单１２３４５", EntityId(0), &cx()).len(), 1);
    assert!(finder.find("x12345y", EntityId(0), &cx()).is_empty());
    for text in ["不是周三,是周四", "not the 15th, the 16th"] {
        let days = finder.find(text, EntityId(1), &cx());
        assert_eq!(days.iter().map(|d| d.negated).collect::<Vec<_>>(), [true, false], "{text}");
        assert!(answers::is_correction(&Folded::new(text).text));
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}") {
        for builtin in [Builtin::Date, Builtin::Number, Builtin::Money, Builtin::Duration, Builtin::Time,
            Builtin::DateTime, Builtin::Percent, Builtin::Email, Builtin::Phone, Builtin::Url, Builtin::Bool] {
            first(&text, builtin);
        }
    }

    #[test]
    fn no_mix_of_number_words_makes_it_panic(text in "[0-9一二两十百千万亿点半零年月日号周天.,:/ -]{0,30}") {
        for builtin in [Builtin::Date, Builtin::Number, Builtin::Money, Builtin::Duration, Builtin::DateTime] {
            first(&text, builtin);
        }
    }
}

/// Numbers that are no count of days, and words that are no number, however many there are.
#[test]
fn what_is_far_too_much_is_nothing() {
    for unit in ["天", "周", "个月", "年"] {
        for end in ["后", "前"] {
            let text = format!("9999999{unit}{end}");
            assert_eq!(first(&text, Builtin::Date), None, "{text}");
        }
    }
    for (word, rest) in [("hundred", "five"), ("thousand", "one"), ("dozen", "nine")] {
        let text = format!("one{} {rest}", format!(" {word}").repeat(40));
        assert_eq!(first(&text, Builtin::Number), None, "{text}");
    }
}

/// What the bot says, a customer can say back.
#[test]
fn a_day_that_is_shown_is_read_as_that_day() {
    use crate::locale::{ShowContext, show};
    let spec = EntitySpec { name: String::new(), kind: EntityKind::Builtin(Builtin::Date) };
    let finder = Finder::new(&[spec]).unwrap();
    let shown = ShowContext { today: cx().today, timezone: cx().timezone };
    for days in -900..900 {
        let day = Value::Date(Date(cx().today.0 + days));
        for lang in [Lang::ZH, Lang::EN] {
            let text = show(&day, lang, &shown).unwrap();
            let found = finder.find(&text, EntityId(0), &cx()).into_iter().next();
            assert_eq!(found.map(|found| found.value), Some(day.clone()), "{text}");
        }
    }
}
