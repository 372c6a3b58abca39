//! Numbers in Chinese: `三百二十`, `两千零五`, `一万五`, `二〇二六`, `三点五`, and with digits in them:
//! `1.2万`, `3千5百`.

use super::{digits, idioms};
use crate::lang::Lang;
use crate::value::{DECIMAL_SCALE, Decimal};

/// What stands before a numeral that counts nothing, or nothing exact: `唯一`, `周三`, `几十`.
const BEFORE: &[&str] = &["统", "唯", "万", "逐", "单", "之", "周", "星期", "礼拜", "几", "数"];
/// What makes a number a vague one: `十几`, `三百多`.
const VAGUE: [char; 3] = ['几', '多', '余'];
/// What is counted where `来` makes a number vague: `两百来个`, but not `两百来自上海`.
const COUNTED: &str = "个块元天人次件名位年月岁斤万分里米条张只份套台";
/// Numbers of two and three with the thing they count.
const TOGETHER: [(char, i64); 2] = [('俩', 2), ('仨', 3)];
/// What `个半` is a part of, where it is no half of one more: `三个半价`.
const HALF_OF: [char; 5] = ['价', '成', '径', '截', '边'];

/// One numeral.
pub(super) fn digit(c: char) -> Option<i64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

const fn small_unit(c: char) -> Option<i64> {
    match c {
        '十' | '拾' => Some(10),
        '百' | '佰' => Some(100),
        '千' | '仟' => Some(1_000),
        _ => None,
    }
}

const fn large_unit(c: char) -> Option<i64> {
    match c {
        '万' => Some(10_000),
        '亿' => Some(100_000_000),
        _ => None,
    }
}

fn is_unit(c: char) -> bool {
    small_unit(c).or(large_unit(c)).is_some()
}

/// Whether a unit stands at the start: digits before it are read with it.
pub(super) fn begins_with_unit(text: &str) -> bool {
    text.starts_with(is_unit)
}

/// Whether `text[at..]` begins with a numeral that counts nothing.
pub(super) fn counts_nothing(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let little = |word: &str, but: &[&str]| {
        rest.strip_prefix(word).is_some_and(|r| !but.iter().any(|b| r.starts_with(b)))
    };
    let is_numeral = |c: char| digit(c).is_some() || is_unit(c) || c.is_ascii_digit();
    let after_word = BEFORE.iter().any(|word| {
        // `两周三天` and `百分之三` count, `周三` and `之一` do not.
        before.strip_suffix(word).is_some_and(|b| !b.ends_with(is_numeral) && !b.ends_with('分'))
    });
    after_word
        || idioms::holds(text, at)
        || little("三星", &["期", "级"])
        || little("十分", &["钟", "之"])
        || (little("一点", &["钟", "半", "整"])
            && !rest.chars().nth(2).is_some_and(|c| digit(c).is_some() || c == '十'))
}

/// Whether a number at `text[at..]` is that of a place: `第二`.
pub(super) fn is_place(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.trim_end_matches(' ').ends_with('第'))
}

/// What has been read of a number, in millionths.
#[derive(Default)]
struct Reading {
    total: i128,
    section: i128,
    /// A numeral without its unit so far, and how many digits it was written with.
    pending: Option<(i128, usize)>,
    /// The unit before, and the large one before.
    unit: i128,
    large: i128,
    zero: bool,
    /// It is none after all.
    broken: bool,
}

const ONE: i128 = DECIMAL_SCALE as i128;

impl Reading {
    fn digit(&mut self, value: i64) {
        if value == 0 && (self.section > 0 || self.total > 0) {
            self.broken |= self.pending.is_some();
            self.zero = true;
            return;
        }
        self.broken |= self.pending.is_some();
        self.pending = Some((i128::from(value) * ONE, 1));
    }

    fn small(&mut self, unit: i64) {
        let unit = i128::from(unit);
        let count = self.pending.take().map(|(value, _)| value);
        // `十五` leaves the one unsaid.
        let count = count.or((unit == 10).then_some(ONE));
        let descends = self.section == 0 || unit < self.unit;
        match count.filter(|_| descends) {
            Some(count) => self.section += count * unit,
            None => self.broken = true,
        }
        (self.unit, self.zero) = (unit, false);
    }

    fn large(&mut self, unit: i64) {
        let unit = i128::from(unit);
        self.section += self.pending.take().map_or(0, |(value, _)| value);
        // `一亿二千万` adds; `一万亿` multiplies.
        if self.total > 0 && unit < self.large {
            self.total += self.section * unit;
        } else {
            self.broken |= self.total > 0 && self.section > 0;
            self.total = (self.total + self.section) * unit;
        }
        if self.total > i128::from(i64::MAX) {
            (self.broken, self.total) = (true, 0);
        }
        (self.large, self.unit, self.section, self.zero) = (unit, unit, 0, false);
    }

    fn finish(&self) -> Option<Decimal> {
        let (rest, written) = self.pending.unwrap_or((0, 0));
        // `一万五` is 15,000: the unit below is left unsaid.
        let unsaid = self.unit >= 100 && !self.zero;
        let fits = !unsaid || (written <= 1 && rest % ONE == 0);
        let rest = if unsaid { rest * (self.unit / 10) } else { rest };
        let value = i64::try_from(self.total + self.section + rest).ok()?;
        (!self.broken && fits).then_some(Decimal(value))
    }
}

/// The number at the start of `text`: its length in bytes, and its value where it has one.
pub(super) fn parse(text: &str, lang: Lang) -> Option<(usize, Option<Decimal>)> {
    let first = text.chars().next()?;
    if let Some((word, count)) = TOGETHER.iter().find(|(word, _)| *word == first) {
        return Some((word.len_utf8(), Decimal::from_int(*count)));
    }
    // `廿五`
    if let Some(tens) = tens(first) {
        let unit = text.chars().nth(1).and_then(digit);
        let length = first.len_utf8() * if unit.is_some() { 2 } else { 1 };
        return Some((length, Decimal::from_int(tens + unit.unwrap_or(0))));
    }
    let written = first.is_ascii_digit() || first == '.';
    if !(digit(first).is_some() || first == '十' || first == '拾' || written) {
        return None;
    }
    let row = text.find(|c: char| digit(c).is_none()).unwrap_or(text.len());
    let follows = text.get(row..)?;
    let mut reading = Reading::default();
    let mut length = 0;
    let digits_in_row = text.get(..row)?.chars().count();
    if digits_in_row > 1 && !(follows.starts_with(is_unit)) && !follows.starts_with('点') {
        return Some((row, in_a_row(text.get(..row)?).filter(|_| !is_vague(follows))));
    }
    while let Some(c) = text.get(length..)?.chars().next() {
        let rest = text.get(length..)?;
        if let Some(value) = digit(c) {
            reading.digit(value);
        } else if let Some(unit) = small_unit(c) {
            reading.small(unit);
        } else if let Some(unit) = large_unit(c) {
            reading.large(unit);
        } else if c == '点' && length > 0 && rest.chars().nth(1).is_some_and(|n| digit(n).is_some())
        {
            return Some(fraction(text, length, &reading));
        } else if c.is_ascii_digit() || (c == '.' && length == 0) {
            let run = digits::run(rest, lang)?;
            reading.broken |= run.value.is_none() || reading.pending.is_some();
            reading.pending = run.value.map(|value| (i128::from(value.0), run.length));
            length += run.length;
            continue;
        } else {
            break;
        }
        length += c.len_utf8();
    }
    let follows = text.get(length..)?;
    let value = reading.finish().filter(|_| !is_vague(follows));
    if let Some(whole) = value
        && let Some((more, value)) = and_a_half(follows, whole)
    {
        return Some((length + more, value));
    }
    Some((length, value))
}

const fn tens(c: char) -> Option<i64> {
    match c {
        '廿' => Some(20),
        '卅' => Some(30),
        _ => None,
    }
}

/// `个半` behind a number, `打` at the end: its length, and the number with it.
pub(super) fn and_a_half(follows: &str, number: Decimal) -> Option<(usize, Option<Decimal>)> {
    if let Some(after) = follows.strip_prefix("个半") {
        let half = Decimal(DECIMAL_SCALE / 2);
        let is_half = number.is_integer() && !after.starts_with(HALF_OF);
        return is_half.then_some(("个半".len(), number.checked_add(half)));
    }
    let after = follows.strip_prefix('打')?;
    let dozens = number.checked_mul(Decimal::from_int(12)?);
    (!after.starts_with(char::is_alphanumeric)).then_some(('打'.len_utf8(), dozens))
}

pub(super) fn is_vague(follows: &str) -> bool {
    let counted = |after: &str| after.starts_with(is_counted);
    follows.starts_with(VAGUE) || follows.strip_prefix('来').is_some_and(counted)
}

/// Whether a character behind a number says what it counts.
pub(super) fn is_counted(c: char) -> bool {
    COUNTED.contains(c)
}

/// A row of numerals without units is read one by one: `二〇二六`. `三四` is three or four.
fn in_a_row(row: &str) -> Option<Decimal> {
    let digits: Vec<i64> = row.chars().filter_map(digit).collect();
    if let [a, b] = digits.as_slice()
        && (*a > 0 && (a + 1 == *b || (*a, *b) == (3, 5)))
    {
        return None;
    }
    let written: String = digits.iter().map(i64::to_string).collect();
    Decimal::parse(&written)
}

/// `三点一四`, `三点五万`; `三点五十` and `三点五分` are times.
fn fraction(text: &str, dot: usize, whole: &Reading) -> (usize, Option<Decimal>) {
    let start = dot + '点'.len_utf8();
    let after = text.get(start..).unwrap_or("");
    let digits: Vec<i64> = after.chars().map_while(digit).collect();
    let behind: usize = after.chars().take(digits.len()).map(char::len_utf8).sum();
    let mut length = start + behind;
    let follows = text.get(length..).unwrap_or("");
    let written: String = digits.iter().map(i64::to_string).collect();
    let value = whole
        .finish()
        .filter(|whole| whole.is_integer())
        .and_then(|whole| Decimal::parse(&format!("{}.{written}", whole.trunc())));
    let next = follows.chars().next();
    if let Some(unit) = next.and_then(large_unit) {
        length += next.map_or(0, char::len_utf8);
        let unit = Decimal::from_int(unit);
        return (length, value.zip(unit).and_then(|(value, unit)| value.checked_mul(unit)));
    }
    let is_time = next.is_some_and(|c| c == '分' || small_unit(c).is_some());
    let numerals = |c: char| digit(c).is_some() || is_unit(c);
    length += follows.len() - follows.trim_start_matches(numerals).len();
    (length, value.filter(|_| !is_time && !is_vague(follows)))
}
