//! Amounts of money: `¥1,200`, `1200元`, `三块五`, `20 dollars and 5 cents`, `-$5`.

use super::Found;
use super::amounts::{At, scan};
use crate::lang::Lang;
use crate::value::{Currency, Decimal, Money, Value};

/// Signs and codes before a number; the longer of two that begin alike first.
const BEFORE: &[(&str, &[u8; 3])] = &[
    ("rmb", b"CNY"),
    ("cny", b"CNY"),
    ("cn¥", b"CNY"),
    ("¥", b"CNY"),
    ("￥", b"CNY"),
    ("人民币", b"CNY"),
    ("us$", b"USD"),
    ("usd", b"USD"),
    ("hk$", b"HKD"),
    ("hkd", b"HKD"),
    ("au$", b"AUD"),
    ("a$", b"AUD"),
    ("aud", b"AUD"),
    ("ca$", b"CAD"),
    ("c$", b"CAD"),
    ("cad", b"CAD"),
    ("s$", b"SGD"),
    ("sgd", b"SGD"),
    ("nt$", b"TWD"),
    ("twd", b"TWD"),
    ("$", b"USD"),
    ("eur", b"EUR"),
    ("€", b"EUR"),
    ("gbp", b"GBP"),
    ("£", b"GBP"),
    ("jp¥", b"JPY"),
    ("jpy", b"JPY"),
    ("krw", b"KRW"),
    ("₩", b"KRW"),
    ("inr", b"INR"),
    ("₹", b"INR"),
    ("chf", b"CHF"),
    ("rub", b"RUB"),
    ("₽", b"RUB"),
];

/// Words behind a number; the longer of two that begin alike first.
const AFTER: &[(&str, &[u8; 3])] = &[
    ("元人民币", b"CNY"),
    ("人民币", b"CNY"),
    ("块钱", b"CNY"),
    ("元", b"CNY"),
    ("块", b"CNY"),
    ("圆", b"CNY"),
    ("yuan", b"CNY"),
    ("rmb", b"CNY"),
    ("cny", b"CNY"),
    ("美元", b"USD"),
    ("美金", b"USD"),
    ("美刀", b"USD"),
    ("us dollars", b"USD"),
    ("dollars", b"USD"),
    ("dollar", b"USD"),
    ("usd", b"USD"),
    ("bucks", b"USD"),
    ("$", b"USD"),
    ("欧元", b"EUR"),
    ("euros", b"EUR"),
    ("euro", b"EUR"),
    ("eur", b"EUR"),
    ("€", b"EUR"),
    ("英镑", b"GBP"),
    ("pounds", b"GBP"),
    ("pound", b"GBP"),
    ("quid", b"GBP"),
    ("gbp", b"GBP"),
    ("£", b"GBP"),
    ("日元", b"JPY"),
    ("日圆", b"JPY"),
    ("jpy", b"JPY"),
    ("yen", b"JPY"),
    ("港币", b"HKD"),
    ("港元", b"HKD"),
    ("hkd", b"HKD"),
    ("澳元", b"AUD"),
    ("aud", b"AUD"),
    ("加元", b"CAD"),
    ("cad", b"CAD"),
    ("新加坡元", b"SGD"),
    ("sgd", b"SGD"),
    ("新台币", b"TWD"),
    ("台币", b"TWD"),
    ("twd", b"TWD"),
    ("韩元", b"KRW"),
    ("krw", b"KRW"),
    ("rupees", b"INR"),
    ("卢比", b"INR"),
    ("inr", b"INR"),
    ("瑞士法郎", b"CHF"),
    ("chf", b"CHF"),
    ("卢布", b"RUB"),
    ("rubles", b"RUB"),
    ("rub", b"RUB"),
    ("₽", b"RUB"),
];

/// Smaller coin that is named alone.
const COINS: &[(&str, &[u8; 3])] =
    &[("cents", b"USD"), ("cent", b"USD"), ("pence", b"GBP"), ("分钱", b"CNY")];

/// What a sign before a number lets stand for thousands and more: `$2.5m`.
const SCALES: &[(&str, i64)] = &[
    ("k", 1_000),
    ("mn", 1_000_000),
    ("m", 1_000_000),
    ("bn", 1_000_000_000),
    ("b", 1_000_000_000),
];

/// What is counted or bought by the piece behind `块` and `元`: `两块电池`, `十元店`, `一块去`.
const THINGS: &[&str] = &[
    "电池",
    "蛋糕",
    "屏",
    "板",
    "布",
    "表",
    "手表",
    "巧克力",
    "面包",
    "香皂",
    "肥皂",
    "玻璃",
    "石",
    "砖",
    "肉",
    "豆腐",
    "地",
    "硬盘",
    "内存",
    "显示器",
    "毛巾",
    "瓷砖",
    "店",
    "素",
    "件",
    "旦",
];
const TOGETHER: &[&str] = &["去", "来", "走", "儿", "买", "吃", "寄", "发", "送", "下", "退", "用"];

/// Parts of yuan behind a whole amount, in hundredths.
const PARTS: &[(&str, i64)] = &[("角", 10), ("毛", 10), ("分", 1)];

/// Every amount in a folded text.
pub(super) fn find(folded: &str, lang: Lang) -> Vec<Found> {
    scan(folded, lang, |at| {
        let (money, end) = signed(at)?;
        Some((end.start, Value::Money(money)))
    })
}

/// `-$5`: the sign before the currency.
fn signed(at: At<'_>) -> Option<(Money, At<'_>)> {
    if let Some(found) = one(at) {
        return Some(found);
    }
    let sign = ["minus ", "-", "−", "负"].into_iter().find(|s| at.rest().starts_with(s))?;
    let (money, end) = before(at.skip(sign.len()))?;
    let joined = at.text.get(..at.start)?.ends_with(|c: char| c.is_ascii_alphanumeric());
    (!joined).then_some((Money { amount: Decimal(-money.amount.0), ..money }, end))
}

fn one(at: At<'_>) -> Option<(Money, At<'_>)> {
    before(at).or_else(|| behind(at)).or_else(|| parts_alone(at))
}

/// `¥1,200`, `CNY 1200`; `$5 USD` says it twice, `$5 EUR` is nothing.
fn before(at: At<'_>) -> Option<(Money, At<'_>)> {
    let (sign, code) = find_word(BEFORE, at)?;
    let range = at.text.get(..at.start)?.strip_suffix(['-', '–', '~']);
    if range.is_some_and(|first| first.ends_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    // `R$5` is no dollar that we know of.
    if !sign.is_ascii() || *sign == "$" {
        let letter = at.text.get(..at.start)?.chars().next_back();
        if letter.is_some_and(|c| c.is_ascii_alphabetic()) {
            return None;
        }
    }
    let (amount, end) = scaled(amount(at.skip(sign.len()).skip_blanks())?)?;
    // `£5-£10` is neither.
    let joint = end.rest().chars().next().filter(|c| matches!(c, '-' | '–' | '~'));
    if joint.is_some_and(|c| find_word(BEFORE, end.skip(c.len_utf8())).is_some()) {
        return None;
    }
    let again = find_word(AFTER, end.skip_blanks());
    let end = match again {
        Some((word, other)) if other == code => end.skip_blanks().skip(word.len()),
        Some(_) => return None,
        None => end,
    };
    Some((Money { currency: Currency(**code), amount }, end))
}

/// `1200元`, `20 dollars`, and what follows in smaller coin.
fn behind(at: At<'_>) -> Option<(Money, At<'_>)> {
    // What stands behind a sign was read with it, or was no amount.
    let so_far = at.text.get(..at.start)?.trim_end();
    let is_sign = |(sign, _): &(&str, _)| {
        let before = so_far.strip_suffix(*sign);
        before.is_some_and(|b| {
            sign.starts_with(|c: char| !c.is_alphabetic()) || !b.ends_with(char::is_alphabetic)
        })
    };
    if BEFORE.iter().any(is_sign) {
        return None;
    }
    let (whole, end) = amount(at)?;
    let unit = end.skip_blanks();
    let (word, code) = find_word(AFTER, unit)?;
    let end = unit.skip(word.len());
    if is_no_amount(at, word, end) {
        return None;
    }
    let (cents, end) = match *word {
        "元" | "块" | "圆" => yuan_parts(end)?,
        "dollars" | "dollar" | "us dollars" | "euros" | "euro" => cents(end)?,
        "pounds" | "pound" => pence(end)?,
        _ => (Decimal::ZERO, end),
    };
    let amount = match whole.0 < 0 {
        true => whole.checked_sub(cents)?,
        false => whole.checked_add(cents)?,
    };
    Some((Money { currency: Currency(**code), amount }, end))
}

/// `5毛`, `八角`.
fn parts_alone(at: At<'_>) -> Option<(Money, At<'_>)> {
    let (count, end) = at.number()?;
    if let Some((word, code)) = find_word(COINS, end.skip_blanks()) {
        let end = end.skip_blanks().skip(word.len());
        return Some((Money { currency: Currency(**code), amount: part(count, 1)? }, end));
    }
    let (word, hundredths) = PARTS.iter().find(|(w, _)| end.rest().starts_with(w) && *w != "分")?;
    let amount = part(count, *hundredths)?;
    let (more, end) = further_part(end.skip(word.len()), *hundredths);
    Some((Money { currency: Currency(*b"CNY"), amount: amount.checked_add(more)? }, end))
}

/// `三块五`, `三元五角八分`. `3块15` is nothing we are sure of.
fn yuan_parts(at: At<'_>) -> Option<(Decimal, At<'_>)> {
    let Some((count, end)) = at.number() else { return Some((Decimal::ZERO, at)) };
    let whole_digit = count.is_integer() && (1..=9).contains(&count.trunc());
    let part_word = PARTS.iter().find(|(word, _)| end.rest().starts_with(word));
    match part_word {
        Some((word, hundredths)) => {
            let (more, end) = further_part(end.skip(word.len()), *hundredths);
            Some((part(count, *hundredths)?.checked_add(more)?, end))
        }
        // One digit and the end: tenths.
        None if whole_digit && !end.rest().starts_with(char::is_alphanumeric) => {
            Some((part(count, 10)?, end))
        }
        None => None,
    }
}

/// `八分` behind `五角`.
fn further_part(at: At<'_>, before: i64) -> (Decimal, At<'_>) {
    let fen = || {
        let (count, end) = at.number()?;
        let is_fen = before == 10 && end.rest().starts_with('分');
        is_fen.then_some((part(count, 1)?, end.skip('分'.len_utf8())))
    };
    fen().unwrap_or((Decimal::ZERO, at))
}

/// ` and 5 cents`; `5 dollars 20` is nothing we are sure of.
fn cents(at: At<'_>) -> Option<(Decimal, At<'_>)> {
    let blanks = at.skip_blanks();
    let and = if blanks.rest().starts_with("and ") { "and ".len() } else { 0 };
    let Some((count, end)) = blanks.skip(and).number() else { return Some((Decimal::ZERO, at)) };
    let unit = end.skip_blanks();
    match ["cents", "cent"].into_iter().find(|word| unit.rest().starts_with(word)) {
        Some(word) => Some((part(count, 1)?, unit.skip(word.len()))),
        None if and > 0 => Some((Decimal::ZERO, at)),
        None => None,
    }
}

/// `ten pounds fifty`, `10 pounds and 50 pence`; `5 pounds 3` is nothing we are sure of.
fn pence(at: At<'_>) -> Option<(Decimal, At<'_>)> {
    let blanks = at.skip_blanks();
    let and = if blanks.rest().starts_with("and ") { "and ".len() } else { 0 };
    let Some((count, end)) = blanks.skip(and).number() else { return Some((Decimal::ZERO, at)) };
    let unit = end.skip_blanks();
    match unit.rest().strip_prefix("pence") {
        Some(_) => Some((part(count, 1)?, unit.skip("pence".len()))),
        None if and > 0 => Some((Decimal::ZERO, at)),
        None => (count >= Decimal::from_int(10)?).then_some((part(count, 1)?, end)),
    }
}

/// An amount with the `m` or `k` that follows its number.
fn scaled((amount, end): (Decimal, At<'_>)) -> Option<(Decimal, At<'_>)> {
    let scale = SCALES.iter().find(|(word, _)| {
        end.rest()
            .strip_prefix(word)
            .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric()))
    });
    let Some((word, factor)) = scale else { return Some((amount, end)) };
    Some((amount.checked_mul(Decimal::from_int(*factor)?)?, end.skip(word.len())))
}

/// Whether a number with `word` behind it is a count of things or of weight, or one of two amounts.
fn is_no_amount(at: At<'_>, word: &str, end: At<'_>) -> bool {
    let rest = end.rest();
    let begins = |words: &[&str]| words.iter().any(|thing| rest.starts_with(thing));
    match word {
        "块" => begins(THINGS) || (at.rest().starts_with("一块") && begins(TOGETHER)),
        "元" => begins(THINGS),
        "pounds" | "pound" => rest.starts_with(" of "),
        "dollars" | "bucks" | "euros" => {
            rest.starts_with(" or ") && end.skip(" or ".len()).number().is_some()
        }
        _ => false,
    }
}

fn part(count: Decimal, hundredths: i64) -> Option<Decimal> {
    let fits = count.0 >= 0 && count < Decimal::from_int(100)?;
    count.checked_mul(Decimal(hundredths * 10_000)).filter(|_| fits)
}

/// A number as an amount. `1.000` has more decimals than money: who knows what was meant.
fn amount(at: At<'_>) -> Option<(Decimal, At<'_>)> {
    let (span, value) = at.numbers.at(at.start)?;
    (span.decimals < 3).then_some((value, At { start: span.end, ..at }))
}

fn find_word<'w>(
    words: &'w [(&'w str, &[u8; 3])],
    at: At<'_>,
) -> Option<&'w (&'w str, &'w [u8; 3])> {
    let rest = at.rest();
    words.iter().find(|(word, _)| {
        // `cad 5`, but not `cadence`.
        let runs_on = |after: &str| after.starts_with(|c: char| c.is_ascii_alphabetic());
        let ascii_word = word.ends_with(|c: char| c.is_ascii_alphabetic());
        rest.strip_prefix(word).is_some_and(|after| !(ascii_word && runs_on(after)))
    })
}
