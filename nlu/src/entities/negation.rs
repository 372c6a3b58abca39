//! Which of the values in an utterance are named to say that they are not meant: `not the 15th, the
//! 16th`, `周三不行,改成周四`, `make it 16 instead of 15`.
//!
//! All values here are of one entity: what denies a day says nothing about an order.

mod changes;
mod phrases;

use changes::{BECOMES, CHANGES, FORWARD, INTO, REPAIRS, SWAPS, UNDONE};
use phrases::{
    ASKS, AWAY, BEFORE, BEHIND, BEHIND_AT_END, BETWEEN, LISTS, SOFT, UNDOES, WITH_OTHERS,
};

use super::{Found, gaps, ranges};
use crate::fold::stands_alone;
use crate::value::Value;

/// Words between the value and what denies it, one behind the other.
const FILLERS_MAX: usize = 2;
/// Characters between an old value and a new one.
const GAP_CHARS_MAX: usize = 12;

/// For each value, in order of place, whether it is denied.
pub(super) fn of(folded: &str, found: &[Found]) -> Vec<bool> {
    if found.is_empty() {
        return Vec::new();
    }
    let (reaches, others) = gaps::reaches(folded, found);
    let gap = |pair: &[Found]| match pair {
        [left, right] => gaps::between(folded, left, right).unwrap_or_default().replace('’', "'"),
        _ => String::new(),
    };
    let gaps = found.windows(2).map(gap).collect();
    let text = Text { folded, found, gaps, reaches, others };
    let behind: Vec<bool> = (0..found.len()).map(|i| text.behind(i)).collect();
    let mut denied: Vec<bool> = Vec::with_capacity(found.len());
    for i in 0..found.len() {
        let listed = i > 0 && denied.last() == Some(&true) && text.is_listed(i - 1);
        // `I'm away Friday to Sunday`; what a value is changed to is not denied with it.
        let ranged = |last: usize| {
            let out = denied.last() == Some(&true) || text.is_away(last);
            out && text.ranges(last) && !text.gives_way(last)
        };
        let listed = listed || i.checked_sub(1).is_some_and(ranged);
        denied.push(listed || text.before(i) || text.gives_way(i));
    }
    // "周三和周四都不行": what denies the last denies those before.
    let (mut last, mut given) = (false, false);
    for i in (0..found.len()).rev() {
        last = behind.get(i) == Some(&true) || (last && (text.is_listed(i) || text.ranges(i)));
        // "Monday or Tuesday, no, Wednesday": so do both of two.
        given = text.gives_way(i) || (given && text.is_either(i));
        if let Some(place) = denied.get_mut(i) {
            *place |= last || given;
        }
    }
    denied
}

/// A text with the values of one entity in it.
struct Text<'t> {
    folded: &'t str,
    found: &'t [Found],
    /// What stands between each value and the next, without what belongs to them.
    gaps: Vec<String>,
    /// From where to where each value reaches with the day or time that belongs to it.
    reaches: Vec<(usize, usize)>,
    /// How many such days or times there are.
    others: usize,
}

impl Text<'_> {
    fn part(&self, from: usize, to: usize) -> String {
        self.folded.get(from..to).unwrap_or("").replace('’', "'")
    }

    /// What stands before value `i` and what belongs to it.
    fn ahead(&self, i: usize) -> String {
        self.reaches.get(i).map_or_else(String::new, |(start, _)| self.part(0, *start))
    }

    /// What stands behind value `i` and what belongs to it, up to the end.
    fn rest(&self, i: usize) -> String {
        let end = self.reaches.get(i).map(|(_, end)| *end);
        end.map_or_else(String::new, |end| self.part(end, self.folded.len()))
    }

    /// What stands between value `i` with what belongs to it and the next value.
    fn clause(&self, i: usize) -> Option<String> {
        Some(self.part(self.reaches.get(i)?.1, self.found.get(i + 1)?.start))
    }

    /// What stands between value `i` and the next, without what belongs to them.
    fn gap(&self, i: usize) -> Option<&str> {
        self.gaps.get(i).map(String::as_str)
    }

    /// Whether what is denied of a day and its time together is the other of the two: `not tomorrow
    /// at 3pm, at 4pm` is tomorrow.
    fn stays(&self, i: usize) -> bool {
        let alone = self.reaches.get(i) == self.found.get(i).map(|f| (f.start, f.end)).as_ref();
        !alone && self.found.len() == 1 && self.others > 1
    }

    /// `not the 15th`, `不要改到周三`
    fn before(&self, i: usize) -> bool {
        if self.stays(i) {
            return false;
        }
        let ahead = self.ahead(i);
        let mut ends = vec![ahead.trim_end()];
        for _ in 0..FILLERS_MAX {
            let shorter: Vec<&str> = ends.iter().flat_map(|end| without(end, BETWEEN)).collect();
            ends.extend(shorter);
        }
        ends.iter().any(|end| {
            BEFORE.iter().any(|phrase| {
                let Some(rest) = strip_end(end, phrase) else { return false };
                !is_undone(phrase, rest) && !self.turns_round(i, phrase)
            })
        })
    }

    /// `不是周三吗` is sure of Wednesday, and `除了周三都不行` wants it.
    fn turns_round(&self, i: usize, phrase: &str) -> bool {
        let rest = self.rest(i);
        let rest = rest.trim_start();
        let asks = ["不是", "isn't", "wasn't"].contains(&phrase)
            && ASKS.iter().any(|sign| rest.starts_with(sign));
        let all_but = phrase.starts_with('除') && {
            let clause = self.clause(i).unwrap_or_else(|| rest.to_owned());
            ["都不", "都没", "没空", "没时间", "不行"].iter().any(|word| clause.contains(word))
        };
        // `不能周三之后` is a limit.
        let limits = ["之前", "之后", "以前", "以后", "前", "后"];
        let limit = limits.iter().any(|word| rest.starts_with(word));
        asks || all_but || limit
    }

    /// `周三不行`, `Friday doesn't work`
    fn behind(&self, i: usize) -> bool {
        let Some(value) = self.found.get(i).filter(|_| !self.stays(i)) else { return false };
        // `除了周三都不行`: all but this one.
        if ["除了", "除"].iter().any(|word| strip_end(self.ahead(i).trim_end(), word).is_some())
        {
            return false;
        }
        let whole = self.rest(i);
        let gap = self.clause(i);
        let mut rest = whole.trim_start_matches([' ', ',', '?', '!']);
        while let Some(after) = SOFT.iter().find_map(|word| strip_start(rest, word)) {
            rest = after.trim_start();
        }
        let others = self.found.len() > 1;
        let sure = others || is_temporal(&value.value);
        let denies = |phrase: &&str, at_end: bool| {
            let Some(after) = strip_start(rest, phrase) else { return false };
            let follows = after.trim_start();
            let asks = ASKS.iter().any(|sign| follows.starts_with(sign));
            // What stands right before the next value denies that one.
            let used = whole.len() - after.len();
            let mut between = gap.as_deref().and_then(|gap| gap.get(used..)).map(str::trim);
            while let Some(shorter) =
                between.and_then(|gap| BETWEEN.iter().find_map(|word| strip_start(gap, word)))
            {
                between = Some(shorter.trim());
            }
            let belongs_to_next = between == Some("");
            let ends = !follows.starts_with(char::is_alphanumeric) || follows.starts_with('了');
            let polite = phrase.ends_with("不好") && follows.starts_with("意思");
            !asks && !belongs_to_next && !polite && (!at_end || ends)
        };
        (sure && BEHIND.iter().any(|phrase| denies(phrase, false)))
            || (others && WITH_OTHERS.iter().any(|phrase| denies(phrase, false)))
            || (others && BEHIND_AT_END.iter().any(|phrase| denies(phrase, true)))
            || self.is_away(i)
    }

    /// `I'm away on Friday`
    fn is_away(&self, i: usize) -> bool {
        if !self.found.get(i).is_some_and(|value| is_temporal(&value.value)) {
            return false;
        }
        let ahead = self.ahead(i);
        let mut ends = vec![ahead.trim_end()];
        ends.extend(without(ahead.trim_end(), BETWEEN).collect::<Vec<_>>());
        ends.iter().any(|end| AWAY.iter().any(|phrase| strip_end(end, phrase).is_some()))
    }

    /// Whether the value that follows takes the place of value `i`.
    fn gives_way(&self, i: usize) -> bool {
        let Some(gap) = self.gap(i) else { return false };
        if gap.chars().count() > 2 * GAP_CHARS_MAX {
            return false;
        }
        let core = words(gap);
        let bare = gaps::joint(&core);
        let stopped = !gap.trim_end_matches(' ').ends_with(char::is_alphanumeric)
            || (gap.is_ascii() && gap.contains([',', '.', '!', '?']) && bare != "not");
        // `周三不是周四` denies the second.
        let repairs = |core: &str| {
            REPAIRS.contains(&core) || (stopped && ["不是", "不", "no", "not"].contains(&core))
        };
        if repairs(&core) || repairs(&bare) {
            return true;
        }
        let short = core.chars().count() <= GAP_CHARS_MAX;
        let becomes = short && !core.is_ascii() && BECOMES.iter().any(|word| core.ends_with(word));
        becomes || self.is_changed(i, &bare)
    }

    /// `change the 15th to the 16th`
    fn is_changed(&self, i: usize, gap: &str) -> bool {
        let ahead = self.ahead(i);
        (FORWARD.contains(&gap) && changes(&ahead))
            || (["for", "with"].contains(&gap) && says(&ahead, SWAPS))
    }

    /// Whether value `i` and the next are the ends of a range.
    fn ranges(&self, i: usize) -> bool {
        match (self.found.get(i), self.found.get(i + 1), self.gap(i)) {
            (Some(left), Some(right), Some(gap)) => ranges::joins(self.folded, left, right, gap),
            _ => false,
        }
    }

    /// Whether value `i` and the next are one list.
    fn is_listed(&self, i: usize) -> bool {
        self.gap(i).is_some_and(|gap| LISTS.contains(&gaps::joint(gap).as_str()))
    }

    /// Whether value `i` and the next are alternatives.
    fn is_either(&self, i: usize) -> bool {
        self.found.get(i).zip(self.gap(i)).is_some_and(|(left, gap)| ranges::is_or(gap, left))
    }
}

/// Whether a text has a verb that turns the value that follows into another one. What follows `to` is
/// the new one already: `change it to 3 to 5`.
pub(super) fn changes(text: &str) -> bool {
    let ends = |word: &&str| strip_end(text.trim_end(), word).is_some();
    says(text, CHANGES) && !INTO.iter().any(ends)
}

/// Whether a text has one of some verbs, and not to say that nobody does it: `don't move it from Monday
/// to Tuesday`.
fn says(text: &str, verbs: &[&str]) -> bool {
    let is_undone = |start: usize| {
        let before = text.get(..start).unwrap_or("").trim_end();
        UNDONE.iter().any(|word| strip_end(before, word).is_some())
    };
    verbs.iter().any(|verb| {
        let places = text.match_indices(verb);
        let mut whole = places.map(|(at, _)| (at, at + verb.len()));
        whole.any(|(start, end)| stands_alone(text, start, end) && !is_undone(start))
    })
}

const fn is_temporal(value: &Value) -> bool {
    matches!(value, Value::Date(_) | Value::Time(_) | Value::DateTime(_))
}

/// What stands before each of the words that a text ends with.
fn without<'t>(text: &'t str, endings: &[&str]) -> impl Iterator<Item = &'t str> {
    endings
        .iter()
        .filter_map(|word| strip_end(text, word))
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .into_iter()
}

/// A text without a word at its end. Latin words are whole ones.
pub(super) fn strip_end<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.strip_suffix(word)?;
    stands_alone(text, rest.len(), text.len()).then_some(rest)
}

pub(super) fn strip_start<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(word)?;
    stands_alone(text, 0, word.len()).then_some(rest)
}

/// Whether what stands before a denial takes it back or asks: `why not`, `是不是`, `不是不要`, `特别`.
fn is_undone(phrase: &str, rest: &str) -> bool {
    let rest = rest.trim_end_matches(' ');
    // `isn't Friday fine?`
    if rest.is_empty() && ["isn't", "wasn't", "aren't"].contains(&phrase) {
        return true;
    }
    UNDOES.iter().any(|(of, words)| {
        (of.is_empty() || of == &phrase) && words.iter().any(|word| strip_end(rest, word).is_some())
    })
}

/// The letters of a text, one blank between words.
fn words(text: &str) -> String {
    let letters: String =
        text.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}
