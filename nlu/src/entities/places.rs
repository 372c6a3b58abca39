//! Words for places in an order: `second`, `2nd`, `第二`. They say which one, and not how many.

use super::{Found, MATCHES_MAX, negation, numbers};
use crate::fold::{Folded, stands_alone};
use crate::value::Value;

const WORDS: [(&str, u32); 30] = [
    ("first", 1),
    ("second", 2),
    ("third", 3),
    ("fourth", 4),
    ("fifth", 5),
    ("sixth", 6),
    ("seventh", 7),
    ("eighth", 8),
    ("ninth", 9),
    ("tenth", 10),
    ("eleventh", 11),
    ("twelfth", 12),
    ("thirteenth", 13),
    ("fourteenth", 14),
    ("fifteenth", 15),
    ("sixteenth", 16),
    ("seventeenth", 17),
    ("eighteenth", 18),
    ("nineteenth", 19),
    ("twentieth", 20),
    ("thirtieth", 30),
    ("fortieth", 40),
    ("fiftieth", 50),
    ("sixtieth", 60),
    ("seventieth", 70),
    ("eightieth", 80),
    ("ninetieth", 90),
    ("hundredth", 100),
    ("thousandth", 1_000),
    ("millionth", 1_000_000),
];

/// The place that an English word in lower case names: `second`.
pub(super) fn of_word(word: &str) -> Option<u32> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, place)| *place)
}

/// The place that an English word in lower case names, in digits too: `second`, `2nd`.
#[must_use]
pub fn place(word: &str) -> Option<u32> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending));
    let digits = number.filter(|n| n.bytes().all(|b| b.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).or_else(|| of_word(word))
}

/// Every place that a text names, in order, each with whether it is named to say that it is not meant.
#[must_use]
pub fn places_in(text: &str) -> Vec<(u16, bool)> {
    let folded = Folded::new(text).text;
    let mut found = find(&folded);
    found.truncate(MATCHES_MAX);
    let denied = negation::of(&folded, &found);
    let place = |(found, denied): (Found, bool)| match found.value {
        Value::Choice(place) => Some((place, denied)),
        _ => None,
    };
    found.into_iter().zip(denied).filter_map(place).collect()
}

/// Places stand as choices, for they count nothing.
fn find(folded: &str) -> Vec<Found> {
    let numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十百".contains(c);
    let han = folded.match_indices('第').filter_map(|(start, sign)| {
        let behind = folded.get(start + sign.len()..)?;
        let (blanks, number) = (behind.len() - behind.trim_start().len(), behind.trim_start());
        let number = number.get(..number.find(|c| !numeral(c)).unwrap_or(number.len()))?;
        let place = u16::try_from(numbers::whole(number)?).ok()?;
        let end = start + sign.len() + blanks + number.len();
        Some(Found { start, end, value: Value::Choice(place) })
    });
    let mut found: Vec<Found> = han.collect();
    let mut end = 0;
    for word in folded.split(|c: char| !c.is_ascii_alphanumeric()) {
        let start = end;
        end += word.len();
        // The last part of `twenty-second` is none by itself.
        let is_part = folded.get(..start).is_some_and(|before| before.ends_with('-'));
        let place = place(word).filter(|_| !is_part && stands_alone(folded, start, end));
        if let Some(place) = place.and_then(|place| u16::try_from(place).ok()) {
            found.push(Found { start, end, value: Value::Choice(place) });
        }
        end += folded.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    found.sort_by_key(|found| found.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_in_words_and_digits_and_denied() {
        let cases: [(&str, &[(u16, bool)]); 12] = [
            ("the second one", &[(2, false)]),
            ("not the 3rd one, the seventh", &[(3, true), (7, false)]),
            ("不要第十一个,要第2个", &[(11, true), (2, false)]),
            ("第 3 个", &[(3, false)]),
            ("不是第二十个", &[(20, true)]),
            ("the twenty-first", &[]),
            ("2ndary, first2 and st", &[]),
            ("第一第二", &[(1, false), (2, false)]),
            ("第", &[]),
            ("第九九九九九九九九个", &[]),
            ("99999999999999th", &[]),
            ("a millionth", &[]),
        ];
        for (text, places) in cases {
            assert_eq!(places_in(text), places, "{text}");
        }
        assert_eq!((place("twelfth"), place("12th"), place("th")), (Some(12), Some(12), None));
        assert_eq!(place("millionth"), Some(1_000_000));
    }
}
