//! References: numbers of orders, tickets, parcels, invoices, as customers write them.

use std::sync::LazyLock;

use regex::Regex;

use super::negation::{strip_end, strip_start};
use super::{Found, codes, money};
use crate::fold::stands_alone;
use crate::lang::Lang;
use crate::value::Value;

/// Fewest digits of a reference that is digits only; of one that has letters; and behind a `#`.
const DIGITS_ALONE: usize = 5;
const DIGITS_WITH_LETTERS: usize = 3;
const DIGITS_BEHIND_SIGN: usize = 2;
/// Characters of the longest.
const CHARS_MAX: usize = 40;

static PARTS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"#?[a-z0-9]+(?:[-_/][a-z0-9]+)*").ok());
/// What is written with digits and letters or strokes too: days, years with days, clocks, lengths,
/// weights, shares, sizes, ordinals, machines.
static OTHERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let day = r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?t?";
    let month =
        r"\d{1,2}[-/](?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*(?:[-/]\d{2,4})?";
    let unit = r"\d+(?:p|fps|dpi|px|mbps|kbps|gbps|mp|in|inch|ft|pcs|rpm|ppm|kcal|cal|st|nd|rd|th|am|pm|kg|g|mg|km|m|cm|mm|ml|l|lb|oz|h|hr|hrs|min|mins|s|sec|secs|ms|gb|mb|kb|tb|k|kw|kwh|w|v|mah|hz|mhz|ghz|usd|cny|rmb|eur|gbp|days?|weeks?|months?|years?|hours?|minutes?|x)";
    let range = r"\d{1,6}-\d{1,6}(?:[a-z]{1,2})?";
    let hex = r"0x[0-9a-f]+";
    let size = r"\d+x\d+(?:x\d+)?(?:cm|mm|m|px)?";
    let time = r"\d{1,2}h\d{2}|\d{8}t\d{4,6}z?";
    Regex::new(&format!("^(?:{day}|{month}|{unit}|{range}|{size}|{time}|{hex})$")).ok()
});

/// What a number behind one of these is, and no reference.
const NAMES_OTHER: &[&str] = &[
    "phone",
    "mobile",
    "cell",
    "tel",
    "fax",
    "call me",
    "text me",
    "reach me",
    "whatsapp",
    "zip",
    "postcode",
    "postal",
    "post code",
    "error",
    "pin",
    "password",
    "passcode",
    "otp",
    "verification",
    "security code",
    "card number",
    "card no",
    "passport",
    "电话",
    "手机",
    "座机",
    "传真",
    "联系方式",
    "打给",
    "微信",
    "qq",
    "邮编",
    "邮政编码",
    "错误",
    "报错",
    "验证码",
    "密码",
    "身份证",
    "护照",
    "银行卡",
    "卡号",
];
/// What says that it is one after all.
const NAMES_ONE: &[&str] = &[
    "order",
    "ticket",
    "invoice",
    "parcel",
    "tracking",
    "reference",
    "ref",
    "case",
    "shipment",
    "订单",
    "单号",
    "运单",
    "工单",
    "发票",
    "快递",
    "编号",
    "单子",
    "流水",
];
/// What a number right behind one of these is: a flight, a product, a place. A word between says more:
/// `flight booking 12345`.
const NAMES_BESIDE: &[&str] = &[
    "flight",
    "flights",
    "train",
    "bus",
    "coach",
    "model",
    "version",
    "firmware",
    "series",
    "room",
    "gate",
    "seat",
    "plate",
    "航班",
    "班次",
    "车次",
    "列车",
    "火车",
    "高铁",
    "动车",
    "型号",
    "机型",
    "款式",
    "版本",
    "固件",
    "系列",
    "车牌",
    "房间",
    "房",
    "登机口",
    "座位",
    "显卡",
];
/// What may stand between those and the number.
const LINKS: &[&str] = &[
    "number", "no", "no.", "code", "is", "was", "the", ":", "#", "号", "号码", "号是", "是", "为",
];
/// How many of them, and one look more.
const LINKS_MAX: usize = 4;
/// What right behind a number says the same: `the XC9000 model`, `CA1234次航班`.
const NAMES_BEHIND: &[&str] = &[
    "flight",
    "train",
    "bus",
    "coach",
    "model",
    "version",
    "firmware",
    "series",
    "航班",
    "次航班",
    "次列车",
    "次高铁",
    "次动车",
    "型",
    "机型",
    "列车",
    "版本",
    "系列",
    "号线",
    "显卡",
    "固件",
];
/// Characters before a number in which it is named.
const LOOKED_BACK: usize = 24;
/// What is counted behind digits alone: `15000个`, `10000 followers`.
const COUNTED: &str = "个件台箱块元圆只张条份套盒包瓶天年月日号分秒时公斤克吨米里升次位名人户家多余几万千百亿倍页字步股";
const COUNTED_WORDS: &[&str] = &[
    "pieces",
    "units",
    "items",
    "boxes",
    "people",
    "users",
    "customers",
    "followers",
    "copies",
    "orders",
    "parcels",
    "products",
    "miles",
    "km",
    "kilometers",
    "kilometres",
    "meters",
    "metres",
    "steps",
    "points",
    "shares",
    "times",
    "words",
    "characters",
    "pages",
    "grams",
    "kilos",
    "kg",
    "tons",
    "tonnes",
    "litres",
    "liters",
    "calories",
    "volts",
    "watts",
    "hours",
    "minutes",
    "seconds",
    "days",
    "to",
    "percent",
];
/// What makes them a vague number.
const VAGUE: &[&str] = &["or so", "or more", "or less", "or fewer"];

/// References in a folded text, without a `#` before them.
pub(super) fn find(folded: &str) -> Vec<Found> {
    let Some(parts) = PARTS.as_ref() else { return Vec::new() };
    let others: Vec<Found> = codes::find_url(folded)
        .into_iter()
        .chain(codes::find_email(folded))
        .chain(money::find(folded, Lang::EN))
        .chain(codes::find_phone(folded).into_iter().filter(|found| is_to_call(folded, found)))
        .collect();
    let overlaps = |start: usize, end: usize| {
        others.iter().any(|other| other.start < end && start < other.end)
    };
    let of = |found: regex::Match<'_>| {
        let (start, end) = (found.start(), found.end());
        let is_one = is_reference(found.as_str())
            && stands_alone(folded, start, end)
            && !is_part_of_more(folded, start, end)
            && (found.as_str().starts_with('#')
                || !(is_named_otherwise(folded, start, end)
                    || is_named_beside(folded, start, end)
                    || is_counted(folded, start, end)))
            && !overlaps(start, end);
        is_one.then(|| {
            let written = found.as_str().trim_start_matches('#');
            let value = Value::Text(written.to_owned());
            Found { start: end - written.len(), end, value }
        })
    };
    parts.find_iter(folded).filter_map(of).collect()
}

fn is_reference(part: &str) -> bool {
    if part.len() > CHARS_MAX || OTHERS.as_ref().is_none_or(|others| others.is_match(part)) {
        return false;
    }
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let has_letters = part.chars().any(|c| c.is_ascii_alphabetic());
    match part.starts_with('#') {
        true => digits >= DIGITS_BEHIND_SIGN,
        false if has_letters => digits >= DIGITS_WITH_LETTERS,
        false => digits >= DIGITS_ALONE,
    }
}

/// Whether a telephone number is written as one: with a `+`, or in groups that are no single word of
/// letters and digits (`SO-2024-1187`).
fn is_to_call(folded: &str, found: &Found) -> bool {
    let said = folded.get(found.start..found.end).unwrap_or("");
    let before = folded.get(..found.start).unwrap_or("");
    said.contains(|c: char| !c.is_ascii_digit()) && !before.ends_with(['-', '_', '/', '#'])
}

/// Whether it is said to be something else: `my phone number is`, `验证码`. A mobile number of China
/// that is not all of an utterance is one unless it is said to be a reference.
fn is_named_otherwise(folded: &str, start: usize, end: usize) -> bool {
    let before = folded.get(..start).unwrap_or("");
    let from = before.char_indices().rev().nth(LOOKED_BACK).map_or(0, |(at, _)| at);
    let near = before.get(from..).unwrap_or("");
    let last = |words: &[&str]| {
        let places = words.iter().flat_map(|word| {
            near.match_indices(word)
                .filter(|(at, _)| stands_alone(near, *at, at + word.len()))
                .map(|(at, _)| at)
        });
        places.max()
    };
    let (other, one) = (last(NAMES_OTHER), last(NAMES_ONE));
    let said = folded.get(start..end).unwrap_or("");
    let is_mobile = said.len() == 11
        && said.bytes().all(|b| b.is_ascii_digit())
        && said.starts_with('1')
        && said.as_bytes().get(1).is_some_and(|b| *b >= b'3');
    let is_all = folded.trim().len() == said.len();
    other > one || (is_mobile && !is_all && one.is_none())
}

/// Whether a word right beside it says that it is the number of a flight, a product, a place.
fn is_named_beside(folded: &str, start: usize, end: usize) -> bool {
    let mut before = folded.get(..start).unwrap_or("").trim_end();
    let ends = |before: &str, words: &[&str]| words.iter().any(|w| strip_end(before, w).is_some());
    for _ in 0..LINKS_MAX {
        if ends(before, NAMES_ONE) {
            return false;
        }
        if ends(before, NAMES_BESIDE) {
            return true;
        }
        let shorter = LINKS.iter().find_map(|word| strip_end(before, word));
        let Some(shorter) = shorter.map(str::trim_end) else { break };
        before = shorter;
    }
    let after = folded.get(end..).unwrap_or("").trim_start();
    NAMES_BEHIND.iter().any(|word| strip_start(after, word).is_some())
}

/// Whether digits alone count what follows.
fn is_counted(folded: &str, start: usize, end: usize) -> bool {
    let digits = folded.get(start..end).is_some_and(|s| s.bytes().all(|b| b.is_ascii_digit()));
    let after = folded.get(end..).unwrap_or("").trim_start_matches(' ');
    let word = after.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let vague = VAGUE.iter().any(|words| strip_start(after, words).is_some());
    digits && (vague || after.starts_with(|c| COUNTED.contains(c)) || COUNTED_WORDS.contains(&word))
}

/// Amounts, fractions, clocks and telephone numbers are no references, nor is a part of one.
fn is_part_of_more(folded: &str, start: usize, end: usize) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let joins = |c: char| matches!(c, '.' | ',' | ':' | '-' | '/');
    let sign = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '%' | '@' | '+' | '&' | '=' | '\\');
    let mut after = folded.get(end..).unwrap_or("").chars();
    let mut before = folded.get(..start).unwrap_or("").chars().rev();
    let joined = |near: Option<char>, far: Option<char>| {
        near.is_some_and(|c| sign(c) || (joins(c) && digit(far)))
    };
    joined(after.next(), after.next()) || joined(before.next(), before.next())
}
